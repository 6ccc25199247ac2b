package peer_test

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/jws"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/peer"
)

// signing is an agent of this runtime: its card is signed, and its document has the key.
type signing struct {
	did            did.DID
	key            *did.KeyPair
	card, document string
}

func newSigning(t testing.TB, d did.DID, k *did.KeyPair) *signing {
	t.Helper()
	assertion, err := k.Assertion()
	if err != nil {
		t.Fatal(err)
	}
	made, err := card.New(card.Config{Name: "critic", Version: "1", URL: "https://elsewhere.example/", DID: d, Key: assertion})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := did.NewDocument(d, k, time.Time{}, "")
	if err != nil {
		t.Fatal(err)
	}
	return &signing{d, k, string(made.V1()), encode(t, doc)}
}

func encode(t testing.TB, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// bound is an agent whose DID is derived from its key.
func bound(t testing.TB) *signing {
	t.Helper()
	k := newKey(t)
	d, err := did.FromPublicKey("ada@example.com", "critic", k.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	return newSigning(t, d, k)
}

// changeCard changes the card as somebody between could who has no key.
func (s *signing) changeCard(t testing.TB, change func(map[string]any)) {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal([]byte(s.card), &members); err != nil {
		t.Fatal(err)
	}
	change(members)
	s.card = encode(t, members)
}

// sign puts a signature by another key on the card.
func (s *signing) sign(t testing.TB, k *did.KeyPair, kid string) jws.Signature {
	t.Helper()
	key, err := k.Assertion()
	if err != nil {
		t.Fatal(err)
	}
	payload, err := card.Payload([]byte(s.card))
	if err != nil {
		t.Fatal(err)
	}
	signature, err := jws.Sign(key, kid, payload)
	if err != nil {
		t.Fatal(err)
	}
	return signature
}

// discover asks the agent for its card, over mutual TLS.
func (s *signing) discover(t testing.TB, change ...func(*peer.Config)) (peer.Peer, error) {
	t.Helper()
	ca := stepcatest.NewCA(t, nil)
	pages := map[string]string{pathV1: s.card, did.PathDocument: s.document}
	url, _ := serve(t, ca, s.did.String(), routes{cards: pages})
	return newClient(t, ca, newKey(t), change...).Discover(t.Context(), url, did.DID{})
}

func keys(key ed25519.PublicKey, err error) func(*peer.Config) {
	return func(c *peer.Config) {
		c.Keys = func(context.Context, did.DID) (ed25519.PublicKey, error) { return key, err }
	}
}

// TestSignedCardsAreVerified: with a key that somebody else than the card vouches for.
func TestSignedCardsAreVerified(t *testing.T) {
	unbound := newSigning(t, parse(t, critic), newKey(t))
	own := bound(t)
	for name, test := range map[string]struct {
		agent  *signing
		change func(*peer.Config)
		want   peer.CardProof
	}{
		"the DID is derived from the key": {own, keys(nil, errors.New("nobody is asked")), peer.CardProof{State: peer.CardVerified, KeyID: own.did.String() + "#key-2", Voucher: peer.VoucherDID}},
		"the key is registered":           {unbound, keys(unbound.key.PublicKey(), nil), peer.CardProof{State: peer.CardVerified, KeyID: critic + "#key-2", Voucher: peer.VoucherKeys}},
		"no key is registered":            {unbound, keys(nil, nil), peer.CardProof{State: peer.CardUnverified}},
		"nobody to ask":                   {unbound, func(*peer.Config) {}, peer.CardProof{State: peer.CardUnverified}},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := test.agent.discover(t, test.change)
			if err != nil || p.Card != test.want || p.DID != test.agent.did || p.Protocol != card.V1 {
				t.Errorf("%+v, %v; want %+v", p, err, test.want)
			}
		})
	}
}

// TestChangedCardsAreRefused: whoever changes the card, with the certificate of the
// peer even, but without its key.
func TestChangedCardsAreRefused(t *testing.T) {
	for name, change := range map[string]func(*testing.T, *signing){
		"another path": func(t *testing.T, s *signing) {
			s.changeCard(t, func(m map[string]any) {
				m["supportedInterfaces"].([]any)[0].(map[string]any)["url"] = "https://elsewhere.example/steal"
			})
		},
		"an older scheme": func(t *testing.T, s *signing) {
			s.card = strings.Replace(s.card, `["octets-1","jcs-1","reference"]`, `["reference"]`, 1)
		},
		"without its signature": func(t *testing.T, s *signing) {
			s.changeCard(t, func(m map[string]any) { delete(m, "signatures") })
		},
		"with an empty list": func(t *testing.T, s *signing) {
			s.changeCard(t, func(m map[string]any) { m["signatures"] = []any{} })
		},
		"as one of 0.3": func(t *testing.T, s *signing) {
			s.changeCard(t, func(m map[string]any) { delete(m, "supportedInterfaces") })
		},
		"signed by a stranger": func(t *testing.T, s *signing) {
			stranger := newKey(t)
			s.changeCard(t, func(m map[string]any) {
				m["name"] = "thief"
				m["signatures"] = []jws.Signature{s.sign(t, stranger, s.did.String()+"#key-2")}
			})
		},
		"signed by a stranger under its own name": func(t *testing.T, s *signing) {
			s.changeCard(t, func(m map[string]any) {
				m["signatures"] = []jws.Signature{s.sign(t, newKey(t), clerk+"#key-2")}
			})
		},
		"a stranger's document": func(t *testing.T, s *signing) {
			*s = signing{s.did, s.key, s.card, newSigning(t, s.did, newKey(t)).document}
		},
		"a stranger's card and document": func(t *testing.T, s *signing) {
			other := newSigning(t, s.did, newKey(t))
			s.card, s.document = other.card, strings.Replace(other.document, did.EncodePublicKey(other.key.PublicKey()), did.EncodePublicKey(s.key.PublicKey()), 1)
		},
		"a document without its statement's key": func(t *testing.T, s *signing) {
			s.document = strings.Replace(s.document, `"assertionMethod"`, `"assertionMethods"`, 1)
		},
		"a document with a member twice": func(t *testing.T, s *signing) {
			s.document = strings.Replace(s.document, `{`, `{"id":"x",`, 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSigning(t, parse(t, critic), newKey(t))
			registered := s.key.PublicKey()
			change(t, s)
			if p, err := s.discover(t, keys(registered, nil)); !errors.Is(err, peer.ErrCardSignature) && !errors.Is(err, peer.ErrCardKey) {
				t.Errorf("registered key: %+v, %v", p, err)
			}
			s = bound(t)
			change(t, s)
			p, err := s.discover(t)
			if name == "a stranger's document" { // which nobody vouches for, and which the card is not by
				if !errors.Is(err, peer.ErrCardSignature) {
					t.Errorf("%+v, %v", p, err)
				}
			} else if !errors.Is(err, peer.ErrCardSignature) && !errors.Is(err, peer.ErrCardKey) {
				t.Errorf("bound key: %+v, %v", p, err)
			}
		})
	}
}

