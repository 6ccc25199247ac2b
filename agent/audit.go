package agent

import (
	"log/slog"

	"github.com/getbindu/bindu-go/audit"
)

// warningAudit is what /readyz warns of while a sink loses records.
const warningAudit = "audit_failing"

// newRecorder makes what each decision of the gates is handed to: a sink is a line.
func newRecorder(o Options, ready *readiness) (*audit.Recorder, error) {
	counter, err := audit.NewCounter(o.Metrics)
	if err != nil {
		return nil, err
	}
	admissions := slog.LevelDebug
	if o.Settings.Log.Access {
		admissions = slog.LevelInfo
	}
	return audit.NewRecorder(audit.Config{
		Sinks: []audit.Named{
			{Name: "metrics", Sink: counter},
			{Name: "log", Sink: audit.NewLog(o.Logger, admissions)},
		},
		Metrics: o.Metrics,
		Log:     o.Logger,
		Failing: func(sink string, err error) {
			warning := ""
			if err != nil {
				warning = warningAudit
			}
			ready.warn("audit "+sink, warning)
		},
	})
}
