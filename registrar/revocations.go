package registrar

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/revocation"
)

// PathRevocations is where agents follow revocations.
const PathRevocations = "/v1/revocations"

const (
	// MaxFollowed is how many DIDs one stream is about at most.
	MaxFollowed = 1024
	// followedPerQuestion is how many more DIDs of a stream count as one question more:
	// the database is asked about each when it is opened.
	followedPerQuestion = 64
	// maxFollow leaves room for as many DIDs that can be client ids.
	maxFollow = int64(len(`{"dids":[]}`) + MaxFollowed*(maxClientID+len(`"",`)))
)

// parseFollow reads which DIDs somebody wants to follow; there may be none. Whether
// anybody has them is no matter: who does not is told nothing of.
func parseFollow(body []byte) ([]did.DID, *Refusal) {
	var asked struct {
		DIDs []string `json:"dids"`
	}
	if json.Unmarshal(body, &asked, json.RejectUnknownMembers(true)) != nil || asked.DIDs == nil || len(asked.DIDs) > MaxFollowed {
		return nil, refuse(FollowInvalid, nil)
	}
	all := make([]did.DID, 0, len(asked.DIDs))
	for _, text := range asked.DIDs {
		d, err := did.Parse(text)
		if err != nil || len(text) > maxClientID {
			return nil, refuse(FollowInvalid, err)
		}
		all = append(all, d)
	}
	slices.SortFunc(all, compareDIDs)
	return slices.Compact(all), nil
}

func (x *exchange) parseFollow() (refused *Refusal) {
	x.followed, refused = parseFollow(x.body)
	return refused
}

// follow tells an agent of the revocations of the DIDs that it named, until one of them
// ends it.
func (r *Registrar) follow(x *exchange) error {
	for range 1 + len(x.followed)/followedPerQuestion {
		place, refused := r.asking(x, 0)
		if refused != nil {
			return refused
		}
		place.Release()
	}
	if err := r.admitted(x.r.Context(), x.proof(), nil); err != nil {
		return err
	}
	s := newStream(x)
	if refused := r.hub.join(s); refused != nil {
		return refused
	}
	defer r.hub.leave(s)
	looked := r.cfg.Now()
	state, head, err := r.lastOf(x.r.Context(), s)
	if err != nil {
		return err
	}
	r.hub.begin(s, state, head, looked)
	x.forgetBody() // a stream lasts
	r.tell(x, s)
	return nil
}

// forgetBody gives back what the body holds before the exchange is over.
func (x *exchange) forgetBody() {
	x.release()
	x.release, x.body, x.followed = func() {}, nil, nil
}

// lastOf reads how the followed DIDs stand: the last tombstone of each that has one.
func (r *Registrar) lastOf(ctx context.Context, s *stream) (state []Tombstone, head Head, err error) {
	err = r.cfg.Store.View(ctx, func(read Reader) error {
		var errs [2]error
		head, errs[0] = read.Head()
		state, errs[1] = read.TombstonesOf(s.followed)
		return errors.Join(errs[:]...)
	})
	return state, head, err
}

// tell writes messages until the stream ends, or its reader is gone or too slow: one
// that takes nothing for as long as silence may last has given up what it knew anyhow.
func (r *Registrar) tell(x *exchange, s *stream) {
	h := x.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	control := http.NewResponseController(x.w)
	_ = control.SetReadDeadline(time.Time{}) // that of the body would end the connection
	s.run(x.r.Context(), r, func(m revocation.Message) bool {
		m.Registrar = r.cfg.Self
		data, err := m.Sign(r.cfg.Key)
		if err != nil {
			r.cfg.Logger.Error("a message about revocations could not be signed", "error", err)
			return false
		}
		late := time.AfterFunc(revocation.Silence, func() { _ = control.SetWriteDeadline(time.Unix(1, 0)) })
		defer late.Stop()
		_, err = x.w.Write(slices.Concat([]byte("data: "), data, []byte("\n\n")))
		return err == nil && control.Flush() == nil
	})
}
