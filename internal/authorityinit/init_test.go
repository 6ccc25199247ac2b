package authorityinit_test

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/authorityinit"
	"github.com/getbindu/bindu-go/internal/safefile"
)

// snapshot reads every file below dir.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestInitMakesEverythingOnce(t *testing.T) {
	dir := t.TempDir()
	if err := authorityinit.Init(dir, time.Now()); err != nil {
		t.Fatal(err)
	}
	first := snapshot(t, dir)
	for _, name := range []string{"hydra/secrets.json", "step-ca/root_ca.crt", "step-ca/intermediate_ca.crt", "step-ca/intermediate_ca_key", "trust/root_ca.crt"} {
		if first[name] == "" {
			t.Errorf("%s is missing", name)
		}
	}
	if err := authorityinit.Init(dir, time.Now()); err != nil {
		t.Fatal(err)
	}
	for name, content := range snapshot(t, dir) {
		if content != first[name] {
			t.Errorf("the second call changed %s", name)
		}
	}
}

func TestInitGivesAgentsTheRootAloneAndSecretsToTheirOwner(t *testing.T) {
	dir := t.TempDir()
	if err := authorityinit.Init(dir, time.Now()); err != nil {
		t.Fatal(err)
	}
	files := snapshot(t, dir)
	if files["trust/root_ca.crt"] != files["step-ca/root_ca.crt"] {
		t.Error("agents trust another root than step-ca's")
	}
	if entries, err := os.ReadDir(filepath.Join(dir, authorityinit.TrustDir)); err != nil || len(entries) != 1 {
		t.Errorf("agents see %v, %v; want the root alone", entries, err)
	}
	for _, name := range []string{"hydra/secrets.json", "step-ca/intermediate_ca_key"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s has mode %04o, want 0600", name, mode)
		}
	}
}

func TestInitMakesAChainThatVerifies(t *testing.T) {
	dir := t.TempDir()
	if err := authorityinit.Init(dir, time.Now()); err != nil {
		t.Fatal(err)
	}
	files := snapshot(t, dir)
	block, _ := pem.Decode([]byte(files["step-ca/intermediate_ca.crt"]))
	intermediate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(files["trust/root_ca.crt"]))
	if _, err := intermediate.Verify(x509.VerifyOptions{Roots: roots}); err != nil {
		t.Error(err)
	}
	if !intermediate.IsCA || !intermediate.MaxPathLenZero {
		t.Error("the intermediate may not sign leaves, or may sign further authorities")
	}
	keyBlock, _ := pem.Decode([]byte(files["step-ca/intermediate_ca_key"]))
	if _, err := x509.ParsePKCS8PrivateKey(keyBlock.Bytes); err != nil {
		t.Error(err)
	}
}

func TestInitWritesASecretThatHydraAccepts(t *testing.T) {
	dir := t.TempDir()
	if err := authorityinit.Init(dir, time.Now()); err != nil {
		t.Fatal(err)
	}
	var config struct {
		Secrets struct {
			System []string `json:"system"`
		} `json:"secrets"`
	}
	if err := json.Unmarshal([]byte(snapshot(t, dir)["hydra/secrets.json"]), &config); err != nil {
		t.Fatal(err)
	}
	if len(config.Secrets.System) != 1 || len(config.Secrets.System[0]) < 16 { // 16 is Hydra's least
		t.Errorf("%d secrets", len(config.Secrets.System))
	}
}

func TestInitFinishesAnInterruptedRun(t *testing.T) {
	dir := t.TempDir()
	if err := authorityinit.Init(dir, time.Now()); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, dir)["step-ca/intermediate_ca_key"]
	if err := os.Remove(filepath.Join(dir, authorityinit.StepCADir, authorityinit.RootFile)); err != nil {
		t.Fatal(err)
	}
	if err := authorityinit.Init(dir, time.Now()); err != nil {
		t.Fatal(err)
	}
	after := snapshot(t, dir)
	if after["step-ca/intermediate_ca_key"] == before || after["trust/root_ca.crt"] != after["step-ca/root_ca.crt"] {
		t.Error("the pieces of two authorities were mixed")
	}
}

func TestInitRefusesASecretThatOthersCouldRead(t *testing.T) {
	dir := t.TempDir()
	if err := authorityinit.Init(dir, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, authorityinit.HydraDir, authorityinit.SecretsFile), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := authorityinit.Init(dir, time.Now()); !errors.Is(err, safefile.ErrInsecurePermissions) {
		t.Errorf("error %v, want ErrInsecurePermissions", err)
	}
}
