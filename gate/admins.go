package gate

import (
	"errors"
	"slices"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/identity"
)

// adminNotListed is the word for a permission that was taken away.
const adminNotListed Reason = "admin_not_listed"

var errAdminNotListed = errors.New("the token grants " + identity.PermissionAdmin + " to a caller that the operator does not list as an administrator")

// agreement lets pass only one name that is not revoked, and of what the token grants leaves it only
// what this agent's operator lets somebody of that name have.
func (c *Chain) agreement(x *exchange) *Denial {
	if d := c.oneName(x); d != nil {
		return d
	}
	if c.cfg.Revoked != nil && !x.caller.DID.IsZero() && c.cfg.Revoked(x.caller.DID) {
		return deny(CallerRevoked, nil)
	}
	c.capAdmin(x)
	return nil
}

// capAdmin takes the permission over other callers' tasks from everybody whom
// the operator does not list. Agents register the scopes of their own clients,
// so that a token which grants it shows only that its bearer asked.
func (c *Chain) capAdmin(x *exchange) {
	capped := CapAdmin(&x.caller, c.cfg.Admins)
	if !capped || x.capped {
		return
	}
	x.capped = true // recorded once, however often the proofs are looked at
	c.cfg.Recorder.Record(x.r.Context(), c.event(x, audit.Warned, "scope", &Denial{Reason: adminNotListed, Cause: errAdminNotListed}))
}

// CapAdmin takes [identity.PermissionAdmin] from a caller whose name is not among admins,
// compared exactly, and reports whether it had it.
func CapAdmin(caller *identity.Caller, admins []string) bool {
	name := caller.Name()
	if !caller.HasScope(identity.PermissionAdmin) || name != "" && slices.Contains(admins, name) {
		return false
	}
	// The claims are the verifier's, which gives them to others too.
	caller.Claims.Scopes = slices.DeleteFunc(slices.Clone(caller.Claims.Scopes), func(s string) bool { return s == identity.PermissionAdmin })
	return true
}
