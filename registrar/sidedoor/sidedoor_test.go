package sidedoor_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/registrar/sidedoor"
)

// TestMain checks for leaked goroutines. One is started by the mere import of
// smallstep's client, which the test CA needs.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

const hook = "https://registrar.test:3780/step-ca/authorize"

// world answers as a step-ca and a Hydra do whose doors are shut.
type world struct {
	ca, hydra *httptest.Server
	answers   map[string]answer // by host and path; others are 404
	asked     []string
}

type answer struct {
	status int
	body   string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{answers: map[string]answer{}}
	handler := func(host string) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			w.asked = append(w.asked, r.Method+" "+host+r.URL.Path)
			a, ok := w.answers[host+r.URL.Path+map[bool]string{true: "?" + r.URL.Query().Get("cursor")}[r.URL.Query().Has("cursor")]]
			if !ok {
				a.status = http.StatusNotFound
			}
			if a.status/100 == 3 {
				rw.Header().Set("Location", "/elsewhere")
			}
			rw.WriteHeader(a.status)
			_, _ = io.WriteString(rw, a.body)
		})
	}
	w.ca = httptest.NewTLSServer(handler("ca"))
	w.hydra = httptest.NewServer(handler("hydra"))
	t.Cleanup(w.ca.Close)
	t.Cleanup(w.hydra.Close)
	w.answers["ca/provisioners"] = answer{200, w.page("", w.provisioner(nil))}
	w.answers["ca/renew"] = answer{401, ""}
	w.answers["hydra/.well-known/openid-configuration"] = answer{200, `{"issuer":"x"}`}
	w.answers["hydra/admin/trust/grants/jwt-bearer/issuers"] = answer{200, "[]"}
	return w
}

func (w *world) page(cursor string, provisioners ...string) string {
	return fmt.Sprintf(`{"provisioners":[%s],"nextCursor":%q}`, strings.Join(provisioners, ","), cursor)
}

// provisioner is ours as step-ca shows it, with texts replaced.
func (w *world) provisioner(replace map[string]string) string {
	text := `{"type":"OIDC","name":"hydra","clientID":"step-ca","clientSecret":"","configurationEndpoint":"` + w.hydra.URL +
		`/.well-known/openid-configuration","claims":{"minTLSCertDuration":"1m0s","disableRenewal":true},` +
		`"options":{"webhooks":[{"id":"registrar","name":"registrar","url":"` + hook + `","kind":"AUTHORIZING","certType":"X509"}]}}`
	for old, replacement := range replace {
		text = strings.ReplaceAll(text, old, replacement)
	}
	return text
}

