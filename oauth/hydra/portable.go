package hydra

import (
	"bytes"
	"errors"

	"github.com/go-json-experiment/json"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
)

// Portable is what the directory knows of the client of d, as one text that another
// directory of the same agent can take in: secret, ids, and at which Hydra it is
// registered. It is as secret as the file. Errors: those of [LoadCredentials].
func Portable(dir *safefile.Dir, d did.DID) ([]byte, error) {
	c, err := LoadCredentials(dir, d)
	if err != nil {
		return nil, err
	}
	keys, err := recordedKeys(dir, d)
	if err != nil {
		return nil, err
	}
	file := credentialsFile{}
	if err := file.put(c); err != nil {
		return nil, err
	}
	all := object(file)
	if err := all.set("hydra_keys", keys); err != nil {
		return nil, err
	}
	return json.Marshal(all, json.Deterministic(true))
}

// TakeIn puts into the directory what [Portable] returned, in place of what it knows of
// that client, and reports whether the secret is another one. Of the configuration it needs
// clock and logger. Errors: [ErrCredentialsCorrupt], also for a text that Portable does not
// return, and those of [SaveCredentials].
func TakeIn(dir *safefile.Dir, d did.DID, portable []byte, cfg Config) (changed bool, err error) {
	if mine, err := Portable(dir, d); err == nil && bytes.Equal(mine, portable) {
		return false, nil
	}
	all, err := parseObject(portable)
	if err != nil {
		return false, corrupt("what is shared is not an object")
	}
	c, err := credentialsFile(all).entry(d)
	if err != nil {
		return false, errors.Join(ErrCredentialsCorrupt, err)
	}
	keys, err := all.texts("hydra_keys")
	if err != nil {
		return false, corrupt("what is shared has no list of keys")
	}
	before, err := LoadCredentials(dir, d)
	changed = err != nil || before.ClientSecret != c.ClientSecret
	if err := SaveCredentials(dir, c); err != nil || len(keys) == 0 {
		return changed, err
	}
	cfg, _ = cfg.withDefaults()
	return changed, (&Registrar{cfg: cfg, dir: dir}).recordKeys(d, keys)
}
