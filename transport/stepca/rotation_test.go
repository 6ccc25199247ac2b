package stepca_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// keep starts a keeper whose certificates live eight seconds.
func keep(t *testing.T, a *authoritytest.Authority, d did.DID, renewed func(serial string)) *mtls.Keeper {
	t.Helper()
	dir, err := safefile.OpenDir(filepath.Join(t.TempDir(), ".bindu"), nil)
	if err != nil {
		t.Fatal(err)
	}
	k, err := mtls.NewKeeper(t.Context(), mtls.KeeperConfig{
		DID:         d,
		Source:      mtls.SourceConfig{Issuer: a.HydraPublic, RequireClientCert: true},
		CA:          newRealAgent(t, a, d).enroller(func(c *stepca.Config) { c.TTL = 8 * time.Second }),
		Store:       mtls.NewDirStore(dir, nil),
		RenewBefore: 5 * time.Second,
		OnState: func(s mtls.State) {
			if s.LastError != nil || s.StorageError != nil {
				t.Errorf("%s: %v, %v", d, s.LastError, s.StorageError)
			}
			if s.Phase == mtls.PhaseFresh {
				renewed(d.String() + " " + s.Serial)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.Close() })
	return k
}

// Two agents with certificates of seconds, renewed every three by the real CA with
// a token of the real Hydra each time, under load: no request fails.
func TestRealRotationUnderLoad(t *testing.T) {
	const rotations = 3
	a := authoritytest.Start(t, authoritytest.Options{})
	seen := make(chan string, 100)
	note := func(s string) { seen <- s }
	client, server := keep(t, a, alice, note).Source(), keep(t, a, bob, note).Source()
	ts := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := server.CheckPeer(r.TLS); err != nil {
			http.Error(w, mtls.Reason(err), http.StatusUnauthorized)
		}
	}))
	ts.Config.ErrorLog = log.New(io.Discard, "", 0)
	ts.TLS = server.ServerConfig()
	ts.StartTLS()
	defer ts.Close()

	kept := client.NewTransport(bob, nil)
	defer kept.CloseIdleConnections()
	var stop, done atomic.Int64
	var load sync.WaitGroup
	for _, through := range []func() http.RoundTripper{
		func() http.RoundTripper { return kept },
		func() http.RoundTripper { return kept },
		func() http.RoundTripper {
			return &http.Transport{TLSClientConfig: client.ClientConfig(bob), DisableKeepAlives: true}
		},
	} {
		load.Go(func() {
			for stop.Load() == 0 {
				if err := ask(through(), ts.URL); err != nil {
					t.Error(err)
					return
				}
				done.Add(1)
			}
		})
	}
	serials := map[string]bool{}
	for deadline := time.After(2 * time.Minute); len(serials) < 2*rotations && !t.Failed(); {
		select {
		case s := <-seen:
			serials[s] = true
		case <-deadline:
			t.Errorf("only %d rotations in two minutes", len(serials))
		}
	}
	stop.Store(1)
	load.Wait()
	t.Logf("%d rotations, %d requests", len(serials), done.Load())
}

func ask(through http.RoundTripper, url string) error {
	client := http.Client{Transport: through, Timeout: 20 * time.Second}
	resp, err := client.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("HTTP %d", resp.StatusCode)
	}
	return nil
}
