package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
)

// readers are the streams of one task that the load generator reads.
type readers struct {
	g      *generator
	url    string
	name   did.DID
	signer *signer
	task   string
	last   *http.Client // of the connection that is being filled
	all    []*http.Client
	open   sync.WaitGroup
	mu     sync.Mutex
	failed error // the first
}

// errStream means that a stream did not end as it ought to.
var errStream = errors.New("a stream was cut off")

// follow begins a task and reads it so often as the order says.
func (g *generator) follow(ctx context.Context, o order) error {
	host, name, err := o.Target.at()
	if err != nil {
		return err
	}
	s, err := g.signer(ctx, host, name, signature.Octets1)
	if err != nil {
		return err
	}
	r := &readers{g: g, url: "https://" + host, name: name, signer: s}
	g.readers = r
	id := uuid.NewString()
	r.connect()
	r.task, err = r.begin(ctx, fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{"configuration":{"returnImmediately":true},`+
		`"message":{"messageId":%q,"role":"ROLE_USER","parts":[{"text":"x"}]}}}`, id))
	for i := 0; err == nil && i < o.Count; i++ {
		if i%perConnection == 0 {
			r.connect()
		}
		err = r.read(ctx)
	}
	return err
}

// connect makes the next streams go over a connection of their own.
func (r *readers) connect() {
	config := r.g.self.TLS(r.name)
	config.NextProtos = []string{"h2"}
	r.last = &http.Client{Transport: &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true}}
	r.all = append(r.all, r.last)
}

func (r *readers) post(ctx context.Context, body string) (*http.Response, error) {
	r.signer.proofs.Time = time.Now()
	signed, err := r.signer.proofs.Sign(r.url, []byte(body))
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, signed.URL, bytes.NewReader(signed.Body))
	if err != nil {
		return nil, err
	}
	req.Header = signed.Header
	req.Header.Set("A2A-Version", "1.0")
	return r.last.Do(req)
}

// begin sends a message and returns the id of its task.
func (r *readers) begin(ctx context.Context, body string) (string, error) {
	resp, err := r.post(ctx, body)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var answer struct {
		Result struct{ Task struct{ ID string } }
	}
	text, err := io.ReadAll(resp.Body)
	if err == nil {
		err = json.Unmarshal(text, &answer)
	}
	if err != nil || answer.Result.Task.ID == "" {
		return "", errors.Join(err, fmt.Errorf("%w: %.300s", errAnswer, text))
	}
	return answer.Result.Task.ID, nil
}

// read opens a stream, and returns once its first event has come.
func (r *readers) read(ctx context.Context) error {
	resp, err := r.post(ctx, fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"SubscribeToTask","params":{"id":%q}}`, r.task))
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(resp.Body)
	if resp.Header.Get("Content-Type") != "text/event-stream" || !lines.Scan() {
		defer resp.Body.Close()
		return errors.Join(lines.Err(), fmt.Errorf("%w: %d %.300s", errAnswer, resp.StatusCode, lines.Text()))
	}
	r.open.Go(func() {
		defer resp.Body.Close()
		ended := false
		for lines.Scan() {
			ended = ended || strings.Contains(lines.Text(), "TASK_STATE_CANCELED")
		}
		if !ended {
			r.fail(errors.Join(errStream, lines.Err()))
		}
	})
	return nil
}

func (r *readers) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed == nil {
		r.failed = err
	}
}

// end cancels the task and says how long it took until every reader knew.
func (g *generator) end(ctx context.Context) (sample, error) {
	r := g.readers
	if r == nil {
		return sample{}, errors.New("nothing is being read")
	}
	r.connect()
	began := time.Now()
	resp, err := r.post(ctx, fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"CancelTask","params":{"id":%q}}`, r.task))
	if err != nil {
		return sample{}, err
	}
	defer resp.Body.Close()
	r.open.Wait()
	took := time.Since(began)
	for _, c := range r.all {
		c.CloseIdleConnections()
	}
	g.readers = nil
	return sample{Seconds: took.Seconds()}, r.failed
}
