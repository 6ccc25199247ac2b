package stepca_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// TestUntrustedCAsAreToldApart: four causes, each with a remedy that is not done
// yet, and no other's.
func TestUntrustedCAsAreToldApart(t *testing.T) {
	other := stepcatest.NewCA(t, nil)
	file := func(ca *stepcatest.CA) string {
		path := filepath.Join(t.TempDir(), "root.pem")
		if err := os.WriteFile(path, ca.RootsPEM(), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const name, time1, pin, root, clock = "dnsNames", "renewed", "MTLS__CA_FINGERPRINT", "MTLS__CA_ROOT_FILE", "this machine's clock"
	for what, row := range map[string]struct {
		tls    []stepcatest.Option
		change func(*stepca.Config, *stepcatest.Server)
		cause  error
		says   []string
		not    []string
	}{
		"another name": {
			tls: []stepcatest.Option{stepcatest.DNSNames("ca.internal", "step\x1b[2Jca")},
			change: func(c *stepca.Config, s *stepcatest.Server) {
				at := strings.TrimPrefix(s.URL(), "https://")
				c.CAURL = strings.Replace(s.URL(), "127.0.0.1", "ca.example.com", 1)
				c.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
					return new(net.Dialer).DialContext(ctx, network, at)
				}
			},
			cause: stepca.ErrCAName, says: []string{`"ca.internal"`, `"127.0.0.1"`, `"ca.example.com"`, "MTLS__CA_URL", name}, not: []string{pin, root, clock, time1, "\x1b"},
		},
		"a name below": {
			tls: []stepcatest.Option{stepcatest.DNSNames("ca.internal")},
			change: func(c *stepca.Config, s *stepcatest.Server) {
				at := strings.TrimPrefix(s.URL(), "https://")
				c.CAURL = strings.Replace(s.URL(), "127.0.0.1", "one.ca.internal", 1)
				c.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
					return new(net.Dialer).DialContext(ctx, network, at)
				}
			},
			cause: stepca.ErrCAName, says: []string{`"ca.internal"`, `"one.ca.internal"`, name}, not: []string{pin, root, clock, time1},
		},
		"another root than the file's and the pinned one": {
			change: func(c *stepca.Config, _ *stepcatest.Server) {
				c.Fingerprint, c.RootFile = other.Fingerprint(), file(other)
			},
			cause: stepca.ErrCAChain, says: []string{root, "MTLS__CA_URL"}, not: []string{pin, name, clock, time1},
		},
		"another root than the file's": {
			change: func(c *stepca.Config, _ *stepcatest.Server) { c.Fingerprint, c.RootFile = "", file(other) },
			cause:  stepca.ErrCAChain, says: []string{root, "MTLS__CA_URL"}, not: []string{pin, name, clock, time1},
		},
		"another root than the pinned one": {
			change: func(c *stepca.Config, s *stepcatest.Server) {
				s.SetRoots(s.CA.Root, other.Root)
				c.Fingerprint = other.Fingerprint()
			},
			cause: stepca.ErrCAChain, says: []string{pin, "MTLS__CA_URL"}, not: []string{root, name, clock, time1, "set MTLS"},
		},
		"no anchor": {
			change: func(c *stepca.Config, _ *stepcatest.Server) { c.Fingerprint = "" },
			cause:  stepca.ErrCANoAnchor, says: []string{"set " + pin, root}, not: []string{name, clock, time1, "compare"},
		},
		"over": {
			tls:   []stepcatest.Option{stepcatest.Expired()},
			cause: mtls.ErrExpired, says: []string{time1, "clocks agree", "valid from"}, not: []string{pin, root, name, clock},
		},
		"not yet": {
			tls:   []stepcatest.Option{stepcatest.NotYetValid()},
			cause: mtls.ErrNotYetValid, says: []string{time1, "clocks agree", "valid from"}, not: []string{pin, root, name, clock},
		},
		"over, by our clock": {
			change: func(c *stepca.Config, _ *stepcatest.Server) {
				c.Now = func() time.Time { return time.Now().Add(2 * stepcatest.Lifetime) }
			},
			cause: mtls.ErrClockSkew, says: []string{"synchronise the clocks"}, not: []string{pin, root, name, time1},
		},
	} {
		t.Run(what, func(t *testing.T) {
			s := stepcatest.NewServer(t, stepcatest.Config{TLS: row.tls})
			e := enroller(t, s, func(c *stepca.Config) {
				if row.change != nil {
					row.change(c, s)
				}
			})
			_, err := e.Enrol(t.Context())
			if !errors.Is(err, mtls.ErrCAUntrusted) || !errors.Is(err, row.cause) {
				t.Fatalf("error %v, want %v", err, row.cause)
			}
			for _, text := range row.says {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("%q is not in: %v", text, err)
				}
			}
			for _, text := range row.not {
				if strings.Contains(err.Error(), text) {
					t.Errorf("%q is in: %v", text, err)
				}
			}
			if s.Count("POST /sign") != 0 {
				t.Error("a token was sent")
			}
		})
	}
}
