package settings_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/settings"
)

func TestAddressesWithAPathOfTheAPIAreReadWithoutIt(t *testing.T) {
	for given, want := range map[string]string{
		"HYDRA__ADMIN_URL=https://h.example:4445/admin":                          "https://h.example:4445",
		"HYDRA__ADMIN_URL=https://h.example:4445/admin/":                         "https://h.example:4445",
		"HYDRA__ADMIN_URL=https://h.example/hydra/admin":                         "https://h.example/hydra",
		"HYDRA__ADMIN_URL=https://h.example/admin/clients":                       "https://h.example",
		"HYDRA__ADMIN_URL=https://h.example/admin/oauth2/introspect":             "https://h.example",
		"HYDRA__PUBLIC_URL=https://h.example/oauth2/token":                       "https://h.example",
		"HYDRA__PUBLIC_URL=https://h.example/oauth2/":                            "https://h.example",
		"HYDRA__PUBLIC_URL=https://h.example/x/.well-known/openid-configuration": "https://h.example/x",
		"MTLS__CA_URL=https://ca.example:9000/roots.pem":                         "https://ca.example:9000",
		"MTLS__CA_URL=https://ca.example:9000/1.0/sign":                          "https://ca.example:9000",
		"HYDRA__ADMIN_URL=https://h.example/administration":                      "https://h.example/administration",
	} {
		name, _, _ := strings.Cut(given, "=")
		s, err := settings.Load(settings.Options{SkipDotEnv: true, AllowIncomplete: true, Environ: []string{given}})
		if err != nil {
			t.Errorf("%s: %v", given, err)
			continue
		}
		got := map[string]string{"HYDRA__ADMIN_URL": string(s.Hydra.AdminURL), "HYDRA__PUBLIC_URL": string(s.Hydra.PublicURL), "MTLS__CA_URL": string(s.MTLS.CAURL)}[name]
		if warned := strings.Contains(strings.Join(s.Warnings(), "\n"), name+" ends in"); got != want || warned != (got != strings.TrimRight(given[len(name)+1:], "/")) {
			t.Errorf("%s: read as %s, warned %v; want %s", given, got, warned, want)
		}
	}
}

func TestAddressesThatCannotBeServed(t *testing.T) {
	for given, says := range map[string]string{
		"AGENT__URL=https://a.example:3773/poet":                                "must not have the path /poet",
		"AGENT__URL=https://a.example/poet/":                                    "must not have the path /poet:",
		"AGENT__URL=https://a.example:0":                                        "must have a port",
		"AGENT__URL=https://a.example:99999":                                    "must have a port",
		"HYDRA__ADMIN_URL=https://a.example:70000":                              "must have a port",
		"AUTH__ISSUERS=https://i.example/.well-known/openid-configuration":      "without /.well-known/openid-configuration",
		"MTLS__DID_ISSUER=https://i.example/t/.well-known/openid-configuration": "without /.well-known/openid-configuration",
	} {
		name, _, _ := strings.Cut(given, "=")
		_, err := settings.Load(settings.Options{SkipDotEnv: true, AllowIncomplete: true, Environ: []string{given}})
		var faults *settings.Error
		if !errors.As(err, &faults) || faults.Faults[0].Variable != name || !strings.Contains(faults.Faults[0].Problem, says) {
			t.Errorf("%s: %v, want %q", given, err, says)
		}
	}
	for _, given := range []string{"https://a.example", "https://a.example/", "https://a.example:3773//"} {
		if s, err := settings.Load(settings.Options{SkipDotEnv: true, AllowIncomplete: true, Environ: []string{"AGENT__URL=" + given}}); err != nil || string(s.Agent.URL) != strings.TrimRight(given, "/") {
			t.Errorf("%s: %s, %v", given, s.Agent.URL, err)
		}
	}
}

// TestNamesThatMakeNoDID compares with identity/did, which makes the DID: what
// the settings accept becomes one, and what they refuse does not.
func TestNamesThatMakeNoDID(t *testing.T) {
	for part, character := range map[string]string{
		"poet": "", "Poet 2.0": "", "you@example.com": "", "a-b_c": "", strings.Repeat("a", 400): "", strings.Repeat("@", 90): "",
		"café": `U+00E9 'é' as character 4`, "a/b": `'/' as character 2`, "a:b": `':'`, "a#b": `'#'`, "a%41": `'%'`, "O'Neil": `U+0027`,
		"\u212aelvin": "U+212A", "日本": "'日' as character 1", "a\tb": "U+0009", "a+b@example.com": `'+' as character 2`,
		strings.Repeat("a", 470): "at most 512", strings.Repeat("@", 120): "at most 512",
	} {
		for _, name := range []string{"AGENT__NAME", "AGENT__AUTHOR"} {
			other := map[string]string{"AGENT__NAME": "AGENT__AUTHOR", "AGENT__AUTHOR": "AGENT__NAME"}[name]
			environ := append(minimal(), name+"="+part, other+"=x")
			_, err := settings.Load(settings.Options{SkipDotEnv: true, Environ: environ})
			if (err == nil) != (character == "") || err != nil && (!strings.Contains(err.Error(), character) || !strings.Contains(err.Error(), "AGENT__")) {
				t.Errorf("%s=%s: %v, want %q", name, part, err, character)
			}
			if _, wrong := did.FromAuthorAndName(part, "x"); (wrong == nil) != (err == nil) {
				t.Errorf("%s=%s: settings say %v, identity/did %v", name, part, err, wrong)
			}
		}
	}
}
