package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/probe"
)

// signer makes complete requests to one agent.
type signer struct {
	host   string
	proofs probe.Proofs
	demand bool // of a signed answer
}

func (g *generator) signer(ctx context.Context, host string, name did.DID, scheme signature.Scheme) (*signer, error) {
	token, err := g.self.Token(ctx)
	if err != nil {
		return nil, err
	}
	return &signer{host: host, proofs: probe.Proofs{
		Token: token, Signer: g.self.DID, Key: g.self.Key, Scheme: scheme, Audience: name,
	}}, nil
}

// sign returns the request with a nonce and a time of its own, as bytes.
func (s *signer) sign(body []byte) ([]byte, error) {
	s.proofs.Time = time.Now()
	r, err := s.proofs.Sign("https://"+s.host, body)
	if err != nil {
		return nil, err
	}
	if s.demand {
		signature.Demand(r.Header)
	}
	return encode(http.MethodPost, s.host, "/", r.Header, r.Body), nil
}

// judge returns an error unless an answer is what a request is measured by: one
// behind all gates, and a result where the row promises one.
func judge(status int, body []byte, result bool) error {
	if status != http.StatusOK || result && !bytes.Contains(body, []byte(`"result":`)) {
		return fmt.Errorf("%w: %d %.300s", errAnswer, status, body)
	}
	return nil
}
