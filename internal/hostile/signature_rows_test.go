package hostile

import (
	"bytes"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/hydratest"
)

// text is a message whose JSON can be written in other ways.
const text = `{"jsonrpc":"2.0","id":"1","method":"message/send","params":{"configuration":{"blocking":true},` +
	`"message":{"messageId":"m","role":"user","parts":[{"kind":"text","text":"a/b <ü> 12"}]}}}`

// signatureRows are A3 but for replay.
func signatureRows() []row {
	signed := func(gate string, reach reach) want { return want{status: 403, code: -31407, gate: gate, reach: reach} }
	headers, verdict := signed("signature", atToken), signed("signature", atKey)
	return []row{
		{number: 59, reason: "missing_signature_headers", sent: "a request without one of the X-DID headers", want: headers, cases: cases{
			"did": header(signature.HeaderDID), "timestamp": header(signature.HeaderTimestamp), "signature": header(signature.HeaderSignature),
			"empty": header(signature.HeaderSignature, ""), "nonce of jcs-1": both(jcs, header(signature.HeaderNonce)),
			"nonce of octets-1": both(octets, header(signature.HeaderNonce)),
		}},
		{number: 59, reason: "scheme_unknown", sent: "another signature scheme", want: headers, cases: cases{
			"jcs-2": header(signature.HeaderScheme, "jcs-2"), "capitals": both(jcs, header(signature.HeaderScheme, "JCS-1")), "empty": header(signature.HeaderScheme, ""),
		}},
		{number: 59, reason: "answer_scheme_unknown", sent: "a demand for an answer that is signed in another way", want: want{status: 400, code: -31400, gate: "signature", reach: headers.reach}, cases: cases{
			"answer-2": header(signature.HeaderSignResponse, "answer-2"), "event-1": header(signature.HeaderSignResponse, "event-1"), "capitals": header(signature.HeaderSignResponse, "Answer-1"),
			"true": both(octets, header(signature.HeaderSignResponse, "true")), "empty": header(signature.HeaderSignResponse, ""),
		}},
		{number: 60, reason: "duplicate_header", sent: "an X-DID header twice, or spelt with underscores", want: want{status: 400, code: -31400, gate: "shape"}, cases: cases{
			"did": extra("x-did", "did:bindu:a:b"), "signature": extra(signature.HeaderSignature, "x"), "timestamp": extra(signature.HeaderTimestamp, "1"),
			"demand": both(header(signature.HeaderSignResponse, "answer-1"), extra(signature.HeaderSignResponse, "answer-1")),
			"nonce":  both(jcs, extra(signature.HeaderNonce, "x")), "x_did": extra("x_did", "did:bindu:a:b"), "X_DID_Timestamp": extra("X_DID_Timestamp", "1"),
		}},
		{number: 61, reason: "missing_signature_headers", sent: "the X-DID headers as trailers", want: headers, cases: cases{"trailers": trailers("Trailer: X-DID, X-DID-Timestamp, X-DID-Signature\r\n"), "undeclared": trailers("")}},
		{number: 62, reason: "timestamp_out_of_window", sent: "a request signed 301 s ago, or 301 s ahead", with: window, want: signed("timestamp", atToken), cases: cases{
			"past": both(still, at(-301*time.Second)), "future": both(still, at(301*time.Second)),
			"epoch": func(s *shot) { s.time = "0" }, "last second": func(s *shot) { s.time = "9223372036854775807" }, "space before": func(s *shot) { s.time = " 5" },
		}},
		{number: 62, reason: "admitted", sent: "a request signed exactly 300 s ago, or ahead", with: window, want: ok, cases: cases{
			"past": both(still, at(-300*time.Second)), "future": both(still, at(300*time.Second)),
		}},
		{number: 63, reason: "timestamp_malformed", sent: "a timestamp that is no plain decimal number", want: signed("timestamp", atToken), cases: stamps(
			"1e9", "+5", "5 5", "٥", "0x5", "5.0", "9223372036854775808", "1606938044258990275541962092341162602522202993782792835301376", "-1", "007", "1_000", "now", "1000,1000")},
		{number: 64, reason: "did_mismatch", sent: "X-DID of somebody else than the token's client", want: want{status: 403, code: -31406, gate: "agreement", reach: atToken}, cases: cases{
			"another": func(s *shot) { s.signer = s.h.newCaller(s.t).name },
			"capital": func(s *shot) {
				s.after(func() { s.set(signature.HeaderDID, strings.Replace(s.signer.String(), "caller", "Caller", 1)) })
			},
			"percent": func(s *shot) {
				s.after(func() { s.set(signature.HeaderDID, strings.Replace(s.signer.String(), "caller", "%63aller", 1)) })
			},
		}},
		{number: 65, reason: "did_malformed", sent: "an X-DID that is no DID", want: headers, cases: dids(
			"did", "did:", "did:bindu:", "did:BINDU:x", "did:bindu:a/b", "did:bindu:a#key-1", "did:bindu:a?x", "did:bindu:a b", "did:bindu:a:", "did:bindu:%zz", "did:bindu:ü",
			"urn:uuid:1", "did:bindu:"+strings.Repeat("a", 10_000))},
		{number: 66, reason: "crypto_mismatch", sent: "another body than the one that was signed", want: verdict, cases: cases{
			"one byte":           both(content(text), replaced("12", "13")),
			"one space":          both(content(text), replaced(`"id":`, `"id": `)),
			"key order":          both(content(text), replaced(`{"jsonrpc":"2.0","id":"1",`, `{"id":"1","jsonrpc":"2.0",`)),
			"escaped slash":      both(content(text), replaced("a/b", `a\/b`)),
			"escaped letter":     both(content(text), replaced("a/b", `\u0061/b`)),
			"newline":            both(content(text), replaced("}}}", "}}}\n")),
			"jcs-1 one byte":     both(jcs, content(text), replaced("12", "13")),
			"jcs-1 other key":    both(jcs, content(text), replaced(`"role"`, `"rule"`)),
			"jcs-1 other type":   both(jcs, content(text), replaced(`"id":"1"`, `"id":1`)),
			"jcs-1 new member":   both(jcs, content(text), replaced(`"id":"1"`, `"id":"1","x":null`)),
			"octets-1 one byte":  both(octets, content(text), replaced("12", "13")),
			"octets-1 one space": both(octets, content(text), replaced(`"id":`, `"id": `)),
		}},
		{number: 66, reason: "admitted", sent: "a jcs-1 body written differently: white space, key order, escapes", want: ok, cases: cases{
			"spaces":    both(jcs, content(text), replaced(`,`, " ,\n\t")),
			"key order": both(jcs, content(text), replaced(`{"jsonrpc":"2.0","id":"1",`, `{"id":"1","jsonrpc":"2.0",`)),
			"escapes":   both(jcs, content(text), replaced("a/b <ü>", `\u0061\/b \u003c\u00fc>`)),
		}},
		{number: 67, reason: "crypto_mismatch", sent: "a reference body that a proxy or an encoder wrote anew", want: verdict, cases: cases{
			"Go's encoder": both(content(text), replaced("<ü>", `\u003cü\u003e`)),
			"ASCII only":   both(content(text), replaced("ü", `\u00fc`)),
			"rounded":      both(content(call("tasks/get", `{"id":"x","n":9007199254740993}`)), replaced("9007199254740993", "9007199254740992")),
		}},
		{number: 69, reason: "crypto_mismatch", sent: "a signature over the payload in another JSON form", want: verdict, cases: otherForms()},
		{number: 71, reason: "body_not_utf8", sent: "bytes that are not UTF-8", want: want{status: 400, code: -32700, gate: "signature", reach: atKey}, cases: cases{
			"reference": content("{\"jsonrpc\":\"2.0\",\"id\":\"\xff\"}"), "jcs-1": both(jcs, content("{\"x\":\"\xc3\x28\"}")), "surrogate": content("{\"x\":\"\xed\xa0\x80\"}"),
		}},
		{number: 72, reason: "malformed_input", sent: "a signature that is not 64 bytes of base58", want: verdict, cases: signatures()},
		{number: 72, reason: "malformed_nonce", sent: "a nonce that is no base64url of 22 to 64 characters", run: malformedNonces, gets: "403 malformed_input"},
		{number: 73, reason: "crypto_mismatch", sent: "a good signature with L added to S", want: verdict, cases: cases{"S+L": malleable}},
		{number: 74, reason: "key_weak", sent: "a caller whose registered key is of small order or not canonical", want: verdict, cases: weakKeys()},
		{number: 75, reason: "public_key_unavailable", sent: "a caller whose registered key is none", want: verdict, cases: cases{
			"empty": registered(""), "31 bytes": registered(encoded(31)), "33 bytes": registered(encoded(33)), "not base58": registered("0OIl"),
			"long": registered(strings.Repeat("2", 100_000)), "no client": func(s *shot) { s.token = s.h.hydra.IssueToken(s.spec); forget(s) },
			"no metadata": func(s *shot) { s.h.hydra.Register(s.caller.name.String(), "", hydratest.Document{}) },
			"a number": func(s *shot) {
				s.h.hydra.Register(s.caller.name.String(), "", hydratest.Document{"metadata": []byte(`{"public_key":7}`)})
			},
		}},
		{number: 77, reason: "key_changed", sent: "a caller whose registered key is not the pinned one", gets: "403", run: pinnedKey},
		{number: 77, reason: "did_not_key_bound", sent: "a DID that is not derived from its key, where DID__REQUIRE_KEY_BOUND asks for it", with: "DID__REQUIRE_KEY_BOUND=true",
			want: verdict, cases: cases{"author and name": authorAndName}},
		{number: 78, reason: "key_lookup_unavailable", sent: "a good request, while Hydra cannot tell the key", with: "HYDRA__TIMEOUT=300ms", want: want{status: 503, code: -31409, gate: "signature", reach: atKey}, cases: cases{
			"500": noKeys(hydratest.Fault{Status: 500}), "hangs": noKeys(hydratest.Fault{Hang: true}), "reset": noKeys(hydratest.Fault{Reset: true}), "HTML": noKeys(hydratest.Fault{Status: 200, Body: "<html>"}),
		}},
		{number: 84, reason: "crypto_mismatch", sent: "a jcs-1 or octets-1 signature on another method, path, query or recipient, or under another name; one of octets-1 with another content type", want: verdict, cases: cases{
			"query added":                 both(jcs, func(s *shot) { s.target, s.signedTarget = "/?x=1", "/" }),
			"query removed":               both(jcs, func(s *shot) { s.signedTarget = "/?x=1" }),
			"path":                        both(jcs, func(s *shot) { s.signedTarget = "/other" }),
			"method":                      both(jcs, func(s *shot) { s.signedMethod = "PUT" }),
			"recipient":                   both(jcs, func(s *shot) { s.audience = s.h.newCaller(s.t).name }),
			"other nonce":                 both(jcs, header(signature.HeaderNonce, strings.Repeat("A", 22))),
			"other scheme":                both(jcs, header(signature.HeaderScheme), header(signature.HeaderNonce)),
			"octets-1 query added":        both(octets, func(s *shot) { s.target, s.signedTarget = "/?x=1", "/" }),
			"octets-1 query removed":      both(octets, func(s *shot) { s.signedTarget = "/?x=1" }),
			"octets-1 path":               both(octets, func(s *shot) { s.signedTarget = "/other" }),
			"octets-1 method":             both(octets, func(s *shot) { s.signedMethod = "PUT" }),
			"octets-1 recipient":          both(octets, func(s *shot) { s.audience = s.h.newCaller(s.t).name }),
			"octets-1 other nonce":        both(octets, header(signature.HeaderNonce, strings.Repeat("A", 22))),
			"octets-1 other content type": both(octets, header("Content-Type", "application/json; charset=utf-8")),
			"called jcs-1":                both(octets, header(signature.HeaderScheme, "jcs-1")),
			"called octets-1":             both(jcs, header(signature.HeaderScheme, "octets-1")),
			"called reference":            both(octets, header(signature.HeaderScheme), header(signature.HeaderNonce)),
		}},
		{number: 84, reason: "wrong_recipient", sent: "a jcs-1 request that names another recipient in X-DID-Audience", want: headers, cases: cases{
			"named": both(jcs, func(s *shot) {
				s.audience = s.h.newCaller(s.t).name
				header(signature.HeaderAudience, s.audience.String())(s)
			}),
		}},
	}
}