func (w *world) config(t *testing.T) sidedoor.Config {
	t.Helper()
	parse := func(text string) *url.URL {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	roots := x509.NewCertPool()
	roots.AddCert(w.ca.Certificate())
	own := stepcatest.NewCA(t, time.Now).Issue("https://issuer.test", "did:bindu:a:registrar:1", stepcatest.Provisioned())
	return sidedoor.Config{
		CAURL: parse(w.ca.URL), Roots: roots, Audience: "step-ca", Webhook: hook, Own: &own,
		HydraPublic: parse(w.hydra.URL), HydraAdmin: parse(w.hydra.URL), Hydra: w.hydra.Client(), Timeout: time.Minute,
	}
}

func words(doors []sidedoor.Door) string {
	var all []string
	for _, d := range doors {
		all = append(all, string(d.Word))
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func TestEachDoor(t *testing.T) {
	provisioners := func(list ...string) func(*world) {
		return func(w *world) { w.answers["ca/provisioners"] = answer{200, w.page("", list...)} }
	}
	ours := func(replace ...string) func(*world) {
		return func(w *world) {
			m := map[string]string{}
			for i := 0; i < len(replace); i += 2 {
				m[replace[i]] = replace[i+1]
			}
			provisioners(w.provisioner(m))(w)
		}
	}
	answers := func(path string, a answer) func(*world) { return func(w *world) { w.answers[path] = a } }
	for name, tt := range map[string]struct {
		change func(*world)
		want   string
	}{
		"all shut":                {func(*world) {}, ""},
		"no provisioner":          {provisioners(), "provisioner_missing"},
		"no provisioners member":  {answers("ca/provisioners", answer{200, "{}"}), "provisioner_missing"},
		"one of another audience": {ours(`"clientID":"step-ca"`, `"clientID":"other"`), "provisioner_missing provisioner_other"},
		"one that did not start":  {ours(`"name":"hydra"`, `"name":"hydra","state":"Uninitialized"`), "provisioner_missing"},
		"ACME, too": {func(w *world) {
			provisioners(w.provisioner(nil), `{"type":"ACME","name":"acme","claims":{}}`)(w)
		}, "provisioner_other"},
		"our audience twice": {func(w *world) { provisioners(w.provisioner(nil), w.provisioner(nil))(w) }, "provisioner_other"},
		"on the second page": {func(w *world) {
			w.answers["ca/provisioners"] = answer{200, w.page("2", w.provisioner(nil))}
			w.answers["ca/provisioners?2"] = answer{200, w.page("", `{"type":"JWK","name":"jwk"}`)}
		}, "provisioner_other"},
		"no options":                          {ours(`"options"`, `"other"`), "webhook_missing"},
		"null options":                        {ours(`"options"`, `"options":null,"other"`), "webhook_missing"},
		"a webhook elsewhere":                 {ours(hook, "https://registrar.test:3780/elsewhere"), "webhook_missing"},
		"a webhook of a template":             {ours(hook, "https://{{ .Token.sub }}/step-ca/authorize"), "webhook_missing"},
		"a webhook that enriches":             {ours("AUTHORIZING", "ENRICHING"), "webhook_missing"},
		"a webhook for SSH":                   {ours(`"certType":"X509"`, `"certType":"SSH"`), "webhook_missing"},
		"a webhook for all":                   {ours(`"certType":"X509"`, `"certType":"ALL"`), ""},
		"a webhook for any":                   {ours(`"certType":"X509"`, `"certType":""`), ""},
		"a webhook among others":              {ours(`[{"id"`, `[{"kind":"ENRICHING"},{"id"`), ""},
		"an anonymous webhook":                {ours(`"certType":"X509"`, `"certType":"X509","disableTLSClientAuth":true`), "webhook_anonymous"},
		"renewal":                             {ours(`"disableRenewal":true`, `"disableRenewal":false`), "renewal_enabled"},
		"renewal by default":                  {ours(`,"disableRenewal":true`, ``), "renewal_enabled"},
		"renewal all the same":                {answers("ca/renew", answer{201, "{}"}), "renewal_enabled"},
		"no extension":                        {ours(`"disableRenewal":true`, `"disableRenewal":true,"disableSmallstepExtensions":true`), "certificate_unmarked"},
		"admins":                              {ours(`"claims"`, `"admins":["a@b.test"],"claims"`), "provisioner_admins"},
		"another issuer":                      {ours("/.well-known/openid-configuration", "/other"), "issuer_other"},
		"the admin API":                       {answers("ca/admin/admins", answer{401, ""}), "ca_admin_api"},
		"an open admin API":                   {answers("ca/admin/admins", answer{200, ""}), "ca_admin_api"},
		"something in place of the admin API": {answers("ca/admin/admins", answer{302, ""}), "ca_admin_api"},
		"registration, announced":             {answers("hydra/.well-known/openid-configuration", answer{200, `{"registration_endpoint":"https://x.test"}`}), "client_registration"},
		"registration, tried":                 {answers("hydra/oauth2/register/nobody", answer{401, ""}), "client_registration"},
		"Hydra's admin API":                   {answers("hydra/admin/clients", answer{200, "[]"}), "admin_api_public"},
		"another signer":                      {answers("hydra/admin/trust/grants/jwt-bearer/issuers", answer{200, `[{"issuer":"https://x.test"},{"issuer":"https://y.test"}]`}), "token_issuer_other token_issuer_other"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			tt.change(w)
			doors, err := sidedoor.Check(t.Context(), w.config(t))
			if err != nil || words(doors) != tt.want {
				t.Errorf("%v, %v; want %q", doors, err, tt.want)
			}
			for _, d := range doors {
				if d.Remedy() == "" || !strings.Contains(d.String(), d.Remedy()) {
					t.Errorf("%s has no remedy", d)
				}
			}
		})
	}
}

// TestOurOwnCertificate: without its mark step-ca does not know whose rules hold for it.
func TestOurOwnCertificate(t *testing.T) {
	w := newWorld(t)
	cfg := w.config(t)
	own := stepcatest.NewCA(t, time.Now).Issue("https://issuer.test", "did:bindu:a:registrar:1")
	cfg.Own = &own
	if doors, err := sidedoor.Check(t.Context(), cfg); err != nil || words(doors) != "certificate_unmarked" {
		t.Errorf("%v, %v", doors, err)
	}
	w.asked, cfg.Own = nil, nil
	if doors, err := sidedoor.Check(t.Context(), cfg); err != nil || len(doors) != 0 || slices.Contains(w.asked, "POST ca/renew") {
		t.Errorf("without a certificate: %v, %v, after %v", doors, err, w.asked)
	}
}

// TestWhatCannotBeLookedAtIsNotShut: and the other places are looked at all the same.
func TestWhatCannotBeLookedAtIsNotShut(t *testing.T) {
	endless := func(w *world) string { return w.page("", w.provisioner(nil)) }
	for name, change := range map[string]func(*world){
		"no list":                func(w *world) { delete(w.answers, "ca/provisioners") },
		"a list of another form": func(w *world) { w.answers["ca/provisioners"] = answer{200, `{"provisioners":"none"}`} },
		"a list without end": func(w *world) {
			w.answers["ca/provisioners"] = answer{200, strings.Replace(endless(w), `"nextCursor":""`, `"nextCursor":"2"`, 1)}
			w.answers["ca/provisioners?2"] = w.answers["ca/provisioners"]
		},
		"a CA in trouble":             func(w *world) { w.answers["ca/admin/admins"] = answer{503, ""} },
		"a renewal in trouble":        func(w *world) { w.answers["ca/renew"] = answer{500, ""} },
		"no renewal at all":           func(w *world) { delete(w.answers, "ca/renew") },
		"no discovery":                func(w *world) { delete(w.answers, "hydra/.well-known/openid-configuration") },
		"a discovery of another form": func(w *world) { w.answers["hydra/.well-known/openid-configuration"] = answer{200, "<html>"} },
		"a registration in trouble":   func(w *world) { w.answers["hydra/oauth2/register/nobody"] = answer{429, ""} },
		"no list of signers":          func(w *world) { delete(w.answers, "hydra/admin/trust/grants/jwt-bearer/issuers") },
		"an answer without end":       func(w *world) { w.answers["ca/provisioners"] = answer{200, strings.Repeat(" ", 2<<20)} },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.answers["hydra/admin/clients"] = answer{200, "[]"}
			change(w)
			doors, err := sidedoor.Check(t.Context(), w.config(t))
			if !errors.Is(err, sidedoor.ErrLook) || words(doors) != "admin_api_public" {
				t.Errorf("%v, %v; want ErrLook beside the door that is seen", doors, err)
			}
		})
	}
	w := newWorld(t)
	cfg := w.config(t)
	cfg.Roots = x509.NewCertPool()
	if doors, err := sidedoor.Check(t.Context(), cfg); !errors.Is(err, sidedoor.ErrLook) || len(doors) != 0 {
		t.Errorf("a CA of another root: %v, %v", doors, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if doors, err := sidedoor.Check(ctx, w.config(t)); !errors.Is(err, context.Canceled) || len(doors) != 0 {
		t.Errorf("given up: %v, %v", doors, err)
	}
}

func TestCheckDemandsWhatItNeeds(t *testing.T) {
	w := newWorld(t)
	for name, change := range map[string]func(*sidedoor.Config){
		"no CA":        func(c *sidedoor.Config) { c.CAURL = nil },
		"no roots":     func(c *sidedoor.Config) { c.Roots = nil },
		"no audience":  func(c *sidedoor.Config) { c.Audience = "" },
		"no webhook":   func(c *sidedoor.Config) { c.Webhook = "" },
		"no Hydra":     func(c *sidedoor.Config) { c.HydraPublic = nil },
		"no admin API": func(c *sidedoor.Config) { c.HydraAdmin = nil },
		"no client":    func(c *sidedoor.Config) { c.Hydra = nil },
		"no time":      func(c *sidedoor.Config) { c.Timeout = 0 },
	} {
		cfg := w.config(t)
		change(&cfg)
		if _, err := sidedoor.Check(t.Context(), cfg); err == nil || errors.Is(err, sidedoor.ErrLook) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
