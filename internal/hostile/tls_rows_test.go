package hostile

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/tls"
	"errors"
	"io"
	"math/big"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/stepcatest"
)

// shared are the settings of an agent whose public documents are open to all.
const shared = "MTLS__REQUIRE_CLIENT_CERT=false"

// tlsRows are A1: what a handshake or the certificate gate refuses.
func tlsRows() []row {
	alert := func(text string) want { return want{alert: text} }
	certificate := func(status int) want { return want{status: status, code: -31405, gate: "certificate", reach: atToken} }
	return []row{
		{number: 1, reason: "cert_required", sent: "no client certificate", want: alert("certificate required"), cases: cases{"none": noCertificate}},
		{number: 1, reason: "client_cert_required", sent: "no client certificate, to an agent that lets strangers connect", with: shared,
			want: certificate(401), cases: cases{"none": noCertificate}},
		{number: 2, reason: "tls_cert_expired", sent: "an expired certificate", want: alert("expired certificate"), cases: cases{"by a minute": certificateWith(stepcatest.Expired())}},
		{number: 3, reason: "tls_cert_not_yet_valid", sent: "a certificate of the future", want: alert("expired certificate"), cases: cases{"by an hour": certificateWith(stepcatest.NotYetValid())}},
		{number: 4, reason: "cert_expired", sent: "a second request on a connection whose certificate has expired since the first", gets: "401, connection closed", run: expiresWhileOpen},
		{number: 5, reason: "tls_unknown_ca", sent: "a certificate of another CA", want: alert("unknown certificate authority"), cases: cases{"other root": otherCA}},
		{number: 5, reason: "cert_required", sent: "nothing, by a client that holds only a certificate of a CA that is not asked for", want: alert("certificate required"), cases: cases{"honours the hints": hintedCA}},
		{number: 6, reason: "tls_unknown_ca", sent: "a self-signed certificate with a perfect name", want: alert("unknown certificate authority"), cases: cases{"self-signed": certificateWith(stepcatest.SelfSigned())}},
		{number: 7, reason: "cert_no_did", sent: "a certificate of our CA that names no DID", want: certificate(403), cases: cases{
			"host name":    certificateWith(stepcatest.NoNames(), stepcatest.DNSNames("caller.example.com"), stepcatest.CommonName("x")),
			"no name":      certificateWith(stepcatest.NoNames(), stepcatest.CommonName("x")),
			"SPIFFE ID":    certificateWith(stepcatest.URIs("spiffe://example.org/caller")),
			"empty DID":    named("%s#"),
			"no issuer":    func(s *shot) { reissue(s, stepcatest.URIs(s.caller.name.String())) },
			"slash in DID": func(s *shot) { reissue(s, stepcatest.URIs(s.h.ca.Issuer()+"#"+s.caller.name.String()+"/key")) },
		}},
		{number: 8, reason: "cert_multiple_ids", sent: "a certificate with two URI names", want: certificate(403), cases: cases{
			"two DIDs":   certificateWith(stepcatest.AddURI("https://issuer.test#did:bindu:a:b")),
			"any second": certificateWith(stepcatest.AddURI("https://example.com/")),
			"same twice": func(s *shot) { reissue(s, stepcatest.AddURI(s.h.ca.Issuer()+"#"+s.caller.name.String())) },
		}},
		{number: 9, reason: "cert_no_did", sent: "a certificate with the DID in its common name only", want: certificate(403), cases: cases{"common name": certificateWith(stepcatest.NoNames())}},
		{number: 10, reason: "cert_issuer_mismatch", sent: "a certificate whose name has another issuer", want: certificate(403), cases: cases{
			"other":        func(s *shot) { reissue(s, stepcatest.URIs("https://other-issuer#"+s.caller.name.String())) },
			"slash behind": func(s *shot) { reissue(s, stepcatest.URIs(s.h.ca.Issuer()+"/#"+s.caller.name.String())) },
			"as a prefix":  func(s *shot) { reissue(s, stepcatest.URIs(s.h.ca.Issuer()+"0#"+s.caller.name.String())) },
			"none":         func(s *shot) { reissue(s, stepcatest.URIs("#"+s.caller.name.String())) },
		}},
		{number: 13, reason: "tls_bad_eku", sent: "a certificate for servers", want: alert("bad certificate"), cases: cases{"server only": certificateWith(stepcatest.ServerOnly())}},
		{number: 14, reason: "tls_bad_eku", sent: "a certificate for nothing, or for anything", want: alert("bad certificate"), cases: cases{
			"no usage":  certificateWith(stepcatest.NoUsages()),
			"any usage": certificateWith(stepcatest.AnyUsage()),
		}},
		{number: 14, reason: "tls_ca_leaf", sent: "a CA certificate as a caller's", want: alert("bad certificate"), cases: cases{"CA:TRUE": certificateWith(stepcatest.AsCA())}},
		{number: 19, reason: "tls_protocol", sent: "TLS 1.0, 1.1 and 1.2 (there is no renegotiation in 1.3)", want: alert("protocol version not supported"), cases: cases{
			"TLS 1.0": version(tls.VersionTLS10), "TLS 1.1": version(tls.VersionTLS11), "TLS 1.2": version(tls.VersionTLS12),
		}},
		{number: 20, reason: "tls_handshake_too_large", sent: "100 intermediates, 10,000 names, 1 MB of certificate", gets: "connection closed unread", run: hugeHandshakes},
		{number: 20, reason: "slow_key", sent: "a certificate with an RSA key of 16,384 bits", gets: "alert \"bad certificate\" before the key is used", run: slowKeyRefused},
		{number: 21, reason: "cert_expired_self", sent: "anything, while our own certificate is expired", gets: "alert, /readyz 503; never plain HTTP", run: ownCertificateExpired},
		{number: 23, reason: "tls_not_tls", sent: "plain HTTP to the TLS port", gets: "400, a fixed text, no redirect", run: plainHTTP},
		{number: 24, reason: "tls_handshake_timeout", sent: "nothing, or one byte at a time, in place of a ClientHello", gets: "connection closed within LIMITS__HANDSHAKE_TIMEOUT",
			with: "LIMITS__HANDSHAKE_TIMEOUT=200ms", run: silentHandshake},
		{number: 25, reason: "tls_protocol", sent: "an application protocol we do not speak", want: alert("no application protocol"), cases: cases{
			"acme-tls/1": protocol("acme-tls/1"), "spdy/3": protocol("spdy/3"), "acme without certificate": both(protocol("acme-tls/1"), noCertificate),
		}},
	}
}

