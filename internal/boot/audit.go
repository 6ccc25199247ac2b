package boot

import (
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/audit"
)

// WarningAudit is what /readyz warns of while a sink loses records.
const WarningAudit = "audit_failing"

// Records is where decisions are recorded. All of it is needed.
type Records struct {
	// Log takes refusals, and admissions too where Access is true.
	Log    *slog.Logger
	Access bool
	// Metrics count decisions.
	Metrics prometheus.Registerer
	// Ready warns while a sink loses records.
	Ready *admin.Readiness
}

// NewRecorder makes what each decision is handed to: a sink is a line.
func NewRecorder(r Records) (*audit.Recorder, error) {
	counter, err := audit.NewCounter(r.Metrics)
	if err != nil {
		return nil, err
	}
	admissions := slog.LevelDebug
	if r.Access {
		admissions = slog.LevelInfo
	}
	return audit.NewRecorder(audit.Config{
		Sinks: []audit.Named{
			{Name: "metrics", Sink: counter},
			{Name: "log", Sink: audit.NewLog(r.Log, admissions)},
		},
		Metrics: r.Metrics,
		Log:     r.Log,
		Failing: func(sink string, err error) {
			warning := ""
			if err != nil {
				warning = WarningAudit
			}
			r.Ready.SetWarning("audit "+sink, warning)
		},
	})
}
