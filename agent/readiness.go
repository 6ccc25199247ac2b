package agent

import (
	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/internal/boot"
)

// Components whose state /readyz reports.
const (
	componentPolicy = "policy"
	componentDIDMap = "did_map"
	componentAdmin  = "hydra_admin"

	componentKeyRequests = "key_requests"
)

// readiness is the [admin.Readiness] of an agent's components.
type readiness struct{ *admin.Readiness }

// newReadiness is that of an agent which does not serve yet.
func newReadiness() *readiness {
	return &readiness{admin.NewReadiness(boot.Server, "starting")}
}

func (r *readiness) set(component, reason string)   { r.SetReason(component, reason) }
func (r *readiness) warn(component, warning string) { r.SetWarning(component, warning) }

func (r *readiness) watch(ask func() (reason, warning string)) { r.Watch(ask) }

func (r *readiness) why() []string    { return r.Reasons() }
func (r *readiness) warned() []string { return r.Warnings() }
