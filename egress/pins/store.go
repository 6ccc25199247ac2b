package pins

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
)

// Dir is the name of the directory in the agent's.
const Dir = "peers"

const (
	fileMode  fs.FileMode = 0o600
	fileLimit             = 8 << 10
)

// ErrCorrupt: a file does not say what it should. Whoever deletes it has the peer seen
// anew.
var ErrCorrupt = errors.New("what is remembered of a peer cannot be read")

// Pin is what is remembered of the agent at an address. The zero value knows nobody.
type Pin struct {
	// DID is who answered there first.
	DID did.DID
	// Key is that of the DID, once somebody else than the agent vouched for it.
	Key ed25519.PublicKey
	// Signs tells that the agent said, on a card that was verified, that it signs its
	// answers.
	Signs bool
	// Since is when that was seen first.
	Since time.Time
}

// Store keeps the pins of one agent. Its methods may be called concurrently.
type Store struct{ dir *safefile.Dir }

// Open returns the store in an agent's directory. Errors: those of [safefile.Dir.Subdir].
func Open(dir *safefile.Dir) (*Store, error) {
	sub, err := dir.Subdir(Dir)
	return &Store{sub}, err
}

// record is a file.
type record struct {
	Address string    `json:"address"`
	DID     string    `json:"did"`
	Key     string    `json:"public_key,omitempty"` // base58
	Signs   bool      `json:"signs_answers,omitzero"`
	Since   time.Time `json:"since"`
}

// name is that of the file for an address, whatever is in it.
func name(address string) string {
	sum := sha256.Sum256([]byte(address))
	return hex.EncodeToString(sum[:16]) + ".json"
}

// Get returns what is remembered of an address, the zero Pin where that is nothing.
// Errors: [ErrCorrupt], those of [safefile.Dir.ReadFile].
func (s *Store) Get(address string) (Pin, error) {
	data, err := s.dir.ReadFile(name(address), fileMode, fileLimit)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Pin{}, nil
	case err != nil:
		return Pin{}, err
	}
	return parse(data, address)
}

func parse(data []byte, address string) (p Pin, err error) {
	var r record
	if err := json.Unmarshal(data, &r, json.RejectUnknownMembers(true)); err != nil || r.Address != address {
		return Pin{}, fmt.Errorf("%w: %s", ErrCorrupt, address)
	}
	p.Signs, p.Since = r.Signs, r.Since
	if p.DID, err = did.Parse(r.DID); err != nil {
		return Pin{}, fmt.Errorf("%w: %s: %w", ErrCorrupt, address, err)
	}
	if r.Key == "" {
		return p, nil
	}
	if p.Key, err = did.DecodePublicKey(r.Key); err != nil {
		return Pin{}, fmt.Errorf("%w: %s: %w", ErrCorrupt, address, err)
	}
	return p, nil
}

// Set remembers a pin. It is on stable storage when Set returns nil. Errors: those of
// [safefile.Dir.WriteFile].
func (s *Store) Set(address string, p Pin) error {
	r := record{Address: address, DID: p.DID.String(), Signs: p.Signs, Since: p.Since.UTC().Truncate(time.Second)}
	if p.Key != nil {
		r.Key = did.EncodePublicKey(p.Key)
	}
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return s.dir.WriteFile(name(address), append(data, '\n'), fileMode)
}

// Forget has an address seen anew, and says whether anything was remembered of it. A pin
// that cannot be read is forgotten like any other. Errors: those of [safefile.Dir].
func (s *Store) Forget(address string) (known bool, err error) {
	_, err = s.dir.ReadFile(name(address), fileMode, fileLimit)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return true, s.dir.Remove(name(address))
}
