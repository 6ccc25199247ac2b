package revocation_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/revocation"
)

func keyOf(t testing.TB, first byte) *did.KeyPair {
	t.Helper()
	k, err := did.KeyPairFromSeed(append([]byte{first}, make([]byte, 31)...))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func didOf(t testing.TB, name string, k *did.KeyPair) did.DID {
	t.Helper()
	d, err := did.FromPublicKey("author", name, k.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

const stream = "AAECAwQFBgcICQoLDA0ODw"

// world is a registrar's key and what it says to an agent.
func world(t testing.TB) (*did.KeyPair, revocation.Message) {
	t.Helper()
	registrar := keyOf(t, 0)
	return registrar, revocation.Message{
		Registrar: didOf(t, "registrar", registrar), Follower: didOf(t, "alice", keyOf(t, 1)), Stream: stream,
		Number: 2, Epoch: "1.EPOCH", Head: 8, Issued: noon,
		Events: []revocation.Event{
			{DID: didOf(t, "bob", keyOf(t, 2)), Revoked: true, Seq: 7, At: noon.Add(-time.Second)},
			{DID: didOf(t, "carol", keyOf(t, 3)), Seq: 8, At: noon},
		},
	}
}

func sign(t testing.TB, k *did.KeyPair, m revocation.Message) []byte {
	t.Helper()
	data, err := m.Sign(k)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// payloadOf is what docs/registrar.md says is signed: names in order, and no value needs an escape.
func payloadOf(t testing.TB, data []byte) (payload, signature []byte) {
	t.Helper()
	var members map[string]any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&members); err != nil {
		t.Fatal(err)
	}
	signature, err := base64.RawURLEncoding.Strict().DecodeString(members["signature"].(string))
	if err != nil {
		t.Fatal(err)
	}
	delete(members, "signature")
	object, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return append([]byte("\xffrevocations-1"), object...), signature
}

// The bytes are those that other implementations make and check.
func TestAMessageOnTheWire(t *testing.T) {
	k, m := world(t)
	for name, m := range map[string]revocation.Message{
		"events":      m,
		"a heartbeat": {Registrar: m.Registrar, Follower: m.Follower, Stream: stream, Number: 1, Epoch: "E", Issued: noon},
		"an end":      {Registrar: m.Registrar, Follower: m.Follower, Stream: stream, Number: 1, Epoch: "E", Issued: noon, End: revocation.EndStopping},
		"more": {Registrar: m.Registrar, Follower: m.Follower, Stream: stream, Number: 1, Epoch: "E", Head: 1, Issued: noon.Add(time.Millisecond), More: true,
			Events: []revocation.Event{{DID: m.Follower, Revoked: true, Seq: 1, At: noon}}},
	} {
		t.Run(name, func(t *testing.T) {
			data := sign(t, k, m)
			payload, signature := payloadOf(t, data)
			if !ed25519.Verify(k.PublicKey(), payload, signature) {
				t.Errorf("%q is not what was signed", payload)
			}
			got, err := revocation.Verify(data, m.Registrar, m.Follower, m.Stream)
			if err != nil || fmt.Sprint(got) != fmt.Sprint(m) {
				t.Errorf("%+v, %v, want %+v", got, err, m)
			}
		})
	}
}

func TestNoBitOfAMessageMayChange(t *testing.T) {
	k, m := world(t)
	good := sign(t, k, m)
	for i := range good {
		for bit := range 8 {
			data := bytes.Clone(good)
			data[i] ^= 1 << bit
			if got, err := revocation.Verify(data, m.Registrar, m.Follower, m.Stream); err == nil {
				t.Fatalf("%s counts: %+v", data, got)
			}
		}
	}
}

// What was recorded is worth nothing on another stream, for another follower, or of another registrar.
func TestAMessageIsForOneStream(t *testing.T) {
	k, m := world(t)
	good := sign(t, k, m)
	other := didOf(t, "other", keyOf(t, 9))
	thief := m
	thief.Registrar = other
	for name, tt := range map[string]struct {
		data                []byte
		registrar, follower did.DID
		stream              string
	}{
		"another stream":       {good, m.Registrar, m.Follower, strings.ToLower(stream)},
		"no stream":            {good, m.Registrar, m.Follower, ""},
		"a later stream":       {good, m.Registrar, m.Follower, stream[:len(stream)-1] + "A"},
		"another follower":     {good, m.Registrar, other, stream},
		"the registrar itself": {good, m.Registrar, m.Registrar, stream},
		"another registrar":    {good, other, m.Follower, stream},
		"signed by another":    {sign(t, keyOf(t, 9), thief), m.Registrar, m.Follower, stream},
		"a key that is lent":   {bytes.Replace(sign(t, keyOf(t, 9), thief), []byte(other.String()), []byte(m.Registrar.String()), 1), m.Registrar, m.Follower, stream},
		"more than is read":    {append(bytes.Clone(good), bytes.Repeat([]byte(" "), revocation.MaxBytes)...), m.Registrar, m.Follower, stream},
		"an unknown member":    {bytes.Replace(good, []byte(`{"end"`), []byte(`{"x":1,"end"`), 1), m.Registrar, m.Follower, stream},
		"a member that is two": {bytes.Replace(good, []byte(`{"end"`), []byte(`{"head":8,"end"`), 1), m.Registrar, m.Follower, stream},
		"nothing":              {nil, m.Registrar, m.Follower, stream},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := revocation.Verify(tt.data, tt.registrar, tt.follower, tt.stream); !errors.Is(err, revocation.ErrInvalid) {
				t.Errorf("it counts: %+v, %v", got, err)
			}
		})
	}
}

// What a checker would refuse is not signed.
func TestNonsenseIsNotSigned(t *testing.T) {
	k, good := world(t)
	for name, change := range map[string]func(*revocation.Message){
		"no number":              func(m *revocation.Message) { m.Number = 0 },
		"a head before zero":     func(m *revocation.Message) { m.Head, m.Events = -1, nil },
		"an event after head":    func(m *revocation.Message) { m.Head = 7 },
		"an event without place": func(m *revocation.Message) { m.Events[0].Seq = 0 },
		"an event about nobody":  func(m *revocation.Message) { m.Events[0].DID = did.DID{} },
		"an epoch with a quote":  func(m *revocation.Message) { m.Epoch = `"` },
		"no epoch":               func(m *revocation.Message) { m.Epoch = "" },
		"an end with a quote":    func(m *revocation.Message) { m.End = `a"` },
		"no stream":              func(m *revocation.Message) { m.Stream = "" },
		"a number too large":     func(m *revocation.Message) { m.Number = 1 << 53 },
		"too many events": func(m *revocation.Message) {
			for len(m.Events) <= revocation.MaxEvents {
				m.Events = append(m.Events, m.Events[0])
			}
		},
		"another's name": func(m *revocation.Message) { m.Registrar = m.Follower },
	} {
		t.Run(name, func(t *testing.T) {
			m := good
			m.Events = append([]revocation.Event{}, good.Events...)
			change(&m)
			if data, err := m.Sign(k); err == nil {
				t.Errorf("it is signed: %s", data)
			}
		})
	}
}

// 161: what a registrar signs of revocations is signed as nothing else, and nothing else as it.
func TestHostile161NoMessageIsSignedAsAText(t *testing.T) {
	rng := rand.New(rand.NewPCG(161, 5))
	for n := range 1000 {
		k := keyOf(t, byte(n))
		m := revocation.Message{
			Registrar: didOf(t, word(rng), k), Follower: didOf(t, word(rng), keyOf(t, byte(n+1))), Stream: word(rng),
			Number: 1 + rng.Int64N(1<<50), Epoch: word(rng), Head: 1 << 51, Issued: noon.Add(time.Duration(rng.Int64N(1 << 50))),
			More: rng.IntN(2) == 0, End: []string{"", revocation.EndEpoch}[rng.IntN(2)],
		}
		for range rng.IntN(4) {
			m.Events = append(m.Events, revocation.Event{DID: didOf(t, word(rng), k), Revoked: rng.IntN(2) == 0, Seq: 1 + rng.Int64N(1<<50), At: noon})
		}
		payload, signature := payloadOf(t, sign(t, k, m))
		if !ed25519.Verify(k.PublicKey(), payload, signature) {
			t.Fatalf("%q is not what was signed", payload)
		}
		if sig, err := did.SignText(k, string(payload)); err == nil {
			t.Fatalf("%q is signed as a text: %s", payload, sig)
		}
		if sig, err := k.SignRequest(payload); err == nil {
			t.Fatalf("%q is signed as a request: %s", payload, sig)
		}
		for _, other := range []string{"octets-1", "assertion-key-1", "key-statement-1", "revocations", "revocations-11", ""} {
			if sig, err := k.SignTagged(other, payload); err == nil {
				t.Fatalf("%q is signed as %q: %s", payload, other, sig)
			}
		}
	}
}

func word(rng *rand.Rand) string { return fmt.Sprintf("a%x", rng.Uint64()) }

// FuzzVerify reads anything that could come on a stream. What is taken is what the
// registrar signed, whatever the bytes around it.
func FuzzVerify(f *testing.F) {
	k, m := world(f)
	good := sign(f, k, m)
	f.Add(good)
	for _, seed := range []string{"", "{}", "null", `{"events":[]}`, `{"registrar":"` + m.Registrar.String() + `","follower":"` + m.Follower.String() + `","stream":"` + stream + `"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := revocation.Verify(data, m.Registrar, m.Follower, m.Stream)
		if err == nil && fmt.Sprint(got) != fmt.Sprint(m) {
			t.Errorf("%q counts: %+v", data, got)
		}
		if err != nil && (!errors.Is(err, revocation.ErrInvalid) || got.Events != nil) {
			t.Errorf("%q: %v with %+v", data, err, got)
		}
	})
}
