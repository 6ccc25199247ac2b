package boot

import (
	"cmp"
	"runtime"
	"runtime/debug"

	"github.com/prometheus/client_golang/prometheus"
)

// BuiltVersion is what the toolchain noted of the main module.
func BuiltVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return cmp.Or(info.Main.Version, "(devel)")
}

// ShowBuild registers the gauge of that name, which says which build of a program runs.
func ShowBuild(reg prometheus.Registerer, name, version string) error {
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name:        name,
		Help:        "Always 1; the labels say which build runs.",
		ConstLabels: prometheus.Labels{"version": version, "go_version": runtime.Version()},
	})
	info.Set(1)
	return reg.Register(info)
}
