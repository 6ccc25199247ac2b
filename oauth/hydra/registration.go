package hydra

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// RegistrationFile is the name of the file in the agent's directory that
// remembers at which Hydra each DID was registered last: an object keyed by
// DID, whose members have hydra_keys, the thumbprints (RFC 7638) of the signing
// keys that Hydra published then, and recorded_at.
const RegistrationFile = "registration.json"

const (
	registrationMode  = 0o600
	registrationLimit = 1 << 20
)

// recordedKeys returns the signing keys that were recorded for d, none if
// nothing was. The error is [ErrRegistrationCorrupt], with that of [safefile.Dir] if
// the file cannot be read.
func recordedKeys(dir *safefile.Dir, d did.DID) ([]string, error) {
	file, err := readRegistrations(dir)
	if errors.Is(err, ErrRegistrationCorrupt) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrRegistrationCorrupt, err)
	}
	entry, err := file.object(d.String())
	if err != nil {
		return nil, ErrRegistrationCorrupt
	}
	keys, err := entry.texts("hydra_keys")
	if err != nil {
		return nil, ErrRegistrationCorrupt
	}
	return keys, nil
}

func readRegistrations(dir *safefile.Dir) (object, error) {
	data, err := dir.ReadFile(RegistrationFile, registrationMode, registrationLimit)
	if errors.Is(err, fs.ErrNotExist) {
		return object{}, nil
	}
	if err != nil {
		return nil, err
	}
	file, err := parseObject(data)
	if err != nil {
		return nil, ErrRegistrationCorrupt
	}
	return file, nil
}

// recordKeys replaces the entry of d; those of other DIDs stay. Nothing is
// written while nothing changed. A damaged file is written anew: what it is for
// has just been found out again.
func (r *Registrar) recordKeys(d did.DID, keys []string) error {
	file, err := readRegistrations(r.dir)
	if errors.Is(err, ErrRegistrationCorrupt) {
		r.cfg.Logger.Warn("the damaged record of registrations is written anew", slog.String("file", RegistrationFile))
		file, err = object{}, nil
	}
	if err != nil {
		return err
	}
	if entry, err := file.object(d.String()); err == nil {
		if known, err := entry.texts("hydra_keys"); err == nil && slices.Equal(known, keys) {
			return nil
		}
	}
	entry := object{}
	if err := errors.Join(entry.set("hydra_keys", keys), entry.set("recorded_at", formatTime(r.cfg.Now()))); err != nil {
		return err
	}
	if err := file.set(d.String(), entry); err != nil {
		return err
	}
	data, err := json.Marshal(file, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return fmt.Errorf("encode %s: %w", RegistrationFile, err)
	}
	return r.dir.WriteFile(RegistrationFile, append(data, '\n'), registrationMode)
}
