package registrar_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// A registration waits for its turn and no longer, and is then told when to come back,
// each another time: nothing is stored of it, so that the same token and secret do for the next try.
func TestOnlySoManyClientsAreWrittenAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, func(c *registrar.Config) { c.Mode, c.MaxChanges, c.Now = registrar.ModeOpen, 1, time.Now })
		f.Clock.Advance(time.Since(f.Clock.Now()))
		first, second, third := registrartest.NewAgent(t, "first"), registrartest.NewAgent(t, "second"), registrartest.NewAgent(t, "third")
		slow := &slowly{Clients: f.Clients, let: make(chan struct{})}
		cfg := f.Config
		cfg.Clients = slow
		r := f.Replica(cfg)
		ended := make(chan registrartest.Answer, 2)
		try := func(a registrartest.Agent) { ended <- f.Register(r, a, a.Body(registrartest.SecretOf("1"))) }
		go try(first)
		synctest.Wait() // it is being written
		began := time.Now()
		go try(second)
		try(third)
		var later []string
		for range 2 {
			late := <-ended
			want(t, late, http.StatusServiceUnavailable, "client_busy")
			later = append(later, late.Header.Get("Retry-After"))
		}
		slices.Sort(later)
		// Before one has ended, a turn is taken to last a second.
		if waited := time.Since(began); waited != 5*time.Second || !slices.Equal(later, []string{"1", "2"}) {
			t.Errorf("refused after %s, to come back in %q s", waited, later)
		}
		if row := f.Row(second.DID); row.Client != nil || row.Intent != nil {
			t.Errorf("something is stored: %+v", row)
		}
		go try(second)
		synctest.Wait() // it waits
		close(slow.let)
		for range 2 {
			if got := <-ended; got.Status != http.StatusCreated {
				t.Error(got)
			}
		}
	})
}

// slowly is an authority whose writes wait.
type slowly struct {
	registrar.Clients
	let chan struct{}
}

func (s *slowly) Put(ctx context.Context, d did.DID, document []byte) error {
	<-s.let
	return s.Clients.Put(ctx, d, document)
}
