package boot

import "github.com/prometheus/client_golang/prometheus"

// StorageFailing registers the one metric of everything that is kept on disk: 1 while
// what is kept there cannot be written. Whether requests are refused meanwhile
// differs, and is a reason or a warning on /readyz.
func StorageFailing(metrics prometheus.Registerer, store string, err func() error) error {
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
