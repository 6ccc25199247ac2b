package egress

import (
	"context"
	"errors"

	"github.com/getbindu/bindu-go/internal/refusal"
	"github.com/getbindu/bindu-go/peer"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// errStopping ends streams before a stop.
var errStopping = errors.New("this agent is about to stop")

// words are those for errors of a call; the first match counts, and what is wrapped by
// another error stands behind it.
var words = []struct {
	err  error
	word refusal.Word
}{
	{errStopping, refusal.ShuttingDown},
	{context.Canceled, refusal.RequestEnded},
	{errPins, refusal.PinsUnavailable},
	{errChanged, refusal.PeerChanged},
	{errListedKey, refusal.PeerKeyMismatch},
	{mtls.ErrPeerMismatch, refusal.PeerMismatch},
	{peer.ErrCardMismatch, refusal.CardMismatch},
	{peer.ErrCardSignature, refusal.CardSignature},
	{peer.ErrUnsigned, refusal.AnswerUnsigned},
	{peer.ErrAnswerSignature, refusal.AnswerSignature},
	{peer.ErrAnswerKey, refusal.CardKey},
	{peer.ErrCut, refusal.AnswerCut},
	{peer.ErrBinding, refusal.BindingUnknown},
	{peer.ErrRedirect, refusal.Redirected},
	{peer.ErrToken, refusal.OwnTokenMissing},
	{peer.ErrTimeout, refusal.PeerTimeout},
	{context.DeadlineExceeded, refusal.PeerTimeout},
	{peer.ErrTooLarge, refusal.ReplyTooLarge},
	{peer.ErrCardKey, refusal.CardKey},
	{peer.ErrCard, refusal.CardInvalid},
	{peer.ErrAddress, refusal.CardInvalid},
	{peer.ErrReply, refusal.ReplyMalformed},
	{peer.ErrHandshakeRefused, refusal.HandshakeRefused},
	{peer.ErrUnreachable, refusal.PeerUnreachable},
}

// wordOf is the word for an error of a call.
func wordOf(err error) refusal.Word {
	for _, w := range words {
		if errors.Is(err, w.err) {
			return w.word
		}
	}
	if _, refused := errors.AsType[*peer.Refusal](err); refused { // in place of its card
		return refusal.CardInvalid
	}
	if mtls.Reason(err) != "" {
		return refusal.PeerCertificate
	}
	return refusal.Internal
}

// endsTrust reports an error after which a peer is looked at anew.
func endsTrust(w refusal.Word) bool {
	switch w {
	case refusal.PeerMismatch, refusal.AnswerUnsigned, refusal.AnswerSignature, refusal.PeerCertificate, refusal.Redirected:
		return true
	}
	return false
}
