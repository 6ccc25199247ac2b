package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/policy"
	"github.com/getbindu/bindu-go/settings"
)

func newPolicy() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Try the rules about who may do what",
		Args:  cli.UnknownCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		SuggestionsMinimumDistance: 2,
	}
	cmd.AddCommand(newPolicyTest())
	return cmd
}

type policyFlags struct {
	file, as, method, claims, issuer, client, skill, tool, at string
	permissions                                               []string
	size                                                      int64
	keyBound, asJSON                                          bool
}

func newPolicyTest() *cobra.Command {
	var f policyFlags
	cmd := &cobra.Command{
		Use:   "test FILE --method METHOD",
		Short: "Show which rule decides about a made-up request",
		Long: `test reads a rules file, evaluates every rule of it for a request that the flags
describe, and marks the one that decides. AUTH__ALLOWED_DIDS, if it is set, is
asked before the file, as an agent does. Rules that speak of the caller alone are
judged before the body of a request is read, and again with it.

Without --as the caller is one that has a token and no DID. It exits 0 if the
request is allowed, 1 if it is not, and 2 if the file is broken, which it then
explains. Quotas are read and not counted. docs/policy.md describes the file.`,
		Example: `  agent policy test rules.yaml --as did:bindu:you_at_example_com:poet:9f3c... --method SendMessage
  agent policy test rules.yaml --as did:bindu:ann:critic:1 --method message/send \
      --claims '{"org":"partner"}' --permission agent:write --skill poetry`,
		Args: cli.Args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, given []string) error {
			if len(given) == 0 {
				return usage("FILE is missing: which rules are tried? See %q", cmd.CommandPath()+" --help")
			}
			f.file = given[0]
			return testPolicy(cmd, f, time.Now())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.as, "as", "", "DID of the caller")
	flags.StringVar(&f.method, "method", "", "JSON-RPC method that the caller calls (needed)")
	flags.StringVar(&f.claims, "claims", "", "JSON object of the token's other claims")
	flags.StringArrayVar(&f.permissions, "permission", nil, "permission of the caller; may be repeated")
	flags.StringVar(&f.issuer, "issuer", "", "issuer of the token")
	flags.StringVar(&f.client, "client", "", "client id of the token")
	flags.StringVar(&f.skill, "skill", "", "skill that the request asks for")
	flags.StringVar(&f.tool, "tool", "", "tool of an MCP server that the request calls, with --method tools/call")
	flags.Int64Var(&f.size, "size", 1024, "bytes of the request's body")
	flags.StringVar(&f.at, "at", "", "time of the request, as 2026-05-01T23:30:00Z (default: now)")
	flags.BoolVar(&f.keyBound, "key-bound", true, "whether the DID is derived from its key")
	flags.BoolVar(&f.asJSON, "json", false, "print JSON")
	return cmd
}

func testPolicy(cmd *cobra.Command, f policyFlags, now time.Time) error {
	set, err := loadSettings()
	if err != nil {
		return err
	}
	cfg := configs.Policy(set)
	cfg.Path = f.file
	engine, err := policy.Open(cfg)
	if errors.Is(err, fs.ErrNotExist) {
		return &reasonedError{"file_missing", "", cli.Usage(err)}
	}
	if err != nil {
		return cli.Usage(err)
	}
	caller, request, err := f.situation(now)
	if err != nil {
		return err
	}
	if gate.CapAdmin(&caller, set.Auth.Admins) {
		fmt.Fprintf(cmd.ErrOrStderr(), "note: AUTH__ADMINS does not list this caller, so it has no %s\n", identity.PermissionAdmin)
	}
	if !isServed(set, f.method) {
		fmt.Fprintf(cmd.ErrOrStderr(), "note: no agent of ours serves the method %s, it refuses it before any rule\n", cli.ForTerminal(f.method))
	}
	d, steps := engine.Explain(cmd.Context(), caller, request)
	e := newExplanation(d, steps)
	if f.asJSON {
		err = cli.PrintJSON(cmd.OutOrStdout(), e)
	} else {
		err = e.print(cmd.OutOrStdout())
	}
	if err == nil && !e.Allowed {
		err = &cli.SilentError{Code: cli.ExitFailed}
	}
	return err
}

// isServed reports whether an agent carries out a method, or an MCP server behind it is
// known to.
func isServed(set settings.Settings, method string) bool {
	_, ofA2A := configs.Permissions(set)[method]
	_, ofMCP := configs.MCPRoute(set).Permissions[method]
	return ofA2A || ofMCP
}

// situation is the caller and the request that the flags describe.
func (f *policyFlags) situation(now time.Time) (identity.Caller, policy.Request, error) {
	if f.method == "" {
		return identity.Caller{}, policy.Request{}, usage("--method is missing: which method does the caller call?")
	}
	claims := oauth.Claims{Issuer: f.issuer, ClientID: f.client, Subject: f.client, DID: f.as, Scopes: f.permissions, Extra: map[string]any{}}
	if f.claims != "" {
		if err := json.Unmarshal([]byte(f.claims), &claims.Extra); err != nil {
			return identity.Caller{}, policy.Request{}, usage(`--claims must be a JSON object such as {"org":"partner"}: %w`, err)
		}
	}
	caller := identity.Caller{KeyBound: f.keyBound && f.as != "", Claims: claims}
	if f.as != "" {
		var err error
		if caller.DID, err = did.Parse(f.as); err != nil {
			return identity.Caller{}, policy.Request{}, usage("--as: %w", err)
		}
		caller.Scheme = signature.JCS1
	}
	if f.at != "" {
		var err error
		if now, err = time.Parse(time.RFC3339, f.at); err != nil {
			return identity.Caller{}, policy.Request{}, usage("--at: %w", err)
		}
	}
	return caller, policy.Request{Method: f.method, Skill: f.skill, Tool: f.tool, Size: f.size, Time: now}, nil
}
