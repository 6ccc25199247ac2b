package mtls_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/transport/mtls"
)

func connectionOf(cert tls.Certificate) *tls.ConnectionState {
	return &tls.ConnectionState{PeerCertificates: []*x509.Certificate{cert.Leaf}}
}

func TestPeerDID(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	name := issuer + "#" + alice.String()
	tests := []struct {
		name string
		opts []stepcatest.Option
		want error
	}{
		{"as_step_ca_issues_it", nil, nil},
		{"host_names_beside_it", []stepcatest.Option{stepcatest.DNSNames("alice.example.com")}, nil},
		{"common_name_of_somebody_else", []stepcatest.Option{stepcatest.CommonName(bob.String())}, nil},
		{"007_no_name_at_all", []stepcatest.Option{stepcatest.NoNames(), stepcatest.CommonName("x")}, mtls.ErrNoDID},
		{"007_host_name_only", []stepcatest.Option{stepcatest.NoNames(), stepcatest.DNSNames("alice.example.com")}, mtls.ErrNoDID},
		{"007_did_as_host_name", []stepcatest.Option{stepcatest.NoNames(), stepcatest.DNSNames(name)}, mtls.ErrNoDID},
		{"008_two_dids", []stepcatest.Option{stepcatest.AddURI(issuer + "#" + bob.String())}, mtls.ErrMultipleIDs},
		{"008_same_did_twice", []stepcatest.Option{stepcatest.AddURI(name)}, mtls.ErrMultipleIDs},
		{"008_any_second_uri", []stepcatest.Option{stepcatest.AddURI("https://example.com/")}, mtls.ErrMultipleIDs},
		{"008_empty_uri_first", []stepcatest.Option{stepcatest.URIs("", name)}, mtls.ErrMultipleIDs},
		{"008_empty_uri_second", []stepcatest.Option{stepcatest.URIs(name, "")}, mtls.ErrMultipleIDs},
		{"009_common_name_only", []stepcatest.Option{stepcatest.NoNames()}, mtls.ErrNoDID},
		{"009_whole_name_in_common_name", []stepcatest.Option{stepcatest.NoNames(), stepcatest.CommonName(name)}, mtls.ErrNoDID},
		{"010_other_issuer", []stepcatest.Option{stepcatest.URIs("https://other-issuer#" + alice.String())}, mtls.ErrIssuerMismatch},
		{"010_issuer_in_capitals", []stepcatest.Option{stepcatest.URIs("https://ISSUER.test#" + alice.String())}, mtls.ErrIssuerMismatch},
		{"010_scheme_in_capitals", []stepcatest.Option{stepcatest.URIs("HTTPS://issuer.test#" + alice.String())}, mtls.ErrIssuerMismatch},
		{"010_slash_behind_issuer", []stepcatest.Option{stepcatest.URIs(issuer + "/#" + alice.String())}, mtls.ErrIssuerMismatch},
		{"010_port_behind_issuer", []stepcatest.Option{stepcatest.URIs(issuer + ":443#" + alice.String())}, mtls.ErrIssuerMismatch},
		{"010_issuer_as_prefix", []stepcatest.Option{stepcatest.URIs(issuer + ".evil.test#" + alice.String())}, mtls.ErrIssuerMismatch},
		{"010_prefix_of_issuer", []stepcatest.Option{stepcatest.URIs("https://issuer#" + alice.String())}, mtls.ErrIssuerMismatch},
		{"010_issuer_as_user", []stepcatest.Option{stepcatest.URIs("https://issuer.test@evil.test#" + alice.String())}, mtls.ErrIssuerMismatch},
		{"010_issuer_with_path", []stepcatest.Option{stepcatest.URIs(issuer + "/%2e%2e/#" + alice.String())}, mtls.ErrIssuerMismatch},
		{"010_no_issuer", []stepcatest.Option{stepcatest.URIs("#" + alice.String())}, mtls.ErrIssuerMismatch},
		{"bare_did", []stepcatest.Option{stepcatest.URIs(alice.String())}, mtls.ErrNoDID},
		{"issuer_without_did", []stepcatest.Option{stepcatest.URIs(issuer)}, mtls.ErrNoDID},
		{"empty_did", []stepcatest.Option{stepcatest.URIs(issuer + "#")}, mtls.ErrNoDID},
		{"empty_uri", []stepcatest.Option{stepcatest.URIs("")}, mtls.ErrNoDID},
		{"did_behind_a_did", []stepcatest.Option{stepcatest.URIs(name + "#" + bob.String())}, mtls.ErrNoDID},
		{"percent_encoded_hash", []stepcatest.Option{stepcatest.URIs(issuer + "/%23" + alice.String())}, mtls.ErrNoDID},
		{"slash_in_did", []stepcatest.Option{stepcatest.URIs(name + "/key")}, mtls.ErrNoDID},
		{"did_too_long", []stepcatest.Option{stepcatest.URIs(issuer + "#did:bindu:" + strings.Repeat("a", did.MaxLength))}, mtls.ErrNoDID},
		{"spiffe_id", []stepcatest.Option{stepcatest.URIs("spiffe://example.org/alice")}, mtls.ErrNoDID},
		{"ca", []stepcatest.Option{stepcatest.AsCA()}, mtls.ErrIsCA},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := mtls.PeerDID(connectionOf(ca.Issue(issuer, alice.String(), tt.opts...)), issuer)
			if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			if err == nil && got != alice || err != nil && !got.IsZero() {
				t.Fatalf("got %q with error %v", got, err)
			}
		})
	}
}

