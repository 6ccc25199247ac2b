package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
)

// direct sends messages to a plain agent without any proof, one after the other on one
// connection: what a caller has without an agent of ours between.
func (g *generator) direct(ctx context.Context, o order) (sample, error) {
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: patience}
	var took []time.Duration
	began := time.Now()
	for time.Since(began) < o.Duration || len(took) == 0 {
		body := sendMessage(o.Body, "")
		start := time.Now()
		if err := post(ctx, client, o.Target.URL, body); err != nil {
			return sample{}, err
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	return sample{
		Target: o.Target.Name, Row: o.Row, Connections: 1, Body: o.Body, Requests: len(took), Seconds: time.Since(began).Seconds(),
		P50: percentile(took, 50).Seconds(), P99: percentile(took, 99).Seconds(),
	}, nil
}

func post(ctx context.Context, client *http.Client, url string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK || !bytes.Contains(answer, []byte(`"result"`)) {
		return fmt.Errorf("%w: %d %s", errAnswer, resp.StatusCode, answer[:min(len(answer), 512)])
	}
	return nil
}
