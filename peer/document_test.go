package peer_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/peer"
)

// referenceCard is a card of the Python reference.
const referenceCard = `{"url":"https://elsewhere.example/","protocolVersion":"0.3.0","agentTrust":{},"capabilities":{"extensions":[{"uri":"` + critic + `"}]}}`

// strippedOf has a document answered in a way of the test's own, beside a card without a
// signature, or that of the reference.
func strippedOf(t *testing.T, raw string, document http.HandlerFunc) (peer.Peer, error) {
	t.Helper()
	ca := stepcatest.NewCA(t, nil)
	url, _ := serve(t, ca, critic, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == did.PathDocument {
			document(w, r)
			return
		}
		routes{cards: map[string]string{pathV1: raw}}.ServeHTTP(w, r)
	}))
	return newClient(t, ca, newKey(t)).Discover(t.Context(), url, parse(t, critic))
}

// TestOnlyAClearWordIsNoDocument: of all answers that are no document only those say that
// there is no key that say that there is no document.
func TestOnlyAClearWordIsNoDocument(t *testing.T) {
	const rpc = `{"jsonrpc":"2.0","id":null,"error":{"code":-32009,"message":"Authentication required"}}`
	for name, tt := range map[string]struct {
		card   string
		status int
		body   string
		taken  bool
	}{
		"404":                              {cardV1(critic), 404, "", true},
		"404 of the reference":             {referenceCard, 404, `{"detail":"Not Found"}`, true},
		"the reference's 401":              {referenceCard, 401, rpc, true},
		"the reference's 401, of no other": {cardV1(critic), 401, rpc, false},
		"401 without an error of JSON-RPC": {referenceCard, 401, `{"detail":"no"}`, false},
		"403 of the reference":             {referenceCard, 403, rpc, false},
		"204":                              {cardV1(critic), 204, "", false},
		"301":                              {cardV1(critic), 301, "", false},
		"302":                              {cardV1(critic), 302, "", false},
		"307":                              {cardV1(critic), 307, "", false},
		"400":                              {cardV1(critic), 400, "", false},
		"401":                              {cardV1(critic), 401, "", false},
		"403":                              {cardV1(critic), 403, "", false},
		"408":                              {cardV1(critic), 408, "", false},
		"410":                              {cardV1(critic), 410, "", false},
		"418":                              {cardV1(critic), 418, "", false},
		"429":                              {cardV1(critic), 429, "", false},
		"451":                              {cardV1(critic), 451, "", false},
		"500":                              {cardV1(critic), 500, "", false},
		"503":                              {cardV1(critic), 503, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := strippedOf(t, tt.card, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(tt.status)
				_, _ = w.Write([]byte(tt.body))
			})
			if tt.taken && (err != nil || p.Card.State != peer.CardUnsigned) || !tt.taken && !errors.Is(err, peer.ErrCardKey) {
				t.Errorf("%+v, %v; want that it is taken: %v", p.Card, err, tt.taken)
			}
		})
	}
}

// TestASpoiltDocumentTakesNoSignatureAway: a document that has the key and cannot be read
// is not one without a key.
func TestASpoiltDocumentTakesNoSignatureAway(t *testing.T) {
	genuine := newSigning(t, parse(t, critic), newKey(t)).document
	replaced := func(old, new string) string {
		spoilt := strings.Replace(genuine, old, new, 1)
		if spoilt == genuine {
			t.Fatalf("the document has no %s", old)
		}
		return spoilt
	}
	at := strings.Index(genuine, `"statement":"`) + len(`"statement":"`)
	statement := genuine[at : at+strings.Index(genuine[at:], `"`)]
	for name, document := range map[string]string{
		"empty":                         "",
		"an object without members":     "{}",
		"null":                          "null",
		"a list":                        "[" + genuine + "]",
		"HTML":                          "<html>",
		"a byte less":                   genuine[:len(genuine)-1],
		"a byte less at its beginning":  genuine[1:],
		"a byte more":                   genuine + "x",
		"an object more":                genuine + "{}",
		"a byte order mark":             "\ufeff" + genuine,
		"no UTF-8":                      replaced("key-1", "key-\xff"),
		"2 MiB":                         genuine + strings.Repeat(" ", 2<<20),
		"65 KiB":                        genuine + strings.Repeat(" ", 65<<10),
		"deeper than anything":          replaced("{", `{"x":`+strings.Repeat("[", 200)+strings.Repeat("]", 200)+","),
		"a member twice":                replaced("{", `{"id":"`+critic+`",`),
		"of somebody else":              strings.ReplaceAll(genuine, critic, clerk),
		"of somebody else without key":  `{"id":"` + clerk + `"}`,
		"of a list of ids":              `{"id":["` + critic + `"]}`,
		"its id in another case":        replaced(`"id":"`+critic+`"`, `"ID":"`+critic+`"`),
		"the statement is empty":        replaced(statement, ""),
		"the statement is null":         replaced(`"`+statement+`"`, "null"),
		"the statement is a number":     replaced(`"`+statement+`"`, "1"),
		"the statement in another case": replaced(`"statement"`, `"Statement"`),
		"the statement is escaped":      replaced(`"statement"`, `"STATEMEN\u0054"`),
		"the statement elsewhere":       replaced(`"verificationMethod"`, `"verificationmethod"`),
		"a type of another kind":        replaced(`"Ed25519VerificationKey2020"`, `["Ed25519VerificationKey2020"]`),
		"methods that are no list":      replaced(`"assertionMethod":[`, `"assertionMethod":[[],`),
	} {
		t.Run(name, func(t *testing.T) {
			answer := func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(document)) }
			if p, err := strippedOf(t, cardV1(critic), answer); !errors.Is(err, peer.ErrCardKey) {
				t.Errorf("%+v, %v", p.Card, err)
			}
		})
	}
}
