package hydra_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/oauth"
	admin "github.com/getbindu/bindu-go/oauth/hydra"
)

// An answer that is none says nothing of a token, and no error holds it.
func TestWhatHydraSaysOfAToken(t *testing.T) {
	t.Parallel()
	const token = "a-token-of-somebody"
	page := http.Header{"Content-Type": {"text/html"}}
	for name, tt := range map[string]struct {
		fault  hydratest.Fault
		active bool
		want   error
	}{
		"inactive":              {hydratest.Fault{Status: 200, Body: `{"active":false,"client_id":5}`}, false, nil},
		"active":                {hydratest.Fault{Status: 200, Body: `{"active":true,"client_id":"did:a:b","aud":"x"}`}, true, nil},
		"of no kind":            {hydratest.Fault{Status: 200, Body: `{"client_id":"did:a:b"}`}, false, oauth.ErrInvalidResponse},
		"active in text":        {hydratest.Fault{Status: 200, Body: `{"active":"true"}`}, false, oauth.ErrInvalidResponse},
		"a client as a number":  {hydratest.Fault{Status: 200, Body: `{"active":true,"client_id":5}`}, false, oauth.ErrInvalidResponse},
		"an audience of others": {hydratest.Fault{Status: 200, Body: `{"active":true,"aud":{"a":1}}`}, false, oauth.ErrInvalidResponse},
		"a member twice":        {hydratest.Fault{Status: 200, Body: `{"active":false,"active":true}`}, false, oauth.ErrInvalidResponse},
		"two answers":           {hydratest.Fault{Status: 200, Body: `{"active":true}{}`}, false, oauth.ErrInvalidResponse},
		"a page":                {hydratest.Fault{Status: 200, Body: `{"active":true}`, Header: page}, false, oauth.ErrInvalidResponse},
		"the page of a proxy":   {hydratest.Fault{Status: 404, Body: token, Header: page}, false, oauth.ErrUnavailable},
		"an error":              {hydratest.Fault{Status: 500, Body: token}, false, oauth.ErrUnavailable},
		"without end":           {hydratest.Fault{HugeBody: 1 << 30}, false, oauth.ErrInvalidResponse},
		"a part of it":          {hydratest.Fault{Truncate: true}, false, oauth.ErrUnavailable},
		"never":                 {hydratest.Fault{Hang: true}, false, oauth.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, a, _ := start(t, func(c *admin.Config) {
				if tt.fault.Hang {
					c.IntrospectTimeout = 100 * time.Millisecond
				}
			})
			s.Fail(hydratest.Introspect, tt.fault)
			got, err := a.Introspect(t.Context(), token)
			if !errors.Is(err, tt.want) || tt.want == nil && err != nil {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if err != nil && (strings.Contains(err.Error(), token) || got.Answer != nil) {
				t.Errorf("%+v with the error %v", got, err)
			}
			if got.Active != tt.active || tt.active && (got.ClientID != "did:a:b" || got.Audience[0] != "x" || string(got.Answer) != tt.fault.Body) {
				t.Errorf("%+v", got)
			}
		})
	}
}
