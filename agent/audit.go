package agent

import (
	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/internal/boot"
)

// newRecorder makes what each decision of the gates is handed to.
func newRecorder(o Options, ready *readiness) (*audit.Recorder, error) {
	return boot.NewRecorder(boot.Records{
		Log: o.Logger, Access: bool(o.Settings.Log.Access), Metrics: o.Metrics, Ready: ready.Readiness,
	})
}
