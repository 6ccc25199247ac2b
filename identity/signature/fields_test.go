package signature_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
)

func TestParseScheme(t *testing.T) {
	for _, c := range []struct {
		header  string
		present bool
		want    signature.Scheme
	}{
		{"", false, signature.Reference},
		{"reference", true, signature.Reference},
		{"jcs-1", true, signature.JCS1},
	} {
		if got, err := signature.ParseScheme(c.header, c.present); err != nil || got != c.want {
			t.Errorf("ParseScheme(%q, %v) = %q, %v", c.header, c.present, got, err)
		}
	}
	for _, bad := range []string{"", " ", "JCS-1", "jcs-2", "jcs", " jcs-1", "jcs-1 ", "jcs-1,reference", "jcs-1\x00", "none"} {
		if s, err := signature.ParseScheme(bad, true); !errors.Is(err, signature.ErrScheme) || s != "" {
			t.Errorf("ParseScheme(%q) = %q, %v; want ErrScheme", bad, s, err)
		}
	}
}

func TestParseTimestamp(t *testing.T) {
	for _, want := range []int64{0, 1, 1000, 1767225600, 1<<53 - 1, math.MaxInt64} {
		if got, err := signature.ParseTimestamp(strconv.FormatInt(want, 10)); err != nil || got != want {
			t.Errorf("ParseTimestamp(%d) = %d, %v", want, got, err)
		}
	}
	for name, bad := range map[string]string{
		"empty": "", "exponent": "1e9", "plus": "+5", "minus": "-1", "minus zero": "-0",
		"space before": " 5", "space after": "5 ", "Arabic digit": "\u0665", "full-width digit": "\uff15",
		"hexadecimal": "0x5", "fraction": "5.0", "underscore": "1_000", "leading zero": "05", "zeros": "00",
		"2^63": "9223372036854775808", "2^200": "1606938044258990275541962092341162602522202993782792835301376",
		"twenty digits": "00000000000000000005", "newline": "5\n", "NUL": "5\x00", "list": "5,5", "words": "now",
		"1 MB": strings.Repeat("1", 1<<20),
	} {
		t.Run("063 "+name, func(t *testing.T) {
			if n, err := signature.ParseTimestamp(bad); !errors.Is(err, signature.ErrTimestamp) || n != 0 {
				t.Errorf("ParseTimestamp = %d, %v; want ErrTimestamp", n, err)
			}
		})
	}
}

func TestNonce(t *testing.T) {
	nonce, err := signature.NewNonce(bytes.NewReader(bytes.Repeat([]byte{0xfb}, 16)))
	if err != nil || nonce != "-_v7-_v7-_v7-_v7-_v7-w" {
		t.Errorf("NewNonce = %q, %v", nonce, err)
	}
	if _, err := signature.NewNonce(bytes.NewReader(make([]byte, 15))); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("too little randomness: %v", err)
	}
	seen := map[string]bool{}
	for range 100 {
		nonce, err := signature.NewNonce(nil)
		if err != nil || signature.ParseNonce(nonce) != nil || seen[nonce] {
			t.Fatalf("NewNonce = %q, %v", nonce, err)
		}
		seen[nonce] = true
	}
}

func TestParseNonce(t *testing.T) {
	for _, good := range []string{strings.Repeat("a", 22), strings.Repeat("Z", 64), "0123456789-_ABCDEFabcdef"} {
		if err := signature.ParseNonce(good); err != nil {
			t.Errorf("ParseNonce(%q) = %v", good, err)
		}
	}
	pad := strings.Repeat("a", 22)
	for name, bad := range map[string]string{
		"empty": "", "21 characters": pad[1:], "65 characters": strings.Repeat("a", 65), "1 MB": strings.Repeat("a", 1<<20),
		"padding": pad + "==", "plus": pad + "+", "slash": pad + "/", "dot": pad + ".", "colon": pad + ":", "space": pad + " ",
		"quote": pad + `"`, "newline": pad + "\n", "not ASCII": pad + "\u00e9", "NUL": pad + "\x00",
	} {
		t.Run(name, func(t *testing.T) {
			if err := signature.ParseNonce(bad); !errors.Is(err, signature.ErrNonce) {
				t.Errorf("error %v, want ErrNonce", err)
			}
		})
	}
}

// What cannot be read is no claim: nobody can verify it by mistake.
func TestReadReturnsAClaimOrAnError(t *testing.T) {
	to := signature.Recipient{DID: mustParse(t, recipient), Method: "POST", Target: "/"}
	for name, c := range map[string]struct {
		change func(http.Header)
		want   error
	}{
		"no nonce":          {func(h http.Header) { h.Del(signature.HeaderNonce) }, signature.ErrMissing},
		"no nonce at all":   {func(h http.Header) { h.Set(signature.HeaderNonce, "=") }, signature.ErrNonce},
		"another recipient": {func(h http.Header) { h.Set(signature.HeaderAudience, caller) }, signature.ErrRecipient},
		"another scheme":    {func(h http.Header) { h.Set(signature.HeaderScheme, "octets-of-nobody") }, signature.ErrScheme},
		"no signer":         {func(h http.Header) { h.Set(signature.HeaderDID, "x") }, did.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			h, err := signature.SignHeader(keyPair(t, zeroSeed), signature.Octets1, baseRequest(t), nil)
			if err != nil {
				t.Fatal(err)
			}
			if claim, err := signature.Read(h, to); err != nil || claim == nil {
				t.Fatalf("%v before the change", err)
			}
			c.change(h)
			if claim, err := signature.Read(h, to); !errors.Is(err, c.want) || claim != nil {
				t.Errorf("%+v, %v; want %v", claim, err, c.want)
			}
		})
	}
}
