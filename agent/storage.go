package agent

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/task"
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
func watchTaskStorage(tasks *task.Service, ready *readiness, metrics prometheus.Registerer) error {
	ready.watch(func() (reason, warning string) {
		if tasks.StorageErr() != nil {
			return "storage_unavailable", ""
		}
		return "", ""
	})
	return newStorageFailing(metrics, storeTasks, tasks.StorageErr)
}
