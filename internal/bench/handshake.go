package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// shakeHands opens connections one after the other in each of the workers, each
// with the smallest request that shows that the server has ended the handshake.
func (g *generator) shakeHands(ctx context.Context, o order, r row) (sample, error) {
	host, name, err := o.Target.at()
	if err != nil {
		return sample{}, err
	}
	hello := encode(http.MethodGet, host, "/health", http.Header{"Connection": {"close"}}, nil)
	configs := make([]*tls.Config, o.Connections)
	for i := range configs {
		configs[i] = g.self.TLS(name)
		if !r.Resumed {
			configs[i].ClientSessionCache = nil
			continue
		}
		if _, err := visit(ctx, host, configs[i], hello, false); err != nil { // it brings the session
			return sample{}, err
		}
	}
	return clocked(o, func(stop *atomic.Bool) ([]time.Duration, error) {
		return visitAll(ctx, host, configs, hello, r.Resumed, stop)
	})
}

func visitAll(ctx context.Context, host string, configs []*tls.Config, hello []byte, resumed bool, stop *atomic.Bool) ([]time.Duration, error) {
	var workers sync.WaitGroup
	var mu sync.Mutex
	var took []time.Duration
	var failure error
	for _, config := range configs {
		workers.Go(func() {
			for !stop.Load() {
				d, err := visit(ctx, host, config, hello, resumed)
				mu.Lock()
				took = append(took, d)
				failure = errors.Join(failure, err)
				mu.Unlock()
				if err != nil {
					stop.Store(true)
				}
			}
		})
	}
	workers.Wait()
	return took, failure
}

// visit makes one connection and returns how long it took until its request was
// answered. It fails unless the session is resumed as expected.
func visit(ctx context.Context, host string, config *tls.Config, hello []byte, resumed bool) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	began := time.Now()
	c, err := connect(ctx, host, config)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	status, body, err := c.exchange(hello)
	if err != nil {
		return 0, err
	}
	took := time.Since(began)
	if err := judge(status, body, false); err != nil {
		return 0, err
	}
	if got := c.ConnectionState().DidResume; got != resumed {
		return 0, fmt.Errorf("session resumed: %t, want %t", got, resumed)
	}
	return took, nil
}
