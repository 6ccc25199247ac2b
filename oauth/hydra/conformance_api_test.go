package hydra_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// exchangeRow is one request in order, and what comes back.
type exchangeRow struct {
	name   string
	method string
	target string
	body   any
	status int
	has    map[string]string // members as fmt.Sprint shows them, "absent" for none
}

func (w *world) run(t *testing.T, rows []exchangeRow) {
	t.Helper()
	for _, row := range rows {
		status, answer := w.call(t, row.method, row.target, row.body)
		if status != row.status {
			t.Errorf("%s: status %d, want %d: %v", row.name, status, row.status, answer)
		}
		for _, field := range slices.Sorted(maps.Keys(row.has)) {
			got := "absent"
			if v, ok := answer[field]; ok {
				got = fmt.Sprint(v)
			}
			if got != row.has[field] {
				t.Errorf("%s: %s is %s, want %s", row.name, field, got, row.has[field])
			}
		}
	}
}

// patch is an operation of RFC 6902.
type patch struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value,omitempty"`
}

// adminAPI holds the two Hydras against what this package relies on.
func adminAPI(t *testing.T, w *world) {
	a := newAgent(t, "admin api")
	d, clients := a.wanted.DID, w.admin+"/admin/clients"
	full := map[string]any{
		"client_id": d.String(), "client_secret": "first-secret", "client_name": "n", "grant_types": []string{"client_credentials"},
		"token_endpoint_auth_method": "client_secret_post", "access_token_strategy": "jwt", "audience": []string{"a"},
		"scope": "x", "metadata": map[string]any{"k": "v"}, "not_a_field": 1,
	}
	shown := map[string]string{
		"client_name": "n", "grant_types": "[client_credentials]", "token_endpoint_auth_method": "client_secret_post",
		"access_token_strategy": "jwt", "audience": "[a]", "scope": "x", "metadata": "map[k:v]", "not_a_field": "absent",
		"client_secret": "absent", "jwks": "map[]", "redirect_uris": "[]", "registration_access_token": "absent",
	}
	reset := map[string]string{
		"client_name": "", "grant_types": "[]", "token_endpoint_auth_method": "client_secret_basic", "access_token_strategy": "absent",
		"audience": "[]", "scope": "offline_access offline openid", "metadata": "map[]", "client_secret": "absent",
	}
	patched := map[string]string{
		"client_name": "p", "metadata": "map[k:w]", "audience": "[b]", "access_token_strategy": "jwt", "not_a_field": "absent",
		"scope": "offline_access offline openid", "jwks": "map[]", "client_id": d.String(),
	}
	w.run(t, []exchangeRow{
		{"GET of nobody", "GET", w.clientURL(d), nil, 404, map[string]string{"error": "Unable to locate the resource"}},
		{"PUT of nobody", "PUT", w.clientURL(d), full, 404, nil},
		{"POST", "POST", clients, full, 201, map[string]string{"client_secret": "first-secret"}},
		{"second POST", "POST", clients, full, 409, nil},
		{"GET", "GET", w.clientURL(d), nil, 200, shown},
		{"partial PUT", "PUT", w.clientURL(d), map[string]any{"client_id": "ignored"}, 200, map[string]string{"client_id": d.String()}},
		{"GET after a partial PUT", "GET", w.clientURL(d), nil, 200, reset},
		{"PUT with a key set and its URL", "PUT", w.clientURL(d), map[string]any{"jwks": map[string]any{}, "jwks_uri": "https://a.example"}, 400, map[string]string{"error": "invalid_client_metadata"}},
		{"PUT with a short secret", "PUT", w.clientURL(d), map[string]any{"client_secret": "short"}, 400, map[string]string{"error": "invalid_client_metadata"}},
		{"PUT with an unknown strategy", "PUT", w.clientURL(d), map[string]any{"access_token_strategy": "x"}, 400, map[string]string{"error": "invalid_client_metadata"}},
		{"PUT of another type", "PUT", w.clientURL(d), []int{1}, 400, nil},
		{"PATCH", "PATCH", w.clientURL(d), []patch{{"add", "/client_name", "p"}, {"add", "/metadata/k", "w"}, {"add", "/audience", []string{"b"}}, {"replace", "/access_token_strategy", "jwt"}, {"add", "/not_a_field", 1}}, 200, patched},
		{"GET after a PATCH", "GET", w.clientURL(d), nil, 200, patched},
		{"PATCH of the metadata", "PATCH", w.clientURL(d), []patch{{"add", "/metadata/n", 1}, {"add", "/client_secret", "other-secret"}}, 200, map[string]string{"client_name": "p", "metadata": "map[k:w n:1]", "client_secret": "other-secret"}},
		{"PATCH with the URL of a key set", "PATCH", w.clientURL(d), []patch{{"add", "/jwks_uri", "https://a.example"}}, 400, map[string]string{"error": "invalid_client_metadata"}},
		{"PATCH that takes the empty one away", "PATCH", w.clientURL(d), []patch{{"add", "/jwks_uri", "https://a.example"}, {"add", "/jwks", json.RawMessage("null")}}, 200, map[string]string{"jwks_uri": "https://a.example"}},
		{"and one that removes it does not", "PATCH", w.clientURL(d), []patch{{"add", "/jwks_uri", "https://a.example"}, {"remove", "/jwks", nil}}, 400, map[string]string{"error": "invalid_client_metadata"}},
		{"PATCH with an unknown strategy", "PATCH", w.clientURL(d), []patch{{"add", "/access_token_strategy", "x"}}, 400, map[string]string{"error": "invalid_client_metadata"}},
		{"PATCH of nothing there", "PATCH", w.clientURL(d), []patch{{"remove", "/nowhere", nil}}, 500, nil},
		{"PATCH of nobody", "PATCH", w.clientURL(d) + "x", []patch{{"add", "/client_name", "p"}}, 404, map[string]string{"error": "Unable to locate the resource"}},
		{"DELETE", "DELETE", w.clientURL(d), nil, 204, nil},
		{"second DELETE", "DELETE", w.clientURL(d), nil, 404, nil},
		{"an id with a slash is registered", "POST", clients, map[string]any{"client_id": d.String() + "/x"}, 201, nil},
		{"and never found", "GET", w.clientURL(d) + "%2Fx", nil, 404, map[string]string{"error": "absent"}},
		{"no such route", "GET", w.admin + "/nowhere", nil, 404, map[string]string{"error": "absent"}},
	})
}

