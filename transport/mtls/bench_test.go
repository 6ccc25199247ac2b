package mtls_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// handshakes accepts connections and lets the client read one byte, after
// which it has its session ticket.
func handshakes(b *testing.B, source *mtls.Source) string {
	b.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ln := source.Listen(inner)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, "x")
			_ = conn.Close()
		}
	}()
	b.Cleanup(func() {
		_ = ln.Close()
		<-done
	})
	return inner.Addr().String()
}

func BenchmarkHandshake(b *testing.B) {
	ca := stepcatest.NewCA(b, nil)
	addr := handshakes(b, newSource(b, identity(ca, bob)))
	client := newSource(b, identity(ca, alice))
	for name, resumed := range map[string]bool{"full": false, "resumed": true} {
		b.Run(name, func(b *testing.B) {
			cfg := client.ClientConfig(bob)
			if !resumed {
				cfg.ClientSessionCache = nil
			}
			for b.Loop() {
				conn, err := tls.Dial("tcp", addr, cfg)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.ReadAll(conn); err != nil {
					b.Fatal(err)
				}
				_ = conn.Close()
			}
		})
	}
}

func BenchmarkCheckPeer(b *testing.B) {
	ca := stepcatest.NewCA(b, nil)
	source := newSource(b, identity(ca, bob))
	leaf := identity(ca, alice).Leaf()
	cs := &tls.ConnectionState{
		PeerCertificates: []*x509.Certificate{leaf, ca.Intermediate},
		VerifiedChains:   [][]*x509.Certificate{{leaf, ca.Intermediate, ca.Root}},
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := source.CheckPeer(cs); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHostileChain is the work of one refusal: as many certificates with
// keys of one kind as fit into a client's flight, each a candidate parent of
// the leaf, none of them right.
func BenchmarkHostileChain(b *testing.B) {
	const flight = 6 << 10
	for name, curve := range map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()} {
		b.Run(name, func(b *testing.B) {
			leaf := candidate(b, "leaf", curve)
			intermediates := x509.NewCertPool()
			n := 0
			for size := len(leaf.Raw); ; n++ {
				c := candidate(b, "X", curve)
				if size += len(c.Raw); size > flight {
					break
				}
				intermediates.AddCert(c)
			}
			roots := x509.NewCertPool()
			roots.AddCert(stepcatest.NewCA(b, nil).Root)
			b.ReportMetric(float64(n), "certs")
			for b.Loop() {
				if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: intermediates}); err == nil {
					b.Fatal("verified")
				}
			}
		})
	}
}

// candidate makes the smallest certificate that is tried as a parent, or the leaf below it.
func candidate(b *testing.B, name string, curve elliptic.Curve) *x509.Certificate {
	b.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		BasicConstraintsValid: true,
		IsCA:                  name != "leaf",
	}
	parent := &x509.Certificate{Subject: pkix.Name{CommonName: "X"}}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), crypto.Signer(key))
	if err != nil {
		b.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		b.Fatal(err)
	}
	return cert
}
