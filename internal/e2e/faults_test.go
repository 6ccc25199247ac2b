package e2e

import (
	"crypto/tls"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/faultproxy"
	"github.com/getbindu/bindu-go/internal/probe"
)

// faultModes are the ways in which an authority fails.
func faultModes() []faultproxy.Mode {
	return []faultproxy.Mode{
		faultproxy.Refuse(), faultproxy.Blackhole(), faultproxy.Hang(), faultproxy.Slow(), faultproxy.Garbage(), faultproxy.Truncated(),
		faultproxy.Status(500), faultproxy.Status(502), faultproxy.Status(429), faultproxy.Status(302), faultproxy.Status(204),
	}
}

// behind puts a proxy in front of an authority and returns it with the URL to use instead.
func (s *stack) behind(address string) (*faultproxy.Proxy, string) {
	s.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		s.t.Fatal(err)
	}
	p, err := faultproxy.New(u.Host)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		if err := p.Close(); err != nil {
			s.t.Error(err)
		}
	})
	u.Host = p.Addr()
	return p, u.String()
}

// quickHydra makes an agent give up on Hydra soon, so that tests need not wait.
func quickHydra(admin string) map[string]string {
	return map[string]string{"HYDRA__ADMIN_URL": admin, "HYDRA__TIMEOUT": "1s", "HYDRA__INTROSPECTION_TIMEOUT": "1s"}
}

// freshToken returns a token of r that no agent has seen yet.
func (s *stack) freshToken(r *running) string {
	s.t.Helper()
	c := r.credentials(r.DID())
	resp, err := http.PostForm(s.auth.HydraPublic+"/oauth2/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {c.ClientID}, "client_secret": {c.ClientSecret}, "scope": {"agent:read agent:write"},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.Token == "" {
		s.t.Fatalf("token: %s %v", resp.Status, err)
	}
	return answer.Token
}

// TestEndToEndHydraFaults breaks the way to Hydra under a running agent in
// every way. What it cannot judge it refuses, quickly and as what it is, and it
// is back by itself.
func TestEndToEndHydraFaults(t *testing.T) {
	s := newDirectStack(t, authoritytest.Options{})
	proxy, admin := s.behind(s.auth.HydraAdmin)
	bob := s.start("bob", quickHydra(admin))
	alice := s.start("alice", nil)
	p, config := honest(t, alice, bob, signature.Reference)
	expect(t, sign(t, p, bob), config, "") // bob knows alice's key from now on
	for _, mode := range faultModes() {
		t.Run(mode.String(), func(t *testing.T) {
			genuine, forged := p, p
			genuine.Token, forged.Token = s.freshToken(alice), "ory_at_forged"
			proxy.Set(mode)
			defer proxy.Set(faultproxy.Pass())
			for _, with := range []probe.Proofs{genuine, forged, genuine} {
				with.Time = time.Now()
				wantUnavailable(t, sign(t, with, bob), config)
			}
			eventually(t, 2*time.Second, "/readyz says hydra_unavailable", func() bool {
				ready, why := bob.readyz()
				return !ready && slices.Contains(why, "hydra_unavailable")
			})
			if !bob.live() {
				t.Error("/livez does not answer")
			}
			proxy.Set(faultproxy.Pass())
			took := eventually(t, 5*time.Second, "bob is ready", func() bool { ready, _ := bob.readyz(); return ready })
			genuine.Time = time.Now()
			expect(t, sign(t, genuine, bob), config, "")
			forged.Time = time.Now()
			expect(t, sign(t, forged, bob), config, "token_inactive")
			t.Logf("ready %s after the fault ended", took.Round(time.Millisecond))
		})
	}
}

// wantUnavailable wants 503 with Retry-After, within 2.5 s.
func wantUnavailable(t *testing.T, r probe.Request, config *tls.Config) {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: config}
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.URL, strings.NewReader(string(r.Body)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = r.Header.Clone()
	began := time.Now()
	resp, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	took := time.Since(began)
	after, aerr := strconv.Atoi(resp.Header.Get("Retry-After"))
	if resp.StatusCode != http.StatusServiceUnavailable || aerr != nil || after < 1 {
		t.Errorf("status %d, Retry-After %q", resp.StatusCode, resp.Header.Get("Retry-After"))
	}
	if took > 2500*time.Millisecond+room {
		t.Errorf("refused after %s", took)
	}
}

