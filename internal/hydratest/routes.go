package hydratest

import (
	"encoding/json"
	"net/http"
)

func (s *Server) adminRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /admin/clients", s.at(Clients, s.createClient))
	mux.HandleFunc("GET /admin/clients/{id}", s.at(Clients, s.getClient))
	mux.HandleFunc("PUT /admin/clients/{id}", s.at(Clients, s.putClient))
	mux.HandleFunc("PATCH /admin/clients/{id}", s.at(Clients, s.patchClient))
	mux.HandleFunc("DELETE /admin/clients/{id}", s.at(Clients, s.deleteClient))
	mux.HandleFunc("POST /admin/oauth2/introspect", s.at(Introspect, s.introspect))
	mux.HandleFunc("DELETE /admin/oauth2/tokens", s.at(Revoke, s.deleteTokens))
	s.common(mux)
	return mux
}

func (s *Server) publicRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /oauth2/token", s.at(Token, s.token))
	mux.HandleFunc("POST /oauth2/revoke", s.at(Revoke, s.revoke))
	mux.HandleFunc("GET /.well-known/openid-configuration", s.at(Discovery, s.discovery))
	mux.HandleFunc("GET /.well-known/jwks.json", s.at(KeySet, s.keySet))
	s.common(mux)
	return mux
}

func (s *Server) common(mux *http.ServeMux) {
	ok := func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
	}
	mux.HandleFunc("GET /health/alive", s.at(Health, ok))
	mux.HandleFunc("GET /health/ready", s.at(Health, ok))
	mux.HandleFunc("GET /version", s.at(Other, func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]string{"version": "v2.3.0"})
	}))
	// As Hydra does it: a page for people.
	mux.HandleFunc("/", s.at(Other, notFoundPage))
}

func notFoundPage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte("<!DOCTYPE html><title>404 - Route not found</title>"))
}

// discovery serves the discovery document (OpenID Connect Discovery 1.0 section 3).
func (s *Server) discovery(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	alg := s.keys[0].alg
	s.mu.Unlock()
	writeJSON(w, http.StatusOK, map[string]any{
		"issuer":                                s.Issuer(),
		"authorization_endpoint":                s.Issuer() + "/oauth2/auth",
		"token_endpoint":                        s.Issuer() + "/oauth2/token",
		"jwks_uri":                              s.Issuer() + "/.well-known/jwks.json",
		"revocation_endpoint":                   s.Issuer() + "/oauth2/revoke",
		"userinfo_endpoint":                     s.Issuer() + "/userinfo",
		"subject_types_supported":               []string{"public"},
		"response_types_supported":              []string{"code", "code id_token", "id_token", "token id_token", "token", "token id_token code"},
		"grant_types_supported":                 []string{"authorization_code", "implicit", "client_credentials", "refresh_token"},
		"scopes_supported":                      []string{"offline_access", "offline", "openid"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "client_secret_basic", "private_key_jwt", "none"},
		"id_token_signing_alg_values_supported": []string{alg},
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "private, no-cache, no-store, must-revalidate")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// writeError is how Hydra reports errors: with one word for OAuth, with a
// sentence for anything else.
func writeError(w http.ResponseWriter, status int, code, description string) {
	writeJSON(w, status, map[string]string{"error": code, "error_description": description})
}
