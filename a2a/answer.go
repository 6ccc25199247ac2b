package a2a

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/internal/answers"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/task"
)

// answered names the caller to whom an answer is charged.
func answered(ctx context.Context) string {
	caller, _ := identity.CallerFromContext(ctx)
	return caller.Name()
}

// answer writes what the call results in; with an error nothing is written. What
// the answer holds is charged to the caller until it is written, and so is the
// request, which is kept as long.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request, env jsonrpc.Envelope, answer *answers.Answer) error {
	result, err := h.call(r, env, answer)
	if err != nil {
		return err
	}
	body, err := encode(env.ID, "result", result)
	if err != nil {
		return err
	}
	if err := answer.Made(int64(len(body)) + max(r.ContentLength, 0)); err != nil {
		return err
	}
	write(w, body)
	return nil
}

// reserved calls an operation whose answer is charged before it is read. One
// that is large, which is known only then, waits for its turn and is begun again:
// while it waits it holds no memory and no connection of the store.
func reserved(ctx context.Context, answer *answers.Answer, call func(context.Context) (any, error)) (any, error) {
	ctx = task.WithReserve(ctx, answer.Reserve)
	result, err := call(ctx)
	if !errors.Is(err, answers.ErrTurn) {
		return result, err
	}
	if err := answer.Wait(ctx); err != nil {
		return nil, err
	}
	return call(ctx)
}

// encode returns a response whose member is "result" or "error".
func encode(id jsontext.Value, member string, value any) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(`{"jsonrpc":"2.0","id":`)
	b.Write(id)
	b.WriteString(`,"` + member + `":`)
	if err := json.NewEncoder(&b).Encode(value); err != nil {
		return nil, fmt.Errorf("encoding a response: %w", err)
	}
	b.Truncate(b.Len() - 1) // the encoder ends with a new line
	b.WriteByte('}')
	return b.Bytes(), nil
}

func write(w http.ResponseWriter, response []byte) {
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(response) // the caller is gone if this fails
}