func noCertificate(s *shot) { s.cert = nil }

func certificateWith(opts ...stepcatest.Option) spoil { return func(s *shot) { reissue(s, opts...) } }

func reissue(s *shot, opts ...stepcatest.Option) {
	cert := s.h.issue(s.caller.name, opts...)
	s.cert = &cert
}

func named(format string) spoil {
	return func(s *shot) { reissue(s, stepcatest.URIs(s.h.ca.Issuer()+format[len("%s"):])) }
}

func otherCA(s *shot) {
	cert := stepcatest.NewCA(s.t, nil).Issue(s.h.ca.Issuer(), s.caller.name.String())
	s.cert = &cert
}

// hintedCA sends a certificate only if the server asks for one of its CA.
func hintedCA(s *shot) {
	cert := s.h.issue(s.caller.name, stepcatest.SelfSigned())
	s.tls = func(c *tls.Config) {
		c.GetClientCertificate = nil
		c.Certificates = []tls.Certificate{cert}
	}
}

func version(v uint16) spoil {
	return func(s *shot) { s.tls = func(c *tls.Config) { c.MinVersion, c.MaxVersion = v, v } }
}

func protocol(name string) spoil {
	return func(s *shot) { s.tls = func(c *tls.Config) { c.NextProtos = []string{name} } }
}

func expiresWhileOpen(t *testing.T, h *house) {
	own := h.build(t, "")
	c := own.newCaller(t)
	c.cert = own.issue(c.name, stepcatest.Valid(-time.Minute, 5*time.Minute))
	line := open(t, aimAs(t, own, c))
	want{status: 200, reach: served}.check(t, line.exchange(aimAs(t, own, c).bytes()), "")
	own.clock.advance(10 * time.Minute)
	w := want{status: 401, code: -31405, gate: "certificate", reach: atToken, closed: true}
	before := own.trace(t)
	line.write(t, string(aimAs(t, own, c).bytes()))
	w.check(t, read(line.in, "POST"), "cert_expired")
	w.checkTrace(t, own, before, "cert_expired")
	if _, err := line.in.ReadByte(); !errors.Is(err, io.EOF) {
		t.Errorf("the connection is still open: %v", err)
	}
}