// publicAPI does the same for tokens. The secret survives a PUT without it.
func publicAPI(t *testing.T, w *world) {
	a := newAgent(t, "public api")
	d, token, introspect := a.wanted.DID.String(), w.public+"/oauth2/token", w.admin+"/admin/oauth2/introspect"
	doc := map[string]any{
		"client_id": d, "client_secret": "first-secret", "grant_types": []string{"client_credentials"}, "scope": "x",
		"token_endpoint_auth_method": "client_secret_post", "audience": []string{"a", "b"},
	}
	form := func(more ...string) url.Values {
		f := url.Values{"grant_type": {"client_credentials"}, "client_id": {d}, "client_secret": {"first-secret"}}
		for i := 0; i < len(more); i += 2 {
			f[more[i]] = strings.Split(more[i+1], ",")
		}
		return f
	}
	code := func(word string) map[string]string { return map[string]string{"error": word} }
	w.run(t, []exchangeRow{
		{"unknown client", "POST", token, form(), 401, code("invalid_client")},
		{"register", "POST", w.admin + "/admin/clients", doc, 201, nil},
		{"token", "POST", token, form("scope", "x", "audience", "a,b"), 200, map[string]string{"token_type": "bearer", "expires_in": "3599", "scope": "x"}},
		{"two audiences in one value", "POST", token, form("audience", "a b"), 200, nil},
		{"wrong secret", "POST", token, form("client_secret", "wrong"), 401, code("invalid_client")},
		{"scope", "POST", token, form("scope", "x y"), 400, code("invalid_scope")},
		{"audience", "POST", token, form("audience", "c"), 400, code("invalid_request")},
		{"grant type missing", "POST", token, form("grant_type", ""), 400, code("invalid_request")},
		{"nonsense is inactive", "POST", introspect, url.Values{"token": {"x"}}, 200, map[string]string{"active": "false", "client_id": "absent"}},
		{"introspection without a form", "POST", introspect, url.Values{}, 400, code("invalid_request")},
		{"revocation without a client", "POST", w.public + "/oauth2/revoke", url.Values{"token": {"x"}}, 400, code("invalid_request")},
		{"revocation with a wrong secret", "POST", w.public + "/oauth2/revoke", form("client_secret", "wrong", "token", "x"), 401, code("invalid_client")},
		{"another method", "PUT", w.clientURL(a.wanted.DID), map[string]any{"grant_types": []string{"client_credentials"}}, 200, nil},
		{"the secret by the wrong method", "POST", token, form(), 401, code("invalid_client")},
		{"without the grant", "PUT", w.clientURL(a.wanted.DID), map[string]any{"token_endpoint_auth_method": "client_secret_post"}, 200, nil},
		{"authenticated, not allowed", "POST", token, form(), 400, code("unauthorized_client")},
	})
	_, issued := w.call(t, http.MethodPost, token, form())
	if issued["access_token"] != nil {
		t.Errorf("a token without the grant: %v", issued)
	}
}
