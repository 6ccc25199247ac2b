package library_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"

	"example.com/library/memory"
)

// keys are those of the callers that are known.
type keys map[did.DID]ed25519.PublicKey

func (k keys) PublicKey(_ context.Context, d did.DID) (ed25519.PublicKey, error) {
	if key, known := k[d]; known {
		return key, nil
	}
	return nil, errors.New("nobody knows this DID")
}

// decisions takes what the gates decide; a program would write it down.
type decisions chan audit.Event

func (d decisions) Record(_ context.Context, e audit.Event) { d <- e }

// greetingGates stand in front of a handler that answers one method, and let in
// who has a certificate and a signature of the same DID.
func greetingGates(self did.DID, known keys, decided decisions) (http.Handler, error) {
	return gate.New(gate.Config{
		Self: self, Issuer: domain,
		Mode: gate.ModeMTLS, TokenMode: gate.TokenOptional, Tokenless: []string{identity.PermissionRead},
		Permissions: gate.Permissions{"greet": {identity.PermissionRead}},
		Keys:        known,
		Replay:      memory.NewReplay(10_000, time.Now),
		Recorder:    decided,
		Window:      5 * time.Minute,
		Protected: map[string]gate.Route{"/": {
			Methods: []string{http.MethodPost},
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				caller, _ := identity.CallerFromContext(r.Context())
				fmt.Fprintf(w, "hello %s, with a certificate: %t", caller.DID.LastSegment(), caller.CertificateSerial != "")
			}),
		}},
		Limits: gate.Limits{
			TargetBytes: 1 << 10, TokenBytes: 8 << 10, DIDBytes: 512, JSONDepth: 32,
			BodyBytes: 1 << 20, BodyBytesHeld: 4 << 20, BodyTime: 10 * time.Second, InFlight: 8, Rate: 10, Burst: 20,
		},
	})
}

// The gates and the certificates do without an agent: in front of any handler, on
// any server.
func Example_gates() {
	bank, err := did.Parse("did:example:bank")
	check(err)
	alice, err := did.Parse("did:example:alice")
	check(err)
	_, key := newCaller()
	ca, decided := newAuthority(), make(decisions, 2)
	gates, err := greetingGates(bank, keys{alice: key.PublicKey()}, decided)
	check(err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	server := &http.Server{Handler: gates, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(ca.source(bank).Listen(listener)) }()
	defer server.Close()

	body := []byte(`{"jsonrpc":"2.0","id":1,"method":"greet"}`)
	headers, err := signature.SignHeader(key, signature.Octets1, signature.Request{
		DID: alice, Audience: bank, Timestamp: time.Now().Unix(),
		Method: http.MethodPost, Target: "/", ContentType: "application/json", Body: body,
	}, nil)
	check(err)
	headers.Set("Content-Type", "application/json")
	transport := ca.source(alice).NewTransport(bank, nil)
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	for range 2 {
		status, answer := post(client, "https://"+listener.Addr().String()+"/", headers, body)
		if decision := <-decided; decision.Decision == audit.Admitted {
			fmt.Println(status, answer)
		} else {
			fmt.Println(status, decision.Gate, decision.Reason)
		}
	}
	// Output:
	// 200 hello alice, with a certificate: true
	// 409 replay replayed
}
