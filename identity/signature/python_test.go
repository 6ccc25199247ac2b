package signature

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/getbindu/bindu-go/identity/did"
)

// naiveReference writes the payload rune by rune, the slow and obvious way.
func naiveReference(body, did string, timestamp int64) string {
	var b strings.Builder
	quote := func(s string) {
		b.WriteByte('"')
		for _, r := range s {
			switch {
			case strings.ContainsRune("\"\\", r):
				fmt.Fprintf(&b, "\\%c", r)
			case strings.ContainsRune("\b\f\n\r\t", r):
				fmt.Fprintf(&b, "\\%c", "bfnrt"[strings.IndexRune("\b\f\n\r\t", r)])
			case r >= 0x20 && r <= 0x7e:
				b.WriteRune(r)
			case r <= 0xffff:
				fmt.Fprintf(&b, "\\u%04x", r)
			default:
				fmt.Fprintf(&b, "\\u%04x\\u%04x", 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
			}
		}
		b.WriteByte('"')
	}
	b.WriteString(`{"body": `)
	quote(body)
	b.WriteString(`, "did": `)
	quote(did)
	fmt.Fprintf(&b, `, "timestamp": %d}`, timestamp)
	return b.String()
}

func FuzzReferencePayload(f *testing.F) {
	f.Add([]byte(`{"test": "value"}`), "did:bindu:test", int64(1000))
	f.Add([]byte("\x00\x1f\x7f\u0080\u2028\uffff\U0001f600\"\\\b\f\n\r\t/<>&'"), "did:bindu:a\"b", int64(-1))
	f.Add([]byte("\xff\xed\xa0\x80"), "", int64(0))
	f.Fuzz(func(t *testing.T, body []byte, signer string, timestamp int64) {
		if _, _, err := referencePayload(nil, Request{Body: body, Timestamp: timestamp}); utf8.Valid(body) == errors.Is(err, did.ErrBodyNotUTF8) {
			t.Fatal(err)
		}
		got := appendReference(nil, body, signer, timestamp)
		if !utf8.Valid(body) || !utf8.ValidString(signer) {
			return // no DID is like that
		}
		if want := naiveReference(string(body), signer, timestamp); string(got) != want {
			t.Fatalf("payload %q\nwant    %q", got, want)
		}
		var decoded struct {
			Body, DID string
			Timestamp int64
		}
		if err := json.Unmarshal(got, &decoded); err != nil || decoded.Body != string(body) || decoded.DID != signer || decoded.Timestamp != timestamp {
			t.Fatalf("payload %q decodes to %+v, %v", got, decoded, err)
		}
	})
}

// Python itself, over a few thousand random bodies.
func TestReferencePayloadMatchesPython(t *testing.T) {
	path, err := exec.LookPath("python3")
	if err != nil && os.Getenv("CI") != "true" {
		t.Skip("SKIPPED: no python3 here to compare the reference payload with")
	}
	const script = `
import base64, json, sys
for line in sys.stdin:
    body, did, timestamp = line.rstrip("\n").split(" ")
    body = base64.b64decode(body).decode("utf-8")
    print(json.dumps({"body": body, "did": did, "timestamp": int(timestamp)}, sort_keys=True))
`
	random := rand.New(rand.NewPCG(5, 6))
	var in strings.Builder
	var want []string
	for range 3000 {
		body, timestamp := randomText(random), random.Int64()
		fmt.Fprintf(&in, "%s did:bindu:test %d\n", base64.StdEncoding.EncodeToString([]byte(body)), timestamp)
		want = append(want, string(appendReference(nil, []byte(body), "did:bindu:test", timestamp)))
	}
	cmd := exec.CommandContext(t.Context(), path, "-c", script)
	cmd.Stdin = strings.NewReader(in.String())
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("python3: %v", err)
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	for _, ours := range want {
		if !lines.Scan() || lines.Text() != ours {
			t.Fatalf("python3 says %q\nwe say       %q", lines.Text(), ours)
		}
	}
}

// randomText has characters around every limit that an escaper knows.
func randomText(random *rand.Rand) string {
	limits := []rune{0, 0x1f, 0x20, '"', '/', '<', '\\', '`', 0x7e, 0x7f, 0x80, 0x9f, 0xa0, 0xff, 0x7ff, 0x800, 0x2028, 0xd7ff, 0xe000, 0xfeff, 0xfffd, 0xffff, 0x10000, 0x1f600, 0x10ffff}
	var b strings.Builder
	for range random.IntN(40) {
		r := limits[random.IntN(len(limits))] + rune(random.IntN(5)) - 2
		if !utf8.ValidRune(r) {
			r = rune(random.IntN(0xd800))
		}
		b.WriteRune(r)
	}
	return b.String()
}
