package main

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/postgrestest"
	"github.com/getbindu/bindu-go/registrar/operator"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// wait bounds every wait for something that really happens elsewhere.
const wait = time.Minute

// TestServe runs the program against a real Hydra and a real step-ca.
func TestServe(t *testing.T) {
	serves(t, "testdata/serve", func(*testscript.Env) {})
}

// TestServeOnPostgres runs two programs as one registrar, on a real PostgreSQL.
func TestServeOnPostgres(t *testing.T) {
	server := postgrestest.Shared(t)
	serves(t, "testdata/postgres", func(e *testscript.Env) {
		e.Setenv("DATABASE", server.Address(server.Database(t), nil))
		e.Setenv("NO_DATABASE", server.Address("none", nil))
		e.Setenv("PASSWORD", regexp.QuoteMeta(url.QueryEscape(postgrestest.Password)))
	})
}

func serves(t *testing.T, dir string, setup func(*testscript.Env)) {
	a := authoritytest.Start(t, authoritytest.Options{})
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			for name, value := range a.Env() {
				if strings.HasPrefix(name, "MTLS__CA_") || strings.HasPrefix(name, "HYDRA__") && strings.HasSuffix(name, "_URL") {
					e.Setenv(name, value)
				}
			}
			e.Setenv("REGISTRAR__AUTHOR", "ops@example.com")
			e.Setenv("LOG__FORMAT", "json")
			for _, name := range []string{"NETWORK__PORT", "NETWORK__ADMIN_PORT", "OTHER_PORT", "OTHER_ADMIN_PORT"} {
				port, err := freePort()
				if err != nil {
					return err
				}
				e.Setenv(name, port)
			}
			setup(e)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"ready": ready, "put": put(t), "hydra": askHydra, "fingerprint": fingerprint, "terminate": terminate},
	})
}

func freePort() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return strconv.Itoa(ln.Addr().(*net.TCPAddr).Port), ln.Close()
}

// ready waits until the registrar of the script is.
func ready(ts *testscript.TestScript, _ bool, _ []string) {
	url := "http://127.0.0.1:" + ts.Getenv("NETWORK__ADMIN_PORT") + "/readyz"
	end := time.Now().Add(wait)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for said := ""; ; <-tick.C {
		resp, err := http.Get(url)
		if err == nil {
			body, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
			said = string(body)
		}
		if time.Now().After(end) {
			ts.Fatalf("not ready: %v %s", err, said)
		}
	}
}

// put registers a made-up agent, with the token of a file if one is named:
// put NAME [FILE]. It prints DID, status and answer, and sets $DID. A name belongs to
// one script, since the scripts run side by side and share a Hydra.
func put(t *testing.T) func(*testscript.TestScript, bool, []string) {
	var owners sync.Map
	return func(ts *testscript.TestScript, _ bool, args []string) {
		if owner, taken := owners.LoadOrStore(args[0], ts.Name()); taken && owner != ts.Name() {
			ts.Fatalf("%s is an agent of the script %s", args[0], owner)
		}
		agent := registrartest.NewAgent(t, args[0])
		ts.Setenv("DID", agent.DID.String())
		body := agent.Body(registrartest.SecretOf(args[0]))
		if len(args) > 1 {
			body = body.With("enrolmentToken", strings.TrimSpace(ts.ReadFile(args[1])))
		}
		self, err := did.Parse(strings.TrimSpace(ts.ReadFile("self")))
		ts.Check(err)
		config, err := trusting(ts.Getenv("MTLS__CA_ROOT_URL"), ts.Getenv("MTLS__CA_FINGERPRINT"), self)
		ts.Check(err)
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}}
		var status int
		var answer []byte
		// As an agent does: a Hydra on SQLite that several scripts use may be busy, and the
		// change that it did not take is settled later.
		pause := time.NewTicker(time.Second)
		defer pause.Stop()
		for end := time.Now().Add(wait); ; <-pause.C {
			signed := agent.Sign(t, agent.Signing(self, body.JSON(), time.Now()))
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPut,
				"https://127.0.0.1:"+ts.Getenv("NETWORK__PORT")+signed.RequestURI, bytes.NewReader(body.JSON()))
			ts.Check(err)
			req.Header = signed.Header
			status, answer, err = get(client, req)
			ts.Check(err)
			if status != http.StatusServiceUnavailable || time.Now().After(end) {
				break
			}
		}
		fmt.Fprintf(ts.Stdout(), "%s %d %s\n", agent.DID, status, answer)
	}
}

// trusting is how an agent that has no certificate yet meets the registrar: by the
// pinned root of the CA, and the DID in the certificate.
func trusting(rootURL, fingerprint string, self did.DID) (*tls.Config, error) {
	req, err := http.NewRequest(http.MethodGet, rootURL, nil)
	if err != nil {
		return nil, err
	}
	// Whoever answers: the fingerprint tells.
	_, text, err := get(&http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}, req)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("no certificate at " + rootURL)
	}
	if sum := sha256.Sum256(block.Bytes); hex.EncodeToString(sum[:]) != fingerprint {
		return nil, errors.New("another root")
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(text)
	return &tls.Config{
		MinVersion:         tls.VersionTLS13,
		InsecureSkipVerify: true, // the DID is looked at, and not the host name
		VerifyConnection: func(cs tls.ConnectionState) error {
			leaf, between := cs.PeerCertificates[0], x509.NewCertPool()
			for _, c := range cs.PeerCertificates[1:] {
				between.AddCert(c)
			}
			if len(leaf.URIs) != 1 || leaf.URIs[0].Fragment != self.String() {
				return fmt.Errorf("the certificate is for %v", leaf.URIs)
			}
			_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between})
			return err
		},
	}, nil
}

func get(client *http.Client, req *http.Request) (status int, body []byte, err error) {
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(resp.Body)
	return resp.StatusCode, body, err
}

// askHydra asks Hydra's admin API for the client $DID, and prints status and document.
func askHydra(ts *testscript.TestScript, _ bool, _ []string) {
	req, err := http.NewRequest(http.MethodGet, ts.Getenv("HYDRA__ADMIN_URL")+"/admin/clients/"+ts.Getenv("DID"), nil)
	ts.Check(err)
	status, body, err := get(http.DefaultClient, req)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%d %s\n", status, body)
}

// fingerprint sets $FINGERPRINT to that of the only agent of a list.
func fingerprint(ts *testscript.TestScript, _ bool, args []string) {
	var all []operator.Waiting
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &all))
	if len(all) != 1 {
		ts.Fatalf("%d wait", len(all))
	}
	ts.Setenv("FINGERPRINT", all[0].Fingerprint)
}

// terminate sends SIGTERM to all that runs in the background.
func terminate(ts *testscript.TestScript, _ bool, _ []string) {
	for _, running := range ts.BackgroundCmds() {
		ts.Check(running.Process.Signal(syscall.SIGTERM))
	}
}
