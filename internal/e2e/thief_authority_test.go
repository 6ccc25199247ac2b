package e2e

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"net/url"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

// What a thief tries at Hydra.

// basic is a header with a client's name and secret, as RFC 6749 has it.
func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(id)+":"+url.QueryEscape(secret)))
}

func (f *thief) tokenOfVictim() {
	victim := f.victim.String()
	for _, secret := range []string{f.chosen, f.secret, "", f.received} {
		form := credentials(victim, secret, "step-ca", "agent:read agent:write")
		f.ask(f.hydraPublic, posted("/oauth2/token", form))
		form.Del("client_secret")
		f.ask(f.hydraPublic, posted("/oauth2/token", form).with("Authorization", basic(victim, secret)))
		f.ask(f.hydraPublic, posted("/oauth2/token", form).with("Authorization", basic(f.did.String(), f.secret)))
		form.Add("client_id", f.did.String())
		form.Set("client_secret", f.secret)
		f.ask(f.hydraPublic, posted("/oauth2/token", form))
	}
	for _, text := range spelt(victim) {
		f.ask(f.hydraPublic, posted("/oauth2/token", credentials(text, f.secret, "step-ca", "")))
	}
}

// assertion is a JWT about the victim that the thief signs.
func (f *thief) assertion(of did.DID) string {
	part := func(v any) string { return base64.RawURLEncoding.EncodeToString(object(v)) }
	text := part(map[string]any{"alg": "EdDSA", "typ": "JWT"}) + "." + part(map[string]any{
		"iss": of.String(), "sub": of.String(), "aud": []string{f.hydraPublic, f.hydraPublic + "/oauth2/token"}, "client_id": of.String(),
		"exp": time.Now().Add(time.Minute).Unix(), "iat": time.Now().Unix(), "jti": fmt.Sprint(time.Now().UnixNano()),
	})
	// The thief's key signs no such text (identity/did): it is no key of a client's anyway.
	seed := make([]byte, ed25519.SeedSize)
	return text + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(ed25519.NewKeyFromSeed(seed), []byte(text)))
}

// grants are all that Hydra knows of, and some that it does not.
var grants = []string{
	"authorization_code", "refresh_token", "password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer", "urn:ietf:params:oauth:grant-type:device_code",
	"urn:ietf:params:oauth:grant-type:token-exchange", "urn:ietf:params:oauth:grant-type:saml2-bearer", "urn:openid:params:grant-type:ciba",
}

func (f *thief) otherGrants() {
	for _, client := range []did.DID{f.did, f.victim} {
		for _, grant := range grants {
			form := credentials(client.String(), f.secret, "step-ca", "offline_access openid")
			form.Set("grant_type", grant)
			for name, value := range map[string]string{
				"code": f.received, "refresh_token": f.received, "device_code": f.received, "assertion": f.assertion(f.victim), "subject_token": f.received,
				"subject_token_type": "urn:ietf:params:oauth:token-type:access_token", "username": f.victim.String(), "password": f.secret, "redirect_uri": "https://thief.example",
			} {
				form.Set(name, value)
			}
			f.ask(f.hydraPublic, posted("/oauth2/token", form))
		}
		form := credentials(client.String(), "", "step-ca", "openid")
		form.Del("client_secret")
		form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		form.Set("client_assertion", f.assertion(f.victim))
		f.ask(f.hydraPublic, posted("/oauth2/token", form))
		f.ask(f.hydraPublic, posted("/oauth2/device/auth", url.Values{"client_id": {client.String()}, "scope": {"openid offline_access"}}))
		for _, kind := range []string{"code", "token", "id_token token"} {
			query := url.Values{"client_id": {client.String()}, "response_type": {kind}, "redirect_uri": {"https://thief.example"}, "scope": {"openid"}, "state": {"12345678"}}
			f.ask(f.hydraPublic, rawRequest{method: "GET", target: "/oauth2/auth?" + query.Encode()})
		}
	}
}

func (f *thief) growScope() {
	mine := f.did.String()
	for _, member := range []string{"scope", "scopes", "audience", "grantTypes", "grant_types", "metadata", "admin", "access_token_strategy"} {
		body := f.registration(f.ownKey(), f.secret)
		body[member] = []string{"agent:admin", "offline", "authorization_code", f.victim.String()}
		f.ask(f.registrarOr(), f.signed(f.did, "PUT", registrationPath(mine), mediaJSON, object(body)))
	}
	document := f.document(f.secret)
	document["client_id"], document["metadata"] = mine, map[string]any{"public_key": f.ownKey()}
	f.write(document)
	for _, scope := range []string{"agent:admin", "agent:read agent:admin", "offline offline_access", "openid", "agent:*", "AGENT:ADMIN"} {
		f.ask(f.hydraPublic, posted("/oauth2/token", credentials(mine, f.secret, "", scope)))
	}
	for _, audience := range []string{f.victim.String(), f.self.String(), f.hydraPublic, "agents", "step-ca " + f.victim.String(), "Step-CA"} {
		f.ask(f.hydraPublic, posted("/oauth2/token", credentials(mine, f.secret, audience, "")))
	}
}

func (f *thief) registerAtHydra() {
	document := map[string]any{"client_name": "thief", "grant_types": []string{"client_credentials"}, "scope": "agent:admin", "audience": []string{"step-ca"}, "access_token_strategy": "jwt"}
	for _, door := range f.doors() {
		f.ask(door, unsigned("POST", "/oauth2/register", document))
		f.ask(door, unsigned("POST", "/connect/register", document))
		for _, method := range []string{"GET", "PUT", "DELETE"} {
			for _, bearer := range []string{f.received, f.own(), f.secret} {
				f.ask(door, unsigned(method, "/oauth2/register/"+url.PathEscape(f.victim.String()), f.document(f.chosen)).with("Authorization", "Bearer "+bearer))
			}
		}
	}
}

// endTokens: whoever has a token of another must not be able to end it.
func (f *thief) endTokens() {
	for _, form := range []url.Values{
		{"token": {f.received}}, {"token": {f.received}, "client_id": {f.victim.String()}}, {"token": {f.received}, "client_id": {f.did.String()}, "client_secret": {f.secret}},
	} {
		f.ask(f.hydraPublic, posted("/oauth2/revoke", form))
	}
	f.ask(f.hydraPublic, posted("/oauth2/revoke", url.Values{"token": {f.received}}).with("Authorization", basic(f.did.String(), f.secret)))
	f.ask(f.hydraPublic, rawRequest{method: "DELETE", target: "/oauth2/tokens?client_id=" + url.QueryEscape(f.victim.String())})
	f.ask(f.hydraPublic, rawRequest{method: "GET", target: "/userinfo"}.with("Authorization", "Bearer "+f.received))
}
