package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/oauth/oidc"
	"github.com/getbindu/bindu-go/settings"
)

func newToken() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Look at bearer tokens, or get one",
		Args:  cli.UnknownCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		SuggestionsMinimumDistance: 2,
	}
	cmd.AddCommand(newTokenInspect(), newTokenFetch())
	return cmd
}

func newTokenInspect() *cobra.Command {
	var asJSON bool
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "inspect",
		Short: "Show which checks a token passes and which it fails",
		Long: `inspect reads a token on standard input and makes every check that an agent with
the settings of this environment would make, without ending at the first that
fails. The token is not printed, nor stored, and goes nowhere but, with
AUTH__PROVIDER=hydra, to Hydra's introspection.

Each failed check carries the word that a refused caller gets as data.reason.
What a token says is shown even if its signature does not verify: then it proves
nothing. It exits 0 if all checks pass and 1 if not. Only the settings of Hydra
or of the issuer are needed; no agent has to run.`,
		Example: `  agent token inspect < token.txt
  pbpaste | agent token inspect --json`,
		Args: cli.InputOnly,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
			defer cancel()
			return outOfTime(ctx, timeout, inspectToken(ctx, cmd, asJSON))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().DurationVar(&timeout, "timeout", 15*time.Second, "how long the authority may take")
	return cmd
}

func inspectToken(ctx context.Context, cmd *cobra.Command, asJSON bool) error {
	set, err := loadSettings()
	if err != nil {
		return err
	}
	token, err := readToken(cmd.InOrStdin())
	if err != nil {
		return err
	}
	checks, claims, err := judgeToken(ctx, set, token, cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	i := newInspection(set, checks, claims)
	if asJSON {
		err = cli.PrintJSON(cmd.OutOrStdout(), i)
	} else {
		err = i.print(cmd.OutOrStdout())
	}
	if err == nil && !i.Accepted {
		err = &cli.SilentError{Code: cli.ExitFailed}
	}
	return err
}

// readToken takes a token as it is copied: with white space around it, or with
// the word that stands before it in a header.
func readToken(in io.Reader) (string, error) {
	const limit = 1<<20 + 1<<10 // the longest token that settings allow, and what stands around it
	data, err := io.ReadAll(io.LimitReader(in, limit))
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(data))
	if scheme, rest, ok := strings.Cut(token, " "); ok && strings.EqualFold(scheme, "Bearer") {
		token = strings.TrimSpace(rest)
	}
	if token == "" {
		return "", usage("there is no token on standard input")
	}
	return token, nil
}

// judgeToken makes all checks, and returns the claims if the token passes them.
func judgeToken(ctx context.Context, set settings.Settings, token string, errOut io.Writer) ([]oauth.Check, *oauth.Claims, error) {
	if settings.Bytes(len(token)) > set.Limits.TokenBytes {
		return []oauth.Check{{
			Name: "size", Err: oauth.ErrMalformed,
			Detail: fmt.Sprintf("it has %d bytes, LIMITS__TOKEN_BYTES is %d", len(token), set.Limits.TokenBytes),
		}}, nil, nil
	}
	if set.Auth.Provider == settings.ProviderHydra {
		return judgeByHydra(ctx, set, token, errOut)
	}
	files, err := configs.ReadIssuers(set)
	if err != nil {
		return nil, nil, err
	}
	cfg := configs.Issuers(set, files)
	cfg.Lazy = true // an issuer that is down must not hide what can be told
	verifier, err := oidc.New(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	defer verifier.Close()
	if _, err := during(errOut, "fetching the issuer's keys", func() (struct{}, error) {
		return struct{}{}, verifier.Settle(ctx)
	}); err != nil {
		return nil, nil, err
	}
	return withClaims(verifier.Inspect(ctx, token), func() (oauth.Claims, error) { return verifier.Verify(ctx, token) })
}

func judgeByHydra(ctx context.Context, set settings.Settings, token string, errOut io.Writer) ([]oauth.Check, *oauth.Claims, error) {
	if set.Hydra.AdminURL == "" && set.Registrar.URL == "" || set.Hydra.PublicURL == "" {
		return nil, nil, usage("AUTH__PROVIDER is hydra: set HYDRA__ADMIN_URL and HYDRA__PUBLIC_URL, or choose another provider")
	}
	verdicts, err := agent.NewVerdicts(ctx, set)
	if err != nil {
		return nil, nil, err
	}
	defer verdicts.Close()
	introspector, err := during(errOut, "asking Hydra", func() (*hydra.Introspector, error) { return verdicts.Introspector(ctx) })
	if err != nil {
		return nil, nil, err
	}
	defer introspector.Close()
	return withClaims(introspector.Inspect(ctx, token), func() (oauth.Claims, error) { return introspector.VerifyFresh(ctx, token) })
}

func withClaims(checks []oauth.Check, verify func() (oauth.Claims, error)) ([]oauth.Check, *oauth.Claims, error) {
	for _, c := range checks {
		if !c.OK {
			return checks, nil, nil
		}
	}
	claims, err := verify()
	if err != nil {
		return nil, nil, err
	}
	return checks, &claims, nil
}
