package did_test

import (
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
)

func TestFingerprint(t *testing.T) {
	key, err := did.DecodePublicKey("4zvwRjXUKGfvwnParsHAS3HuSVzV5cA4McphgmoCtajS")
	if err != nil {
		t.Fatal(err)
	}
	print := did.Fingerprint(key)
	// printf %s 3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29 | xxd -r -p | openssl dgst -sha256 -binary | base64
	if print != "SHA256:E545QOZLVJFyIIjZoNdBYo/IJuCUddNBp4Cs3jxLgHA" {
		t.Errorf("got %s", print)
	}
	for text, want := range map[string]bool{
		print: true, "": false, "SHA256:": false, "SHA256:x": false, strings.ToLower(print): false, print[len("SHA256:"):]: false,
		print + "=": false, print + " ": false, print[:len(print)-1]: false, print[:len(print)-1] + "-": false,
		print[:len(print)-1] + "\n": false, "MD5:" + print[len("SHA256:"):]: false,
		"SHA256:" + strings.Repeat("A", 42) + "B": false, // bits that belong to nothing
	} {
		if got := did.IsFingerprint(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
