package chaos

import (
	"net/http"
	"sync"

	"github.com/getbindu/bindu-go/internal/hydratest"
)

// recordTokens notes the tokens that are judged from now on, ours included:
// the CA and the agent show them to Hydra or carry them in a header.
func (w *town) recordTokens() func() []string {
	var mu sync.Mutex
	var seen []string
	w.hydra.Before(hydratest.Introspect, func(r *http.Request) {
		if err := r.ParseForm(); err != nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, r.PostForm.Get("token"))
	})
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return seen
	}
}
