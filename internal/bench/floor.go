package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// floorAnswer is what the bare server says to everything.
const floorAnswer = `{"jsonrpc":"2.0","id":"00000000-0000-0000-0000-000000000000","result":{"kind":"task","status":{"state":"completed"}}}`

// floor is the program that the agent is compared with: net/http over mutual
// TLS 1.3, which reads the body and answers a fixed text. It presents the
// certificate of the agent whose directory it gets and demands one of the same
// authority. It says on out where it listens, and ends with the input.
func floor(dir string, in io.Reader, out io.Writer) error {
	config, err := floorTLS(dir)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: http.HandlerFunc(echo), ReadHeaderTimeout: 10 * time.Second}
	done := make(chan error, 1)
	go func() { done <- server.Serve(tls.NewListener(listener, config)) }()
	if _, err := fmt.Fprintln(out, "https://"+listener.Addr().String()); err != nil {
		return errors.Join(err, server.Close())
	}
	_, _ = io.Copy(io.Discard, in)
	err = server.Close()
	<-done
	return err
}

func echo(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, floorAnswer)
}

func floorTLS(dir string) (*tls.Config, error) {
	cert, err := tls.LoadX509KeyPair(filepath.Join(dir, "tls_cert.pem"), filepath.Join(dir, "tls_key.pem"))
	if err != nil {
		return nil, err
	}
	bundle, err := os.ReadFile(filepath.Join(dir, "ca_bundle.pem"))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(bundle) {
		return nil, errors.New("ca_bundle.pem holds no certificate")
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{cert}, NextProtos: []string{"http/1.1"},
		ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: roots,
	}, nil
}
