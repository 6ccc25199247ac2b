package keymemory

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
)

// RequestsDir is where an operator's decisions wait for the agent that runs in
// the directory: a file each, in the form of a line of the memory.
const RequestsDir = "key_requests"

const (
	requestSuffix = ".json"
	requestLimit  = 4 << 10
)

// Request is an operator's decision: the key of a DID is to be accepted or,
// with a nil key, the DID to be forgotten.
type Request struct {
	DID did.DID
	Key ed25519.PublicKey
}

func (r Request) record() record {
	if r.Key == nil {
		return record{DID: r.DID.String(), Forgotten: true}
	}
	return record{DID: r.DID.String(), Key: did.EncodePublicKey(r.Key), Accepted: true}
}

// Submit leaves a decision for the agent that runs in the directory, which
// takes it in within seconds. taken reports whether it has.
func Submit(dir *safefile.Dir, r Request) (taken func() (bool, error), err error) {
	requests, err := dir.Subdir(RequestsDir)
	if err != nil {
		return nil, err
	}
	data, err := r.record().line()
	if err != nil {
		return nil, err
	}
	name := rand.Text() + requestSuffix
	if err := requests.WriteFile(name, data, fileMode); err != nil {
		return nil, err
	}
	return func() (bool, error) {
		names, err := requests.Names()
		return err == nil && !slices.Contains(names, name), err
	}, nil
}

// Apply makes the decision count.
func (m *Memory) Apply(r Request) (err error) {
	if r.Key == nil {
		err = m.Forget(r.DID)
	} else {
		err = m.Accept(r.DID, r.Key)
	}
	if err == nil {
		m.cfg.Decided(r.DID)
	}
	return err
}

// TakeRequests makes the decisions count that wait in [RequestsDir], and removes
// them. One that cannot be read or written down stays where it is. A decision
// that was taken when the process ended before it was removed is taken again,
// which changes nothing.
func (m *Memory) TakeRequests() error {
	names, err := m.requests.Names()
	if err != nil {
		return err
	}
	slices.Sort(names)
	var errs []error
	for _, name := range names {
		if strings.HasSuffix(name, requestSuffix) {
			errs = append(errs, m.takeRequest(name))
		}
	}
	return errors.Join(errs...)
}

func (m *Memory) takeRequest(name string) error {
	data, err := m.requests.ReadFile(name, fileMode, requestLimit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	e, err := parse([]byte(strings.TrimSuffix(string(data), "\n")))
	if err != nil {
		return fmt.Errorf("%s/%s: %w; remove it", RequestsDir, name, err)
	}
	if err := m.Apply(Request{DID: e.DID, Key: e.Key}); err != nil {
		return fmt.Errorf("%s/%s: %w", RequestsDir, name, err)
	}
	return m.requests.Remove(name)
}
