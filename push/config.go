package push

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/brief"
	"github.com/getbindu/bindu-go/task"
)

// MaxTries is how often an event is tried before its webhook is given up.
const MaxTries = 5

// Outcome is what became of a delivery.
type Outcome string

// The outcomes.
const (
	// Delivered: the webhook answered 2xx.
	Delivered Outcome = "delivered"
	// Failed: it did not, and is tried again.
	Failed Outcome = "failed"
	// GivenUp: it did not for the last time.
	GivenUp Outcome = "given_up"
	// OwnerGone: its owner is no caller any more, and all webhooks of that were deleted.
	OwnerGone Outcome = "owner_gone"
	// OwnerUnknown: nobody could say, and the delivery waits.
	OwnerUnknown Outcome = "owner_unknown"
)

// Outcomes are all of them.
func Outcomes() []Outcome { return []Outcome{Delivered, Failed, GivenUp, OwnerGone, OwnerUnknown} }

// Store has what is to be sent. It is a [task.Store], too.
type Store interface {
	task.Outbox
	// Events is that of [task.Store].
	Events(ctx context.Context, owner, id string, after int64, limit int) ([]task.Event, task.Head, error)
}

// Encoder makes a request of an event: its header, Content-Type and what proves it to the
// webhook among it, and its body. A nil body: the webhook is not told of such an event.
// whole returns the task as it was after the event, and may take as long as that is large.
type Encoder func(to task.TakenPush, e task.Event, whole func() (*a2a.Task, error)) (http.Header, []byte, error)

// Config is what a [Sender] needs. Store, Encode, DID and Key are required.
type Config struct {
	Store  Store
	Encode Encoder
	// DID and Key sign every request for an owner that has a DID.
	DID did.DID
	Key *did.KeyPair
	// Owner looks at an owner again before something is sent in its name. Its error wraps
	// [ErrOwnerGone]; any other says that nothing is known. Nil takes everybody as it is.
	Owner    func(ctx context.Context, owner string) error
	Networks Networks
	// Roots verify webhooks; nil are those of the system.
	Roots *x509.CertPool
	// Resolver finds the addresses of names; nil is that of the system.
	Resolver *net.Resolver
	// Observe, if not nil, is told of every outcome.
	Observe func(Outcome)
	// Now is the clock, time.Now by default; Rand crypto/rand.
	Now    func() time.Time
	Rand   io.Reader
	Logger *slog.Logger
}

func (c Config) withDefaults() (Config, error) {
	if c.Store == nil || c.Encode == nil || c.DID.IsZero() || c.Key == nil {
		return c, errors.New("push: a sender needs a store, an encoder, a DID and its key")
	}
	if c.Owner == nil {
		c.Owner = func(context.Context, string) error { return nil }
	}
	if c.Observe == nil {
		c.Observe = func(Outcome) {}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	c.Logger = slog.New(brief.Handler(c.Logger.Handler()))
	return c, nil
}
