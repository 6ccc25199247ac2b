package hydratest

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Document is a client document, one member per field.
type Document = map[string]json.RawMessage

// client is a registered client.
type client struct {
	doc    Document // without the secret
	secret string
}

// defaults are what a document shows where nothing was written. What is not
// here nor in optional is not known and dropped.
var defaults = map[string]string{
	"client_name": `""`, "redirect_uris": `[]`, "grant_types": `[]`, "response_types": `[]`,
	"scope": `"offline_access offline openid"`, "audience": `[]`, "owner": `""`, "policy_uri": `""`,
	"allowed_cors_origins": `[]`, "tos_uri": `""`, "client_uri": `""`, "logo_uri": `""`, "contacts": `[]`,
	"subject_type": `"public"`, "jwks": `{}`, "token_endpoint_auth_method": `"client_secret_basic"`,
	"userinfo_signed_response_alg": `"none"`, "metadata": `{}`, "skip_consent": `false`, "skip_logout_consent": `null`,
	"authorization_code_grant_access_token_lifespan": `null`, "authorization_code_grant_id_token_lifespan": `null`,
	"authorization_code_grant_refresh_token_lifespan": `null`, "client_credentials_grant_access_token_lifespan": `null`,
	"implicit_grant_access_token_lifespan": `null`, "implicit_grant_id_token_lifespan": `null`,
	"jwt_bearer_grant_access_token_lifespan": `null`, "refresh_token_grant_id_token_lifespan": `null`,
	"refresh_token_grant_access_token_lifespan": `null`, "refresh_token_grant_refresh_token_lifespan": `null`,
}

// optional are shown only where something was written.
var optional = []string{
	"access_token_strategy", "jwks_uri", "sector_identifier_uri", "token_endpoint_auth_signing_alg",
	"request_uris", "request_object_signing_alg", "frontchannel_logout_uri", "frontchannel_logout_session_required",
	"post_logout_redirect_uris", "backchannel_logout_uri", "backchannel_logout_session_required",
}

