package e2e

import (
	"net/url"
	"strings"

	"github.com/getbindu/bindu-go/identity/did"
)

// attack is one thing that a thief tries, at every door at which it could be had.
type attack struct {
	name string
	do   func(f *thief)
}

// attacks are those that are known by name, in an order in which each can use what
// those before it got.
var attacks = []attack{
	{"set the victim's secret", (*thief).setSecret},
	{"set the victim's key", (*thief).setKey},
	{"register under another spelling", (*thief).spellings},
	{"bind DIDs that look like the victim's", (*thief).bindOthers},
	{"announce a TLS key for the victim", (*thief).announceForVictim},
	{"send captured requests again", (*thief).replay},
	{"ask what only the operator may", (*thief).askAsOperator},
	{"take a token in the victim's name", (*thief).tokenOfVictim},
	{"take a token by another grant", (*thief).otherGrants},
	{"grow its scopes and audiences", (*thief).growScope},
	{"register a client at Hydra", (*thief).registerAtHydra},
	{"end the victim's tokens", (*thief).endTokens},
	{"take a certificate in the victim's name", (*thief).certificateOfVictim},
	{"take a certificate with further names", (*thief).certificateWithMore},
	{"renew its certificate with other names", (*thief).renewWithMore},
	{"take certificates by another way", (*thief).otherWaysOfCA},
	{"answer in place of the registrar", (*thief).askWebhook},
}

// document is what it wants Hydra to have of the victim.
func (f *thief) document(secret string) map[string]any {
	return map[string]any{
		"client_id": f.victim.String(), "client_secret": secret, "grant_types": []string{"client_credentials"}, "scope": "agent:read agent:write agent:admin",
		"audience": []string{"step-ca"}, "token_endpoint_auth_method": "client_secret_post", "access_token_strategy": "jwt",
		"metadata": map[string]any{"public_key": f.victimKey},
	}
}

// write tries to have a document written, at every program.
func (f *thief) write(document map[string]any) {
	id := document["client_id"].(string)
	patch := []any{map[string]any{"op": "replace", "path": "/client_secret", "value": document["client_secret"]}}
	for _, door := range f.doors() {
		for _, before := range []string{"/admin/clients", "/clients", "/oauth2/register", "/oauth2/../admin/clients", "//admin/clients", "/oauth2/%2e%2e/admin/clients"} {
			f.ask(door, unsigned("PUT", before+"/"+url.PathEscape(id), document))
			f.ask(door, unsigned("POST", before, document))
			f.ask(door, unsigned("PATCH", before+"/"+url.PathEscape(id), patch))
		}
	}
}

func (f *thief) setSecret() {
	f.write(f.document(f.chosen))
	for _, key := range []string{f.victimKey, f.ownKey()} {
		body := object(f.registration(key, f.chosen))
		for _, as := range []did.DID{f.victim, f.did, f.self} {
			f.ask(f.registrarOr(), f.signed(as, "PUT", registrationPath(f.victim.String()), mediaJSON, body))
		}
		f.ask(f.registrarOr(), unsigned("PUT", registrationPath(f.victim.String()), f.registration(key, f.chosen)))
	}
}

// registrarOr is the registrar, or where it would be.
func (f *thief) registrarOr() string {
	if f.registrar == "" {
		return f.hydraPublic
	}
	return f.registrar
}

func (f *thief) setKey() {
	document := f.document(f.chosen)
	document["metadata"] = map[string]any{"public_key": f.ownKey()}
	f.write(document)
	// As itself, naming the victim's key, and as the victim, naming both.
	f.ask(f.registrarOr(), f.signed(f.did, "PUT", registrationPath(f.did.String()), mediaJSON, object(f.registration(f.victimKey, f.chosen))))
	twice := strings.Replace(string(object(f.registration(f.victimKey, f.chosen))), "{", `{"publicKey":"`+f.ownKey()+`",`, 1)
	f.ask(f.registrarOr(), f.signed(f.victim, "PUT", registrationPath(f.victim.String()), mediaJSON, []byte(twice)))
}

