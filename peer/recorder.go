package peer

import (
	"context"

	"github.com/getbindu/bindu-go/identity/evidence"
)

type recorderKey struct{}

// Recorded returns a context whose calls hand record each request whose answer was
// proved, with that answer, as soon as all of it has come: what [evidence.Record] is made
// of. Of a stream that breaks off it gets what came and was proved, if anything, marked as
// [evidence.Answer.Incomplete]. It needs a [Peer.SignedAnswers]. record is called by the
// goroutine that reads or closes the answer and must not change what it is given.
func Recorded(ctx context.Context, record func(evidence.Exchange)) context.Context {
	return context.WithValue(ctx, recorderKey{}, record)
}
