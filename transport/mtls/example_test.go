package mtls_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// An agent takes its certificate from disk if it can, else from the CA; serves
// with it, and keeps it fresh.
func Example() {
	var (
		ctx    = context.Background()
		self   did.DID // from the agent's key
		token  func(context.Context) (string, error)
		logger = slog.Default()
	)
	const issuer = "https://hydra.example.com"

	dir, err := home.Open(ctx, ".bindu")
	if err != nil {
		logger.Error("open directory", "error", err)
		return
	}
	defer dir.Close()
	ca, err := stepca.New(stepca.Config{
		CAURL:       "https://ca.example.com:9000",
		RootURL:     "https://ca.example.com:9000/roots.pem",
		Audience:    "step-ca",
		HTTPTimeout: 10 * time.Second,
		Fingerprint: "the SHA-256 of the CA's root certificate",
		DID:         self,
		Issuer:      issuer,
		Token:       token,
		TTL:         24 * time.Hour,
	})
	if err != nil {
		logger.Error("configure enrolment", "error", err)
		return
	}
	keeper, err := mtls.NewKeeper(ctx, mtls.KeeperConfig{
		DID:         self,
		Source:      mtls.SourceConfig{Issuer: issuer, RequireClientCert: true, Logger: logger},
		CA:          ca,
		Store:       dir.Certificates(nil),
		RenewBefore: 8 * time.Hour,
	})
	if err != nil {
		logger.Error("obtain certificate", "reason", mtls.Reason(err), "error", err)
		return
	}
	defer keeper.Close()
	source := keeper.Source()

	inner, err := net.Listen("tcp", "127.0.0.1:3773")
	if err != nil {
		logger.Error("listen", "error", err)
		return
	}
	server := &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			caller, err := mtls.PeerDID(r.TLS, issuer)
			if err == nil {
				err = source.CheckPeer(r.TLS)
			}
			if err != nil {
				http.Error(w, mtls.Reason(err), http.StatusForbidden)
				return
			}
			_, _ = w.Write([]byte("hello " + caller.String()))
		}),
	}
	logger.Error("serve", "error", server.Serve(source.Listen(inner)))
}

// A client says which agent it wants to speak to, not which host.
func ExampleSource_NewTransport() {
	var (
		source *mtls.Source // as above
		peer   did.DID      // of the agent to call
	)
	transport := source.NewTransport(peer, &http.Transport{ResponseHeaderTimeout: 30 * time.Second})
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	resp, err := client.Get("https://10.0.0.7:3773/health")
	if mismatch, ok := errors.AsType[*mtls.PeerMismatchError](err); ok {
		slog.Error("somebody else answered", "wanted", mismatch.Want, "got", mismatch.Got)
		return
	}
	if err != nil {
		slog.Error("call failed", "error", err)
		return
	}
	defer resp.Body.Close()
}
