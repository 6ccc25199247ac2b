package signature_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
)

func BenchmarkCanonicalJSON(b *testing.B) {
	benchSizes(b, func(b *testing.B, body []byte) {
		for b.Loop() {
			if _, err := did.CanonicalJSON(body); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkPayload(b *testing.B) {
	for _, scheme := range signature.Schemes() {
		b.Run(string(scheme), func(b *testing.B) {
			benchSizes(b, func(b *testing.B, body []byte) {
				r := baseRequest(b)
				r.Body = body
				for b.Loop() {
					if _, err := scheme.Payload(r); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}

func BenchmarkSign(b *testing.B) {
	k := keyPair(b, zeroSeed)
	for _, scheme := range signature.Schemes() {
		b.Run(string(scheme), func(b *testing.B) {
			r := baseRequest(b)
			r.Body = benchBody(1200)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := signature.Sign(k, scheme, r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	pub := keyPair(b, zeroSeed).PublicKey()
	for _, scheme := range signature.Schemes() {
		b.Run(string(scheme), func(b *testing.B) {
			r := baseRequest(b)
			r.Body = benchBody(1200)
			sig := sign(b, scheme, r)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := signature.Verify(pub, scheme, r, sig); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// benchBody is a message of about size bytes, shaped like a real one.
func benchBody(size int) []byte {
	const head = `{"jsonrpc":"2.0","method":"SendMessage","id":"6f1c","params":{"message":{"role":"ROLE_USER","messageId":"m1","metadata":{"n":12.5,"ok":true},"parts":[`
	const part = `{"text":"Eine Zeile Text, \"zitiert\" und \u00fcber alles."},`
	parts := strings.Repeat(part, max(1, (size-len(head)-6)/len(part)))
	return []byte(head + parts[:len(parts)-1] + `]}}}`)
}

func benchSizes(b *testing.B, run func(b *testing.B, body []byte)) {
	for _, size := range []int{256, 2 << 10, 64 << 10} {
		body := benchBody(size)
		b.Run(fmt.Sprintf("%dB", size), func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			run(b, body)
		})
	}
}
