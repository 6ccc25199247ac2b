package agent

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/task"
)

// Stores of agent_storage_failing.
const (
	storeReplay = "replay"
	storeTasks  = "tasks"
	storeKeys   = "keys"
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
	return boot.StorageFailing(metrics, storeTasks, tasks.StorageErr)
}
