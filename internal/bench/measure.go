package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/probe"
)

// cardQuery passes every gate and makes the agent do next to nothing.
func cardQuery() []byte {
	return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%q,"method":"GetExtendedAgentCard","params":{"pad":%q}}`,
		uuid.NewString(), bytes.Repeat([]byte("x"), 900))
}

type result struct {
	perSecond float64
	p50, p99  time.Duration
}

// measure drives one target over kept connections for about duration. It ends
// earlier when the requests signed ahead are used up.
func measure(ctx context.Context, a *agent.Agent, t target, connections int, duration time.Duration) (result, error) {
	requests, err := prepare(ctx, a, t, int(float64(t.rate)*duration.Seconds()))
	if err != nil {
		return result{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, duration)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig: a.Outbound().TLS(a.DID()), MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections,
	}}
	defer client.CloseIdleConnections()
	var next atomic.Int64
	latencies := make([][]time.Duration, connections)
	failures := make([]error, connections)
	var workers sync.WaitGroup
	began := time.Now()
	for i := range connections {
		workers.Go(func() { latencies[i], failures[i] = work(ctx, client, requests, &next) })
	}
	workers.Wait()
	elapsed := time.Since(began)
	for _, err := range failures {
		if err != nil {
			return result{}, err
		}
	}
	all := slices.Concat(latencies...)
	slices.Sort(all)
	if len(all) == 0 {
		return result{}, fmt.Errorf("no request was answered")
	}
	return result{float64(len(all)) / elapsed.Seconds(), all[len(all)/2], all[len(all)*99/100]}, nil
}

func prepare(ctx context.Context, a *agent.Agent, t target, count int) ([]probe.Request, error) {
	o := a.Outbound()
	token, err := o.Token(ctx)
	if err != nil {
		return nil, err
	}
	requests := make([]probe.Request, count)
	for i := range requests {
		body := t.body()
		if !t.sign {
			requests[i] = probe.Request{URL: t.url + "/", Header: http.Header{"Content-Type": {"application/json"}}, Body: body}
			continue
		}
		p := probe.Proofs{Token: token, Signer: o.DID, Key: o.Key, Scheme: signature.Reference, Audience: o.DID, Time: time.Now()}
		if requests[i], err = p.Sign(t.url, body); err != nil {
			return nil, err
		}
	}
	return requests, nil
}

func work(ctx context.Context, client *http.Client, requests []probe.Request, next *atomic.Int64) ([]time.Duration, error) {
	var took []time.Duration
	for ctx.Err() == nil {
		i := next.Add(1) - 1
		if i >= int64(len(requests)) {
			break
		}
		began := time.Now()
		if err := once(client, requests[i]); err != nil {
			return nil, err
		}
		took = append(took, time.Since(began))
	}
	return took, nil
}

func once(client *http.Client, r probe.Request) error {
	req, err := http.NewRequest(http.MethodPost, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return err
	}
	req.Header = r.Header
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d: %s", resp.StatusCode, body)
	}
	return nil
}
