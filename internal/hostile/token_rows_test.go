package hostile

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/stepcatest"
)

// tokenRows are A2 as far as the request alone decides.
func tokenRows() []row {
	refused := func(reach reach) want { return want{status: 401, code: -31402, gate: "token", reach: reach} }
	syntax := want{status: 401, code: -31401, gate: "token"}
	expired := want{status: 401, code: -31404, gate: "token", reach: atToken}
	mismatch := func(gate string) want { return want{status: 403, code: -31406, gate: gate, reach: atToken} }
	scope := want{status: 403, code: -31403, gate: "scope", reach: atKey}
	return []row{
		{number: 26, reason: "auth_missing", sent: "no Authorization", want: syntax, cases: cases{"none": header("Authorization")}},
		{number: 26, reason: "auth_missing_auth0", sent: "the same, where the operator wants the numbers of Auth0's guide", with: "AUTH__ERROR_CODES=auth0",
			gets: "401 `auth_missing` (-32001); with an A2A-Version as ever", run: auth0Numbers},
		{number: 27, reason: "auth_malformed", sent: "another scheme, no token, two spaces, a tab, something behind it", want: syntax, cases: cases{
			"basic":          authorization("Basic Zm9vOmJhcg=="),
			"bearer alone":   authorization("Bearer"),
			"empty":          authorization("Bearer "),
			"two spaces":     authorization("Bearer  TOKEN"),
			"tab":            authorization("Bearer\tTOKEN"),
			"something else": authorization("Bearer TOKEN x"),
			"two tokens":     authorization("Bearer TOKEN,TOKEN"),
			"quoted":         authorization(`Bearer "TOKEN"`),
			"not ASCII":      authorization("Bearer tökén"),
			"only padding":   authorization("Bearer =="),
			"token in query": both(authorization("Bearer"), func(s *shot) { s.after(func() { s.target = "/?access_token=" + s.token }) }),
		}},
		{number: 28, reason: "duplicate_header", sent: "two Authorization headers", want: want{status: 400, code: -31400, gate: "shape"}, cases: cases{
			"equal": func(s *shot) {
				s.after(func() { s.fields = append(s.fields, field{"Authorization", "Bearer " + s.token}) })
			},
			"different":  extra("authorization", "Basic x"),
			"underscore": extra("X_DID", "did:bindu:a:b"),
		}},
		{number: 31, reason: "token_inactive", sent: "a token that Hydra does not know, or has revoked", want: refused(atToken), cases: cases{
			"unknown": func(s *shot) { s.token = "ory_at_unknown" },
			"revoked": func(s *shot) { s.token = s.h.hydra.IssueToken(s.spec); s.h.hydra.RevokeToken(s.token) },
		}},
		{number: 32, reason: "token_expired", sent: "exp past, now, missing, zero, negative", want: expired, cases: cases{
			"past":     func(s *shot) { s.spec.Claims = map[string]any{"exp": s.h.clock.now().Unix() - 1} },
			"now":      func(s *shot) { s.spec.Claims = map[string]any{"exp": s.h.clock.now().Unix()} },
			"zero":     claims(map[string]any{"exp": 0}),
			"negative": claims(map[string]any{"exp": -1}),
			"missing":  introspected(`{"active":true,"client_id":"CALLER","iss":"ISSUER","token_type":"Bearer","token_use":"access_token"}`),
		}},
		{number: 32, reason: "introspection_invalid", sent: "exp that is no time", want: want{status: 503, code: -31409, gate: "token", reach: atToken}, cases: cases{
			"null":     claims(map[string]any{"exp": nil}),
			"text":     claims(map[string]any{"exp": "tomorrow"}),
			"digits":   claims(map[string]any{"exp": "9999999999"}),
			"1e308":    claims(map[string]any{"exp": json.RawMessage("1e308")}),
			"fraction": claims(map[string]any{"exp": json.RawMessage("1.5")}),
			"list":     claims(map[string]any{"exp": []int{1}}),
		}},
		{number: 33, reason: "token_not_yet_valid", sent: "nbf more than 60 s ahead", want: refused(atToken), cases: cases{
			"nbf": func(s *shot) { s.spec.Claims = map[string]any{"nbf": s.h.clock.now().Add(70 * time.Second).Unix()} },
			"iat": func(s *shot) { s.spec.Claims = map[string]any{"iat": s.h.clock.now().Add(70 * time.Second).Unix()} },
		}},
		{number: 34, reason: "token_audience", sent: "a token made for step-ca", want: refused(atToken), cases: cases{
			"alone":     claims(map[string]any{"aud": []string{"step-ca"}}),
			"as text":   claims(map[string]any{"aud": "step-ca"}),
			"among two": claims(map[string]any{"aud": []string{"poet", "step-ca"}}),
		}},
		{number: 35, reason: "token_audience", sent: "a token for another agent, or for nobody, where AUTH__AUDIENCE names us", with: "AUTH__AUDIENCE=poet", want: refused(atToken), cases: cases{
			"another": claims(map[string]any{"aud": []string{"critic"}}),
			"empty":   claims(map[string]any{"aud": []string{}}),
			"none":    claims(map[string]any{"aud": nil}),
			"prefix":  claims(map[string]any{"aud": "poe"}),
		}},
		{number: 35, reason: "admitted", sent: "a token for us, its audience written as text or as a list", with: "AUTH__AUDIENCE=poet", want: ok, cases: cases{
			"text": claims(map[string]any{"aud": "poet"}),
			"list": claims(map[string]any{"aud": []string{"critic", "poet"}}),
		}},
		{number: 36, reason: "scope_insufficient", sent: "a token without the permission of the method", want: scope, cases: cases{
			"none":           scopes(),
			"read only":      scopes("agent:read"),
			"agent:writer":   scopes("agent:writer"),
			"admin":          notAdmin,
			"wildcard":       scopes("agent:*", "*"),
			"capitals":       scopes("AGENT:WRITE"),
			"write to read":  both(scopes("agent:write"), content(call("tasks/get", `{"id":"x"}`))),
			"admin to read":  both(notAdmin, content(call("ListTasks", `{}`))),
			"comma in scope": scopes("agent:read,agent:write"),
		}},
		{number: 38, reason: "token_use", sent: "an ID token or a refresh token", want: refused(atToken), cases: cases{
			"id":      func(s *shot) { s.spec.Use = "id_token" },
			"refresh": func(s *shot) { s.spec.Use = "refresh_token" },
			"empty":   claims(map[string]any{"token_use": ""}),
			"mac":     claims(map[string]any{"token_type": "mac"}),
		}},
		{number: 39, reason: "token_issuer", sent: "a token of another Hydra", want: refused(atToken), cases: cases{
			"other":        claims(map[string]any{"iss": "https://hydra.example"}),
			"slash behind": func(s *shot) { s.spec.Claims = map[string]any{"iss": s.h.hydra.Issuer() + "/"} },
			"empty":        claims(map[string]any{"iss": ""}),
			"case of scheme": func(s *shot) {
				s.spec.Claims = map[string]any{"iss": strings.Replace(s.h.hydra.Issuer(), "http", "HTTP", 1)}
			},
		}},
		{number: 40, reason: "client_not_did", sent: "a token whose client is no DID", want: mismatch("token"), cases: cases{
			"service": func(s *shot) { s.spec.ClientID = "my-service" },
			"empty":   claims(map[string]any{"client_id": ""}),
			"path":    func(s *shot) { s.spec.ClientID = s.caller.name.String() + "/x" },
		}},
		{number: 42, reason: "identity_mismatch", sent: "the token of another caller on one's own connection", want: mismatch("agreement"), cases: cases{
			"token":       func(s *shot) { s.spec.ClientID = s.h.newCaller(s.t).name.String() },
			"certificate": func(s *shot) { s.cert = &s.h.newCaller(s.t).cert },
			"token, name, key": func(s *shot) {
				c := s.h.newCaller(s.t)
				s.spec.ClientID = c.name.String()
				s.signer, s.key = c.name, c.key
			},
			"capitals in a DID": func(s *shot) {
				reissue(s, stepcatest.URIs(s.h.ca.Issuer()+"#"+strings.Replace(s.caller.name.String(), "caller", "Caller", 1)))
			},
		}},
		{number: 43, reason: "identity_mismatch", sent: "somebody's complete request, relayed over one's own connection", want: mismatch("agreement"), cases: cases{
			"reference": func(s *shot) { s.cert = &s.h.newCaller(s.t).cert },
			"jcs-1":     both(jcs, func(s *shot) { s.cert = &s.h.newCaller(s.t).cert }),
		}},
		{number: 44, reason: "token_inactive", sent: "a JWT without signature: alg none, None, nOnE", want: refused(atToken), cases: cases{
			"none": forged("none", ""), "None": forged("None", ""), "nOnE": forged("nOnE", ""),
		}},
		{number: 45, reason: "token_inactive", sent: "a JWT signed with HS256 and the issuer's public key", want: refused(atToken), cases: cases{
			"JWK": forged("HS256", "jwk"), "empty key": forged("HS256", ""),
		}},
	}
}

