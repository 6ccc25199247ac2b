package home

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/getbindu/bindu-go/identity/did"
)

// Identity is who the agent of a directory is. Make one with [NewIdentity], or
// get it from the directory.
type Identity struct {
	DID did.DID
	Key *did.KeyPair

	fresh bool // the key was never kept: nothing was ever accepted with it
}

// NewIdentity is an identity that no directory has yet; [Home.Record] keeps it.
func NewIdentity(d did.DID, k *did.KeyPair) Identity {
	return Identity{DID: d, Key: k, fresh: true}
}

// Identity reads who the agent of the directory is. The password opens an
// encrypted key and is empty for a plain one. Errors: [ErrNoIdentity],
// [ErrIdentityChanged], [ErrIdentityCorrupt], [ErrIdentityAmbiguous], those of
// [did.LoadKeyPair] and of the directory. A recorded DID whose key is gone is
// [did.ErrKeyCorrupt].
func (h *Home) Identity(password []byte) (Identity, error) {
	d, key, err := loadIdentity(h.dir, password)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Identity{}, fmt.Errorf("%w: there is no private.pem in %s", ErrNoIdentity, h.Path())
	case err != nil:
		return Identity{}, err
	case d.IsZero():
		return Identity{}, fmt.Errorf("%w: %s has a key, but nothing says which DID it is for", ErrNoIdentity, h.Path())
	}
	return Identity{DID: d, Key: key}, nil
}

// Claim returns who the agent of the directory is, or becomes somebody where
// there is no key or no name: derive gives the DID of a key. The name of a
// directory stays; derived is what derive gives, for whoever wants to compare.
// Nothing is written until [Home.Record]. Errors: those of [Home.Identity] but
// ErrNoIdentity, and of derive; random is the source of a new key.
func (h *Home) Claim(password []byte, random io.Reader, derive func(ed25519.PublicKey) (did.DID, error)) (id Identity, derived did.DID, err error) {
	id.DID, id.Key, err = loadIdentity(h.dir, password)
	if errors.Is(err, fs.ErrNotExist) {
		id.fresh = true
		id.Key, err = did.GenerateKeyPair(random)
	}
	if err != nil {
		return Identity{}, did.DID{}, err
	}
	if derived, err = derive(id.Key.PublicKey()); err != nil {
		return Identity{}, did.DID{}, err
	}
	if id.DID.IsZero() {
		id.DID = derived
	}
	return id, derived, nil
}

// ClaimWith is [Home.Claim] for an agent whose key is kept elsewhere: no more of it
// than its public half is ever written here, beside the name. A directory that is
// another's, by its name, its key or its credentials, is [ErrIdentityChanged]; the
// password opens a key that lies there.
func (h *Home) ClaimWith(password []byte, d did.DID, key *did.KeyPair) (Identity, error) {
	kept, err := did.LoadKeyPair(h.dir, password)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Identity{}, err
	}
	if kept != nil && !kept.PublicKey().Equal(key.PublicKey()) {
		return Identity{}, fmt.Errorf("%w: private.pem in %s is not the key that %s has; give the agent a directory of its own", ErrIdentityChanged, h.Path(), d)
	}
	record, recorded, err := readIdentity(h.dir)
	if err != nil {
		return Identity{}, err
	}
	if wanted := recordOf(d, key); recorded && record != wanted {
		return Identity{}, otherRecorded(record, d)
	}
	if !recorded {
		if named, err := credentialsDID(h.dir, key.PublicKey()); err != nil {
			return Identity{}, err
		} else if !named.IsZero() && named != d {
			return Identity{}, fmt.Errorf("%w: the credentials in %s are those of %s", ErrIdentityChanged, h.Path(), named)
		}
	}
	return Identity{d, key, false}, nil // what it opened before is not known
}

// Record keeps a new key, and the name. It comes after [Home.Replay]: only a key
// that was never kept can have accepted nothing yet, and a first start that is
// killed before this is a first start again. Another name or key in the directory
// is [ErrIdentityChanged] or [did.ErrKeyExists].
func (h *Home) Record(id Identity, password []byte) error {
	if id.fresh {
		if err := did.SaveKeyPair(h.dir, id.Key, password); err != nil {
			return err
		}
	}
	return saveIdentity(h.dir, id.DID, id.Key)
}
