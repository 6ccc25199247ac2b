package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/settings"
)

func newKey() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "key",
		Short: "Look at the remembered keys of callers, accept and forget them",
		Long: `An agent remembers the first public key with which each DID was admitted, and
refuses another with key_changed. These commands show what it remembers and tell
it what its operator decides. They work while it runs, and while it does not.`,
		Args: cli.UnknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		SuggestionsMinimumDistance: 2,
	}
	cmd.AddCommand(newKeyList(), newKeyAccept(), newKeyForget())
	return cmd
}

func newKeyList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Show the remembered keys",
		Long: `list shows each remembered key, since when it is remembered or accepted, and
whether its DID is derived from it. A DID that is has this key and no other.`,
		Args: cli.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return listKeys(cmd.OutOrStdout(), cmd.ErrOrStderr(), asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// rememberedKey is an entry as "agent key list" shows it.
type rememberedKey struct {
	DID       did.DID   `json:"did"`
	PublicKey string    `json:"publicKey"`
	Since     time.Time `json:"since"`
	KeyBound  bool      `json:"keyBound"`
	Accepted  bool      `json:"accepted"`
}

func listKeys(out, errOut io.Writer, asJSON bool) error {
	set, err := loadSettings()
	if err != nil {
		return err
	}
	h, err := home.Enter(string(set.Agent.Dir))
	if err != nil {
		return err
	}
	entries, err := h.RememberedKeys()
	if err != nil {
		return err
	}
	keys := make([]rememberedKey, 0, len(entries))
	for _, e := range entries {
		keys = append(keys, rememberedKey{e.DID, did.EncodePublicKey(e.Key), e.Since.UTC(), e.DID.BoundTo(e.Key), e.Accepted})
	}
	return cli.PrintList(out, errOut, keys, asJSON, "no keys are remembered", func(k rememberedKey) string {
		how := "first seen"
		if k.Accepted {
			how = "accepted"
		}
		derived := "not derived"
		if k.KeyBound {
			derived = "derived"
		}
		return fmt.Sprintf("%s\t%s\t%s %s\t%s", k.DID, k.PublicKey, how, k.Since.Format(time.RFC3339), derived)
	})
}

func newKeyAccept() *cobra.Command {
	var f acceptFlags
	cmd := &cobra.Command{
		Use:   "accept DID",
		Short: "Accept the key that is registered for a DID now",
		Long: `accept makes the key that Hydra has for the DID now, or the one of --key, the one
with which its requests are verified from now on. Find out first who changed it,
and why: whoever can write to Hydra can register a key for any DID. With --key
the key is the one you were told and not the one that is registered.

Exactly that key is accepted; when the registration changes again, the next one
is refused as well. A DID that is derived from its remembered key has no other:
a key from which it is not derived is accepted for it only with --not-derived.`,
		Example: `  agent key accept did:bindu:you_at_example_com:poet:9f3c...
  agent key accept did:bindu:you_at_example_com:poet:9f3c... --key 4zvwRjXUKGfvwnParsHAS3HuSVzV5cA4McphgmoCtajS`,
		Args: cli.Args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, given []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), f.timeout)
			defer cancel()
			return outOfTime(ctx, f.timeout, acceptKey(ctx, cmd, given[0], f))
		},
	}
	cmd.Flags().StringVar(&f.key, "key", "", "the key to accept, in base58 (default: the one registered at Hydra)")
	cmd.Flags().BoolVar(&f.notDerived, "not-derived", false, "accept the key although the DID is derived from another one")
	cmd.Flags().DurationVar(&f.timeout, "timeout", 15*time.Second, "how long Hydra and the running agent may take")
	return cmd
}

type acceptFlags struct {
	key        string
	notDerived bool
	timeout    time.Duration
}

func acceptKey(ctx context.Context, cmd *cobra.Command, name string, f acceptFlags) error {
	set, d, err := keySettings(name)
	if err != nil {
		return err
	}
	if _, pinned := set.DID.PinnedKeys[name]; pinned {
		return cli.Usage(fmt.Errorf("the key of %s is pinned: change DID__PINNED_KEYS instead", d))
	}
	key, err := keyToAccept(ctx, set, d, f.key, cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	if !f.notDerived {
		if err := checkDerived(set, d, key); err != nil {
			return err
		}
	}
	if err := decide(ctx, set, keymemory.Request{DID: d, Key: key}); err != nil {
		return err
	}
	if !d.BoundTo(key) {
		fmt.Fprintln(cmd.ErrOrStderr(), "note: the DID is not derived from this key; only your word binds the two")
	}
	fmt.Fprintf(cmd.OutOrStdout(), "accepted %s for %s\n", did.EncodePublicKey(key), d)
	return nil
}

func keyToAccept(ctx context.Context, set settings.Settings, d did.DID, text string, errOut io.Writer) (ed25519.PublicKey, error) {
	if text != "" {
		key, err := did.DecodePublicKey(text)
		if err != nil {
			return nil, cli.Usage(fmt.Errorf("--key: %w", err))
		}
		return key, nil
	}
	if set.Hydra.AdminURL == "" && set.Registrar.URL == "" {
		return nil, cli.Usage(errors.New("there is no HYDRA__ADMIN_URL and no REGISTRAR__URL to ask for the key: name it with --key"))
	}
	verdicts, err := agent.NewVerdicts(ctx, set)
	if err != nil {
		return nil, err
	}
	defer verdicts.Close()
	keys := verdicts.KeyResolver()
	defer keys.Close()
	return during(errOut, "asking "+verdicts.From(), func() (ed25519.PublicKey, error) { return keys.PublicKey(ctx, d) })
}

func newKeyForget() *cobra.Command {
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "forget DID",
		Short: "Forget a DID: the next key it comes with is its first",
		Args:  cli.Args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, given []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
			defer cancel()
			return forgetKey(ctx, cmd, given[0])
		},
	}
	cmd.Flags().DurationVar(&timeout, "timeout", 15*time.Second, "how long the running agent may take")
	return cmd
}

func forgetKey(ctx context.Context, cmd *cobra.Command, name string) error {
	set, d, err := keySettings(name)
	if err != nil {
		return err
	}
	if err := decide(ctx, set, keymemory.Request{DID: d}); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "forgot %s\n", d)
	return nil
}
