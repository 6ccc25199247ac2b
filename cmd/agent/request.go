package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/internal/refusal"
)

const (
	maxBody    = 64 << 20
	maxHeaders = 64 << 10
)

// requestFlags describe a signed request, for sign and verify alike.
type requestFlags struct {
	did, scheme, timestamp, nonce, audience, method, target, contentType string
	headers                                                              string
}

func (f *requestFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.did, "did", "", "DID of the signer (default: the directory's)")
	flags.StringVar(&f.scheme, "scheme", string(signature.Reference), "signature scheme: "+schemes(`"%s"`, func(signature.Scheme) bool { return true }))
	flags.StringVar(&f.timestamp, "timestamp", "", "time of signing in unix seconds (sign: default now)")
	flags.StringVar(&f.nonce, "nonce", "", "nonce, not with reference (sign: default random)")
	flags.StringVar(&f.audience, "aud", "", "DID of the recipient, not with reference")
	flags.StringVar(&f.method, "method", http.MethodPost, "HTTP method, not with reference")
	flags.StringVar(&f.target, "target", "/", "path and query, not with reference")
	flags.StringVar(&f.contentType, "content-type", "application/json", "header Content-Type, "+schemes("%s", signature.Scheme.CoversContentType)+" only")
}

// schemes names those that have a property, each in a format of its own, as in
// "a, b or c". The oldest is named first.
func schemes(format string, have func(signature.Scheme) bool) string {
	var names []string
	for _, s := range slices.Backward(signature.Schemes()) {
		if have(s) {
			names = append(names, fmt.Sprintf(format, s))
		}
	}
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// check refuses what the scheme would ignore: who gives it expects it to count.
func (f *requestFlags) check(cmd *cobra.Command, scheme signature.Scheme) error {
	bound := []string{"nonce", "aud", "method", "target"}
	if scheme.Binds() {
		bound = nil
	}
	for _, name := range bound {
		if cmd.Flags().Changed(name) {
			return usage("--%s is part of a signature only with --scheme %s", name, schemes("%s", signature.Scheme.Binds))
		}
	}
	if cmd.Flags().Changed("content-type") && !scheme.CoversContentType() {
		return usage("--content-type is part of a signature only with --scheme %s", schemes("%s", signature.Scheme.CoversContentType))
	}
	return nil
}

// request builds what a signature covers. Its errors wrap those of package did.
func (f *requestFlags) request(signer did.DID, body []byte) (signature.Scheme, signature.Request, error) {
	scheme, err := signature.ParseScheme(f.scheme, true)
	if err != nil {
		return "", signature.Request{}, err
	}
	stamp, err := signature.ParseTimestamp(f.timestamp)
	if err != nil {
		return "", signature.Request{}, err
	}
	r := signature.Request{DID: signer, Timestamp: stamp, Body: body}
	if !scheme.Binds() {
		return scheme, r, nil
	}
	if f.audience == "" {
		return "", signature.Request{}, usage("--aud is needed: %s binds the recipient", scheme)
	}
	if r.Audience, err = did.Parse(f.audience); err != nil {
		return "", signature.Request{}, fmt.Errorf("--aud: %w", err)
	}
	r.Nonce, r.Method, r.Target, r.ContentType = f.nonce, f.method, f.target, f.contentType
	return scheme, r, signature.ParseNonce(r.Nonce)
}

// readHeaders fills in what a file of headers, one "Name: value" a line, says.
// Flags win over it.
func (f *requestFlags) readHeaders(cmd *cobra.Command, sig *string) error {
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
		{signature.HeaderDID, "did", &f.did}, {signature.HeaderTimestamp, "timestamp", &f.timestamp},
		{signature.HeaderSignature, "signature", sig}, {signature.HeaderScheme, "scheme", &f.scheme},
		{signature.HeaderNonce, "nonce", &f.nonce}, {signature.HeaderAudience, "aud", &f.audience},
		{"Content-Type", "content-type", &f.contentType},
	} {
		values := h[http.CanonicalHeaderKey(from.header)]
		if len(values) > 1 {
			return refusedWith(refusal.DuplicateHeader, "", fmt.Errorf("%s: %s stands there twice", f.headers, from.header))
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
		return nil, cli.Usage(fmt.Errorf("--headers: %w", err))
	}
	defer file.Close()
	// The blank line that ends a header is added: few files have it.
	text := io.MultiReader(io.LimitReader(file, maxHeaders), strings.NewReader("\n\n"))
	h, err := textproto.NewReader(bufio.NewReader(text)).ReadMIMEHeader()
	if err != nil {
		return nil, cli.Usage(fmt.Errorf("--headers: %s is not a list of headers: %w", path, err))
	}
	return h, nil
}

// readBody reads the body of a request from standard input, byte for byte.
func readBody(ctx context.Context, in io.Reader) ([]byte, error) {
	body, err := whileAsked(ctx, func() ([]byte, error) { return io.ReadAll(io.LimitReader(in, maxBody+1)) })
	if err != nil {
		return nil, fmt.Errorf("reading the body from standard input: %w", err)
	}
	if len(body) > maxBody {
		return nil, fmt.Errorf("the body on standard input has more than %d bytes", maxBody)
	}
	return body, nil
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

func usage(format string, args ...any) error { return cli.Usage(fmt.Errorf(format, args...)) }

// signerName is whom a request names: the flag, or the agent of the directory.
func signerName(flag string, fallback did.DID) (did.DID, error) {
	if flag == "" && fallback.IsZero() {
		return did.DID{}, cli.Usage(errors.New("--did is needed, unless the key comes from an agent's directory"))
	}
	return did.Parse(cmp.Or(flag, fallback.String()))
}

// requestError gives a fault of a signed request the word and the hint that an
// agent would refuse it with.
func requestError(err error) error {
	for _, known := range []struct {
		err  error
		word refusal.Word
	}{
		{did.ErrMalformed, refusal.DIDMalformed},
		{signature.ErrScheme, refusal.SchemeUnknown},
		{signature.ErrTimestamp, refusal.TimestampBad},
		{signature.ErrNonce, refusal.SignatureBad},
		{did.ErrSignatureMalformed, refusal.SignatureBad},
		{did.ErrSignatureMismatch, refusal.CryptoMismatch},
		{did.ErrWeakKey, refusal.KeyWeak},
		{did.ErrPublicKey, refusal.KeyUnavailable},
		{did.ErrBodyNotUTF8, refusal.BodyNotUTF8},
		{did.ErrDuplicateKey, refusal.JSONDuplicateKey},
		{did.ErrDepth, refusal.JSONTooDeep},
		{did.ErrNumber, refusal.JSONNumber},
		{did.ErrSyntax, refusal.JSONMalformed},
		{signature.ErrRequest, refusal.SignatureBad},
	} {
		if errors.Is(err, known.err) {
			return refusedWith(known.word, "", err)
		}
	}
	return err
}
