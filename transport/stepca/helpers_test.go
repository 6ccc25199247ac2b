package stepca_test

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// TestMain checks for leaked goroutines. One is started by the mere import of
// smallstep's client (through its database drivers) and flushes a log nobody writes.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

const issuer = "https://issuer.test"

var (
	alice = mustDID("did:bindu:ops_at_example_com:alice:139e3940-e64b-5491-7220-88d9a0d74162")
	bob   = mustDID("did:bindu:ops_at_example_com:bob:239e3940-e64b-5491-7220-88d9a0d74162")
	carol = mustDID("did:bindu:ops_at_example_com:carol:339e3940-e64b-5491-7220-88d9a0d74162")
)

func mustDID(s string) did.DID {
	d, err := did.Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

// clock is a wall clock that is ahead of the real one.
type clock struct{ offset time.Duration }

func (c *clock) Now() time.Time { return time.Now().Add(c.offset) }

func identity(ca *stepcatest.CA, d did.DID) *mtls.Identity {
	return &mtls.Identity{Certificate: ca.Issue(issuer, d.String()), Roots: ca.Roots()}
}

func pemOf(certs ...*x509.Certificate) []byte {
	var out []byte
	for _, cert := range certs {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})...)
	}
	return out
}

func jsonString(s string) string {
	out, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(out)
}
