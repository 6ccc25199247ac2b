package boot

import (
	"context"
	"sync"
	"time"

	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/internal/retry"
)

// ClientPause is how many times as long as between two questions to Hydra it is
// between two looks at our own client there: one read each, and a token when the
// last one has grown old.
const ClientPause = 4

// ClientWatch tells /readyz how our own client stands. A deletion is meant: the
// agent is to be gone, so it is not ready, and gets no further certificate. All
// else is a warning, since requests are served as before.
type ClientWatch struct {
	Ready *admin.Readiness
	// Every is about how long passes between two looks; where there was no answer,
	// a fourth of it.
	Every time.Duration
	// Look asks for our client: nil where it is in order.
	Look func(context.Context) error
	// Note is told of each change by its word, "" for none ([ClientReason], [HydraAway], [RegistrarReason]).
	Note func(word string, err error)

	mu   sync.Mutex
	word string // said last
	away bool   // and that was that nobody answers
}

// Run looks until ctx ends.
func (w *ClientWatch) Run(ctx context.Context) error {
	pause := w.Every
	for retry.Wait(ctx, Jittered(pause)) == nil {
		err := w.Look(ctx)
		if ctx.Err() != nil {
			break
		}
		w.Say(err)
		if pause = w.Every; Unanswered(err) {
			pause /= ClientPause // it may be back soon
		}
	}
	return nil
}

// Say takes in what Hydra answered about our client. No answer does not mean
// that what was amiss before is in order now.
func (w *ClientWatch) Say(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	word, away := ClientReason(err), false
	switch {
	case word != "" || err == nil:
	case Unanswered(err) && w.word != "" && !w.away:
		return
	case Unanswered(err):
		word, away = awayReason(err), true
	default:
		word = "token_unavailable"
	}
	reason, warning := "", word
	if word == clientDeleted || word == clientRevoked {
		reason, warning = word, ""
	}
	w.Ready.SetReason(Client, reason)
	w.Ready.SetWarning(Client, warning)
	if word != w.word {
		w.Note(word, err)
	}
	w.word, w.away = word, away
}
