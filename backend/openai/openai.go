// Package openai answers messages with the chat completions of a model, at any server that
// speaks OpenAI's protocol. The model gets texts and no tools.
package openai

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/backend/internal/pace"
	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/internal/loopback"
	"github.com/getbindu/bindu-go/task"
)

// Config says which model answers, and how much.
type Config struct {
	// URL is the server's, as https://api.openai.com/v1: https, or http on loopback.
	URL string
	// Model is the model's name, Key what the server knows us by; "" for none.
	Model, Key string
	// System is said to the model before everything else; "" for nothing.
	System string
	// Timeout is how long the server may be silent.
	Timeout time.Duration
	// AnswerLimit is how many bytes of text an answer may have.
	AnswerLimit int64
	// Logger gets what peers are not told; nil discards it.
	Logger *slog.Logger
}

// OpenAI is a [task.Executor]. Close it.
type OpenAI struct {
	cfg       Config
	transport *http.Transport
	http      fetch.Client
}

var _ task.Executor = (*OpenAI)(nil)

// New checks the configuration. Nobody is asked yet.
func New(cfg Config) (*OpenAI, error) {
	u, err := url.Parse(cfg.URL)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "",
		u.Scheme != "https" && (u.Scheme != "http" || !loopback.IsLocal(u.Hostname())):
		return nil, errors.New("openai: the URL must be https, or http on loopback")
	case cfg.Model == "" || cfg.Timeout <= 0 || cfg.AnswerLimit <= 0:
		return nil, errors.New("openai: a model, a timeout and a limit of answers are required")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	cfg.URL = strings.TrimRight(cfg.URL, "/")
	o := &OpenAI{cfg: cfg, transport: fetch.NewTransport(nil)}
	o.http = fetch.NewClient(&http.Client{Transport: o.transport})
	return o, nil
}

// Close ends idle connections. It is to be called when no execution goes on.
func (o *OpenAI) Close() error {
	o.transport.CloseIdleConnections()
	return nil
}

// Execute implements [task.Executor].
func (o *OpenAI) Execute(ctx context.Context, req task.Request, emit task.Emit) (task.Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silent := time.AfterFunc(o.cfg.Timeout, func() { cancel(failSilent) })
	defer silent.Stop()
	said, err := o.conversation(ctx, req)
	if err != nil {
		return task.Result{}, err
	}
	a := &answer{id: artifactID(req), pieces: pace.New(emit, cancel), left: o.cfg.AnswerLimit}
	err = o.complete(ctx, said, a, func() { silent.Reset(o.cfg.Timeout) })
	if ended := a.pieces.End(); err == nil {
		err = ended
	}
	if err == nil && !a.begun {
		err = emit(a.artifact(""), false)
	}
	if err != nil {
		return task.Result{}, o.public(ctx, err)
	}
	return task.Result{}, nil
}

// artifactID is another one for each message of a task.
func artifactID(req task.Request) a2a.ArtifactID {
	sum := sha256.Sum256(fmt.Appendf(nil, "answer %q %q", req.TaskID, req.Message.ID))
	return a2a.ArtifactID(hex.EncodeToString(sum[:16]))
}

// answer is what the model says, as it is handed on.
type answer struct {
	id     a2a.ArtifactID
	pieces *pace.Pieces
	left   int64 // bytes that it may still have
	begun  bool
}

func (a *answer) artifact(text string) *a2a.Artifact {
	return &a2a.Artifact{ID: a.id, Name: "answer", Parts: a2a.ContentParts{a2a.NewTextPart(text)}}
}

// add hands on more of the answer.
func (a *answer) add(text string) error {
	if text == "" {
		return nil
	}
	if a.left -= int64(len(text)); a.left < 0 {
		return failTooLong
	}
	a.begun = true
	return a.pieces.Tell(a.artifact(text), true)
}
