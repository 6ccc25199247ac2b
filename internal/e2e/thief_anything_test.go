package e2e

import (
	"crypto/ecdsa"
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/loadscale"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// whim is a thief that tries whatever comes to its mind: requests that are right but for
// something, of all programs, with any route, method, name and body.
type whim struct {
	*thief
	*rand.Rand
	names  []string // DIDs that it knows, as they are
	texts  []string // what it may put wherever a text stands
	token  string   // a token of its own for step-ca, used or not
	tls    *ecdsa.PrivateKey
	recent []rawRequest
}

// anything sends random requests and looks now and then whether the world is as it was.
// THIEF_SEED repeats a run; how many depends on LOAD_SCALE.
func (v *robbery) anything() {
	seed := rand.Uint64()
	if text := os.Getenv("THIEF_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			v.t.Fatal("THIEF_SEED: ", err)
		}
	}
	count := loadscale.Size(v.t, 1000, 20000)
	v.t.Logf("THIEF_SEED=%d, %d requests", seed, count)
	w := newWhim(v.thief, v.bystander.DID, seed)
	clear(w.bag.answers)
	for i := range count {
		w.one()
		if i%500 == 499 || i == count-1 {
			if got := v.spoils(v.before, v.thief); len(got) > 0 {
				v.t.Fatalf("THIEF_SEED=%d: by one of the requests up to %d the thief got %v; the last of them, newest first:\n%s", seed, i, got, w.newest())
			}
			w.bag.empty()
		}
	}
	v.t.Logf("answers by status: %v", w.bag.answers)
	for _, status := range []int{200, 204, 201, 401, 403, 404} { // else little was tried
		if w.bag.answers[status] == 0 {
			v.t.Errorf("no request was answered %d: %v", status, w.bag.answers)
		}
	}
	v.restoreSecret()
}

// restoreSecret gives the thief a secret that it knows: it may have set its own anew by a
// request whose answer it could not read.
func (v *robbery) restoreSecret() {
	f := v.thief
	a := f.ask(f.registrar, f.signed(f.did, "PUT", registrationPath(f.did.String()), mediaJSON, object(f.registration(f.ownKey(), ownSecret))))
	f.secret = ownSecret
	if a.status/100 != 2 {
		v.t.Fatalf("the thief cannot register itself: %d %s", a.status, a.body)
	}
}

// ownSecret is one that the registrar takes.
var ownSecret = registrartest.SecretOf("the thief's own")

func newWhim(f *thief, bystander did.DID, seed uint64) *whim {
	w := &whim{thief: f, Rand: rand.New(rand.NewPCG(seed, 0)), tls: f.newKey()}
	w.names = []string{f.victim.String(), bystander.String(), f.self.String(), f.did.String()}
	w.texts = []string{
		f.ownKey(), f.victimKey, f.secret, ownSecret, f.received, f.enrolment, f.issuer, f.issuer + "#" + f.victim.String(), f.serial, "step-ca", "agent:admin", "agent:read",
		"client_credentials", "", "*", "null", "true", "0", "-1", "../", "%00", "\u0000", "\xff", "registrar", "localhost", strings.Repeat("a", 300),
	}
	w.texts = append(w.texts, w.names...)
	return w
}

func pick[T any](w *whim, of ...T) T { return of[w.IntN(len(of))] }

// often is true two times in three.
func (w *whim) often() bool { return w.IntN(3) > 0 }

func (w *whim) rarely() bool { return w.IntN(8) == 0 }

// name is a DID, in some spelling.
func (w *whim) name() string {
	d := pick(w, w.names...)
	if w.rarely() {
		return pick(w, spelt(d)...)
	}
	return d
}

func (w *whim) one() {
	var m rawRequest
	var door string
	switch n := w.IntN(10); {
	case n < 5:
		door, m = w.registrar, w.toRegistrar()
	case n < 8:
		door, m = w.hydraPublic, w.toHydra()
	case n < 9:
		door, m = w.ca, w.toCA()
	default:
		door, m = w.webhook, w.toWebhook()
	}
	if w.rarely() {
		door = pick(w, w.registrar, w.hydraPublic, w.ca, w.webhook)
	}
	for w.IntN(4) == 0 {
		m = w.bend(m)
	}
	w.recent = append(w.recent[max(0, len(w.recent)-19):], m)
	a := w.ask(door, m)
	if door == w.registrar && a.status/100 == 2 {
		w.learn(m)
	}
}

// learn remembers a secret that the registrar took for its own client, which is its to set.
func (w *whim) learn(m rawRequest) {
	var body struct{ ClientSecret string }
	if m.target == registrationPath(w.did.String()) && json.Unmarshal(m.body, &body) == nil && body.ClientSecret != "" {
		w.secret = body.ClientSecret
	}
}

func (w *whim) newest() string {
	var all []string
	for _, m := range slices.Backward(w.recent) {
		all = append(all, m.String())
	}
	return strings.Join(all, "\n")
}

// bend changes one thing about a rawRequest, after it was signed.
func (w *whim) bend(m rawRequest) rawRequest {
	switch w.IntN(8) {
	case 0:
		m.method = pick(w, "GET", "PUT", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "put", "PUT ", "FOO")
	case 1:
		m.target = pick(w, m.target+"/", m.target+"?"+w.name(), "/"+m.target, m.target+"#", strings.Replace(m.target, "/v1", "/V1", 1), m.target+"%2F", "*", w.registrar+m.target)
	case 2:
		m = m.with(pick(w, "X-DID", "x-did", "X_DID", "X-DID-Signature", "X-DID-Audience", "X-Forwarded-For", "X-Original-URL", "X-Rewrite-URL", "X-Client-DID"), w.name())
	case 3:
		m = m.with("Authorization", pick(w, "Bearer "+w.received, "Bearer "+w.token, basic(w.name(), w.secret), basic(w.did.String(), w.secret), "Bearer "+w.name()))
	case 4:
		m = m.with(pick(w, "X-HTTP-Method-Override", "Content-Type", "Content-Encoding", "Host", "Expect"), pick(w, "PUT", mediaJSON, mediaForm, "gzip", "localhost", "100-continue"))
	case 5:
		if i := len(m.header); i > 0 {
			i = w.IntN(i)
			m.header = append([]field{}, m.header...)
			m.header[i].value = pick(w, w.name(), "0", strconv.FormatInt(time.Now().Unix(), 10), m.header[w.IntN(len(m.header))].value, "octets-1", "jcs-1", "reference")
		}
	case 6:
		m.body = w.bendBody(m.body)
	case 7:
		if len(w.recent) > 0 { // the proofs of another request
			other := pick(w, slices.Concat(w.recent, w.captured)...)
			m.header = other.header
		}
	}
	return m
}

// bendBody changes some bytes, or a text to one that fits elsewhere.
func (w *whim) bendBody(body []byte) []byte {
	if len(body) == 0 {
		return []byte(pick(w, w.texts...))
	}
	b := slices.Clone(body)
	switch w.IntN(4) {
	case 0:
		b[w.IntN(len(b))] ^= byte(1 << w.IntN(8))
	case 1:
		b = b[:w.IntN(len(b))]
	case 2:
		return []byte(strings.ReplaceAll(string(b), pick(w, w.names...), w.name()))
	case 3:
		i := w.IntN(len(b))
		b = slices.Concat(b[:i], []byte(pick(w, w.texts...)), b[i:])
	}
	return b
}
