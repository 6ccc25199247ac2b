package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/policy"
)

func newPolicy() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Try the rules about who may do what",
		Args:  unknownCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		SuggestionsMinimumDistance: 2,
	}
	cmd.AddCommand(newPolicyTest())
	return cmd
}

type policyFlags struct {
	file, as, method, claims, issuer, client, skill, at string
	permissions                                         []string
	size                                                int64
	keyBound, asJSON                                    bool
}

func newPolicyTest() *cobra.Command {
	var f policyFlags
	cmd := &cobra.Command{
		Use:   "test FILE",
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
		Args: args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, given []string) error {
			f.file = given[0]
			return testPolicy(cmd, f, time.Now())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.as, "as", "", "DID of the caller")
	flags.StringVar(&f.method, "method", "", "JSON-RPC method")
	flags.StringVar(&f.claims, "claims", "", "JSON object of the token's other claims")
	flags.StringArrayVar(&f.permissions, "permission", nil, "permission of the caller; may be repeated")
	flags.StringVar(&f.issuer, "issuer", "", "issuer of the token")
	flags.StringVar(&f.client, "client", "", "client id of the token")
	flags.StringVar(&f.skill, "skill", "", "skill that the request asks for")
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
	caller, request, err := f.situation(now)
	if err != nil {
		return err
	}
	if gate.CapAdmin(&caller, set.Auth.Admins) {
		fmt.Fprintf(cmd.ErrOrStderr(), "note: AUTH__ADMINS does not list this caller, so it has no %s\n", identity.PermissionAdmin)
	}
	cfg := configs.Policy(set)
	cfg.Path = f.file
	engine, err := policy.Open(cfg)
	if err != nil {
		return &usageError{err}
	}
	if _, known := configs.Permissions(set)[f.method]; !known {
		fmt.Fprintf(cmd.ErrOrStderr(), "note: no agent of ours serves the method %s, it refuses it before any rule\n", forTerminal(f.method))
	}
	d, steps := engine.Explain(cmd.Context(), caller, request)
	e := newExplanation(d, steps)
	if f.asJSON {
		err = printJSON(cmd.OutOrStdout(), e)
	} else {
		err = e.print(cmd.OutOrStdout())
	}
	if err == nil && !e.Allowed {
		err = &silentError{exitFailed}
	}
	return err
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
	return caller, policy.Request{Method: f.method, Skill: f.skill, Size: f.size, Time: now}, nil
}

// explanation is what "agent policy test" shows.
type explanation struct {
	Allowed bool       `json:"allowed"`
	Rule    string     `json:"rule"` // the one that decided
	Reason  string     `json:"reason"`
	Rules   []ruleStep `json:"rules"`
}

type ruleStep struct {
	Rule    string        `json:"rule"`
	Effect  policy.Effect `json:"effect"`
	Holds   bool          `json:"holds"`
	Error   string        `json:"error,omitempty"`
	Early   bool          `json:"early,omitempty"` // judged before the body, too
	Decided bool          `json:"decided,omitempty"`
}

func newExplanation(d policy.Decision, steps []policy.Step) *explanation {
	e := &explanation{Allowed: d.Allowed, Rule: d.Rule, Reason: d.Reason}
	for _, s := range steps {
		shown := ruleStep{Rule: s.Rule, Effect: s.Effect, Holds: s.Holds, Early: s.Early, Decided: s.Decided}
		if s.Err != nil {
			shown.Error = s.Err.Error()
		}
		e.Rules = append(e.Rules, shown)
	}
	return e
}

func (e *explanation) print(out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "RULE\tEFFECT\tCONDITION\t\tJUDGED")
	for _, s := range e.Rules {
		condition, mark, judged := "does not hold", "", "with the request"
		if s.Early {
			judged = "before the body"
		}
		switch {
		case s.Error != "":
			condition = "cannot be evaluated: " + forTerminal(s.Error)
		case s.Holds:
			condition = "holds"
		}
		if s.Decided {
			mark = "<- decides"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", s.Rule, s.Effect, condition, mark, judged)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	verdict := "denied"
	if e.Allowed {
		verdict = "allowed"
	}
	_, err := fmt.Fprintf(out, "%s by %s: %s\n", verdict, e.Rule, forTerminal(e.Reason))
	return err
}
