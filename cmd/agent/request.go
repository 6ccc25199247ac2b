package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/getbindu/bindu-go/identity/did"
)

const (
	maxBody    = 64 << 20
	maxHeaders = 64 << 10
)

// requestFlags describe a signed request, for sign and verify alike.
type requestFlags struct {
	did, scheme, timestamp, nonce, audience, method, target string
	headers                                                 string
}

func (f *requestFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.did, "did", "", "DID of the signer (default: the directory's)")
	flags.StringVar(&f.scheme, "scheme", string(did.SchemeReference), `signature scheme: "reference" or "jcs-1"`)
	flags.StringVar(&f.timestamp, "timestamp", "", "time of signing in unix seconds (sign: default now)")
	flags.StringVar(&f.nonce, "nonce", "", "nonce, jcs-1 only (sign: default random)")
	flags.StringVar(&f.audience, "aud", "", "DID of the recipient, jcs-1 only")
	flags.StringVar(&f.method, "method", http.MethodPost, "HTTP method, jcs-1 only")
	flags.StringVar(&f.target, "target", "/", "path and query, jcs-1 only")
}

// check refuses what the scheme would ignore: who gives it expects it to count.
func (f *requestFlags) check(cmd *cobra.Command, scheme did.Scheme) error {
	if scheme == did.SchemeJCS {
		return nil
	}
	for _, name := range []string{"nonce", "aud", "method", "target"} {
		if cmd.Flags().Changed(name) {
			return usage("--%s is part of a signature only with --scheme %s", name, did.SchemeJCS)
		}
	}
	return nil
}

// request builds what a signature covers. Its errors wrap those of package did.
func (f *requestFlags) request(signer did.DID, body []byte) (did.Scheme, did.Request, error) {
	scheme, err := did.ParseScheme(f.scheme, true)
	if err != nil {
		return "", did.Request{}, err
	}
	stamp, err := did.ParseTimestamp(f.timestamp)
	if err != nil {
		return "", did.Request{}, err
	}
	r := did.Request{DID: signer, Timestamp: stamp, Body: body}
	if scheme != did.SchemeJCS {
		return scheme, r, nil
	}
	if f.audience == "" {
		return "", did.Request{}, usage("--aud is needed: %s binds the recipient", did.SchemeJCS)
	}
	if r.Audience, err = did.Parse(f.audience); err != nil {
		return "", did.Request{}, fmt.Errorf("--aud: %w", err)
	}
	r.Nonce, r.Method, r.Target = f.nonce, f.method, f.target
	return scheme, r, did.ParseNonce(r.Nonce)
}

// readHeaders fills in what a file of headers, one "Name: value" a line, says.
// Flags win over it.
func (f *requestFlags) readHeaders(cmd *cobra.Command, signature *string) error {
	if f.headers == "" {
		return nil
	}
	h, err := parseHeaderFile(f.headers)
	if err != nil {
		return err
	}
	for _, from := range []struct {
		header, flag string
		to           *string
	}{
		{did.HeaderDID, "did", &f.did}, {did.HeaderTimestamp, "timestamp", &f.timestamp},
		{did.HeaderSignature, "signature", signature}, {did.HeaderScheme, "scheme", &f.scheme},
		{did.HeaderNonce, "nonce", &f.nonce}, {did.HeaderAudience, "aud", &f.audience},
	} {
		values := h[http.CanonicalHeaderKey(from.header)]
		if len(values) > 1 {
			return &reasonedError{"duplicate_header", "", fmt.Errorf("%s: %s stands there twice", f.headers, from.header)}
		}
		if len(values) == 1 && !cmd.Flags().Changed(from.flag) {
			*from.to = values[0]
		}
	}
	return nil
}

func parseHeaderFile(path string) (textproto.MIMEHeader, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, &usageError{fmt.Errorf("--headers: %w", err)}
	}
	defer file.Close()
	// The blank line that ends a header is added: few files have it.
	text := io.MultiReader(io.LimitReader(file, maxHeaders), strings.NewReader("\n\n"))
	h, err := textproto.NewReader(bufio.NewReader(text)).ReadMIMEHeader()
	if err != nil {
		return nil, &usageError{fmt.Errorf("--headers: %s is not a list of headers: %w", path, err)}
	}
	return h, nil
}

// readBody reads the body of a request from standard input, byte for byte.
func readBody(in io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(in, maxBody+1))
	if err != nil {
		return nil, fmt.Errorf("reading the body from standard input: %w", err)
	}
	if len(body) > maxBody {
		return nil, fmt.Errorf("the body on standard input has more than %d bytes", maxBody)
	}
	return body, nil
}

// headerLines are the headers that carry a signature.
func headerLines(scheme did.Scheme, r did.Request, signature string) [][2]string {
	lines := [][2]string{
		{did.HeaderDID, r.DID.String()},
		{did.HeaderTimestamp, strconv.FormatInt(r.Timestamp, 10)},
		{did.HeaderSignature, signature},
	}
	if scheme == did.SchemeJCS {
		lines = append(lines, [2]string{did.HeaderScheme, string(scheme)},
			[2]string{did.HeaderNonce, r.Nonce}, [2]string{did.HeaderAudience, r.Audience.String()})
	}
	return lines
}

// exclusive refuses more than one of the flags.
func exclusive(cmd *cobra.Command, names ...string) error {
	var given []string
	for _, name := range names {
		if cmd.Flags().Changed(name) {
			given = append(given, "--"+name)
		}
	}
	if len(given) > 1 {
		return usage("%s exclude one another", strings.Join(given, " and "))
	}
	return nil
}

func usage(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// signerName is whom a request names: the flag, or the agent of the directory.
func signerName(flag string, fallback did.DID) (did.DID, error) {
	if flag == "" && fallback.IsZero() {
		return did.DID{}, &usageError{errors.New("--did is needed, unless the key comes from an agent's directory")}
	}
	return did.Parse(cmp.Or(flag, fallback.String()))
}
