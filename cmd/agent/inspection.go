package main

import (
	"cmp"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/settings"
)

// inspection is what "agent token inspect" shows.
type inspection struct {
	Accepted bool              `json:"accepted"`
	Provider settings.Provider `json:"provider"`
	Checks   []tokenCheck      `json:"checks"`
	Reason   string            `json:"reason,omitempty"` // with which an agent would refuse it
}

type tokenCheck struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Reason string `json:"reason,omitempty"`
	Detail string `json:"detail"`
}

// newInspection adds what the gates ask of good claims: a caller, and something
// that it may do.
func newInspection(set settings.Settings, checks []oauth.Check, claims *oauth.Claims) *inspection {
	i := &inspection{Provider: set.Auth.Provider, Accepted: true}
	for _, c := range checks {
		shown := tokenCheck{Name: c.Name, OK: c.OK, Detail: c.Detail}
		if c.Err != nil {
			shown.Reason = string(gate.TokenReason(c.Err))
		}
		i.add(shown)
	}
	if claims != nil {
		i.add(checkCaller(set, claims))
		i.add(checkMethods(set, claims))
	}
	return i
}

func (i *inspection) add(c tokenCheck) {
	i.Checks = append(i.Checks, c)
	i.Accepted = i.Accepted && c.OK
	i.Reason = cmp.Or(i.Reason, c.Reason)
}

func checkCaller(set settings.Settings, claims *oauth.Claims) tokenCheck {
	c := tokenCheck{Name: "caller"}
	d, err := did.Parse(claims.DID)
	switch {
	case err == nil:
		c.OK, c.Detail = true, "certificate and signature have to name "+d.String()
	case claims.DID == "" && !bool(set.Auth.RequireDID || set.MTLS.Enabled) && (identity.Caller{Claims: *claims}).Name() == "":
		c.Reason, c.Detail = string(gate.TokenClaim), "no DID, and the token does not say both its issuer and its client"
	case claims.DID == "" && !bool(set.Auth.RequireDID || set.MTLS.Enabled):
		c.OK, c.Detail = true, "no DID; admitted on the token alone, because AUTH__REQUIRE_DID is false"
	default:
		c.Reason = string(gate.ClientNotDID)
		c.Detail = fmt.Sprintf("the client %.120q has no DID: by claim AUTH__DID_CLAIM, by file AUTH__DID_MAP, or by a client id that is one", claims.ClientID)
	}
	return c
}

// checkMethods counts what the permissions open.
func checkMethods(set settings.Settings, claims *oauth.Claims) tokenCheck {
	all := configs.Permissions(set)
	caller := identity.Caller{Claims: *claims}
	caller.DID, _ = did.Parse(claims.DID) // without one, issuer and client name it
	gate.CapAdmin(&caller, set.Auth.Admins)
	claims = &caller.Claims
	open := 0
	for method := range all {
		if all.Allows(method, claims.HasScope) {
			open++
		}
	}
	c := tokenCheck{Name: "methods", OK: open > 0, Detail: fmt.Sprintf("%q open %d of %d methods", claims.Scopes, open, len(all))}
	if !c.OK {
		c.Reason = string(gate.ScopeInsufficient)
		c.Detail = fmt.Sprintf("none: %q are not among the permissions of any method (AUTH__PERMISSIONS, AUTH__RIGHTS_CLAIMS)", claims.Scopes)
	}
	return c
}

func (i *inspection) print(out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, c := range i.Checks {
		mark := "ok"
		switch {
		case c.Reason != "":
			mark = "FAILED " + c.Reason
		case !c.OK:
			mark = "-"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", c.Name, mark, cli.ForTerminal(c.Detail))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	verdict := "accepted"
	if !i.Accepted {
		verdict = "refused: " + i.Reason
	}
	_, err := fmt.Fprintln(out, verdict)
	return err
}
