package agent

import (
	"github.com/prometheus/client_golang/prometheus"
)

// storageFailing is the one metric of everything that is kept on disk: 1 while
// what is kept there cannot be written. Whether requests are refused meanwhile
// differs, and is a reason or a warning on /readyz.
func newStorageFailing(metrics prometheus.Registerer, store string, err func() error) error {
	return metrics.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name:        "agent_storage_failing",
		Help:        "1 while what is kept in this store cannot be written.",
		ConstLabels: prometheus.Labels{"store": store},
	}, func() float64 {
		if err() != nil {
			return 1
		}
		return 0
	}))
}

// Stores of agent_storage_failing.
const (
	storeReplay      = "replay"
	storeTasks       = "tasks"
	storeKeys        = "keys"
	storeCertificate = "certificate"
)

// watchTaskStorage tells /readyz while tasks cannot be stored: every message
// would be refused.
func (a *Agent) watchTaskStorage() error {
	a.ready.watch(func() (reason, warning string) {
		if a.tasks.StorageErr() != nil {
			return "storage_unavailable", ""
		}
		return "", ""
	})
	return newStorageFailing(a.metrics, storeTasks, a.tasks.StorageErr)
}
