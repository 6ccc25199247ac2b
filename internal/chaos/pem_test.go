package chaos

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// loadPair returns why the directory holds no key that fits its certificate.
// A short-lived one may have expired by now, so it is judged at the moment it
// was issued. It looks at a copy, since loading may finish an interrupted save.
func loadPair(t *testing.T, path string, name did.DID, issuer string) error {
	t.Helper()
	dir, err := safefile.OpenDir(filepath.Join(t.TempDir(), "copy"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"tls_next.pem", "tls_key.pem", "tls_cert.pem", "ca_bundle.pem"} {
		data, err := os.ReadFile(filepath.Join(path, name))
		if err == nil {
			err = dir.WriteFile(name, data, 0o600)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	var why []error
	for _, file := range []string{"tls_next.pem", "tls_cert.pem"} {
		leaf, err := readLeaf(filepath.Join(dir.Path(), file))
		if err != nil {
			why = append(why, err)
			continue
		}
		at := leaf.NotBefore.Add(time.Millisecond)
		if _, err = mtls.NewDirStore(dir, func() time.Time { return at }).Load(name, issuer); err == nil {
			return nil
		}
		why = append(why, err)
	}
	return fmt.Errorf("no key with its certificate: %w", errors.Join(why...))
}

// readLeaf returns the first certificate of a PEM file.
func readLeaf(path string) (*x509.Certificate, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			return nil, fmt.Errorf("%s holds no certificate", path)
		}
		if block.Type == "CERTIFICATE" {
			return x509.ParseCertificate(block.Bytes)
		}
	}
}
