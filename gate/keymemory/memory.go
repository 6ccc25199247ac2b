package keymemory

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
)

// Errors of a [Memory], beside [did.ErrKeyChanged] and those of the file system.
var (
	// ErrFull: as many keys are remembered as may be. None is forgotten for a
	// new one, or whoever has many DIDs could make the agent forget the others.
	ErrFull = errors.New("no further key can be remembered: raise LIMITS__REMEMBERED_KEYS, or forget keys of callers that are gone (agent key forget DID)")
	// ErrCorrupt: the file is damaged. It was not touched.
	ErrCorrupt = errors.New(File + " is corrupt: restore it from a backup, or move it away to have every key learned anew")
)

// Config says how much is remembered.
type Config struct {
	// Limit is how many DIDs are remembered at most. It is required.
	Limit int
	// Now is the clock, time.Now if nil.
	Now func() time.Time
	// Decided is told whom an operator's decision was about, once it counts; nil
	// for nobody. Who keeps keys of that DID elsewhere has to read them anew.
	Decided func(did.DID)
	// Logger takes what an operator should know, nothing if nil.
	Logger *slog.Logger
}

// Entry is what is remembered of a DID.
type Entry struct {
	DID did.DID
	Key ed25519.PublicKey
	// Since is when the key was first seen or accepted.
	Since time.Time
	// Accepted tells that an operator vouched for the key.
	Accepted bool
}

// Memory holds the keys of one agent. Its methods may be called concurrently.
type Memory struct {
	cfg      Config
	dir      *safefile.Dir
	requests *safefile.Dir
	writer   chan struct{} // holds the right to change file and entries

	mu      sync.RWMutex // held for moments only, never while a disk is waited for
	entries map[did.DID]Entry
	err     error // of the latest write

	file safefile.File // nil after a write that failed: its end is not known then
}

// Open reads the memory of a directory that this process has locked. The caller
// closes it. Errors: [ErrCorrupt], those of [safefile.Dir.ReadFile].
func Open(dir *safefile.Dir, cfg Config) (*Memory, error) {
	if cfg.Limit <= 0 {
		return nil, errors.New("keymemory: a memory needs a limit")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Decided == nil {
		cfg.Decided = func(did.DID) {}
	}
	found, tidy, err := read(dir)
	if err != nil {
		return nil, err
	}
	requests, err := dir.Subdir(RequestsDir)
	if err != nil {
		return nil, err
	}
	m := &Memory{cfg: cfg, dir: dir, requests: requests, writer: make(chan struct{}, 1), entries: found}
	if !tidy {
		if err := m.rewrite(found); err != nil {
			return nil, err
		}
	}
	m.file, err = dir.OpenLog(File, fileMode)
	return m, err
}

// Close gives the file back. Nothing may be remembered after it.
func (m *Memory) Close() error {
	m.writer <- struct{}{}
	defer func() { <-m.writer }()
	if m.file == nil {
		return nil
	}
	err := m.file.Close()
	m.file = nil
	return err
}

// Check returns [did.ErrKeyChanged] if d is remembered with another key. A key
// from which d is derived proves itself and is never another one.
func (m *Memory) Check(d did.DID, key ed25519.PublicKey) error {
	_, err := m.known(d, key)
	return err
}

// known reports whether the key is the one remembered.
func (m *Memory) known(d did.DID, key ed25519.PublicKey) (bool, error) {
	m.mu.RLock()
	e, ok := m.entries[d]
	m.mu.RUnlock()
	switch {
	case ok && e.Key.Equal(key):
		return true, nil
	case !ok || d.BoundTo(key):
		return false, nil
	}
	return false, fmt.Errorf("%w: %s is registered for %s, remembered since %s is %s; \"agent key accept\" accepts a change that was meant",
		did.ErrKeyChanged, did.EncodePublicKey(key), d, e.Since.UTC().Format(time.RFC3339), did.EncodePublicKey(e.Key))
}

// Remember remembers the key of d unless one is remembered already; when it
// returns nil, the key is on stable storage. It must be called only for callers
// that proved to be d and to hold the key. Of two that come at once with
// different keys one is refused.
//
// Errors: [did.ErrKeyChanged], [ErrFull], that of ctx, those of the file
// system. A key from which d is derived is not refused because the memory is
// full: another key of that DID is, then.
func (m *Memory) Remember(ctx context.Context, d did.DID, key ed25519.PublicKey) error {
	if known, err := m.known(d, key); known || err != nil {
		return err
	}
	select {
	case m.writer <- struct{}{}:
		defer func() { <-m.writer }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if known, err := m.known(d, key); known || err != nil {
		return err
	}
	err := m.keep(Entry{DID: d, Key: key, Since: m.cfg.Now()})
	if errors.Is(err, ErrFull) && d.BoundTo(key) {
		return nil
	}
	return err
}

// Accept makes key the one of d, whatever was remembered: an operator's word.
// Errors: [ErrFull] for a DID that is not remembered, those of the file system.
func (m *Memory) Accept(d did.DID, key ed25519.PublicKey) error {
	m.writer <- struct{}{}
	defer func() { <-m.writer }()
	err := m.keep(Entry{DID: d, Key: key, Since: m.cfg.Now(), Accepted: true})
	if err == nil {
		m.cfg.Logger.Warn("the operator accepted a key", "did", d, "public_key", did.EncodePublicKey(key))
	}
	return err
}

// Forget makes d a DID that was never seen. Errors: those of the file system.
func (m *Memory) Forget(d did.DID) error {
	m.writer <- struct{}{}
	defer func() { <-m.writer }()
	m.mu.RLock()
	_, ok := m.entries[d]
	m.mu.RUnlock()
	if !ok {
		return nil
	}
	if err := m.write(record{DID: d.String(), Since: m.cfg.Now(), Forgotten: true}); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.entries, d)
	m.cfg.Logger.Warn("the operator had a key forgotten", "did", d)
	return nil
}

// Len returns how many DIDs are remembered, and how many may be.
func (m *Memory) Len() (n, limit int) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return len(m.entries), m.cfg.Limit
}

// Err returns why the latest change could not be written, nil if it could.
func (m *Memory) Err() error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.err
}

// keep writes an entry down and then counts with it; m.writer is held.
func (m *Memory) keep(e Entry) error {
	m.mu.RLock()
	_, there := m.entries[e.DID]
	full := !there && len(m.entries) >= m.cfg.Limit
	m.mu.RUnlock()
	if full {
		return ErrFull
	}
	if err := m.write(e.record()); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries[e.DID] = e
	return nil
}
