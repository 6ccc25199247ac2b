package hydratest

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
)

// introspect is the introspection endpoint (RFC 7662).
func (s *Server) introspect(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || len(r.PostForm) == 0 {
		refuse(w, http.StatusBadRequest, "invalid_request")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.Header().Set("Cache-Control", "no-store")
	value := r.PostForm.Get("token")
	if body, ok := s.raw[value]; ok {
		_, _ = io.WriteString(w, body)
		return
	}
	t, ok := s.tokens[value]
	if !ok || s.quirks.LoseStorage || !s.options.Now().Before(t.expiresAt) {
		_, _ = io.WriteString(w, `{"active":false}`+"\n")
		return
	}
	answer := map[string]any{
		"active": true, "client_id": t.clientID, "sub": t.clientID, "exp": t.expiresAt.Unix(), "iat": t.issuedAt.Unix(),
		"nbf": t.issuedAt.Unix(), "aud": nonNil(t.audience), "iss": s.Issuer(), "token_type": "Bearer", "token_use": t.use,
	}
	if len(t.scopes) > 0 {
		answer["scope"] = strings.Join(t.scopes, " ")
	}
	maps.Copy(answer, t.extra)
	_ = json.NewEncoder(w).Encode(answer)
}
