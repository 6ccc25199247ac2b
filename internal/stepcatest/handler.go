package stepcatest

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log"
	"net/http"

	"github.com/smallstep/certificates/api"
)

func discardLog() *log.Logger { return log.New(io.Discard, "", 0) }

// handler serves the paths of step-ca, bare and below /1.0.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	for _, prefix := range []string{"", "/1.0"} {
		mux.HandleFunc("GET "+prefix+"/health", func(w http.ResponseWriter, _ *http.Request) {
			answer(w, http.StatusOK, api.HealthResponse{Status: "ok"})
		})
		mux.HandleFunc("GET "+prefix+"/root/{sha}", s.root)
		mux.HandleFunc("GET "+prefix+"/roots", s.rootList)
		mux.HandleFunc("GET "+prefix+"/roots.pem", s.rootsPEM)
		mux.HandleFunc("GET "+prefix+"/provisioners", s.provisioners)
		mux.HandleFunc("POST "+prefix+"/sign", s.sign)
		mux.HandleFunc("POST "+prefix+"/renew", s.renew)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, r.Method+" "+r.URL.Path)
		s.mu.Unlock()
		w.Header().Set("Date", s.cfg.Now().UTC().Format(http.TimeFormat))
		if s.misbehave(w, r) {
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (s *Server) root(w http.ResponseWriter, r *http.Request) {
	for _, cert := range append(s.currentRoots(), s.CA.Root) {
		sum := sha256.Sum256(cert.Raw)
		if hex.EncodeToString(sum[:]) == r.PathValue("sha") {
			answer(w, http.StatusOK, api.RootResponse{RootPEM: api.NewCertificate(cert)})
			return
		}
	}
	refuse(w, http.StatusNotFound, "The requested resource could not be found.")
}

func (s *Server) rootList(w http.ResponseWriter, _ *http.Request) {
	var list api.RootsResponse
	for _, cert := range s.currentRoots() {
		list.Certificates = append(list.Certificates, api.NewCertificate(cert))
	}
	answer(w, http.StatusCreated, list)
}

func (s *Server) rootsPEM(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/x-pem-file")
	_, _ = w.Write(encode(s.currentRoots()...))
}

func (s *Server) provisioners(w http.ResponseWriter, _ *http.Request) {
	p := map[string]any{
		"type":                  "OIDC",
		"name":                  "hydra",
		"clientID":              s.cfg.Audience,
		"clientSecret":          "",
		"configurationEndpoint": s.cfg.Issuer + "/.well-known/openid-configuration",
		"claims":                map[string]any{"disableRenewal": !s.cfg.EnableRenewal, "maxTLSCertDuration": "24h0m0s"},
	}
	if len(s.cfg.Webhooks) > 0 {
		var webhooks []any
		for _, kind := range s.cfg.Webhooks {
			webhooks = append(webhooks, map[string]any{"name": "registrar", "url": "https://registrar.test/", "kind": kind})
		}
		p["options"] = map[string]any{"webhooks": webhooks}
	}
	list := []any{map[string]any{"type": "JWK", "name": "admin", "key": map[string]any{"kty": "EC"}}}
	switch state := s.provisionerState(); state {
	case provisionerAbsent:
	case "":
		list = append(list, p)
	default:
		p["state"], p["stateReason"] = state, "failed to connect to "+s.cfg.Issuer
		list = append(list, p)
	}
	answer(w, http.StatusOK, map[string]any{"provisioners": list, "nextCursor": ""})
}

func (s *Server) renew(w http.ResponseWriter, r *http.Request) {
	switch {
	case len(r.TLS.PeerCertificates) == 0:
		refuse(w, http.StatusBadRequest, "The request could not be completed: missing client certificate.")
	case !s.cfg.EnableRenewal:
		refuse(w, http.StatusUnauthorized, unauthorized)
	default:
		old := r.TLS.PeerCertificates[0]
		s.issue(w, old.PublicKey, old.Subject.CommonName, s.cfg.TTL, "")
	}
}
