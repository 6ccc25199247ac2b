package egress

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/getbindu/bindu-go/internal/refusal"
	"github.com/getbindu/bindu-go/peer"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// Every error of a call has a word of its own, with a status that says whose fault it is:
// none is an internal error.
func TestEveryErrorOfACallHasAWord(t *testing.T) {
	for _, tt := range []struct {
		err    error
		word   refusal.Word
		status int
	}{
		{fmt.Errorf("%w: %w", errChanged, mtls.ErrPeerMismatch), refusal.PeerChanged, 502},
		{errListedKey, refusal.PeerKeyMismatch, 502},
		{fmt.Errorf("%w: no room", errPins), refusal.PinsUnavailable, 503},
		{errStopping, refusal.ShuttingDown, 503},
		{mtls.ErrPeerMismatch, refusal.PeerMismatch, 502},
		{mtls.ErrExpired, refusal.PeerCertificate, 502},
		{mtls.ErrUnknownCA, refusal.PeerCertificate, 502},
		{&peer.CardMismatchError{}, refusal.CardMismatch, 502},
		{fmt.Errorf("%w: %w", peer.ErrCardKey, peer.ErrUnreachable), refusal.CardKey, 502},
		{peer.ErrCardSignature, refusal.CardSignature, 502},
		{peer.ErrCard, refusal.CardInvalid, 502},
		{&peer.Refusal{Status: 404}, refusal.CardInvalid, 502},
		{peer.ErrBinding, refusal.BindingUnknown, 502},
		{peer.ErrUnsigned, refusal.AnswerUnsigned, 502},
		{peer.ErrAnswerSignature, refusal.AnswerSignature, 502},
		{fmt.Errorf("%w: %w", peer.ErrCut, peer.ErrUnreachable), refusal.AnswerCut, 502},
		{peer.ErrAnswerKey, refusal.CardKey, 502},
		{peer.ErrRedirect, refusal.Redirected, 502},
		{peer.ErrReply, refusal.ReplyMalformed, 502},
		{peer.ErrTooLarge, refusal.ReplyTooLarge, 502},
		{peer.ErrHandshakeRefused, refusal.HandshakeRefused, 502},
		{peer.ErrUnreachable, refusal.PeerUnreachable, 502},
		{peer.ErrTimeout, refusal.PeerTimeout, 504},
		{context.DeadlineExceeded, refusal.PeerTimeout, 504},
		{fmt.Errorf("%w: %w", peer.ErrToken, context.DeadlineExceeded), refusal.OwnTokenMissing, 503},
		{context.Canceled, refusal.RequestEnded, 503},
		{errors.New("something else"), refusal.Internal, 500},
	} {
		if got := wordOf(tt.err); got != tt.word || got.Answer().Status() != tt.status {
			t.Errorf("%v: %s (%d), want %s (%d)", tt.err, got, got.Answer().Status(), tt.word, tt.status)
		}
	}
}
