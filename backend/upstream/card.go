package upstream

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/internal/retry"
)

// spoken is how the upstream is spoken to, as its card says.
type spoken struct {
	version card.Dialect
	url     string // at the upstream's own address, whatever host its card names
	tenant  string // that its card wants named in version 1.0
	streams bool
}

// errCard: what is there serves no card of A2A.
var errCard = errors.New("no usable agent card at " + card.Path + " nor " + card.LegacyPath)

// learn returns how the upstream is spoken to, and asks it where nobody has yet.
func (u *Upstream) learn(ctx context.Context) (*spoken, error) {
	if known := u.known.Load(); known != nil {
		return known, nil
	}
	return u.look(ctx)
}

// look reads the card, and notes what it says and whether it could be read.
func (u *Upstream) look(ctx context.Context) (*spoken, error) {
	s, err := u.readCard(ctx)
	if err != nil {
		if ctx.Err() == nil {
			u.note(err)
		}
		return nil, err
	}
	u.note(nil)
	if before := u.card.Swap(s); before == nil || *before != *s {
		u.known.Store(s)
	}
	return u.known.Load(), nil
}

// places are where the card may be: below the address that was configured and, where that
// has a path, at the root, too.
func (u *Upstream) places() []string {
	places := []string{u.at.At(card.Path), u.at.At(card.LegacyPath)}
	if u.at.Path() == "" {
		return places
	}
	for _, path := range []string{card.Path, card.LegacyPath} {
		if at, err := u.at.Beside(path); err == nil {
			places = append(places, at)
		}
	}
	return places
}

func (u *Upstream) readCard(ctx context.Context) (*spoken, error) {
	for _, at := range u.places() {
		answer, err := u.http.Do(ctx, fetch.Question{
			Method: http.MethodGet, URL: at, Accept: "application/json", Timeout: u.cfg.Timeout, Limit: card.MaxSize,
			Statuses: func(int) bool { return true },
		})
		if err != nil {
			return nil, err
		}
		if answer.Status != http.StatusOK {
			continue
		}
		return u.readSpoken(answer.Body)
	}
	return nil, errCard
}

// readSpoken reads a card. Of the address of its endpoint path and query count: agents
// that are not meant to be reached from outside seldom know how they are.
func (u *Upstream) readSpoken(body []byte) (*spoken, error) {
	info, err := card.Parse(body)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errCard, err)
	}
	at, err := u.at.Beside(info.JSONRPC.URL)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errCard, err)
	}
	var more struct {
		Capabilities struct {
			Streaming bool `json:"streaming"`
		} `json:"capabilities"`
	}
	// Parse has looked for names that stand twice.
	if err := json.Unmarshal(body, &more, jsontext.AllowDuplicateNames(true)); err != nil {
		more.Capabilities.Streaming = false // it says nothing of it that can be read
	}
	return &spoken{version: info.ProtocolVersion, url: at, tenant: info.JSONRPC.Tenant, streams: more.Capabilities.Streaming}, nil
}

// Words of /readyz.
const (
	reasonAway = "upstream_unavailable"
	reasonCard = "upstream_card"
)

// Reason is why the upstream would not answer: "upstream_unavailable" if nobody is there,
// "upstream_card" if whoever is there is no A2A agent; "" if it would, as far as is known.
func (u *Upstream) Reason() string {
	if word := u.away.Load(); word != nil {
		return *word
	}
	return ""
}

// note notes whether the upstream is there, and logs a change.
func (u *Upstream) note(err error) {
	word := reasonAway
	switch {
	case err == nil:
		if u.away.Swap(nil) != nil {
			u.cfg.Logger.Info("the upstream is there", "url", u.at.String())
		}
		return
	case errors.Is(err, errCard):
		word = reasonCard
	}
	if before := u.away.Swap(&word); before == nil || *before != word {
		u.cfg.Logger.Warn("the upstream cannot be asked: start it, or correct AGENT__UPSTREAM_URL", "url", u.at.String(), "reason", word, "error", err)
	}
}

// awayEvery is how often an upstream is asked that was not there.
const awayEvery = time.Second

// Watch reads the upstream's card again and again, until ctx ends: /readyz learns whether
// it is there, and the next message how it is spoken to. It returns nil.
func (u *Upstream) Watch(ctx context.Context) error {
	for {
		_, _ = u.look(ctx)
		every := u.cfg.ProbeEvery
		if u.Reason() != "" {
			every = min(every, awayEvery)
		}
		if retry.Wait(ctx, every) != nil {
			return nil
		}
	}
}
