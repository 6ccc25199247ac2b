package e2e

import (
	"net/url"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

// What a whim asks each program for, right but for what it chose.

// signer is whom it says to have signed; nobody's key but its own is at hand.
func (w *whim) signer() did.DID {
	if w.often() {
		return w.did
	}
	d, err := did.Parse(w.name())
	if err != nil {
		return w.victim
	}
	return d
}

func (w *whim) toRegistrar() rawRequest {
	target := pick(w, registrationPath(w.name()), registrationPath(w.name()), registrationPath(w.did.String()), registrationPath(w.name())+"/tls-key", registrationPath(w.did.String())+"/tls-key",
		"/v1/introspect", "/v1/keys/"+w.name(), registrationPath(""), "/v1/"+pick(w, "token/create", "revoke", "grant", "restore", "approve", "pending", "clients", "show", "revocations"), "/", "/metrics", "/readyz")
	method := "PUT"
	if strings.HasPrefix(target, "/v1/introspect") {
		method = "POST"
	} else if strings.HasPrefix(target, "/v1/keys/") {
		method = "GET"
	}
	media, body := mediaJSON, w.body(target)
	if method == "POST" {
		media = mediaForm
	}
	if method == "GET" && w.often() {
		media, body = "", nil
	}
	return w.signed(w.signer(), method, target, media, body)
}

// body is what the target takes, or what another takes.
func (w *whim) body(target string) []byte {
	if w.rarely() {
		target = pick(w, "/v1/introspect", registrationPath(w.name()), registrationPath(w.name())+"/tls-key")
	}
	switch {
	case strings.HasSuffix(target, "/introspect"):
		form := url.Values{"token": {pick(w, w.received, w.token, w.name(), "")}}
		if w.rarely() {
			form.Set(pick(w, "client_id", "token_type_hint", "scope"), w.name())
		}
		return []byte(form.Encode())
	case strings.HasSuffix(target, "/tls-key"):
		return w.announcement(w.tls)
	}
	members := w.registration(pick(w, w.ownKey(), w.ownKey(), w.victimKey, w.name()), pick(w, ownSecret, ownSecret, w.secret, w.text()))
	for w.rarely() {
		members[pick(w, "publicKey", "clientSecret", "name", "url", "enrolmentToken", "scope", "scopes", "did", "client_id", "metadata", "audience", "PublicKey")] = w.value()
	}
	if w.rarely() {
		delete(members, pick(w, "publicKey", "clientSecret", "name", "url", "enrolmentToken"))
	}
	return object(members)
}

func (w *whim) text() string { return pick(w, w.texts...) }

// value is any JSON.
func (w *whim) value() any {
	return pick[any](w, w.text(), w.text(), nil, true, 1e300, []string{w.text(), w.name()}, map[string]any{w.text(): w.name()}, []any{[]any{[]any{w.name()}}})
}

func (w *whim) toHydra() rawRequest {
	id := url.PathEscape(w.name())
	target := pick(w, "/oauth2/token", "/oauth2/token", "/oauth2/token", "/oauth2/auth", "/oauth2/revoke", "/oauth2/device/auth", "/oauth2/device/verify", "/oauth2/register", "/oauth2/register/"+id,
		"/userinfo", "/credentials", "/oauth2/introspect", "/admin/oauth2/introspect", "/admin/clients", "/admin/clients/"+id, "/clients/"+id, "/oauth2/sessions/logout",
		"/admin/trust/grants/jwt-bearer/issuers", "/oauth2/../admin/clients/"+id, "/admin/keys/hydra.openid.id-token", "/oauth2/fallbacks/consent", "/.well-known/jwks.json")
	if strings.Contains(target, "clients") || strings.Contains(target, "register") {
		document := w.document(pick(w, w.chosen, ownSecret))
		document["client_id"] = w.name()
		for w.rarely() {
			document[pick(w, "scope", "grant_types", "jwks_uri", "token_endpoint_auth_method", "owner", "metadata")] = w.value()
		}
		return unsigned(pick(w, "GET", "PUT", "POST", "PATCH", "DELETE"), target, document)
	}
	form := credentials(pick(w, w.name(), w.did.String()), pick(w, w.secret, w.secret, w.text()), pick(w, "", "step-ca", w.text()), pick(w, "", "agent:read", "agent:read agent:write", w.text()))
	if w.rarely() {
		form.Set("grant_type", pick(w, grants...))
	}
	for w.IntN(3) == 0 {
		name := pick(w, "client_id", "client_secret", "token", "code", "refresh_token", "device_code", "assertion", "subject_token", "client_assertion", "audience", "scope", "redirect_uri", "response_type", "request", "id_token_hint")
		form.Add(name, pick(w, w.text(), w.received, w.assertion(w.victim)))
	}
	m := posted(target, form)
	if w.rarely() {
		m = rawRequest{method: "GET", target: target + "?" + form.Encode()}
	}
	return m
}

func (w *whim) toCA() rawRequest {
	target := pick(w, "/sign", "/1.0/sign", "/1.0/sign", "/renew", "/1.0/rekey", "/re-sign", "/revoke", "/ssh/sign", "/ssh/config", "/provisioners", "/admin/provisioners", "/acme/hydra/directory", "/roots", "/health", "/crl", "/sign-intermediate")
	d, err := did.Parse(pick(w, w.names...))
	if err != nil {
		w.t.Fatal(err)
	}
	names := w.thief.names(d)
	if w.rarely() {
		names = append(names, w.thief.names(w.victim)...)
	}
	if w.often() {
		w.tls = w.newKey()
		w.announceOwn(w.tls)
	}
	if w.often() {
		w.token = w.own()
	}
	hosts := []string{"localhost", "registrar"}[:w.IntN(3)]
	body := map[string]any{"csr": w.request(w.tls, d.String(), names, hosts...), "ott": pick(w, w.token, w.token, w.token, w.received, w.assertion(w.victim))}
	for w.IntN(3) == 0 {
		body[pick(w, "notBefore", "notAfter", "templateData", "serial", "passive", "certType", "principals", "backdate")] = pick[any](w, w.value(), time.Now().Add(time.Hour).Format(time.RFC3339), w.serial, true)
	}
	return unsigned(pick(w, "POST", "POST", "POST", "GET"), target, body)
}

func (w *whim) toWebhook() rawRequest {
	d, err := did.Parse(pick(w, w.names...))
	if err != nil {
		w.t.Fatal(err)
	}
	target := pick(w, "/step-ca/authorize", "/step-ca/authorize", "/step-ca/authorize/", "/", registrationPath(w.name()))
	return rawRequest{method: "POST", target: target, body: w.question(d)}.with("Content-Type", mediaJSON)
}