// live reports whether /livez answers 200.
func (r *running) live() bool {
	resp, err := http.Get("http://" + r.AdminAddr().String() + "/livez")
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// TestEndToEndHydraFaultsAtBoot starts one agent behind each fault. None opens
// its private port, each says why, and all are there soon after the fault.
func TestEndToEndHydraFaultsAtBoot(t *testing.T) {
	s := newDirectStack(t, authoritytest.Options{})
	witness := s.start("witness", nil)
	type waiting struct {
		*running
		mode  faultproxy.Mode
		proxy *faultproxy.Proxy
	}
	var all []waiting
	for i, mode := range faultModes() {
		proxy, admin := s.behind(s.auth.HydraAdmin)
		proxy.Set(mode)
		all = append(all, waiting{s.launch("poet-"+strconv.Itoa(i), quickHydra(admin)), mode, proxy})
	}
	for _, w := range all {
		eventually(t, patience, w.mode.String()+": /readyz says hydra_unavailable", func() bool {
			if w.AdminAddr() == nil {
				return false
			}
			ready, why := w.readyz()
			return !ready && slices.Contains(why, "hydra_unavailable")
		})
		if w.Addr() != nil || !w.live() {
			t.Errorf("%s: private port %v, live %t", w.mode, w.Addr(), w.live())
		}
		w.proxy.Set(faultproxy.Pass())
		began := time.Now()
		select {
		case <-w.Serving():
		case err := <-w.done:
			w.ended = true
			t.Fatalf("%s: ended with %v", w.mode, err)
		case <-time.After(patience):
			t.Fatalf("%s: does not recover\n%s", w.mode, w.log)
		}
		// The longest pause, the attempt under way, and a whole boot.
		if took := time.Since(began); took > 8*time.Second+2*room {
			t.Errorf("%s: serves %s after the fault ended", w.mode, took)
		}
		talks(t, w.running, witness)
	}
}

// TestEndToEndStepCAFaultsWhileRenewing breaks the way to step-ca until the
// certificate is over. The agent serves to its last second, then nobody gets a
// connection, and it is back soon after the CA.
func TestEndToEndStepCAFaultsWhileRenewing(t *testing.T) {
	s := newDirectStack(t, authoritytest.Options{})
	alice := s.start("alice", nil)
	for i, mode := range faultModes() {
		proxy, ca := s.behind(s.auth.CAURL)
		short := map[string]string{
			"MTLS__CERT_TTL": "9s", "MTLS__RENEW_BEFORE": "5s", "MTLS__TIMEOUT": "1s", "MTLS__CA_URL": ca,
		}
		name := "bob-" + strconv.Itoa(i)
		env := maps.Clone(short)
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			outlive(t, alice, s.startFor(t, name, env), proxy, mode)
		})
	}
}

// startFor is start for a parallel subtest.
func (s *stack) startFor(t *testing.T, name string, env map[string]string) *running {
	t.Helper()
	mine := *s
	mine.t = t
	return mine.start(name, env)
}

// outlive lets the certificate of bob end while its CA fails.
func outlive(t *testing.T, alice, bob *running, proxy *faultproxy.Proxy, mode faultproxy.Mode) {
	proxy.Set(mode)
	defer proxy.Set(faultproxy.Pass())
	p, config := honest(t, alice, bob, signature.Reference)
	end := bob.notAfter(t, config)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	var lastServed, firstRefused time.Time
	for firstRefused.IsZero() && time.Since(end) < 5*time.Second {
		<-tick.C
		p.Time = time.Now()
		got, err := probe.Send(t.Context(), sign(t, p, bob), freshSessions(config))
		switch {
		case err == nil && got.Status == http.StatusOK && got.Reason == "":
			lastServed = p.Time
		case time.Now().Before(end.Add(-time.Second)):
			t.Fatalf("%s before the end: %v %v", end.Sub(p.Time), got, err)
		default:
			firstRefused = p.Time
		}
	}
	if lastServed.After(end.Add(time.Second)) || firstRefused.IsZero() {
		t.Errorf("served at %s, the certificate ended at %s", lastServed, end)
	}
	eventually(t, 3*time.Second+room, "/readyz says cert_expired_self", func() bool {
		ready, why := bob.readyz()
		return !ready && slices.Contains(why, "cert_expired_self")
	})
	if resp, err := http.Get("http://" + bob.Addr().String() + "/health"); err == nil {
		resp.Body.Close()
		if resp.StatusCode < 400 {
			t.Errorf("answers in plain text: %s", resp.Status)
		}
	}
	proxy.Set(faultproxy.Pass())
	took := eventually(t, 15*time.Second+room, "bob is ready again", func() bool { ready, _ := bob.readyz(); return ready })
	p.Time = time.Now()
	expect(t, sign(t, p, bob), freshSessions(config), "")
	t.Logf("last served %s before the end, ready %s after the fault", end.Sub(lastServed).Round(time.Millisecond), took.Round(time.Millisecond))
}

// freshSessions returns config without remembered sessions.
func freshSessions(config *tls.Config) *tls.Config {
	config = config.Clone()
	config.ClientSessionCache = nil
	return config
}

// notAfter returns when the certificate that is served now ends.
func (r *running) notAfter(t *testing.T, config *tls.Config) time.Time {
	t.Helper()
	conn, err := tls.Dial("tcp", r.Addr().String(), freshSessions(config))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0].NotAfter
}
