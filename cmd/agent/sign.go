package main

import (
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/cli"
)

func newSign() *cobra.Command {
	var request requestFlags
	var key keyFlags
	cmd := &cobra.Command{
		Use:   "sign",
		Short: "Sign a request body and print the headers",
		Long: `sign reads the body of a request on standard input, byte for byte, and prints the
headers that prove who sends it, one a line. The body must then be sent as it is.

With octets-1 the content type is signed, and the header Content-Type is among
those that are printed: send it once, and give curl none beside it.

Without a seed it signs as the agent of the directory.`,
		Example: `  agent sign < body.json
  agent sign --scheme jcs-1 --aud did:bindu:you_at_example_com:poet:9f3c... < body.json
  agent sign --scheme octets-1 --aud did:bindu:you_at_example_com:poet:9f3c... < body.json > headers.txt
  curl --config token.curl --header @headers.txt --data-binary @body.json ...`,
		Args: cli.InputOnly,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return sign(cmd, request, key, time.Now())
		},
	}
	request.add(cmd.Flags())
	key.add(cmd)
	return cmd
}

func sign(cmd *cobra.Command, f requestFlags, k keyFlags, now time.Time) error {
	if err := exclusive(cmd, "dir", "seed-file", "seed-hex"); err != nil {
		return err
	}
	if err := f.check(cmd, signature.Scheme(f.scheme)); err != nil {
		return err
	}
	name, key, err := k.load()
	if err != nil {
		return err
	}
	if name, err = signerName(f.did, name); err != nil {
		return requestError(err)
	}
	if f.timestamp == "" {
		f.timestamp = strconv.FormatInt(now.Unix(), 10)
	}
	if f.nonce == "" {
		if f.nonce, err = signature.NewNonce(rand.Reader); err != nil {
			return err
		}
	}
	body, err := readBody(cmd.Context(), cmd.InOrStdin())
	if err != nil {
		return err
	}
	scheme, r, err := f.request(name, body)
	if err != nil {
		return requestError(err)
	}
	h, err := signature.SignHeader(key, scheme, r, rand.Reader)
	if err != nil {
		return requestError(err)
	}
	if scheme.CoversContentType() {
		h.Set("Content-Type", r.ContentType)
	}
	return printHeaders(cmd.OutOrStdout(), h)
}

// printHeaders prints them one a line. The content type that is signed is sent.
func printHeaders(out io.Writer, h http.Header) error {
	for _, name := range append(signature.HeaderNames(), "Content-Type") {
		for _, value := range h.Values(name) {
			if _, err := fmt.Fprintf(out, "%s: %s\n", name, value); err != nil {
				return err
			}
		}
	}
	return nil
}
