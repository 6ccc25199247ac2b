package authorityinit

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/getbindu/bindu-go/internal/safefile"
)

// The directories below the one given to Init. Each is a volume of its own, so that every service sees its own part
// alone.
const (
	HydraDir  = "hydra"   // SecretsFile
	StepCADir = "step-ca" // RootFile, intermediateFile and keyFile
	TrustDir  = "trust"   // RootFile, for agents
)

// The files. step-ca's are named as `step ca init` names them.
const (
	SecretsFile      = "secrets.json" // of Hydra's configuration: secrets.system
	RootFile         = "root_ca.crt"
	intermediateFile = "intermediate_ca.crt"
	keyFile          = "intermediate_ca_key"
)

const fileLimit = 64 << 10 // bytes; all of these files are far smaller

// Init makes what is absent below dir. now dates new certificates.
func Init(dir string, now time.Time) error {
	return errors.Join(initHydra(filepath.Join(dir, HydraDir)), initStepCA(dir, now))
}

func initHydra(path string) error {
	dir, err := safefile.OpenDir(path, safefile.OS())
	if err != nil {
		return err
	}
	if _, err := dir.ReadFile(SecretsFile, 0o600, fileLimit); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	secret := make([]byte, 32)
	rand.Read(secret)
	data, err := json.Marshal(map[string]any{"secrets": map[string]any{"system": []string{hex.EncodeToString(secret)}}})
	if err != nil {
		return err
	}
	return dir.WriteFile(SecretsFile, data, 0o600)
}

func initStepCA(path string, now time.Time) error {
	dir, err := safefile.OpenDir(filepath.Join(path, StepCADir), safefile.OS())
	if err != nil {
		return err
	}
	trust, err := safefile.OpenDir(filepath.Join(path, TrustDir), safefile.OS())
	if err != nil {
		return err
	}
	root, err := dir.ReadFile(RootFile, 0o644, fileLimit)
	if errors.Is(err, fs.ErrNotExist) {
		root, err = makeCA(dir, now)
	}
	if err != nil {
		return err
	}
	return trust.WriteFile(RootFile, root, 0o644)
}

// makeCA writes a new authority and returns its root certificate, whose file comes last and so marks a complete set.
func makeCA(dir *safefile.Dir, now time.Time) (root []byte, err error) {
	ca, err := newAuthority(now)
	if err != nil {
		return nil, fmt.Errorf("make the certificate authority: %w", err)
	}
	err = dir.WriteFile(keyFile, ca.key, 0o600)
	if err == nil {
		err = dir.WriteFile(intermediateFile, ca.intermediate, 0o644)
	}
	if err == nil {
		err = dir.WriteFile(RootFile, ca.root, 0o644)
	}
	return ca.root, err
}