// window is the default, written out so that these rows have a clock of their own.
const window = "DID__TIMESTAMP_WINDOW=300s"

// still stops the agent's clock while the case runs.
func still(s *shot) {
	s.h.clock.stop()
	s.t.Cleanup(s.h.clock.start)
}

func replaced(old, with string) spoil {
	return changed(func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(old), []byte(with)) })
}

func stamps(all ...string) cases {
	c := make(cases)
	for _, stamp := range all {
		c[stamp] = header(signature.HeaderTimestamp, stamp)
	}
	return c
}

func dids(all ...string) cases {
	c := make(cases)
	for _, d := range all {
		c[d[:min(len(d), 40)]] = header(signature.HeaderDID, d)
	}
	return c
}

// trailers moves the X-DID headers behind a chunked body.
func trailers(declared string) spoil {
	return func(s *shot) {
		s.wire = func(plain []byte) []byte {
			head, body, _ := bytes.Cut(plain, []byte("\r\n\r\n"))
			var kept, moved []string
			for line := range strings.SplitSeq(string(head), "\r\n") {
				switch name := strings.ToLower(line); {
				case strings.HasPrefix(name, "x-did"):
					moved = append(moved, line)
				case !strings.HasPrefix(name, "content-length"):
					kept = append(kept, line)
				}
			}
			return []byte(strings.Join(kept, "\r\n") + "\r\n" + declared + "Transfer-Encoding: chunked\r\n\r\n" +
				chunk(string(body)) + "0\r\n" + strings.Join(moved, "\r\n") + "\r\n\r\n")
		}
	}
}

