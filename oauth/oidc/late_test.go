package oidc_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/oidc"
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

// TestAnswersAfterTheDeadlineCountAsNone: whether they are good, bad or empty.
func TestAnswersAfterTheDeadlineCountAsNone(t *testing.T) {
	for name, late := range map[string]lateAnswers{
		"empty 200": {status: 200},
		"nonsense":  {200, "application/json", "<html>"},
		"refusal":   {401, "application/json", `{"error":"invalid_client"}`},
		"good":      {200, "application/json", `{"access_token":"abc","token_type":"Bearer","keys":[]}`},
		"too large": {200, "application/json", strings.Repeat(" ", 2<<20)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := &http.Client{Transport: late}
				_, err := oidc.New(t.Context(), oidc.Config{
					Issuers:    []oidc.Issuer{{Issuer: testIssuer, Audiences: []string{testAudience}}},
					HTTPClient: client, FetchTimeout: time.Second,
				})
				checkLate(t, "keys", err)
				source, err := oidc.NewClientCredentials(oidc.ClientCredentialsConfig{
					TokenURL: testIssuer + "/token", ClientID: "poet", ClientSecret: "secret",
					HTTPClient: client, Timeout: time.Second,
				})
				if err != nil {
					t.Fatal(err)
				}
				defer source.Close()
				_, err = source.Token(t.Context(), testAudience)
				checkLate(t, "token", err)
			})
		})
	}
}

func checkLate(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, oauth.ErrUnavailable) || errors.Is(err, oauth.ErrInvalidResponse) || errors.Is(err, oidc.ErrClientRejected) {
		t.Errorf("%s: %v, want ErrUnavailable and nothing else", what, err)
	}
}