// spelt are ways to write a DID that some reader could take for it.
func spelt(d string) []string {
	last := d[strings.LastIndex(d, ":")+1:]
	return []string{
		strings.ToUpper(d), strings.Replace(d, "bindu", "BINDU", 1), strings.ReplaceAll(d, ":", "%3A"), strings.ReplaceAll(d, ":", "%3a"),
		strings.Replace(d, last, strings.ToUpper(last), 1), strings.Replace(d, "e2e", "%652e", 1), d + "/", d + "/.", d + "/../" + d, "./" + d, "/" + d, d + "?", d + "#", d + "%00",
		d + "%20", d + ";a=b", d + "/tls-key/..", "x/../" + d, "x/%2e%2e/" + d, d + strings.Repeat(":a", 200), strings.ReplaceAll(d, ":", "%253A"), d + "\\", d + ".",
	}
}

func (f *thief) spellings() {
	for _, of := range []did.DID{f.victim, f.did} {
		for _, text := range spelt(of.String()) {
			target := registrationPath(text)
			body := object(f.registration(f.ownKey(), f.chosen))
			f.ask(f.registrarOr(), f.signed(f.did, "PUT", target, mediaJSON, body))
			m := f.signed(f.did, "PUT", target, mediaJSON, body)
			for i := range m.header {
				if strings.EqualFold(m.header[i].name, "X-DID") {
					m.header[i].value = text
				}
			}
			f.ask(f.registrarOr(), m)
		}
	}
	absolute := strings.Replace(f.registrarOr(), "https", "http", 1) + registrationPath(f.victim.String())
	f.ask(f.registrarOr(), f.signed(f.did, "PUT", absolute, mediaJSON, object(f.registration(f.ownKey(), f.chosen))))
}

// bindOthers: the enrolment token in its directory is used up, and its key is that of
// no other DID.
func (f *thief) bindOthers() {
	parts := strings.Split(f.victim.String(), ":")
	last := f.did.String()[strings.LastIndex(f.did.String(), ":")+1:]
	for _, text := range []string{
		strings.Join(append(parts[:4:4], last), ":"), strings.Join(parts[:4], ":"), f.victim.String() + "0",
		strings.Replace(f.victim.String(), "victim", "vict1m", 1), "did:key:z" + f.victimKey,
	} {
		d, err := did.Parse(text)
		if err != nil {
			continue
		}
		f.ask(f.registrarOr(), f.signed(d, "PUT", registrationPath(text), mediaJSON, object(f.registration(f.ownKey(), f.chosen))))
	}
}

func (f *thief) announceForVictim() {
	body := f.announcement(f.newKey())
	for _, d := range []did.DID{f.victim, f.self} {
		target := registrationPath(d.String()) + "/tls-key"
		for _, as := range []did.DID{f.victim, f.did, f.self} {
			f.ask(f.registrarOr(), f.signed(as, "PUT", target, mediaJSON, body))
		}
	}
}

func (f *thief) replay() {
	for _, m := range f.captured {
		f.ask(f.registrarOr(), m)
		f.askBare(f.registrarOr(), m)
	}
}

func (f *thief) askAsOperator() {
	about := map[string]any{"did": f.victim.String(), "scopes": []string{"agent:admin"}, "note": "thief", "fingerprint": f.victimKey}
	for _, path := range []string{"token/create", "token/list", "token/revoke", "pending", "approve", "deny", "revoke", "restore", "grant", "clients", "show"} {
		for _, door := range f.doors() {
			f.ask(door, unsigned("POST", "/v1/"+path, about))
		}
		f.ask(f.registrarOr(), f.signed(f.did, "POST", "/v1/"+path, mediaJSON, object(about)))
	}
	for _, method := range []string{"DELETE", "PATCH", "POST", "GET"} {
		f.ask(f.registrarOr(), f.signed(f.did, method, registrationPath(f.victim.String()), mediaJSON, object(about)))
		f.ask(f.registrarOr(), f.signed(f.victim, method, registrationPath(f.victim.String()), mediaJSON, object(about)))
	}
}
