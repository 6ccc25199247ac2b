package home

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

const (
	credentialsMode  fs.FileMode = 0o600
	credentialsLimit             = 1 << 20
)

// credentialsDID returns the DID that the credentials are for, the zero DID
// when there are none. Of several, only one that is derived from the key is
// certainly ours.
func credentialsDID(dir *safefile.Dir, pub ed25519.PublicKey) (did.DID, error) {
	data, err := dir.ReadFile(hydra.CredentialsFile, credentialsMode, credentialsLimit)
	if errors.Is(err, fs.ErrNotExist) {
		return did.DID{}, nil
	}
	if err != nil {
		return did.DID{}, err
	}
	var entries map[string]jsontext.Value
	if err := json.Unmarshal(data, &entries); err != nil {
		return did.DID{}, fmt.Errorf("%w (%s is not a JSON object)", hydra.ErrCredentialsCorrupt, hydra.CredentialsFile)
	}
	return chooseDID(slices.Sorted(maps.Keys(entries)), pub)
}

func chooseDID(names []string, pub ed25519.PublicKey) (did.DID, error) {
	var all, bound []did.DID
	for _, name := range names {
		d, err := did.Parse(name)
		if err != nil {
			continue // an entry of something else; hydra leaves it alone too
		}
		all = append(all, d)
		if d.BoundTo(pub) {
			bound = append(bound, d)
		}
	}
	switch {
	case len(all) == 0:
		return did.DID{}, nil
	case len(all) == 1:
		return all[0], nil
	case len(bound) == 1:
		return bound[0], nil
	}
	return did.DID{}, fmt.Errorf("%w: %s in %s; write %s as {\"did\": …, \"public_key\": %q} with the agent's own",
		ErrIdentityAmbiguous, all, hydra.CredentialsFile, IdentityFile, did.EncodePublicKey(pub))
}
