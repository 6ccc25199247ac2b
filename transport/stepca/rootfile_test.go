package stepca_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// An operator who gives both a file and a fingerprint wants them to agree: the
// fingerprint is that of a whole certificate in the file, and nothing near it.
func TestTheRootFileMustHoldThePinnedRoot(t *testing.T) {
	s, other := stepcatest.NewServer(t, stepcatest.Config{}), stepcatest.NewServer(t, stepcatest.Config{})
	root := s.CA.Roots()[0]
	sum := func(data []byte) string { h := sha256.Sum256(data); return hex.EncodeToString(h[:]) }
	both := append(other.CA.RootsPEM(), s.CA.RootsPEM()...)
	for name, test := range map[string]struct {
		file        []byte
		fingerprint string
		want        error
	}{
		"the root":                           {s.CA.RootsPEM(), s.Fingerprint(), nil},
		"in capitals":                        {s.CA.RootsPEM(), strings.ToUpper(s.Fingerprint()), nil},
		"among others":                       {both, s.Fingerprint(), nil},
		"another root":                       {other.CA.RootsPEM(), s.Fingerprint(), mtls.ErrFingerprintMismatch},
		"the fingerprint of its key":         {s.CA.RootsPEM(), sum(root.RawSubjectPublicKeyInfo), mtls.ErrFingerprintMismatch},
		"the fingerprint of the file":        {s.CA.RootsPEM(), sum(s.CA.RootsPEM()), mtls.ErrFingerprintMismatch},
		"the fingerprint of an intermediate": {s.CA.RootsPEM(), sum(s.CA.Intermediate.Raw), mtls.ErrFingerprintMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "root.pem")
			if err := os.WriteFile(path, test.file, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := stepca.New(stepca.Config{
				CAURL: s.URL(), RootURL: s.URL() + "/roots.pem", Audience: "step-ca", HTTPTimeout: time.Second, DID: alice, Issuer: issuer, Token: s.Tokens(alice.String()), RootFile: path, Fingerprint: test.fingerprint,
			})
			if !errors.Is(err, test.want) || (err == nil) != (test.want == nil) {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
	if n := s.Count("POST /sign"); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}
