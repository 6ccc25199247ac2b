package signature

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"iter"
	"strings"
)

// octetsForms yields what signers make of octets-1 by mistake, and the right
// payload, which a request in another scheme may carry.
func octetsForms(r Request) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		right, err := Octets1.Payload(r)
		if err != nil {
			return
		}
		const of = "the payload of octets-1"
		sum := sha256.Sum256(r.Body)
		text := []byte(hex.EncodeToString(sum[:]))
		with := func(change func(*Request)) []byte {
			other := r
			change(&other)
			payload, _ := Octets1.Payload(other) // what is left out cannot be malformed
			return payload
		}
		path, _, _ := strings.Cut(r.Target, "?")
		_ = yield(of, right) &&
			yield(of+" without the byte FF", right[1:]) &&
			yield(of+" with the byte FF written as UTF-8", append([]byte("\u00ff"), right[1:]...)) &&
			yield(of+" with the sum in capitals", bytes.Replace(right, text, bytes.ToUpper(text), 1)) &&
			yield(of+" with the sum in base64", bytes.Replace(right, text, []byte(base64.StdEncoding.EncodeToString(sum[:])), 1)) &&
			yield(of+" without the content type", with(func(r *Request) { r.ContentType = "" })) &&
			yield(of+" without the query", with(func(r *Request) { r.Target = path })) &&
			yield(of+" with a newline at its end", append(bytes.Clone(right), '\n'))
	}
}
