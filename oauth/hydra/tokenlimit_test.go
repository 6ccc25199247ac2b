package hydra_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// The limit on tokens is the one that was set, also where tokens are inspected.
func TestHostile180TokensUpToTheLimitSet(t *testing.T) {
	for limit, tt := range map[int]struct{ longest, tooLong int }{
		0:        {hydra.DefaultMaxTokenBytes, 9000},
		16 << 10: {16 << 10, 16<<10 + 1},
		1000:     {1000, 1001},
	} {
		inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
			i := introspector(t, w, hydra.IntrospectorOptions{MaxTokenBytes: limit})
			token := strings.Repeat("a", tt.longest)
			s.AnswerIntrospection(token, `{"active":true,"client_id":"`+callerDID+`","iss":"`+w.public+
				`","exp":9999999999,"token_type":"Bearer","token_use":"access_token"}`)
			for range 2 { // asked, and remembered
				verified(t, i, token)
			}
			if checks := i.Inspect(t.Context(), token); !checks[0].OK {
				t.Errorf("inspected: %+v", checks[0])
			}
			_, err := i.Verify(t.Context(), strings.Repeat("a", tt.tooLong))
			if !errors.Is(err, oauth.ErrMalformed) || !strings.Contains(err.Error(), "at most") {
				t.Errorf("%d bytes: %v", tt.tooLong, err)
			}
			if checks := i.Inspect(t.Context(), strings.Repeat("a", tt.tooLong)); checks[0].OK {
				t.Error("inspected as well formed")
			}
		})
	}
}
