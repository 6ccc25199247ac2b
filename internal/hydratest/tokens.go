package hydratest

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// issued is a token the server knows.
type issued struct {
	clientID         string
	scopes, audience []string
	use              string
	issuedAt         time.Time
	expiresAt        time.Time
	extra            map[string]any
}

// token is the token endpoint, client_credentials only (RFC 6749 section 4.4).
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.PostForm.Get("grant_type") == "" {
		refuse(w, http.StatusBadRequest, "invalid_request")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id, c := s.authenticate(r)
	if c == nil {
		refuse(w, http.StatusUnauthorized, "invalid_client")
		return
	}
	scopes, audience := strings.Fields(r.PostForm.Get("scope")), audiences(r.PostForm)
	switch {
	case r.PostForm.Get("grant_type") != "client_credentials":
		refuse(w, http.StatusBadRequest, "invalid_request")
	case !within(scopes, strings.Fields(text(c.doc, "scope"))):
		refuse(w, http.StatusBadRequest, "invalid_scope")
	case !within(audience, list(c.doc, "audience")):
		refuse(w, http.StatusBadRequest, "invalid_request")
	case !slices.Contains(list(c.doc, "grant_types"), "client_credentials"):
		refuse(w, http.StatusBadRequest, "unauthorized_client")
	default:
		ttl := s.lifespan(c)
		value := s.issue(c, &issued{clientID: id, scopes: scopes, audience: audience, use: "access_token"}, ttl)
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
		w.Header().Set("Cache-Control", "no-store")
		_ = json.NewEncoder(w).Encode(map[string]any{
			"access_token": value, "expires_in": int(ttl/time.Second) - 1, "scope": strings.Join(scopes, " "), "token_type": "bearer",
		})
	}
}

// authenticate checks the client's secret by the method registered for it;
// s.mu is held.
func (s *Server) authenticate(r *http.Request) (string, *client) {
	id, secret, method := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret"), "client_secret_post"
	if user, password, ok := r.BasicAuth(); ok {
		var err1, err2 error
		id, err1 = url.QueryUnescape(user)
		secret, err2 = url.QueryUnescape(password)
		if err1 != nil || err2 != nil {
			return "", nil
		}
		method = "client_secret_basic"
	}
	c, ok := s.clients[id]
	if !ok || c.secret != secret || text(c.doc, "token_endpoint_auth_method") != method {
		return "", nil
	}
	return id, c
}

func audiences(form url.Values) []string {
	if len(form["audience"]) == 1 {
		return strings.Fields(form.Get("audience"))
	}
	return form["audience"]
}

func within(wanted, allowed []string) bool {
	return !slices.ContainsFunc(wanted, func(s string) bool { return !slices.Contains(allowed, s) })
}

func (s *Server) lifespan(c *client) time.Duration {
	d, err := time.ParseDuration(text(c.doc, "client_credentials_grant_access_token_lifespan"))
	if err != nil {
		return s.options.TokenTTL
	}
	return d
}

// issue makes and stores a token; s.mu is held. c may be nil.
func (s *Server) issue(c *client, t *issued, ttl time.Duration) string {
	t.issuedAt = cmpTime(t.issuedAt, s.options.Now())
	t.expiresAt = cmpTime(t.expiresAt, t.issuedAt.Add(ttl))
	value := "ory_at_" + rand.Text() + "." + rand.Text()
	if c != nil && text(c.doc, "access_token_strategy") == "jwt" {
		value = s.keys[0].sign(map[string]any{
			"aud": nonNil(t.audience), "client_id": t.clientID, "exp": t.expiresAt.Unix(), "ext": map[string]any{},
			"iat": t.issuedAt.Unix(), "iss": s.Issuer(), "jti": rand.Text(), "nbf": t.issuedAt.Unix(),
			"scp": nonNil(t.scopes), "sub": t.clientID,
		})
	}
	s.tokens[value] = t
	return value
}

func cmpTime(t, otherwise time.Time) time.Time {
	if t.IsZero() {
		return otherwise
	}
	return t
}

func nonNil(l []string) []string {
	if l == nil {
		return []string{}
	}
	return l
}

// revoke is the revocation endpoint (RFC 7009).
func (s *Server) revoke(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		refuse(w, http.StatusBadRequest, "invalid_request")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.PostForm.Get("client_id") == "" && r.Header.Get("Authorization") == "" {
		refuse(w, http.StatusBadRequest, "invalid_request")
		return
	}
	id, c := s.authenticate(r)
	if c == nil {
		refuse(w, http.StatusUnauthorized, "invalid_client")
		return
	}
	if t, ok := s.tokens[r.PostForm.Get("token")]; ok && t.clientID == id {
		delete(s.tokens, r.PostForm.Get("token"))
	}
	w.Header().Set("Cache-Control", "no-store")
}

// deleteTokens deletes all access tokens of a client.
func (s *Server) deleteTokens(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("client_id")
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.tokens, func(_ string, t *issued) bool { return t.clientID == id })
	w.WriteHeader(http.StatusNoContent)
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": code, "error_description": "refused: " + code})
}

func readAll(r *http.Request) ([]byte, error) { return io.ReadAll(r.Body) }
