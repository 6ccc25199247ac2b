package loopback_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/getbindu/bindu-go/internal/loopback"
)

func TestOnlyAddressesOfThisMachineAreTaken(t *testing.T) {
	for text, want := range map[string]string{
		"http://127.0.0.1:9000": "http://127.0.0.1:9000", "http://localhost:9000/": "http://localhost:9000", "http://[::1]:9/a2a/": "http://[::1]:9/a2a",
		"http://127.9.8.7": "http://127.9.8.7", "unix:///run/a%25%3fb": "unix:///run/a%25%3Fb", "unix:///run/a.sock": "unix:///run/a.sock", "http://LOCALHOST.:1": "http://LOCALHOST.:1",
	} {
		e, err := loopback.Parse(text)
		if err != nil || e.String() != want {
			t.Errorf("%s: %q, %v; want %q", text, e, err, want)
		}
	}
	for _, text := range []string{
		"", "127.0.0.1:9000", "https://127.0.0.1:9000", "http://example.com", "http://10.0.0.1:9000", "http://0.0.0.0:9000", "http://[::]:1", "http://localhost.example.com",
		"http://user@127.0.0.1", "http://127.0.0.1?x", "http://127.0.0.1/?", "http://127.0.0.1/#x", "http://127.0.0.1:0", "unix://host/a", "unix:a.sock", "unix:///", "unix:///run/", "http://2130706433",
		"http://127.1", "http://%zz", "file:///etc/passwd", "http://169.254.169.254",
	} {
		if e, err := loopback.Parse(text); !errors.Is(err, loopback.ErrAddress) {
			t.Errorf("%q is taken as %q: %v", text, e, err)
		}
	}
}

// A card may name any host: only this machine is asked.
func TestOnlyPathAndQueryOfAnotherAddressCount(t *testing.T) {
	e, err := loopback.Parse("http://127.0.0.1:9000/base")
	if err != nil {
		t.Fatal(err)
	}
	for target, want := range map[string]string{
		"https://evil.example/rpc?x=1": "http://127.0.0.1:9000/rpc?x=1", "http://169.254.169.254": "http://127.0.0.1:9000/", "//evil.example/a": "http://127.0.0.1:9000/a",
		"/x": "http://127.0.0.1:9000/x", "http://u:p@h/a%2Fb#f": "http://127.0.0.1:9000/a%2Fb",
	} {
		if got, err := e.Beside(target); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", target, got, err, want)
		}
	}
	for _, target := range []string{"mailto:x", "http://[::1", ":"} {
		if got, err := e.Beside(target); err == nil {
			t.Errorf("%s: %s", target, got)
		}
	}
	if e.At("/x") != "http://127.0.0.1:9000/base/x" || e.At("") != "http://127.0.0.1:9000/base" {
		t.Errorf("%s %s", e.At("/x"), e.At(""))
	}
}

func TestATransportReachesTheEndpointAndNobodyElse(t *testing.T) {
	answers := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Host) })
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	socket := filepath.Join(t.TempDir(), "s")
	ln, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	overUnix := &httptest.Server{Listener: ln, Config: &http.Server{Handler: answers}}
	overUnix.Start()
	defer overUnix.Close()
	overTCP := httptest.NewServer(answers)
	defer overTCP.Close()
	for _, address := range []string{"unix://" + socket, overTCP.URL} {
		e, err := loopback.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		transport := e.Transport()
		defer transport.CloseIdleConnections()
		resp, err := (&http.Client{Transport: transport}).Get(e.At(""))
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %v", address, err)
		}
		_ = resp.Body.Close()
	}
	e, err := loopback.Parse(overTCP.URL)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := (&http.Client{Transport: e.Transport()}).Get("http://192.0.2.1:80/"); err == nil {
		_ = resp.Body.Close()
		t.Error("an address elsewhere was dialled")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"http://127.0.0.1:9000/x", "unix:///run/a.sock", "http://[::1%25lo]:1", "http://localhost:0", "http://127.0.0.1\\@evil"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := loopback.Parse(text)
		if err != nil {
			return
		}
		again, err := loopback.Parse(e.String())
		if err != nil || again != e {
			t.Errorf("%q is %q, which is %q: %v", text, e, again, err)
		}
	})
}
