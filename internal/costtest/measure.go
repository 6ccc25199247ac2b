package costtest

import (
	"runtime"
	"syscall"
	"testing"
	"time"
)

// Cost is what one run of a function takes.
type Cost struct {
	// CPU is the processor time of the process, which waiting for the
	// processor does not add to.
	CPU time.Duration
	// Bytes is what was allocated.
	Bytes uint64
}

// Measure runs f a few times, the first not counted, and returns the least of
// each cost: whatever else runs can only add.
func Measure(f func()) Cost {
	const runs = 2
	f()
	least := Cost{CPU: 1 << 62, Bytes: 1 << 62}
	for range runs {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := processorTime()
		f()
		least.CPU = min(least.CPU, processorTime()-start)
		runtime.ReadMemStats(&after)
		least.Bytes = min(least.Bytes, after.TotalAlloc-before.TotalAlloc)
	}
	return least
}

func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Bench runs f over each input as a sub-benchmark and reports, beside the
// usual, the processor time.
func Bench(b *testing.B, inputs []Input, f func(body []byte)) {
	for _, in := range inputs {
		b.Run(in.Name, func(b *testing.B) {
			body := []byte(in.JSON)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			start := processorTime()
			for b.Loop() {
				f(body)
			}
			b.ReportMetric(float64((processorTime()-start).Microseconds())/1000/float64(b.N), "cpu-ms/op")
		})
	}
}

// Limit is what an input may cost.
type Limit struct {
	// Times is how often the processor time of the ordinary input it may take,
	// and Floor what any input may: below it a ratio says nothing.
	Times int
	Floor time.Duration
	// Bytes is how much it may allocate.
	Bytes int
}

// Bounded fails if an input costs f more than the limit. The first one, the
// ordinary, must be as long as the others. What is over the limit is measured
// again, for other programs on the machine can slow down one of two
// measurements.
func Bounded(t *testing.T, inputs []Input, limit Limit, f func(body []byte)) {
	t.Helper()
	measure := func(in Input) Cost {
		body := []byte(in.JSON)
		return Measure(func() { f(body) })
	}
	within := func(cost, ordinary Cost) bool {
		return cost.CPU <= max(limit.Floor, time.Duration(limit.Times)*ordinary.CPU) && cost.Bytes <= uint64(limit.Bytes)
	}
	const attempts = 16 // under the race detector a pool loses what is lent, at random
	ordinary := measure(inputs[0])
	for _, in := range inputs {
		cost := measure(in)
		for attempt := 1; !within(cost, ordinary) && attempt < attempts; attempt++ {
			ordinary, cost = measure(inputs[0]), measure(in)
		}
		if !within(cost, ordinary) {
			t.Errorf("%s: %v and %d bytes of at most %d; %s, as long: %v", in.Name, cost.CPU, cost.Bytes, limit.Bytes, inputs[0].Name, ordinary.CPU)
		}
	}
}
