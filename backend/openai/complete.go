package openai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/sse"
)

// maxEvent bounds an event of a stream, in bytes: a few words, or an error.
const maxEvent = 256 << 10

// complete asks for a completion, and hands it on as it comes.
func (o *OpenAI) complete(ctx context.Context, said []turn, a *answer, alive func()) error {
	body, err := json.Marshal(map[string]any{"model": o.cfg.Model, "messages": said, "stream": true})
	if err != nil {
		return fmt.Errorf("openai: %w", err)
	}
	header := http.Header{"Content-Type": {"application/json"}}
	if o.cfg.Key != "" {
		header.Set("Authorization", "Bearer "+o.cfg.Key)
	}
	resp, err := o.http.Open(ctx, fetch.Question{
		Method: http.MethodPost, URL: o.cfg.URL + "/chat/completions", Body: body, Header: header, Accept: "text/event-stream, application/json",
		Statuses: func(int) bool { return true },
	})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	alive()
	if resp.Status != http.StatusOK {
		return refusal(resp)
	}
	if media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); media != "text/event-stream" {
		return whole(resp.Body, a)
	}
	return stream(sse.NewReader(resp.Body, maxEvent, alive), a)
}

// completion is one, or a piece of one.
type completion struct {
	Choices []struct {
		Index   int     `json:"index"`
		Delta   message `json:"delta"`
		Message message `json:"message"`
		Finish  string  `json:"finish_reason"`
	} `json:"choices"`
	Error jsontext.Value `json:"error"`
}

type message struct {
	Content string `json:"content"`
	Refusal string `json:"refusal"`
}

// errAnswer: what came is no completion.
var errAnswer = errors.New("not a chat completion")

func parse(body []byte) (completion, error) {
	var c completion
	object, err := jsonrpc.ParseParams(body, jsonrpc.MaxDepth)
	if err == nil && object == nil {
		err = jsonrpc.ErrNotObject
	}
	if err == nil {
		err = jsonv2.Unmarshal(object, &c, jsontext.AllowDuplicateNames(true)) // there are none
	}
	switch {
	case err != nil:
		return completion{}, fmt.Errorf("%w: %w", errAnswer, err)
	case c.Error.Kind() == jsontext.KindBeginObject:
		return completion{}, &refusedError{status: http.StatusOK, code: codeOf(c.Error)}
	}
	return c, nil
}

// done is what the server sends when nothing follows.
const done = "[DONE]"

func stream(events *sse.Reader, a *answer) error {
	finish := ""
	for {
		e, err := events.Next()
		switch {
		case errors.Is(err, io.EOF) && finish == "":
			return failTruncated
		case errors.Is(err, io.EOF), err == nil && string(e.Data) == done:
			return finished(finish)
		case err != nil:
			return err
		}
		c, err := parse(e.Data)
		if err != nil {
			return err
		}
		if err := take(c, a, &finish); err != nil {
			return err
		}
	}
}

// whole reads a completion that does not come in pieces.
func whole(body io.ReadCloser, a *answer) error {
	const around = 64 << 10 // what is not text, and escapes
	raw, err := io.ReadAll(fetch.Limit(body, 2*a.left+around, failTooLong))
	if err != nil {
		return err
	}
	c, err := parse(raw)
	if err != nil {
		return err
	}
	finish := ""
	if err := take(c, a, &finish); err != nil {
		return err
	}
	if finish == "" {
		return fmt.Errorf("%w: it has no end", errAnswer)
	}
	return finished(finish)
}

// take hands on the text of the first choice; nobody asks for more.
func take(c completion, a *answer, finish *string) error {
	for _, choice := range c.Choices {
		if choice.Index != 0 {
			continue
		}
		if choice.Delta.Refusal != "" || choice.Message.Refusal != "" {
			return failDeclined
		}
		if err := a.add(choice.Delta.Content + choice.Message.Content); err != nil {
			return err
		}
		if choice.Finish != "" {
			*finish = choice.Finish
		}
	}
	return nil
}

// finished judges why the model stopped.
func finished(reason string) error {
	switch reason {
	case "stop", "": // "" where the server said that it is done
		return nil
	case "length":
		return failLength
	case "content_filter":
		return failFiltered
	}
	return fmt.Errorf("%w: it ends with %q", errAnswer, reason[:min(len(reason), 64)])
}

// maxRefusal is how much is read of an answer with another status, in bytes.
const maxRefusal = 64 << 10

// refusal is the error of an answer with another status. Its message is not kept: some
// servers repeat the key in it.
func refusal(resp *fetch.Stream) error {
	refused := &refusedError{status: resp.Status}
	if n, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && n > 0 && n <= maxRetryAfter {
		refused.retryAfter = n
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxRefusal))
	if err != nil {
		return refused
	}
	var of *refusedError
	if _, err := parse(body); errors.As(err, &of) {
		refused.code = of.code
	}
	return refused
}

// codeOf is the word of an error.
func codeOf(object jsontext.Value) string {
	var e struct {
		Code jsontext.Value `json:"code"`
		Type jsontext.Value `json:"type"`
	}
	if jsonv2.Unmarshal(object, &e, jsontext.AllowDuplicateNames(true)) != nil {
		return ""
	}
	for _, v := range []jsontext.Value{e.Code, e.Type} {
		var word string
		if v.Kind() == jsontext.KindString && jsonv2.Unmarshal(v, &word) == nil && word != "" {
			return word[:min(len(word), 64)]
		}
	}
	return ""
}
