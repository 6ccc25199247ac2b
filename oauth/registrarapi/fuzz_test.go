package registrarapi_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/registrarapi"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// tripper answers without a network.
type tripper func(*http.Request) (*http.Response, error)

func (t tripper) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// FuzzAnswers: whatever a registrar answers, a registration ends in an error of ours
// or in scopes that can be asked for, and no question about others in anything but an
// answer or the word that nothing is known.
func FuzzAnswers(f *testing.F) {
	alice := registrartest.NewAgent(f, "alice")
	f.Add(200, `{"did":"`+alice.DID.String()+`",`+registered+`}`)
	f.Add(202, `{"did":"`+alice.DID.String()+`","state":"pending","fingerprint":"SHA256:x"}`)
	f.Add(403, `{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"m","data":{"reason":"revoked"}}}`)
	f.Add(404, `{"error":{"data":{"reason":"client_unknown"}}}`)
	f.Add(204, "")
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 {
			return
		}
		c, err := registrarapi.New(registrarapi.Config{
			URL: "https://registrar.example", Registrar: registrartest.NewAgent(t, "registrar").DID, DID: alice.DID, Key: alice.Key, Timeout: time.Minute,
			HTTPClient: &http.Client{Transport: tripper(func(r *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
			})},
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Register(t.Context(), registrarapi.Registration{Secret: registrartest.SecretOf("1")})
		if err == nil && len(got.Scopes) == 0 {
			t.Errorf("registered without scopes by %d %q", status, body)
		}
		if _, ok := errors.AsType[*registrarapi.Error](err); err != nil && !ok {
			t.Errorf("an error that says not what was asked: %v", err)
		}
		if _, _, err := c.PublicKey(t.Context(), alice.DID); !nothingKnown(err) && !errors.Is(err, registrarapi.ErrUnknown) {
			t.Errorf("about a key: %v", err)
		}
		if _, err := c.Introspect(t.Context(), "token"); err != nil && !nothingKnown(err) {
			t.Errorf("about a token: %v", err)
		}
	})
}

func nothingKnown(err error) bool {
	return errors.Is(err, oauth.ErrUnavailable) || errors.Is(err, oauth.ErrInvalidResponse)
}
