package agent

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/oauth"
)

// from is the context of a request that came from there.
func from(ctx context.Context, peer string) context.Context {
	return context.WithValue(ctx, connKey{}, &served{peer: netip.MustParsePrefix(peer)})
}

func TestUnknownTokensOfOnePeerWaitForItsOwnOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueues(2, time.Second)
		hostile, honest := from(t.Context(), "192.0.2.1/32"), from(t.Context(), "192.0.2.2/32")
		var leave []func()
		for range 2 {
			l, err := q.enter(hostile)
			if err != nil {
				t.Fatal(err)
			}
			leave = append(leave, l)
		}
		began := time.Now()
		if _, err := q.enter(hostile); !errors.Is(err, oauth.ErrBusy) || time.Since(began) != time.Second {
			t.Errorf("a third place: %v after %s", err, time.Since(began))
		}
		gone, cancel := context.WithCancel(hostile)
		cancel()
		if _, err := q.enter(gone); !errors.Is(err, oauth.ErrBusy) {
			t.Errorf("who left gets %v", err)
		}
		began = time.Now()
		l, err := q.enter(honest)
		if err != nil || time.Since(began) != 0 {
			t.Fatalf("somebody else: %v after %s", err, time.Since(began))
		}
		leave = append(leave, l)

		entered := make(chan error)
		go func() {
			l, err := q.enter(hostile)
			if err == nil {
				defer l()
			}
			entered <- err
		}()
		synctest.Wait()
		leave[0]()
		if err := <-entered; err != nil {
			t.Errorf("a place that was left is not given on: %v", err)
		}
		for _, l := range leave[1:] {
			l()
		}
		synctest.Wait()
		if len(q.peers) != 0 {
			t.Errorf("%d queues are kept", len(q.peers))
		}
	})
}