func malformedNonces(t *testing.T, h *house) {
	for _, nonce := range []string{"short", strings.Repeat("A", 65), strings.Repeat("A", 21) + ".", strings.Repeat("A", 22) + "=", strings.Repeat("A", 10) + " " + strings.Repeat("A", 12)} {
		t.Run(nonce, func(t *testing.T) {
			s := aim(t, h)
			both(jcs, header(signature.HeaderNonce, nonce))(s)
			want{status: 403, code: -31407, gate: "signature", reach: atToken}.refuses(s, "malformed_input")
		})
	}
}

func pinnedKey(t *testing.T, w *house) {
	c := w.newCaller(t)
	pinned := w.newCaller(t).key // of somebody else
	h := w.build(t, "DID__PINNED_KEYS="+c.name.String()+"="+did.EncodePublicKey(pinned.PublicKey()))
	want{status: 403, code: -31407, gate: "signature", reach: atKey}.refuses(aimAs(t, h, c), "key_changed")
}

// authorAndName is honest in all but how its DID came about.
func authorAndName(s *shot) {
	name, err := did.FromAuthorAndName("caller@example.com", "caller"+rand.Text())
	if err != nil {
		s.t.Fatal(err)
	}
	s.h.register(s.t, name, did.EncodePublicKey(s.key.PublicKey()))
	s.signer, s.spec.ClientID = name, name.String()
	cert := s.h.issue(name)
	s.cert = &cert
}

// registered makes key the caller's in Hydra.
func registered(key string) spoil { return func(s *shot) { s.h.register(s.t, s.caller.name, key) } }

// forget removes the caller from Hydra, and leaves its token as it was.
func forget(s *shot) {
	body := `{"active":true,"client_id":"CALLER","sub":"CALLER","iss":"ISSUER","exp":9999999999,"token_type":"Bearer","token_use":"access_token","scope":"agent:write"}`
	introspected(body)(s)
	s.h.hydra.DeleteClient(s.caller.name.String())
}

func noKeys(f hydratest.Fault) spoil {
	return func(s *shot) {
		s.h.hydra.Fail(hydratest.Clients, f)
		s.t.Cleanup(func() { s.h.hydra.Heal(hydratest.Clients) })
	}
}
