package mtls

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/tls"
	"encoding/pem"
	"testing"

	"github.com/getbindu/bindu-go/internal/stepcatest"
)

// FuzzPEM feeds one file to every reader. What is read must come out the same
// when it is written and read again.
func FuzzPEM(f *testing.F) {
	cert := stepcatest.NewCA(f, nil).Issue("https://issuer.test", "did:bindu:a:b:c")
	key, err := encodeKey(cert.PrivateKey)
	if err != nil {
		f.Fatal(err)
	}
	chain := encodeCertificates(cert.Certificate)
	f.Add(key)
	f.Add(chain)
	f.Add(chain[:len(chain)-40])
	f.Add(append([]byte("# comment\n"), chain...))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if key, err := parseKey(data); err == nil {
			out, err := encodeKey(key)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := parseKey(out); err != nil || !again.Equal(key) {
				t.Fatalf("key changed: %v", err)
			}
		}
		if certs, err := parseCertificates(data, maxChain); err == nil {
			if len(certs) == 0 || len(certs) > maxChain || bytes.Count(data, []byte("-----BEGIN ")) != len(certs) {
				t.Fatalf("%d certificates of %q", len(certs), data)
			}
			if again, err := parseCertificates(encodeCertificates(rawCertificates(certs)), maxChain); err != nil || len(again) != len(certs) {
				t.Fatalf("certificates changed: %v", err)
			}
		}
		if roots, err := ParseRoots(data); err == nil && checkRoots(roots) != nil {
			t.Fatal("unusable roots were accepted")
		}
	})
}

func FuzzStaging(f *testing.F) {
	ca := stepcatest.NewCA(f, nil)
	id := &Identity{Certificate: ca.Issue("https://issuer.test", "did:bindu:a:b:c"), Roots: ca.Roots()}
	staged, err := encodeStaged(id)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(staged)
	f.Add(staged[:len(staged)/2])
	f.Add(bytes.ReplaceAll(staged, []byte("File: "), []byte("Else: ")))
	f.Fuzz(func(t *testing.T, data []byte) {
		id, err := decodeStaged(data)
		if err != nil {
			if id != nil {
				t.Fatal("an identity beside an error")
			}
			return
		}
		again, err := encodeStaged(id)
		if err != nil {
			t.Fatal(err)
		}
		if other, err := decodeStaged(again); err != nil || !sameIdentity(id, other) {
			t.Fatalf("the identity changed: %v", err)
		}
	})
}

func sameIdentity(a, b *Identity) bool {
	return sameKey(a.Certificate, b.Certificate) &&
		bytes.Equal(encodeCertificates(a.Certificate.Certificate), encodeCertificates(b.Certificate.Certificate)) &&
		bytes.Equal(encodeCertificates(rawCertificates(a.Roots)), encodeCertificates(rawCertificates(b.Roots)))
}

func sameKey(a, b tls.Certificate) bool {
	return a.PrivateKey.(*ecdsa.PrivateKey).Equal(b.PrivateKey)
}

// pem.Decode passes over what it cannot read; a file that lost a block in that
// way would be a shorter chain, or a shorter list of trusted CAs.
func TestDamagedBlocksAreNotSkipped(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	good := encodeCertificates([][]byte{ca.Root.Raw, ca.Intermediate.Raw})
	if certs, err := parseCertificates(good, maxChain); err != nil || len(certs) != 2 {
		t.Fatal(err)
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] = '!'
		certs, err := parseCertificates(bad, maxChain)
		if err == nil && len(certs) != 2 {
			t.Fatalf("byte %d: %d certificates of %q", i, len(certs), bad)
		}
		if b, _ := pem.Decode(bad); b == nil && err == nil {
			t.Fatalf("byte %d", i)
		}
	}
}