func (s *Server) createClient(w http.ResponseWriter, r *http.Request) {
	body, ok := readDocument(w, r)
	if !ok {
		return
	}
	id := text(body, "client_id")
	if id == "" {
		id = rand.Text()
	}
	secret := text(body, "client_secret")
	if secret == "" {
		secret = rand.Text()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if fault := invalid(body); fault != "" {
		writeError(w, http.StatusBadRequest, "invalid_client_metadata", fault)
		return
	}
	if _, taken := s.clients[id]; taken {
		writeError(w, http.StatusConflict, "Unable to insert or update resource because a resource with that value exists already", "")
		return
	}
	c := &client{doc: s.normalise(id, body, s.options.Now()), secret: secret}
	s.clients[id] = c
	shown := maps.Clone(c.doc)
	shown["client_secret"] = quote(secret)
	shown["registration_access_token"] = quote("ory_at_" + rand.Text())
	shown["registration_client_uri"] = quote(s.Issuer() + "/oauth2/register/" + id)
	writeJSON(w, http.StatusCreated, shown)
}

func (s *Server) getClient(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.find(w, r)
	if ok {
		writeJSON(w, http.StatusOK, c.doc)
	}
}

// putClient replaces the document: what the body leaves out is reset.
func (s *Server) putClient(w http.ResponseWriter, r *http.Request) {
	body, ok := readDocument(w, r)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if fault := invalid(body); fault != "" {
		writeError(w, http.StatusBadRequest, "invalid_client_metadata", fault)
		return
	}
	if c, ok := s.find(w, r); ok {
		s.replace(w, r, c, body)
	}
}

// replace writes the document of a client and shows it; s.mu is held.
func (s *Server) replace(w http.ResponseWriter, r *http.Request, c *client, body Document) {
	created := c.doc["created_at"]
	c.doc = s.normalise(r.PathValue("id"), body, s.options.Now())
	c.doc["created_at"] = created
	shown := maps.Clone(c.doc)
	if secret := text(body, "client_secret"); secret != "" {
		c.secret = secret
		shown["client_secret"] = quote(secret)
	} else if s.quirks.PutReplacesSecret {
		c.secret = rand.Text()
	}
	writeJSON(w, http.StatusOK, shown)
}

func (s *Server) deleteClient(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.find(w, r); !ok {
		return
	}
	s.forget(r.PathValue("id"))
	w.WriteHeader(http.StatusNoContent)
}

// find looks up the client of the path; s.mu is held. An id with a slash
// matches no route of Hydra's.
func (s *Server) find(w http.ResponseWriter, r *http.Request) (*client, bool) {
	id := r.PathValue("id")
	if strings.Contains(id, "/") {
		notFoundPage(w, r)
		return nil, false
	}
	c, ok := s.clients[id]
	if !ok {
		writeError(w, http.StatusNotFound, "Unable to locate the resource", "")
	}
	return c, ok
}

// forget removes a client and its tokens; s.mu is held.
func (s *Server) forget(id string) {
	delete(s.clients, id)
	maps.DeleteFunc(s.tokens, func(_ string, t *issued) bool { return t.clientID == id })
}

// normalise returns the document as it is stored; s.mu is held.
func (s *Server) normalise(id string, body Document, now time.Time) Document {
	doc := make(Document, len(defaults)+4)
	for name, value := range defaults {
		doc[name] = json.RawMessage(value)
		if v, ok := body[name]; ok && string(v) != "null" && string(v) != `""` {
			doc[name] = v
		}
	}
	for _, name := range optional {
		if v, ok := body[name]; ok && string(v) != "null" && string(v) != `""` {
			doc[name] = v
		}
	}
	if s.quirks.IgnoreTokenStrategy {
		delete(doc, "access_token_strategy")
	}
	doc["client_id"] = quote(id)
	doc["client_secret_expires_at"] = json.RawMessage("0")
	doc["created_at"] = quote(now.UTC().Format(time.RFC3339))
	doc["updated_at"] = quote(now.UTC().Format(time.RFC3339Nano))
	return doc
}

// invalid is the part of Hydra's validation that agents can run into.
func invalid(body Document) string {
	if secret := text(body, "client_secret"); secret != "" && len(secret) < 6 {
		return "Field client_secret must contain a secret that is at least 6 characters long."
	}
	if keys, ok := body["jwks"]; ok && string(keys) != "null" && text(body, "jwks_uri") != "" {
		return "Fields jwks and jwks_uri can not both be set, you must choose one."
	}
	if strategy := text(body, "access_token_strategy"); !slices.Contains([]string{"", "jwt", "opaque"}, strategy) {
		return "invalid access token strategy: expected one of [jwt, opaque]"
	}
	return ""
}

func readDocument(w http.ResponseWriter, r *http.Request) (Document, bool) {
	data, err := readAll(r)
	body, derr := decodeDocument(data)
	if err != nil || derr != nil {
		writeError(w, http.StatusBadRequest, "The request was malformed or contained invalid parameters", "Unable to decode the request body")
		return nil, false
	}
	return body, true
}

func decodeDocument(data []byte) (body Document, err error) {
	var typed struct {
		ID       string   `json:"client_id"`
		Name     string   `json:"client_name"`
		Secret   string   `json:"client_secret"`
		Scope    string   `json:"scope"`
		Method   string   `json:"token_endpoint_auth_method"`
		Strategy string   `json:"access_token_strategy"`
		KeysURI  string   `json:"jwks_uri"`
		Audience []string `json:"audience"`
		Grants   []string `json:"grant_types"`
		Kinds    []string `json:"response_types"`
	}
	return body, errors.Join(json.Unmarshal(data, &body), json.Unmarshal(data, &typed))
}

func text(doc Document, name string) string {
	var s string
	_ = json.Unmarshal(doc[name], &s)
	return s
}

func list(doc Document, name string) []string {
	var l []string
	_ = json.Unmarshal(doc[name], &l)
	return l
}

func quote(s string) json.RawMessage {
	data, err := json.Marshal(s)
	must(err)
	return data
}