// ok is what an honest request gets.
var ok = want{status: 200, reach: served}

// authorization sends this header with the real token where TOKEN stands.
func authorization(value string) spoil {
	return func(s *shot) {
		s.after(func() { s.set("Authorization", strings.ReplaceAll(value, "TOKEN", s.token)) })
	}
}

func scopes(names ...string) spoil { return func(s *shot) { s.spec.Scopes = names } }

// introspected has Hydra answer with these bytes.
func introspected(body string) spoil {
	return func(s *shot) {
		s.token = "ory_at_" + rand.Text()
		body := strings.NewReplacer("CALLER", s.caller.name.String(), "ISSUER", s.h.hydra.Issuer()).Replace(body)
		s.h.hydra.AnswerIntrospection(s.token, body)
	}
}

// forged makes a JWT that says all the right things.
func forged(alg, key string) spoil {
	return func(s *shot) {
		part := func(v any) string {
			b, err := json.Marshal(v)
			if err != nil {
				s.t.Fatal(err)
			}
			return base64.RawURLEncoding.EncodeToString(b)
		}
		signed := part(map[string]string{"alg": alg, "typ": "JWT"}) + "." + part(map[string]any{
			"iss": s.h.hydra.Issuer(), "sub": s.caller.name.String(), "client_id": s.caller.name.String(),
			"exp": s.h.clock.now().Add(time.Hour).Unix(), "scp": []string{"agent:write"}, "jti": rand.Text(),
		}) + "."
		if alg == "HS256" {
			mac := hmac.New(sha256.New, []byte(key))
			mac.Write([]byte(signed))
			signed += base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
		}
		s.token = signed
	}
}

func call(method, params string) string {
	return `{"jsonrpc":"2.0","id":"` + rand.Text() + `","method":"` + method + `","params":` + params + `}`
}

// Whoever names a version of A2A knows -32001 as another error.
func auth0Numbers(t *testing.T, h *house) {
	for version, code := range map[string]int{"": -32001, "0.3": -31401} {
		s := aim(t, h)
		header("Authorization")(s)
		if version != "" {
			extra("A2A-Version", version)(s)
		}
		want{status: 401, code: code, gate: "token"}.refuses(s, "auth_missing")
	}
}