// Two spellings are two DIDs: nothing is decoded, so nothing can be confused.
func TestPeerDIDKeepsThePercentEncoding(t *testing.T) {
	const spelt = "did:bindu:%61lice:x"
	cs := connectionOf(stepcatest.NewCA(t, nil).Issue(issuer, spelt))
	if got, err := mtls.PeerDID(cs, issuer); err != nil || got.String() != spelt {
		t.Fatalf("got %q, %v", got, err)
	}
}

func TestPeerDIDWithoutCertificate(t *testing.T) {
	for _, cs := range []*tls.ConnectionState{nil, {}} {
		if _, err := mtls.PeerDID(cs, issuer); !errors.Is(err, mtls.ErrNoCertificate) {
			t.Errorf("got %v", err)
		}
		if err := mtls.CheckNow(cs, time.Now()); !errors.Is(err, mtls.ErrNoCertificate) {
			t.Errorf("got %v", err)
		}
	}
}

// An issuer that was not configured must not match a certificate that names none.
func TestPeerDIDWithoutIssuer(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	cs := connectionOf(ca.Issue("", alice.String()))
	if got, err := mtls.PeerDID(cs, ""); !errors.Is(err, mtls.ErrIssuerMismatch) {
		t.Fatalf("got %q, %v", got, err)
	}
}

func TestCheckNow(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	cs := connectionOf(ca.Issue(issuer, alice.String()))
	leaf := cs.PeerCertificates[0]
	tests := map[string]struct {
		at   time.Time
		want error
	}{
		"first moment":       {leaf.NotBefore, nil},
		"last moment":        {leaf.NotAfter, nil},
		"one second too old": {leaf.NotAfter.Add(time.Second), mtls.ErrExpired},
		"too early":          {leaf.NotBefore.Add(-time.Nanosecond), mtls.ErrNotYetValid},
	}
	for name, tt := range tests {
		if err := mtls.CheckNow(cs, tt.at); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
}

// nameCertificate is as much of a certificate as PeerDID reads.
func nameCertificate(san []byte) *tls.ConnectionState {
	cert := &x509.Certificate{}
	cert.Extensions = append(cert.Extensions, pkixExtension(san))
	return &tls.ConnectionState{PeerCertificates: []*x509.Certificate{cert}}
}

func generalNames(t testing.TB, uris ...string) []byte {
	t.Helper()
	var names []asn1.RawValue
	for _, uri := range uris {
		names = append(names, asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 6, Bytes: []byte(uri)})
	}
	der, err := asn1.Marshal(names)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func FuzzPeerDIDExtension(f *testing.F) {
	f.Add(generalNames(f, issuer+"#"+alice.String()))
	f.Add(generalNames(f, issuer+"#"+alice.String(), "https://x.test"))
	f.Add([]byte{0x30, 0x80, 0x86, 0x00})
	f.Add([]byte{0x30, 0x02, 0x86, 0x00, 0x00})
	f.Fuzz(func(t *testing.T, san []byte) {
		got, err := mtls.PeerDID(nameCertificate(san), issuer)
		if err != nil {
			if !got.IsZero() || mtls.Reason(err) == "" {
				t.Fatalf("%q with %v", got, err)
			}
			return
		}
		// Whatever is accepted holds the accepted name, once and as it is.
		if n := bytes.Count(san, []byte(issuer+"#"+got.String())); n < 1 {
			t.Fatalf("accepted %q out of %x", got, san)
		}
		var names []asn1.RawValue
		if _, err := asn1.Unmarshal(san, &names); err != nil {
			return // encoding/asn1 is stricter in places that do not matter here
		}
		uris := 0
		for _, n := range names {
			if n.Class == asn1.ClassContextSpecific && n.Tag == 6 && !n.IsCompound {
				uris++
			}
		}
		if uris != 1 {
			t.Fatalf("accepted %d URI names in %x", uris, san)
		}
	})
}

func FuzzPeerDIDName(f *testing.F) {
	for _, uri := range []string{issuer + "#" + alice.String(), "#", issuer + "#", "https://ISSUER.test#did:x:y", issuer + "#did:x:y#did:x:z"} {
		f.Add(uri)
	}
	f.Fuzz(func(t *testing.T, uri string) {
		got, err := mtls.PeerDID(nameCertificate(generalNames(t, uri)), issuer)
		if err == nil && issuer+"#"+got.String() != uri {
			t.Fatalf("%q was read as %q", uri, got)
		}
	})
}

func BenchmarkPeerDID(b *testing.B) {
	cs := connectionOf(stepcatest.NewCA(b, nil).Issue(issuer, alice.String()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := mtls.PeerDID(cs, issuer); err != nil {
			b.Fatal(err)
		}
	}
}
