package mtls

import (
	"crypto/x509"
	"encoding/asn1"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	cryptobyteasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

var oidSubjectAltName = asn1.ObjectIdentifier{2, 5, 29, 17}

// tagURI is uniformResourceIdentifier, [6] IMPLICIT IA5String (RFC 5280, section 4.2.1.6).
var tagURI = cryptobyteasn1.Tag(6).ContextSpecific()

// uriName returns the one URI name of a certificate as the bytes that were
// signed. x509.Certificate.URIs will not do: url.URL normalises what it
// parses, and a name that two parsers read differently is two names.
func uriName(cert *x509.Certificate) ([]byte, error) {
	// crypto/x509 refuses a certificate that has an extension twice.
	for _, ext := range cert.Extensions {
		if ext.Id.Equal(oidSubjectAltName) {
			return onlyURI(ext.Value)
		}
	}
	return nil, ErrNoDID
}

// onlyURI reads GeneralNames. Other kinds of names are not identities here and are passed over.
func onlyURI(der []byte) ([]byte, error) {
	input := cryptobyte.String(der)
	var names cryptobyte.String
	if !input.ReadASN1(&names, cryptobyteasn1.SEQUENCE) || !input.Empty() {
		return nil, fmt.Errorf("%w: subject alternative name is malformed", ErrNoDID)
	}
	var uri []byte
	for !names.Empty() {
		var value cryptobyte.String
		var tag cryptobyteasn1.Tag
		if !names.ReadAnyASN1(&value, &tag) {
			return nil, fmt.Errorf("%w: subject alternative name is malformed", ErrNoDID)
		}
		if tag != tagURI {
			continue
		}
		if uri != nil {
			return nil, ErrMultipleIDs
		}
		uri = []byte(value)
		if uri == nil {
			uri = []byte{}
		}
	}
	if uri == nil {
		return nil, ErrNoDID
	}
	return uri, nil
}
