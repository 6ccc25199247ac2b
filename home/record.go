package home

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
)

// Identity faults of a directory. None of them is ever repaired on its own: a
// wrong guess would give the agent another name.
var (
	// ErrIdentityChanged: the private key is not the one that the directory's DID was recorded with.
	ErrIdentityChanged = errors.New("the directory's DID belongs to another key")
	// ErrIdentityCorrupt: the file that records the DID is damaged.
	ErrIdentityCorrupt = errors.New("the identity file is corrupt")
	// ErrIdentityAmbiguous: the credentials name several DIDs and nothing says which is the agent's.
	ErrIdentityAmbiguous = errors.New("the directory has credentials of several DIDs")
)

// IdentityFile records the DID of a directory and the key it was given to.
const IdentityFile = "identity.json"

const (
	identityMode  fs.FileMode = 0o644
	identityLimit             = 4 << 10
)

type identityRecord struct {
	DID       string `json:"did"`
	PublicKey string `json:"public_key"`
}

// loadIdentity reads who the agent of a directory is. A directory without a
// key is [fs.ErrNotExist]. Where a key but no DID is recorded the DID is zero:
// the caller names it, and keeps the name with [saveIdentity].
//
// A directory that the Python reference made records its DID only as the key
// of its credentials, so these are read where [IdentityFile] is absent.
func loadIdentity(dir *safefile.Dir, password []byte) (did.DID, *did.KeyPair, error) {
	record, recorded, err := readIdentity(dir)
	if err != nil {
		return did.DID{}, nil, err
	}
	key, err := did.LoadKeyPair(dir, password)
	if errors.Is(err, fs.ErrNotExist) && recorded {
		return did.DID{}, nil, fmt.Errorf("%w: %s names %s, but its private key is missing; restore private.pem, or move %[2]s away for a new identity",
			did.ErrKeyCorrupt, IdentityFile, record.DID)
	}
	if err != nil {
		return did.DID{}, nil, err
	}
	if !recorded {
		d, err := credentialsDID(dir, key.PublicKey())
		return d, key, err
	}
	d, err := did.Parse(record.DID)
	if err != nil {
		return did.DID{}, nil, fmt.Errorf("%w: %s: %w", ErrIdentityCorrupt, IdentityFile, err)
	}
	if record.PublicKey != did.EncodePublicKey(key.PublicKey()) {
		return did.DID{}, nil, fmt.Errorf("%w: %s was recorded in %s for the key %s, private.pem holds %s; restore the key, or move %[3]s away for a new identity",
			ErrIdentityChanged, d, IdentityFile, record.PublicKey, did.EncodePublicKey(key.PublicKey()))
	}
	return d, key, nil
}

// saveIdentity records d as the DID of the directory and of the key k. Nothing
// is written when it is recorded already; another DID or key there is
// [ErrIdentityChanged].
func saveIdentity(dir *safefile.Dir, d did.DID, k *did.KeyPair) error {
	wanted := recordOf(d, k)
	record, recorded, err := readIdentity(dir)
	switch {
	case err != nil:
		return err
	case record == wanted:
		return nil
	case recorded:
		return otherRecorded(record, d)
	}
	data, err := json.Marshal(wanted, jsontext.WithIndent("  "))
	if err != nil {
		return fmt.Errorf("encoding %s: %w", IdentityFile, err)
	}
	return dir.WriteFile(IdentityFile, append(data, '\n'), identityMode)
}

func recordOf(d did.DID, k *did.KeyPair) identityRecord {
	return identityRecord{DID: d.String(), PublicKey: did.EncodePublicKey(k.PublicKey())}
}

func otherRecorded(record identityRecord, d did.DID) error {
	return fmt.Errorf("%w: %s records %s; move it away to become %s", ErrIdentityChanged, IdentityFile, record.DID, d)
}

// readIdentity reports false when nothing is recorded.
func readIdentity(dir *safefile.Dir) (identityRecord, bool, error) {
	data, err := dir.ReadFile(IdentityFile, identityMode, identityLimit)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return identityRecord{}, false, nil
	case errors.Is(err, safefile.ErrTooLarge):
		return identityRecord{}, false, fmt.Errorf("%w: %w", ErrIdentityCorrupt, err)
	case err != nil:
		return identityRecord{}, false, err
	}
	var record identityRecord
	if err := json.Unmarshal(data, &record); err != nil {
		return identityRecord{}, false, corruptIdentity("it is not JSON of the expected form")
	}
	if _, err := did.Parse(record.DID); err != nil {
		return identityRecord{}, false, corruptIdentity("it names no valid DID")
	}
	if _, err := did.DecodePublicKey(record.PublicKey); err != nil {
		return identityRecord{}, false, corruptIdentity("it names no valid public key")
	}
	return record, true, nil
}

func corruptIdentity(why string) error {
	return fmt.Errorf("%w: %s: %s; restore it from a backup, or write {\"did\": …, \"public_key\": …} with the DID that is registered",
		ErrIdentityCorrupt, IdentityFile, why)
}
