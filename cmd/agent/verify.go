package main

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/internal/refusal"
)

// defaultWindow is how far a timestamp may lie from the clock of an agent.
const defaultWindow = 300 * time.Second

type verifyFlags struct {
	requestFlags
	keyFlags
	evidence             evidenceFlags
	publicKey, signature string
	checkTime            bool
	window               time.Duration
}

func newVerify() *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Verify a signed request and say why it fails",
		Long: `verify reads the body of a request on standard input, byte for byte, and judges the
signature of its headers as an agent would. It exits 0 if the signature is good
and 1, with the reason that an agent would give, if it is not. When another form
of the payload was signed it says which, and which bytes differ.

An agent also refuses a request that was not signed just now; verify mentions
that, and with --check-time it counts.

With --evidence it proves, without asking anybody, what an agent asked another and what
that answered: the signatures of both, and that the keys are those of their DIDs. Where
a stream broke off it prints what is proved and exits 1, unless --allow-incomplete says
that this is enough: nobody signed that there was no more.`,
		Example: `  agent verify --public-key 4zvwRj... --headers headers.txt < body.json
  agent sign < body.json > headers.txt && agent verify --headers headers.txt < body.json
  agent verify --evidence call.json`,
		Args: cli.InputOnly,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("evidence") {
				return f.evidence.verify(cmd)
			}
			if len(f.evidence.pins) > 0 || f.evidence.incomplete {
				return usage("--pin-key and --allow-incomplete go with --evidence")
			}
			return verify(cmd, f, time.Now())
		},
	}
	f.requestFlags.add(cmd.Flags())
	f.keyFlags.add(cmd)
	f.evidence.add(cmd.Flags())
	flags := cmd.Flags()
	flags.StringVar(&f.publicKey, "public-key", "", "public key of the signer in base58 (default: the directory's)")
	flags.StringVar(&f.signature, "signature", "", "signature in base58")
	flags.StringVar(&f.headers, "headers", "", "file with the request's headers, instead of the flags for them")
	flags.BoolVar(&f.checkTime, "check-time", false, "fail if the timestamp is outside the window")
	flags.DurationVar(&f.window, "window", defaultWindow, "how far the timestamp may lie from this machine's clock")
	return cmd
}

func verify(cmd *cobra.Command, f verifyFlags, now time.Time) error {
	if err := exclusive(cmd, "public-key", "dir", "seed-file", "seed-hex"); err != nil {
		return err
	}
	if err := f.readHeaders(cmd, &f.signature); err != nil {
		return err
	}
	if err := f.check(cmd, signature.Scheme(f.scheme)); err != nil {
		return err
	}
	if f.timestamp == "" || f.signature == "" {
		return refusedWith(refusal.MissingSignature, "give --timestamp and --signature, or --headers",
			errors.New("the time of signing or the signature is missing"))
	}
	name, key, err := f.signer()
	if err != nil {
		return requestError(err)
	}
	body, err := readBody(cmd.Context(), cmd.InOrStdin())
	if err != nil {
		return err
	}
	scheme, r, err := f.request(name, body)
	if err != nil {
		return requestError(err)
	}
	if _, err := signature.Verify(key, scheme, r, f.signature); err != nil {
		return verdict(key, scheme, r, f.signature, err)
	}
	if err := f.time(r.Timestamp, now, cmd.ErrOrStderr()); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "ok: signed by %s with scheme %s\n", r.DID, scheme)
	return nil
}

// signer returns the name and the key that the signature is judged by.
func (f *verifyFlags) signer() (did.DID, ed25519.PublicKey, error) {
	if f.publicKey != "" {
		key, err := did.DecodePublicKey(f.publicKey)
		if err != nil {
			return did.DID{}, nil, err
		}
		name, err := signerName(f.did, did.DID{})
		return name, key, err
	}
	recorded, pair, err := f.load()
	if err != nil {
		return did.DID{}, nil, err
	}
	name, err := signerName(f.did, recorded)
	return name, pair.PublicKey(), err
}

// verdict names the reason, and shows what was signed instead where it is known.
func verdict(key ed25519.PublicKey, scheme signature.Scheme, r signature.Request, text string, err error) error {
	failed := requestError(err)
	if !errors.Is(err, did.ErrSignatureMismatch) {
		return failed
	}
	hint := "no known form of the payload fits: the body, the DID, the timestamp or another field was changed after signing, or the key is another one"
	m, ok := signature.Explain(key, scheme, r, text)
	if m.Unfinished {
		hint = "none of the likely forms of the payload fits; for all of them the body is too long, so try a short one signed by the same program"
	}
	if ok {
		hint = m.String()
	} else if wanted, err := scheme.Payload(r); err == nil {
		hint += "; wanted was a signature over " + shortened(wanted)
	}
	return refusedWith(refusal.CryptoMismatch, hint, err)
}

// shortened returns a payload with its length, cut where nobody reads on. What is
// no text, as each payload of octets-1, is quoted, so that every byte shows.
func shortened(payload []byte) string {
	const longest = 4096
	length, cut, form := len(payload), "", "%s"
	if !utf8.Valid(payload) {
		form = "%q"
	}
	if len(payload) > longest {
		payload, cut = payload[:longest], "…"
		if form == "%s" {
			payload = bytes.ToValidUTF8(payload, nil) // a character may be cut in two
		}
	}
	return fmt.Sprintf("these %d bytes: "+form+"%s", length, payload, cut)
}

// time compares both clocks.
func (f *verifyFlags) time(stamp int64, now time.Time, errOut io.Writer) error {
	window := int64(f.window / time.Second)
	if now.Unix()-window <= stamp && stamp <= now.Unix()+window {
		return nil
	}
	what := fmt.Errorf("the request was signed at %s, this machine's clock says %s, and the window is %s",
		clock(stamp), now.UTC().Format(time.RFC3339), f.window)
	if f.checkTime {
		return refusedWith(refusal.TimestampWindow, "", what)
	}
	fmt.Fprintf(errOut, "note: an agent would refuse this request as %s: %v\n", refusal.TimestampWindow, what)
	return nil
}

// clock writes a time, or the number where it is beyond what a year can be.
func clock(stamp int64) string {
	const lastSecond = 253402300799 // of the year 9999, the last that RFC 3339 writes
	if stamp < 0 || stamp > lastSecond {
		return fmt.Sprintf("second %d", stamp)
	}
	return time.Unix(stamp, 0).UTC().Format(time.RFC3339)
}
