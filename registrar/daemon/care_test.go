package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/settings"
)

// registryOf is a registry with made-up clients.
type registryOf struct {
	dids    []did.DID
	foreign map[did.DID]bool
	away    error
	settled int
	failed  error
	asked   int
}

func (r *registryOf) Finish(context.Context) (int, error) { return r.settled, r.failed }

func (r *registryOf) Clients(_ context.Context, after did.DID, limit int) ([]did.DID, error) {
	at := slices.Index(r.dids, after) + 1
	return r.dids[at:min(at+limit, len(r.dids))], nil
}

func (r *registryOf) Compare(_ context.Context, d did.DID) ([]registrar.Drift, error) {
	r.asked++
	switch {
	case r.away != nil:
		return nil, r.away
	case r.foreign[d]:
		return nil, &registrar.Refusal{Word: registrar.ForeignWriter}
	}
	return nil, nil
}

func newCared(t *testing.T, r keeper) *care {
	t.Helper()
	ready := admin.NewReadiness(boot.Server, "starting")
	ready.SetReason(boot.Server, "")
	return &care{registry: r, ready: ready, log: slog.New(slog.DiscardHandler)}
}

// Another hand at Hydra is a warning and a number, over however many pages, and is
// neither forgotten nor told anew while Hydra does not answer.
func TestClientsOfAnotherHandAreTold(t *testing.T) {
	r := &registryOf{foreign: map[did.DID]bool{}}
	for i := range 2*page + 1 {
		d, err := did.Parse(fmt.Sprintf("did:bindu:a:b:%04d", i))
		if err != nil {
			t.Fatal(err)
		}
		r.dids = append(r.dids, d)
	}
	c := newCared(t, r)
	look := func(asked int, foreign int64, warnings ...string) {
		t.Helper()
		r.asked = 0
		c.compare(t.Context())
		if got := c.ready.Warnings(); r.asked != asked || *c.compared.Load() != foreign || !slices.Equal(got, warnings) {
			t.Errorf("asked %d, %d foreign, %v; want %d, %d, %v", r.asked, *c.compared.Load(), got, asked, foreign, warnings)
		}
	}
	all := len(r.dids)
	look(all, 0)
	r.foreign[r.dids[0]], r.foreign[r.dids[all-1]] = true, true
	look(all, 2, "foreign_writer")
	r.away = &registrar.Refusal{Word: registrar.Unavailable}
	look(1, 2, "foreign_writer")
	r.away = nil
	clear(r.foreign)
	look(all, 0)
	r.away = errors.New("any other")
	look(1, 0)
}

// What cannot be settled is a warning until it can.
func TestUnsettledChangesAreTold(t *testing.T) {
	r := &registryOf{failed: registrar.ErrStorage}
	c := newCared(t, r)
	for _, step := range []struct {
		settled int
		failed  error
		want    []string
	}{{0, registrar.ErrStorage, []string{"changes_unsettled"}}, {1, registrar.ErrStorage, []string{"changes_unsettled"}}, {2, nil, nil}, {0, nil, nil}} {
		r.settled, r.failed = step.settled, step.failed
		c.settle(t.Context())
		if got := c.ready.Warnings(); !slices.Equal(got, step.want) {
			t.Errorf("%+v: %v", step, got)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	r.failed = context.Canceled
	c.settle(ended)
	if got := c.ready.Warnings(); len(got) > 0 {
		t.Errorf("a stop is told as %v", got)
	}
}

// awayAtFirst is a registry whose Hydra does not answer until a time.
type awayAtFirst struct {
	registryOf
	until time.Time
	looks atomic.Int64
}

func (r *awayAtFirst) Compare(ctx context.Context, d did.DID) ([]registrar.Drift, error) {
	r.looks.Add(1)
	if time.Now().Before(r.until) {
		return nil, errors.New("Hydra is away")
	}
	return r.registryOf.Compare(ctx, d)
}

// A registrar looks with its start, and soon again until it could look at all.
func TestClientsAreComparedWithTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, err := did.Parse("did:bindu:a:b:1")
		if err != nil {
			t.Fatal(err)
		}
		r := &awayAtFirst{registryOf: registryOf{dids: []did.DID{d}, foreign: map[did.DID]bool{d: true}}, until: time.Now().Add(time.Second)}
		c := newCared(t, r)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- c.compareAll(settings.Duration(time.Hour))(ctx) }()
		synctest.Wait()
		if r.looks.Load() != 1 || c.compared.Load() != nil {
			t.Errorf("asked %d times, known is %v", r.looks.Load(), c.compared.Load())
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if found := c.compared.Load(); found == nil || *found != 1 {
			t.Error("it did not look again within two minutes")
		}
		asked := r.looks.Load()
		time.Sleep(25 * time.Minute)
		synctest.Wait()
		if n := r.looks.Load(); n != asked {
			t.Errorf("asked %d times more within half an hour", n-asked)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestLooksComeInTheirTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		looks := 0
		run := every(settings.Duration(time.Minute), func(context.Context) { looks++ })
		done := make(chan error, 1)
		go func() { done <- run(ctx) }()
		time.Sleep(time.Hour)
		cancel()
		if err := <-done; err != nil || looks < 60 || looks > 90 {
			t.Errorf("%d looks in an hour, %v", looks, err)
		}
	})
}
