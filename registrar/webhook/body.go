package webhook

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/identity/did"
)

// MaxBody is the longest question, in bytes. One has about a thousand.
const MaxBody = 16 << 10

// Faults of a question.
var (
	errTooLong  = fmt.Errorf("more than %d bytes", MaxBody)
	errEncoded  = errors.New("it has a content encoding")
	errJSON     = errors.New("not the JSON of step-ca")
	errNoX509   = errors.New("it asks about no X.509 certificate")
	errNames    = errors.New("the names are not one URI of the form ISSUER#DID")
	errSubject  = errors.New("the subject is not the DID alone")
	errExtended = errors.New("it has extensions, constraints or usages that no agent's certificate has")
	errValidity = errors.New("it would be valid too late, for too long or from too long ago, by the registrar's clock")
)

// wanted is the certificate that is asked for.
type wanted struct {
	did did.DID
	// key is the DER SubjectPublicKeyInfo.
	key []byte
	// notBefore and notAfter are when it is valid; zero where step-ca does not say.
	notBefore, notAfter time.Time
}

// readBody reads the question. It holds nothing that may not be logged, but is not.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.Header.Get("Content-Encoding") != "" {
		return nil, errEncoded
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if _, long := errors.AsType[*http.MaxBytesError](err); long {
		return nil, errTooLong
	}
	return body, err
}

// question is what step-ca sends, in its spelling. A member that is not here is
// refused, because it could be a name: a step-ca that sends another has to be looked
// at first.
type question struct {
	Timestamp       jsontext.Value `json:"timestamp"`
	ProvisionerName string         `json:"provisionerName"`
	Certificate     *certificate   `json:"x509Certificate"`
}

type certificate struct {
	// The names. step-ca's own template fills SANs.
	SANs           []name   `json:"sans"`
	URIs           []string `json:"uris"`
	DNSNames       []string `json:"dnsNames"`
	EmailAddresses []string `json:"emailAddresses"`
	IPAddresses    []string `json:"ipAddresses"`

	Subject    subject        `json:"subject"`
	RawSubject jsontext.Value `json:"rawSubject"`

	// What could make it more than an agent's.
	Extensions         jsontext.Value `json:"extensions"`
	BasicConstraints   jsontext.Value `json:"basicConstraints"`
	NameConstraints    jsontext.Value `json:"nameConstraints"`
	UnknownExtKeyUsage jsontext.Value `json:"unknownExtKeyUsage"`
	KeyUsage           []string       `json:"keyUsage"`
	ExtKeyUsage        []string       `json:"extKeyUsage"`

	PublicKey []byte `json:"publicKey"`

	NotBefore time.Time `json:"notBefore"`
	NotAfter  time.Time `json:"notAfter"`

	// What changes nothing here.
	Version               jsontext.Value `json:"version"`
	Issuer                jsontext.Value `json:"issuer"`
	SerialNumber          jsontext.Value `json:"serialNumber"`
	SubjectKeyID          jsontext.Value `json:"subjectKeyId"`
	AuthorityKeyID        jsontext.Value `json:"authorityKeyId"`
	OCSPServer            jsontext.Value `json:"ocspServer"`
	IssuingCertificateURL jsontext.Value `json:"issuingCertificateURL"`
	CRLDistributionPoints jsontext.Value `json:"crlDistributionPoints"`
	PolicyIdentifiers     jsontext.Value `json:"policyIdentifiers"`
	SignatureAlgorithm    jsontext.Value `json:"signatureAlgorithm"`
	PublicKeyAlgorithm    jsontext.Value `json:"publicKeyAlgorithm"`
	Raw                   jsontext.Value `json:"raw"`
}

type name struct {
	Type  string         `json:"type"`
	Value string         `json:"value"`
	ASN1  jsontext.Value `json:"asn1Value"`
}

type subject struct {
	CommonName string `json:"commonName"`
}

// parse reads a question whose length is bounded.
func parse(body []byte, issuer string) (wanted, Reason, error) {
	var q question
	if err := json.Unmarshal(body, &q, json.RejectUnknownMembers(true)); err != nil {
		return wanted{}, Malformed, fmt.Errorf("%w: %w", errJSON, shortened(err))
	}
	if q.Certificate == nil {
		return wanted{}, Malformed, errNoX509
	}
	d, err := q.Certificate.names(issuer)
	if err != nil {
		return wanted{}, BadNames, err
	}
	if !q.Certificate.plain() {
		return wanted{}, BadKind, errExtended
	}
	if err := readKey(q.Certificate.PublicKey); err != nil {
		return wanted{}, BadKey, err
	}
	return wanted{d, q.Certificate.PublicKey, q.Certificate.NotBefore, q.Certificate.NotAfter}, "", nil
}

// names returns the DID in the one name there is.
func (c *certificate) names(issuer string) (did.DID, error) {
	if len(c.SANs)+len(c.URIs) != 1 || len(c.DNSNames)+len(c.EmailAddresses)+len(c.IPAddresses) != 0 {
		return did.DID{}, errNames
	}
	uris := c.URIs
	for _, n := range c.SANs {
		if n.Type != "uri" || !absent(n.ASN1) {
			return did.DID{}, errNames
		}
		uris = append(uris, n.Value)
	}
	// step-ca signs what net/url makes of the text: it must be the same.
	u, err := url.Parse(uris[0])
	text, ok := strings.CutPrefix(uris[0], issuer+"#")
	if err != nil || u.String() != uris[0] || !ok {
		return did.DID{}, errNames
	}
	d, err := did.Parse(text)
	switch {
	case err != nil:
		return did.DID{}, errors.Join(errNames, err)
	case c.Subject.CommonName != text || !absent(c.RawSubject):
		return did.DID{}, errSubject // there are readers of common names
	}
	return d, nil
}

// The usages that an agent's certificate may have, as step-ca spells them.
var (
	keyUsages    = []string{"digitalSignature", "keyEncipherment"}
	extKeyUsages = []string{"serverAuth", "clientAuth"}
)

// plain reports whether it is a leaf like every other. An extension could be a second
// list of names, which step-ca would take instead of ours.
func (c *certificate) plain() bool {
	for _, v := range []jsontext.Value{c.Extensions, c.BasicConstraints, c.NameConstraints, c.UnknownExtKeyUsage} {
		if !absent(v) {
			return false
		}
	}
	among := func(allowed []string) func(string) bool {
		return func(usage string) bool { return !slices.Contains(allowed, usage) }
	}
	return !slices.ContainsFunc(c.KeyUsage, among(keyUsages)) && !slices.ContainsFunc(c.ExtKeyUsage, among(extKeyUsages))
}

// absent reports whether a member is not there, or null.
func absent(v jsontext.Value) bool { return len(v) == 0 || v.Kind() == 'n' }

// shortened keeps the text of a stranger's JSON out of the log: what kind of fault it
// is, and where.
func shortened(err error) error {
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok {
		return fmt.Errorf("at byte %d, %s", semantic.ByteOffset, semantic.JSONPointer.LastToken())
	}
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return fmt.Errorf("at byte %d", syntactic.ByteOffset)
	}
	return errors.New("unreadable")
}
