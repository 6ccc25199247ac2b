package stepcatest

import (
	"crypto"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/smallstep/certificates/api"
)

const (
	unauthorized = "The request lacked necessary authorization to be completed. Please see the certificate authority logs for more info."
	badRequest   = "The request could not be completed; malformed or missing data. Please see the certificate authority logs for more info."
	forbidden    = "The request was forbidden by the certificate authority: requested duration is not allowed."
)

// maxTTL is the longest lifetime that is granted.
const maxTTL = 24 * time.Hour

// sign checks in the order of step-ca: the request, then the token, which is
// burnt from here on, then what was asked for.
func (s *Server) sign(w http.ResponseWriter, r *http.Request) {
	var req api.SignRequest
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&req); err != nil || req.Validate() != nil {
		refuse(w, http.StatusBadRequest, badRequest)
		return
	}
	s.mu.Lock()
	s.last = req.CsrPEM.CertificateRequest
	s.mu.Unlock()
	subject, ok := s.authorize(r, req.OTT)
	if !ok {
		refuse(w, http.StatusUnauthorized, unauthorized)
		return
	}
	ttl := s.cfg.TTL
	if !req.NotAfter.IsZero() {
		now := time.Now() // the request's duration counts from the caller's "now"
		ttl = req.NotAfter.RelativeTime(now).Sub(now)
	}
	if ttl <= 0 || ttl > maxTTL {
		refuse(w, http.StatusForbidden, forbidden)
		return
	}
	s.issue(w, req.CsrPEM.PublicKey, subject, ttl, req.OTT)
}

// authorize returns the subject of a token that was never seen before.
func (s *Server) authorize(r *http.Request, token string) (string, bool) {
	if s.provisionerState() != "" {
		return "", false
	}
	s.mu.Lock()
	used := s.burnt[token]
	s.burnt[token] = true
	started := s.started
	s.mu.Unlock()
	claims, err := s.issuer.verify(r.Context(), token, s.cfg.Audience, s.cfg.Now())
	if err != nil || used || claims.IssuedAt.Time().Before(started) {
		return "", false
	}
	return claims.Subject, true
}

// issue answers with a certificate, spoilt if a fault says so.
func (s *Server) issue(w http.ResponseWriter, pub crypto.PublicKey, subject string, ttl time.Duration, token string) {
	opts := append([]Option{Valid(-backdate, ttl), PublicKey(pub)}, s.currentFault().options...)
	cert := s.CA.Issue(s.cfg.Issuer, subject, opts...)
	chain := []api.Certificate{api.NewCertificate(cert.Leaf)}
	for _, der := range cert.Certificate[1:] {
		parsed, err := x509.ParseCertificate(der)
		if err != nil {
			s.tb.Errorf("fake step-ca: %v", err)
		}
		chain = append(chain, api.NewCertificate(parsed))
	}
	resp := api.SignResponse{ServerPEM: chain[0], CertChainPEM: chain}
	if len(chain) > 1 {
		resp.CaPEM = chain[1]
	}
	if rewrite := s.currentFault().rewrite; rewrite != nil {
		rewrite(w, resp, strings.TrimSpace(token))
		return
	}
	answer(w, http.StatusCreated, resp)
}
