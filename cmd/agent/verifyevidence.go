package main

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/evidence"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/cli"
)

// evidenceFlags are those of verify for a record.
type evidenceFlags struct {
	path       string
	pins       []string
	incomplete bool
}

func (f *evidenceFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.path, "evidence", "", `file that "agent call --evidence" wrote, in place of a request`)
	flags.StringArrayVar(&f.pins, "pin-key", nil, "DID=KEY with --evidence: a key (base58) known for certain, for a DID that is not derived from it; may be repeated")
	flags.BoolVar(&f.incomplete, "allow-incomplete", false, "with --evidence: succeed, too, where a stream broke off and its end is not proved")
}

// verify proves a record, or says why it proves nothing. It asks nobody.
func (f evidenceFlags) verify(cmd *cobra.Command) (err error) {
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if flag.Name != "evidence" && flag.Name != "pin-key" && flag.Name != "allow-incomplete" {
			err = usage("--%s describes a request, and --evidence has its own", flag.Name)
		}
	})
	if err != nil {
		return err
	}
	if f.path == "" {
		return usage("--evidence names no file")
	}
	pins, err := parsePins(f.pins)
	if err != nil {
		return err
	}
	raw, err := whileAsked(cmd.Context(), func() ([]byte, error) { return readEvidence(f.path) })
	if err != nil {
		return err
	}
	record, err := evidence.Parse(raw)
	if err != nil {
		return &reasonedError{"evidence_malformed", `give a file that "agent call --evidence" wrote`, err}
	}
	proofs, err := record.Verify(pins)
	if err != nil {
		return evidenceError(err)
	}
	if err := printProofs(cmd.OutOrStdout(), record, proofs); err != nil || f.incomplete || !isIncomplete(proofs) {
		return err
	}
	return &reasonedError{"evidence_incomplete", "what is printed is proved, and not how the stream went on or ended; --allow-incomplete takes that as a success", errIncomplete}
}

var errIncomplete = errors.New("a stream in the record broke off")

func isIncomplete(proofs []evidence.Proof) bool {
	return slices.ContainsFunc(proofs, func(p evidence.Proof) bool { return p.Incomplete })
}

func readEvidence(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, cli.Usage(fmt.Errorf("--evidence: %w", err))
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, evidence.MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("--evidence: %w", err)
	}
	return raw, nil
}

func parsePins(given []string) (map[did.DID]ed25519.PublicKey, error) {
	pins := make(map[did.DID]ed25519.PublicKey, len(given))
	for _, text := range given {
		name, encoded, _ := strings.Cut(text, "=")
		d, err := did.Parse(name)
		if err != nil {
			return nil, usage("--pin-key: %w", err)
		}
		key, err := did.DecodePublicKey(encoded)
		if err != nil {
			return nil, usage("--pin-key: key of %s: %w", d, err)
		}
		if known, twice := pins[d]; twice && !known.Equal(key) {
			return nil, usage("--pin-key: two keys of %s", d)
		}
		pins[d] = key
	}
	return pins, nil
}

// evidenceError gives the reason for which a record proves nothing its word.
func evidenceError(err error) error {
	switch {
	case errors.Is(err, evidence.ErrKeyUnknown):
		return &reasonedError{"evidence_key_unknown", "the DID is not derived from its key: give the key that you know for it with --pin-key DID=KEY", err}
	case errors.Is(err, did.ErrKeyChanged):
		return &reasonedError{"evidence_key_changed", "the record was signed by another key than the pinned one", err}
	case errors.Is(err, evidence.ErrMalformed):
		return &reasonedError{"evidence_malformed", `give a file that "agent call --evidence" wrote`, err}
	case errors.Is(err, signature.ErrCut):
		return &reasonedError{"evidence_cut", "events at the end of a stream are missing", err}
	}
	return &reasonedError{"evidence_changed", "the record was changed since both agents signed, or never was what it says", err}
}

// printProofs says who said what to whom, and when.
func printProofs(out io.Writer, r evidence.Record, proofs []evidence.Proof) error {
	var b strings.Builder
	if isIncomplete(proofs) {
		fmt.Fprintf(&b, "incomplete: signed by both (requests and answers: %d), but a stream broke off: what came up to there is proved, and not its end\n", len(proofs))
	} else {
		fmt.Fprintf(&b, "ok: signed by both (requests and answers: %d)\n", len(proofs))
	}
	for i, p := range proofs {
		q, a := r.Exchanges[i].Request, r.Exchanges[i].Answer
		fmt.Fprintf(&b, "\n%s %s asked %s: %s, scheme %s\n", clock(p.Asked), r.Caller.DID, r.Agent.DID, forLine(place(q)), p.Scheme)
		b.WriteString(quoted(readable(q.Target, q.ContentType, q.Body, false)))
		fmt.Fprintf(&b, "%s %s answered: status %d%s, %s%s\n", clock(p.Answered), r.Agent.DID, a.Status, ofGRPC(a.GRPC), a.ContentType, ofStream(p))
		b.WriteString(quoted(readable(q.Target, a.ContentType, a.Body, true)))
	}
	_, err := io.WriteString(out, cli.ForTerminal(b.String()))
	return err
}

// place is where a request was sent, if its scheme signs that.
func place(q evidence.Request) string {
	if q.Method == "" {
		return "by a signature that names no path"
	}
	return q.Method + " " + q.Target
}

// quoted returns a body, each line of it further in: no body can look like our own lines.
func quoted(body []byte) string {
	return "    " + strings.ReplaceAll(shortened(body), "\n", "\n    ") + "\n"
}

func ofStream(p evidence.Proof) string {
	if p.Events == 0 {
		return ""
	}
	if p.Incomplete {
		return fmt.Sprintf(", %d events to %s, where the stream broke off: its end is not proved", p.Events, clock(p.Ended))
	}
	return fmt.Sprintf(", %d events to %s", p.Events, clock(p.Ended))
}
