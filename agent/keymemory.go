package agent

import (
	"context"
	"crypto/ed25519"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/configs"
)

// knownKeys finds the keys of callers and refuses those that are not the ones
// remembered, before anything is verified with them.
type knownKeys struct {
	gate.KeyResolver
	memory *keymemory.Memory
	pinned pinnedKeys // the operator's word wins over what was seen
}

// PublicKey implements [gate.KeyResolver].
func (k knownKeys) PublicKey(ctx context.Context, d did.DID) (ed25519.PublicKey, error) {
	key, err := k.KeyResolver.PublicKey(ctx, d)
	if err != nil || k.pins(d) {
		return key, err
	}
	if err := k.memory.Check(d, key); err != nil {
		return nil, err
	}
	return key, nil
}

// Remember implements [gate.KeyMemory].
func (k knownKeys) Remember(ctx context.Context, d did.DID, key ed25519.PublicKey) error {
	if k.pins(d) {
		return nil
	}
	return k.memory.Remember(ctx, d, key)
}

func (k knownKeys) pins(d did.DID) bool {
	_, ok := k.pinned[d]
	return ok
}

// openKeyMemory opens the memory of the keys that callers were first seen with.
func (a *Agent) openKeyMemory() error {
	if !configs.RemembersKeys(a.set) {
		return nil
	}
	cfg := configs.Keys(a.set)
	cfg.Now, cfg.Logger = a.opts.Now, a.log
	cfg.Decided = func(d did.DID) {
		if keys := a.keys.Load(); keys != nil {
			keys.Forget(d) // else the key that Hydra had until now would count for as long as it is kept
		}
	}
	memory, err := a.home.Keys(cfg)
	if err != nil {
		return err
	}
	a.onStop(func(context.Context) error { return memory.Close() })
	a.keyMemory = memory
	for name, gauge := range map[string]struct {
		help string
		ask  func() int
	}{
		"agent_remembered_keys":       {"DIDs whose first key is remembered.", func() int { n, _ := memory.Len(); return n }},
		"agent_remembered_keys_limit": {"DIDs whose first key may be remembered.", func() int { _, limit := memory.Len(); return limit }},
	} {
		opts := prometheus.GaugeOpts{Name: name, Help: gauge.help}
		if err := a.metrics.Register(prometheus.NewGaugeFunc(opts, func() float64 { return float64(gauge.ask()) })); err != nil {
			return err
		}
	}
	if err := newStorageFailing(a.metrics, storeKeys, memory.Err); err != nil {
		return err
	}
	a.ready.watch(func() (reason, warning string) { return "", keyMemoryWarning(memory) })
	a.follow(&followed{what: componentKeyRequests, path: a.home.KeyRequests(), reload: memory.TakeRequests})
	return nil
}

// keyMemoryWarning tells that callers who were never seen are refused, or soon
// will be. All others are served as before.
func keyMemoryWarning(m *keymemory.Memory) string {
	n, limit := m.Len()
	switch {
	case m.Err() != nil:
		return "key_memory_unwritable"
	case n >= limit:
		return "key_memory_full"
	case n >= limit-limit/10:
		return "key_memory_nearly_full"
	default:
		return ""
	}
}
