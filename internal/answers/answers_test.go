package answers_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/internal/answers"
)

const mib = 1 << 20

func want(t *testing.T, what string, got, wanted error) {
	t.Helper()
	if !errors.Is(got, wanted) {
		t.Errorf("%s: %v, want %v", what, got, wanted)
	}
}

func TestHostile172AnswersOfOneCallerAreBounded(t *testing.T) {
	p := answers.New(4 * mib)
	made := func(caller string, bytes int64) (*answers.Answer, error) {
		a := p.Begin(caller)
		return a, a.Made(bytes)
	}
	first, err := made("hostile", 3*mib)
	want(t, "the first", err, nil)
	second, err := made("hostile", mib)
	want(t, "as much as there is room for", err, nil)
	third, err := made("hostile", 1)
	want(t, "a byte more", err, answers.ErrFull)
	want(t, "a byte more, asked before", third.Reserve(1), answers.ErrFull)
	_, err = made("honest", 4*mib)
	want(t, "somebody else", err, nil)
	second.End()
	want(t, "when one was read", third.Made(mib), nil)
	want(t, "the same, smaller", third.Made(1), nil)
	_, err = made("hostile", mib)
	want(t, "what the smaller one left", err, answers.ErrFull)
	for _, a := range []*answers.Answer{first, third} {
		a.End()
	}
	_, err = made("alone", 100*mib)
	want(t, "a single answer that is larger", err, nil)
}

func TestALargeAnswerNeedsItsTurn(t *testing.T) {
	p := answers.New(64 * mib)
	a := p.Begin("a")
	defer a.End()
	want(t, "small", a.Reserve(256<<10), nil)
	want(t, "large", a.Reserve(256<<10+1), answers.ErrTurn)
	want(t, "the turn", a.Wait(t.Context()), nil)
	want(t, "large, with its turn", a.Reserve(256<<10+1), nil)
	want(t, "as much again", a.Reserve(256<<10+1), nil)
}

func TestLargeAnswersOfOneCallerAreMadeInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := answers.New(64 * mib)
		first, second, small, other := p.Begin("a"), p.Begin("a"), p.Begin("a"), p.Begin("b")
		want(t, "without a turn", first.Reserve(mib), answers.ErrTurn)
		want(t, "the turn", first.Wait(t.Context()), nil)
		want(t, "with it", first.Reserve(mib), nil)
		want(t, "a small one", small.Reserve(mib/8), nil)
		want(t, "somebody else's turn", other.Wait(t.Context()), nil)

		began := time.Now()
		want(t, "too long a wait", second.Wait(t.Context()), answers.ErrFull)
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("waited %s", took)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		want(t, "who left", second.Wait(gone), context.Canceled)
		for _, step := range []struct {
			what string
			pass func()
		}{
			{"is made", func() { _ = first.Made(mib) }},
			{"waits", func() { _ = first.Reserve(0) }},
			{"is over", first.End},
		} {
			turn := make(chan error)
			go func() { turn <- second.Wait(t.Context()) }()
			synctest.Wait()
			step.pass()
			want(t, "when the first "+step.what, <-turn, nil)
			want(t, "the second", second.Made(0), nil)
			if step.what != "is over" {
				want(t, "the first again", first.Wait(t.Context()), nil)
			}
		}
	})
}