// TestAddressesOfKeysAreNotFollowed: jku and jwk of a card name no key that counts.
func TestAddressesOfKeysAreNotFollowed(t *testing.T) {
	s, asked := bound(t), false
	ca := stepcatest.NewCA(t, nil)
	s.changeCard(t, func(m map[string]any) {
		m["signatures"] = []any{map[string]any{"protected": "e30", "signature": "AA", "header": map[string]any{"jku": "https://127.0.0.1/jwks"}}}
	})
	pages := routes{cards: map[string]string{pathV1: s.card, did.PathDocument: s.document}}
	url, _ := serve(t, ca, s.did.String(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = asked || strings.Contains(r.URL.Path, "jwks")
		pages.ServeHTTP(w, r)
	}))
	if _, err := newClient(t, ca, newKey(t)).Discover(t.Context(), url, s.did); !errors.Is(err, peer.ErrCardSignature) || asked {
		t.Errorf("%v; keys fetched: %v", err, asked)
	}
}

// TestNoWordOnTheKeyEndsTheCall: nothing is taken for unsigned because somebody is away.
func TestNoWordOnTheKeyEndsTheCall(t *testing.T) {
	for name, away := range map[string]error{"away": errors.New("the authority is away"), "changed": did.ErrKeyChanged} {
		t.Run(name, func(t *testing.T) {
			s := newSigning(t, parse(t, critic), newKey(t))
			if p, err := s.discover(t, keys(nil, away)); !errors.Is(err, peer.ErrCardKey) || !errors.Is(err, away) {
				t.Errorf("%+v, %v", p, err)
			}
		})
	}
}

// TestDocumentsOfOtherMakersDemandNothing: cards of the reference and of other agents
// are taken as before.
func TestDocumentsOfOtherMakersDemandNothing(t *testing.T) {
	for name, document := range map[string]string{
		"the reference's": `{"@context":["https://www.w3.org/ns/did/v1"],"id":"` + critic + `","authentication":[{"id":"#key-1","type":"Ed25519VerificationKey2020","controller":"` + critic + `","publicKeyBase58":"x"}]}`,
		"of another form": `{"id":"` + critic + `","assertionMethod":[{"id":"#a"}],"verificationMethod":{}}`,
		"with little":     `{"id":"` + critic + `"}`,
	} {
		for state, raw := range map[peer.CardState]string{peer.CardUnsigned: cardV1(critic), peer.CardUnverified: newSigning(t, parse(t, critic), newKey(t)).card} {
			s := &signing{did: parse(t, critic), card: raw, document: document}
			p, err := s.discover(t, keys(nil, errors.New("nobody is asked")))
			if err != nil || p.Card != (peer.CardProof{State: state}) {
				t.Errorf("%s: %+v, %v; want %s", name, p.Card, err, state)
			}
		}
	}
}

// TestOfASignedCardAPeerHasNothingElse: neither address nor dialect.
func TestOfASignedCardAPeerHasNothingElse(t *testing.T) {
	for version, want := range map[string]card.Dialect{"1.0": card.V1, "0.3": card.V03, "0.3.0": card.V03} {
		t.Run(version, func(t *testing.T) {
			s := bound(t)
			s.changeCard(t, func(m map[string]any) {
				m["supportedInterfaces"] = []any{map[string]any{"url": "https://elsewhere.example/a2a", "protocolBinding": "JSONRPC", "protocolVersion": version}}
			})
			signature := s.sign(t, s.key, s.did.String()+"#key-2")
			s.changeCard(t, func(m map[string]any) {
				m["signatures"] = []jws.Signature{signature}
				m["url"], m["preferredTransport"], m["protocolVersion"] = "https://elsewhere.example/steal", "JSONRPC", "0.3.0"
				m["agentTrust"], m["kind"] = map[string]any{}, "agent"
				m["additionalInterfaces"] = []any{map[string]any{"url": "https://elsewhere.example/steal", "transport": "JSONRPC"}}
			})
			p, err := s.discover(t)
			if err != nil || p.Protocol != want || !strings.HasSuffix(p.URL, "/a2a") || p.Card.State != peer.CardVerified {
				t.Errorf("%+v, %v", p, err)
			}
		})
	}
}
