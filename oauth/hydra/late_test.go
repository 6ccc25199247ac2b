package hydra_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// lateAnswers answers each request the moment its time is over, as a server
// does whose client hangs up, and as a transport may still deliver.
type lateAnswers struct {
	status      int
	contentType string
	body        string
}

func (l lateAnswers) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return &http.Response{
		StatusCode: l.status, Header: http.Header{"Content-Type": {l.contentType}}, Request: r,
		Body: io.NopCloser(strings.NewReader(l.body)),
	}, nil
}

// TestAnswersAfterTheDeadlineCountAsNone: whether they are good, bad or empty,
// from each of Hydra's endpoints that a request depends on.
func TestAnswersAfterTheDeadlineCountAsNone(t *testing.T) {
	name, err := did.Parse("did:bindu:ops:late:1")
	if err != nil {
		t.Fatal(err)
	}
	for what, late := range map[string]lateAnswers{
		"empty 200":    {status: 200},
		"nonsense":     {200, "application/json", "<html>"},
		"inactive":     {200, "application/json", `{"active":false}`},
		"refusal":      {401, "application/json", `{"error":"invalid_client"}`},
		"no client":    {404, "application/json", `{"error":"Unable to locate the resource"}`},
		"another one":  {200, "application/json", `{"client_id":"did:bindu:ops:other:2","issuer":"http://hydra.test"}`},
		"the document": {200, "application/json", `{"client_id":"did:bindu:ops:late:1","issuer":"http://hydra.test"}`},
		"too large":    {200, "application/json", strings.Repeat(" ", 2<<20)},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg := hydra.Config{AdminURL: "http://hydra.test", PublicURL: "http://hydra.test", HTTPClient: &http.Client{Transport: late}}
				i := hydra.NewIntrospector(cfg, hydra.IntrospectorOptions{Issuer: "http://hydra.test"})
				defer i.Close()
				_, err := i.Verify(t.Context(), "token")
				checkLate(t, "introspection", err)
				keys := hydra.NewKeyResolver(cfg, hydra.KeyResolverOptions{})
				defer keys.Close()
				_, err = keys.PublicKey(t.Context(), name)
				checkLate(t, "key", err)
				tokens := hydra.NewTokenSource(cfg, &hydra.Credentials{ClientID: name.String(), ClientSecret: "secret"}, nil)
				defer tokens.Close()
				_, err = tokens.Token(t.Context(), "")
				checkLate(t, "token", err)
				_, err = hydra.Discover(t.Context(), cfg)
				checkLate(t, "discovery", err)
			})
		})
	}
}

func checkLate(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, oauth.ErrUnavailable) || errors.Is(err, oauth.ErrInvalidResponse) ||
		errors.Is(err, hydra.ErrKeyUnavailable) || errors.Is(err, hydra.ErrSecretRejected) {
		t.Errorf("%s: %v, want ErrUnavailable and nothing else", what, err)
	}
}