// hugeHandshakes end before anything of them is parsed. The client may learn
// no more than that the connection is gone.
func hugeHandshakes(t *testing.T, h *house) {
	c := h.newCaller(t)
	many, large := h.issue(c.name), h.issue(c.name)
	for range 100 {
		many.Certificate = append(many.Certificate, h.ca.CA.Intermediate.Raw)
	}
	large.Certificate = append(large.Certificate, bytes.Repeat([]byte{0x30}, 1<<20))
	for name, cert := range map[string]tls.Certificate{
		"100 intermediates": many, "1 MB": large, "10,000 names": h.issue(c.name, stepcatest.ManyNames(10_000)),
	} {
		t.Run(name, func(t *testing.T) {
			s := aimAs(t, h, c)
			s.cert = &cert
			before := h.trace(t)
			if got := s.send(); got.err == nil {
				t.Fatalf("answer %d %s", got.status, got.body)
			}
			want{alert: "any"}.checkTrace(t, h, before, "tls_handshake_too_large")
		})
	}
}

// slowKey cannot sign; no signature of it is looked at.
type slowKey struct{ rsa.PublicKey }

func (k *slowKey) Public() crypto.PublicKey { return &k.PublicKey }

func (k *slowKey) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return make([]byte, k.Size()), nil
}

// slowKeyRefused measures all that the attempt costs, client included.
func slowKeyRefused(t *testing.T, h *house) {
	s := aim(t, h)
	modulus := new(big.Int).Lsh(big.NewInt(1), 16383)
	key := &slowKey{rsa.PublicKey{N: modulus.Add(modulus, big.NewInt(1)), E: 1<<31 - 1}}
	reissue(s, stepcatest.Key(key))
	wire := s.bytes()
	began, before := time.Now(), h.trace(t)
	want{alert: "bad certificate"}.check(t, s.sendWire(wire), "")
	if took := time.Since(began); took > room {
		t.Errorf("took %s", took)
	}
	eventually(t, "it is counted", func() bool { return len(h.trace(t).since(before).decisions) > 0 })
	if did := h.trace(t).since(before); did.introspected != 0 || did.executed != 0 || did.decisions["tls/refused/tls_bad_certificate"] != 1 {
		t.Errorf("trace %+v", did)
	}
}

func ownCertificateExpired(t *testing.T, w *house) {
	h := w.build(t, "MTLS__CERT_TTL=2s")
	w.ca.SetFault(stepcatest.Status(500, "{}"))
	defer w.ca.SetFault(stepcatest.Fault{})
	eventually(t, "/readyz says cert_expired_self", func() bool {
		status, reasons := h.readyz(t)
		return status == 503 && slices.Contains(reasons, "cert_expired_self")
	})
	want{alert: "internal error"}.refuses(aim(t, h), "cert_expired_self")
}

func plainHTTP(t *testing.T, h *house) {
	for name, first := range map[string]string{"get": "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "a request with everything": string(aim(t, h).bytes())} {
		t.Run(name, func(t *testing.T) {
			conn := dialPlain(t, h)
			before := h.trace(t)
			if _, err := io.WriteString(conn, first); err != nil {
				t.Fatal(err)
			}
			answer, _ := io.ReadAll(conn)
			if !bytes.HasPrefix(answer, []byte("HTTP/1.0 400 Bad Request\r\n\r\n")) || bytes.Contains(answer, []byte("ocation")) {
				t.Errorf("answer %q", answer)
			}
			want{alert: "none"}.checkTrace(t, h, before, "tls_not_tls")
		})
	}
}

func silentHandshake(t *testing.T, h *house) {
	for name, first := range map[string]string{"silent": "", "one byte": "\x16"} {
		t.Run(name, func(t *testing.T) {
			conn := dialPlain(t, h)
			before, began := h.trace(t), time.Now()
			_, _ = io.WriteString(conn, first)
			_, err := conn.Read(make([]byte, 1))
			if took := time.Since(began); err == nil || took > 5*time.Second {
				t.Errorf("closed after %s with %v", took, err)
			}
			want{alert: "none"}.checkTrace(t, h, before, "tls_handshake_timeout")
		})
	}
}

// dialPlain opens a connection and leaves it to the caller what is spoken.
func dialPlain(t *testing.T, h *house) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", h.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return conn
}
