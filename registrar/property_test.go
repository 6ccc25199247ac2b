package registrar_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// thief makes requests of all kinds with the key of one agent, and whatever it knows
// of others: their DIDs and public keys, a good enrolment token, a request of theirs.
type thief struct {
	registrartest.Agent
	random  *rand.Rand
	f       fixture
	victims []registrartest.Agent
	token   string
	stolen  string              // an access token of a victim
	seen    []signature.Request // of victims, with their headers
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// aim is a DID: its own, a victim's, or one that looks like it.
func (h *thief) aim() string {
	victim := pick(h.random, h.victims...).DID.String()
	return pick(h.random, h.DID.String(), victim, victim, victim, strings.ToUpper(victim),
		strings.ReplaceAll(victim, ":", "%3A"), strings.Replace(victim, "author", "auth%6fr", 1), victim+"?x=1", victim+"/", victim+"/..", "../"+victim,
		h.DID.String()+"/../"+victim, victim+"%00", victim+":", "/"+victim)
}

func (h *thief) body() []byte {
	key := pick(h.random, h.Agent, h.Agent, pick(h.random, h.victims...)).Key.PublicKey()
	body := h.Body(registrartest.SecretOf("stolen")).With("publicKey", did.EncodePublicKey(key))
	if h.random.IntN(2) == 0 {
		body = body.With("enrolmentToken", h.token)
	}
	if h.random.IntN(8) == 0 {
		body = body.With(pick(h.random, "did", "client_id", "scope", "metadata", "PublicKey"), h.aim())
	}
	data := body.JSON()
	if h.random.IntN(10) == 0 {
		data = append(data[:len(data)-1], `,"publicKey":"`+did.EncodePublicKey(h.victims[0].Key.PublicKey())+`"}`...)
	}
	return data
}

// attack sends one request, and reports how it was answered.
func (h *thief) attack(t *testing.T) registrartest.Answer {
	signer, err := did.Parse(h.aim())
	if err != nil {
		signer = pick(h.random, h.DID, pick(h.random, h.victims...).DID)
	}
	r := signature.Request{
		DID: signer, Timestamp: h.f.Clock.Now().Unix() + int64(h.random.IntN(3)-1), Body: h.body(), Audience: h.f.Config.Self,
		Method: pick(h.random, "PUT", "PUT", "PUT", "PUT", "POST", "DELETE", "GET", "PATCH"),
		Target: pick(h.random, registrar.PathClients, registrar.PathClients, registrar.PathClients, registrar.PathKeys, "/", "//v1/clients/") + h.aim(), ContentType: "application/json",
	}
	switch h.random.IntN(6) {
	case 0, 1:
		r.Target = registrar.PathClients + signer.String()
	case 2:
		r.Target += registrar.AfterTLSKey
		r.Body = fmt.Appendf(nil, `{"tlsKey":"%064x"}`, h.random.Uint64())
	case 3:
		target := registrar.PathClients + signer.String() + registrar.AfterTLSKey
		r = signature.Request{DID: signer, Timestamp: r.Timestamp, Audience: r.Audience, Method: "PUT", Target: target,
			Body: fmt.Appendf(nil, `{"tlsKey":"%064x"}`, h.random.Uint64()), ContentType: "application/json"}
	case 4:
		asker := registrartest.Agent{DID: signer}
		r = pick(h.random, asker.Question(r.Audience, h.stolen, h.f.Clock.Now()), asker.KeyQuestion(r.Audience, pick(h.random, h.victims...).DID, h.f.Clock.Now()))
	}
	headers, err := signature.SignHeader(h.Key, pick(h.random, signature.Octets1, signature.Octets1, signature.JCS1, signature.Reference), r, nil)
	if err != nil {
		return h.attack(t) // not every mixture can be signed
	}
	switch h.random.IntN(8) {
	case 0:
		headers.Set(signature.HeaderDID, h.aim())
	case 1:
		headers.Add(signature.HeaderDID, pick(h.random, h.victims...).DID.String())
	case 2: // the signature of a victim over something else
		seen := pick(h.random, h.seen...)
		victim := pick(h.random, h.victims...)
		made, err := signature.SignHeader(victim.Key, signature.Octets1, seen, nil)
		if err == nil {
			headers = made
		}
		r.Method, r.Target = "PUT", registrar.PathClients+victim.DID.String()
	}
	req := httptest.NewRequestWithContext(t.Context(), r.Method, "/", bytes.NewReader(r.Body))
	req.RequestURI, req.Header = r.Target, headers
	req.Header.Set("Content-Type", r.ContentType)
	return registrartest.Ask(h.f, req)
}

// state is all that there is of a DID.
type state struct {
	row      registrartest.Row
	document registrartest.Document
	secret   string
}

func (f fixture) state(d did.DID) state {
	return state{f.Row(d), f.Clients.Document(d), f.Clients.Secret(d)}
}

// victims are agents in every state that a DID can have.
func (f fixture) victims(token string) []registrartest.Agent {
	f.Helper()
	var all []registrartest.Agent
	for _, name := range []string{"registered", "revoked", "deleted", "unknown"} {
		a := registrartest.NewAgent(f, name)
		if name != "unknown" {
			f.accept(a, a.Body(registrartest.SecretOf(name)).With("enrolmentToken", token))
		}
		all = append(all, a)
	}
	f.revoke(all[1].DID)
	if err := f.Clients.Delete(f.Context(), all[2].DID); err != nil {
		f.Fatal(err)
	}
	named, waiting := registrartest.NewNamedAgent(f, "named"), registrartest.NewAgent(f, "waiting")
	f.accept(named, named.Body(registrartest.SecretOf("named")).With("enrolmentToken", f.NewTokenFor("author", "named", 1)))
	if got := f.put(waiting, waiting.Body(registrartest.SecretOf("waiting"))); got.State != "pending" {
		f.Fatal(got)
	}
	return append(all, named, waiting)
}

// No request that is made with the key of one agent changes anything of another,
// whatever the request says. What a victim signed for another purpose is no help.
func TestNoRequestChangesAnythingOfAnotherDID(t *testing.T) {
	t.Parallel()
	for _, mode := range []registrar.Mode{registrar.ModeApprove, registrar.ModeOpen} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, func(c *registrar.Config) {
				c.Mode, c.Rates = registrar.ModeApprove, registrar.Rates{Stranger: 1 << 20, Strangers: 1 << 20, Known: 1 << 20, Questions: 1 << 20}
			})
			token := f.NewToken(100)
			h := &thief{Agent: registrartest.NewAgent(t, "thief"), random: rand.New(rand.NewPCG(1, 2)), token: token, victims: f.victims(token)}
			cfg := f.Config
			cfg.Mode = mode
			f.Registrar = f.Replica(cfg)
			h.f, h.stolen = f, f.Clients.Issue(h.victims[0].DID)
			if got := f.Announce(f.Registrar, h.victims[0], registrar.TLSKey{1}); got.Status != 204 {
				t.Fatal(got)
			}
			before := map[did.DID]state{}
			for _, v := range h.victims {
				before[v.DID] = f.state(v.DID)
				for _, other := range []signature.Request{
					{DID: v.DID, Method: "POST", Target: "/", Audience: h.DID}, {DID: v.DID, Method: "PUT", Target: registrar.PathClients + v.DID.String(), Audience: h.DID},
				} {
					other.Timestamp, other.Body, other.ContentType = f.Clock.Now().Unix(), v.Body(registrartest.SecretOf("stolen")).JSON(), "application/json"
					h.seen = append(h.seen, other)
				}
			}
			answers := map[string]int{}
			for n := range 3000 {
				got := h.attack(t)
				if answers[got.State+got.Reason]++; got.State+got.Reason == "" {
					answers[fmt.Sprint(got.Status)]++
				}
				if n%100 > 0 && got.State == "" {
					continue // what was refused is looked at now and then
				}
				for _, v := range h.victims {
					if now := f.state(v.DID); !reflect.DeepEqual(now, before[v.DID]) {
						t.Fatalf("%d: %s changed %s:\n%+v\nwas\n%+v", n, got, v.DID, now, before[v.DID])
					}
				}
			}
			for _, reached := range []string{"registered", "path_mismatch", "crypto_mismatch", "did_not_key_bound", "enrolment_token_refused", "not_found", "duplicate_header", "200", "204"} {
				if answers[reached] == 0 {
					t.Errorf("no request was answered with %s: %v", reached, answers)
				}
			}
		})
	}
}

// A key-bound DID is its key's, whatever author and name are put before it.
func TestOneKeyHasManyNamesAndNoOtherKeyHasThem(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	key := registrartest.NewKey(t, "alice")
	for _, name := range []string{"a", "b"} {
		d, err := did.FromPublicKey(fmt.Sprint("author of ", name), name, key.PublicKey())
		if err != nil {
			t.Fatal(err)
		}
		mask := registrartest.Agent{DID: d, Key: registrartest.NewKey(t, "thief")}
		want(t, f.put(mask, mask.Body(registrartest.SecretOf("1"))), 403, "did_not_key_bound")
		own := registrartest.Agent{DID: d, Key: key}
		f.accept(own, own.Body(registrartest.SecretOf(name)))
	}
}
