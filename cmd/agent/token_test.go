package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/internal/oidctest"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/settings"
)

const scriptDID = "did:bindu:ada_at_example_com:poet:139e3940-e64b-5491-7220-88d9a0d74162"

// The scripts of testdata/tokens run against an OIDC issuer and a Hydra, with
// tokens of both in files that are named after what is wrong with them.
func TestTokenScripts(t *testing.T) {
	server := oidctest.NewServer(t)
	issuer := server.Issuer("", "")
	fake := hydratest.Start(t, hydratest.Options{})
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/tokens",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("ISSUER", issuer.URL)
			env.Setenv("HYDRA_ADMIN", fake.AdminURL)
			env.Setenv("HYDRA_PUBLIC", fake.PublicURL)
			files := tokenFiles(issuer)
			files["hydra_good"] = fake.IssueToken(hydratest.TokenSpec{ClientID: scriptDID, Scopes: []string{"agent:read", "agent:write"}})
			files["hydra_step_ca"] = fake.IssueToken(hydratest.TokenSpec{ClientID: scriptDID, Audience: []string{"step-ca"}})
			files["hydra_refresh"] = fake.IssueToken(hydratest.TokenSpec{ClientID: scriptDID, Use: "refresh_token"})
			files["hydra_not_did"] = fake.IssueToken(hydratest.TokenSpec{ClientID: "my-service", Scopes: []string{"agent:read"}})
			files["ca.pem"] = string(server.RootPEM())
			for name, text := range files {
				if err := os.WriteFile(filepath.Join(env.WorkDir, name), []byte(text), 0o600); err != nil {
					return err
				}
			}
			return nil
		},
	})
}

// tokenFiles are tokens of the issuer, each with one fault.
func tokenFiles(i *oidctest.Issuer) map[string]string {
	now := time.Now().Unix()
	mint := func(name string, v any) string {
		claims := map[string]any{
			"iss": i.URL, "aud": "https://agents.example", "sub": "poet@clients", "azp": "poet",
			"did": scriptDID, "scope": "agent:read agent:write", "iat": now, "exp": now + 3600,
		}
		if name != "" {
			claims[name] = v
		}
		if v == nil {
			delete(claims, name)
		}
		return i.Mint(claims)
	}
	good := mint("", nil)
	return map[string]string{
		"good":           good + "\n",
		"as_header":      "Bearer " + good,
		"expired":        mint("exp", now-60),
		"early":          mint("nbf", now+3600),
		"wrong_audience": mint("aud", "https://other.example"),
		"wrong_issuer":   mint("iss", "https://login.example/"),
		"no_did":         mint("did", nil),
		"no_permission":  mint("scope", "openid profile"),
		"id_token":       mint("nonce", "n-1"),
		"changed":        good[:len(good)-8] + "AAAAAAAA",
		"unknown_kid": i.MintWith(map[string]any{"kid": "no-such-key"}, map[string]any{
			"iss": i.URL, "aud": "https://agents.example", "sub": "poet", "exp": now + 3600, "did": scriptDID,
		}),
		"opaque": "ory_at_abc.def",
	}
}

func TestOwnTokensComeFromTheIssuerOfOurClient(t *testing.T) {
	server := oidctest.NewServer(t)
	issuer := server.Issuer("", "")
	issuer.Register(oidctest.Client{ID: "us", Secret: "hush", Audiences: []string{"https://agents.example"}})
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, server.RootPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	load := func(more ...string) settings.Settings {
		t.Helper()
		set, err := settings.Load(settings.Options{SkipDotEnv: true, AllowIncomplete: true, Environ: append([]string{
			"AUTH__PROVIDER=oidc", "AUTH__ISSUERS=" + issuer.URL, "AUTH__ISSUER_CA_FILE=" + ca, "AUTH__AUDIENCE=https://agents.example",
			"AUTH__CLIENT_ID=us", "AUTH__CLIENT_SECRET=hush",
		}, more...)})
		if err != nil {
			t.Fatal(err)
		}
		return set
	}
	ask := func(set settings.Settings) (string, error) {
		t.Helper()
		tokens, err := agent.NewTokens(set)
		if err != nil {
			t.Fatal(err)
		}
		defer tokens.Close()
		return tokens.Token(t.Context(), string(set.Auth.OutboundAudience))
	}
	for _, more := range [][]string{
		nil,
		{"AUTH__CLIENT_AUTH=client_secret_basic"},
		{"AUTH__ISSUERS=", "AUTH__PROVIDER=hydra", "AUTH__TOKEN_URL=" + issuer.TokenURL},
	} {
		if token, err := ask(load(more...)); err != nil || len(token) == 0 {
			t.Errorf("%v: %v", more, err)
		}
	}
	_, err := ask(load("AUTH__CLIENT_SECRET=wrong"))
	if reason, hint := diagnose(err); reason != "client_refused" || hint == "" {
		t.Errorf("%v: %s %s", err, reason, hint)
	}
	if _, err := agent.NewTokens(load("AUTH__CLIENT_ID=", "AUTH__CLIENT_SECRET=")); !errors.Is(err, agent.ErrNoToken) {
		t.Errorf("got %v", err)
	}
}

// TestATokenInAnArgumentIsNotRepeated shows that a token that was given where none
// is taken does not come back in the error.
func TestATokenInAnArgumentIsNotRepeated(t *testing.T) {
	for _, command := range [][]string{{"token", "inspect"}, {"token", "fetch"}, {"sign"}, {"verify"}, {"health"}} {
		code, out, errOut := runAgent(t, "", append(command, "ory_at_hunter2")...)
		if code != cli.ExitUsage || strings.Contains(out+errOut, "hunter2") {
			t.Errorf("agent %v: exit %d, %s%s", command, code, out, errOut)
		}
	}
}

// A token that names nobody is refused as the gates refuse it.
func TestATokenThatNamesNobodyIsNotAccepted(t *testing.T) {
	set := settings.Default()
	set.Auth.RequireDID, set.MTLS.Enabled = false, false
	for reason, claims := range map[string]oauth.Claims{
		"":                      {Issuer: "https://issuer.example", ClientID: "client"},
		string(gate.TokenClaim): {Issuer: "https://issuer.example", Subject: "ann"},
	} {
		if c := checkCaller(set, &claims); c.Reason != reason || c.OK != (reason == "") {
			t.Errorf("%+v: %+v", claims, c)
		}
	}
}
