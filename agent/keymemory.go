package agent

import (
	"context"
	"crypto/ed25519"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/oauth/hydra"
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

// keyMemory is the memory of the keys that callers were first seen with.
type keyMemory struct {
	*keymemory.Memory
	resolver atomic.Pointer[hydra.KeyResolver] // nil until the gates are armed
}

// decided makes an operator's decision count at once: else the key that Hydra
// had until now would count for as long as it is kept.
func (k *keyMemory) decided(d did.DID) {
	if resolver := k.resolver.Load(); resolver != nil {
		resolver.Forget(d)
	}
}

// openKeyMemory opens the memory of keys, nil where none is kept.
func (a *Agent) openKeyMemory(h *home.Home) (*keyMemory, error) {
	if !configs.RemembersKeys(a.opts.Settings) {
		return nil, nil
	}
	keys := &keyMemory{}
	cfg := configs.Keys(a.opts.Settings)
	cfg.Now, cfg.Logger, cfg.Decided = a.opts.Now, a.log, keys.decided
	memory, err := h.Keys(cfg)
	if err != nil {
		return nil, err
	}
	a.onStop(func(context.Context) error { return memory.Close() })
	keys.Memory = memory
	if err := observeKeys(a.opts.Metrics, memory); err != nil {
		return nil, err
	}
	a.ready.watch(func() (reason, warning string) { return "", keyMemoryWarning(memory) })
	a.follow(&followed{what: componentKeyRequests, path: h.KeyRequests(), reload: memory.TakeRequests})
	return keys, nil
}

// observeKeys shows on /metrics how full the memory of keys is.
func observeKeys(metrics prometheus.Registerer, memory *keymemory.Memory) error {
	for name, gauge := range map[string]struct {
		help string
		ask  func() int
	}{
		"agent_remembered_keys":       {"DIDs whose first key is remembered.", func() int { n, _ := memory.Len(); return n }},
		"agent_remembered_keys_limit": {"DIDs whose first key may be remembered.", func() int { _, limit := memory.Len(); return limit }},
	} {
		opts := prometheus.GaugeOpts{Name: name, Help: gauge.help}
		if err := metrics.Register(prometheus.NewGaugeFunc(opts, func() float64 { return float64(gauge.ask()) })); err != nil {
			return err
		}
	}
	return boot.StorageFailing(metrics, storeKeys, memory.Err)
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
