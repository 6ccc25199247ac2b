package gate_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/signature"
)

// What is too long is told how long it may be, as a number.
func TestHostile180HintsSayTheLimit(t *testing.T) {
	tests := []struct {
		name   string
		limits gate.Limits
		change func(*http.Request)
		reason gate.Reason
		hint   string
		cause  string
	}{
		{"token", gate.Limits{TokenBytes: 4000}, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+strings.Repeat("a", 9000)) },
			gate.AuthMalformed, "The token is too long: it has 9000 bytes, this agent takes at most 4000.", "the token has 9000 bytes, at most 4000 are taken"},
		{"announced body", gate.Limits{BodyBytes: 50}, func(*http.Request) {}, gate.PayloadTooLarge, "at most 50 bytes", ""},
		{"body", gate.Limits{BodyBytes: 50}, func(r *http.Request) { r.ContentLength = -1 }, gate.PayloadTooLarge, "at most 50 bytes", ""},
		{"target", gate.Limits{TargetBytes: 20}, func(r *http.Request) { r.RequestURI = "/?" + strings.Repeat("a", 30) }, gate.TargetTooLong, "at most 20 bytes", ""},
		{"DID", gate.Limits{DIDBytes: 10}, func(*http.Request) {}, gate.DIDMalformed, "at most 10 bytes", ""},
		{"nesting", gate.Limits{JSONDepth: 1}, func(*http.Request) {}, gate.JSONTooDeep, "at most 1 levels", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, func(c *gate.Config) { c.Limits = tt.limits })
			r := b.request(signature.Reference, testBody)
			tt.change(r)
			_, got := b.do(r)
			if got.Error.Data.Reason != string(tt.reason) || !strings.Contains(got.Error.Data.Hint, tt.hint) {
				t.Errorf("%+v", got.Error)
			}
			if cause := fmt.Sprint(b.events[len(b.events)-1].Cause); !strings.Contains(cause, tt.cause) {
				t.Errorf("logged %q", cause)
			}
		})
	}
}

func TestHostile180TokenUpToTheLimitIsJudged(t *testing.T) {
	b := newBench(t, func(c *gate.Config) { c.Limits.TokenBytes = 16 << 10 })
	r := b.request(signature.Reference, testBody)
	r.Header.Set("Authorization", "Bearer "+strings.Repeat("a", 16<<10))
	if _, got := b.do(r); got.Error.Data.Reason != "token_inactive" || b.ran["token"] != 1 {
		t.Errorf("%+v", got.Error)
	}
}
