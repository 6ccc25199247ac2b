package a2a

import (
	"context"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/task"
)

// extendedCard answers with the card that only proved callers get, which is the same for
// all.
type extendedCard struct{ card.Extended }

// get: A2A 1.0 section 3.1.11 has this error where the public card declares no other one.
func (c extendedCard) get(_ context.Context, params jsontext.Value) (any, error) {
	var req a2a.GetExtendedAgentCardRequest
	if params != nil {
		if err := decode1(params, &req, &req.Tenant); err != nil {
			return nil, err
		}
	}
	return cardOr(c.V1, a2a.ErrUnsupportedOperation)
}

// getV03: A2A 0.3 section 8.2 has an error of its own for an agent that has none.
func (c extendedCard) getV03(context.Context, jsontext.Value) (any, error) {
	return cardOr(c.V03, a2a.ErrExtendedCardNotConfigured)
}

func cardOr(raw []byte, missing error) (any, error) {
	if raw == nil {
		return nil, &task.Refusal{Err: missing, Reason: "extended_card_unsupported", Message: "this agent has no extended card; the public card says everything"}
	}
	return jsontext.Value(raw), nil
}
