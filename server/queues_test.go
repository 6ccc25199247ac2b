package server

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

var errBusy = errors.New("too many")

// from is the context of a request that came from there.
func from(ctx context.Context, peer string) context.Context {
	return context.WithValue(ctx, connKey{}, &connection{peer: netip.MustParsePrefix(peer)})
}

func TestUnknownTokensOfOnePeerWaitForItsOwnOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueues(2, time.Second, errBusy)
		hostile, honest := from(t.Context(), "192.0.2.1/32"), from(t.Context(), "192.0.2.2/32")
		var leave []func()
		for range 2 {
			l, err := q.Enter(hostile)
			if err != nil {
				t.Fatal(err)
			}
			leave = append(leave, l)
		}
		began := time.Now()
		if _, err := q.Enter(hostile); !errors.Is(err, errBusy) || time.Since(began) != time.Second {
			t.Errorf("a third place: %v after %s", err, time.Since(began))
		}
		gone, cancel := context.WithCancel(hostile)
		cancel()
		if _, err := q.Enter(gone); !errors.Is(err, errBusy) {
			t.Errorf("who left gets %v", err)
		}
		began = time.Now()
		l, err := q.Enter(honest)
		if err != nil || time.Since(began) != 0 {
			t.Fatalf("somebody else: %v after %s", err, time.Since(began))
		}
		leave = append(leave, l)

		entered := make(chan error)
		go func() {
			l, err := q.Enter(hostile)
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
