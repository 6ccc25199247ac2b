package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/settings"
)

func TestPageIsWhatTheRepositoryHolds(t *testing.T) {
	for path, page := range map[string]string{"../../docs/settings.md": Page(), "../../docs/registrar-settings.md": RegistrarPage()} {
		held, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(held) != page {
			t.Errorf("%s differs from the code: run go generate ./settings", path)
		}
	}
}

func TestPageNamesEverySettingOnce(t *testing.T) {
	page := Page()
	for _, row := range settings.Default().Describe() {
		if n := strings.Count(page, "| `"+row.Name+"` |"); n != 1 {
			t.Errorf("%s has %d rows in the page, want 1", row.Name, n)
		}
		if about[row.Section] == "" {
			t.Errorf("section %s has no sentence", row.Section)
		}
	}
}

func TestTheRegistrarsPageNamesEverySettingOnce(t *testing.T) {
	page := RegistrarPage()
	for _, row := range settings.DefaultRegistrar().Describe() {
		if n := strings.Count(page, "| `"+row.Name+"` |"); n != 1 {
			t.Errorf("%s has %d rows in the page, want 1", row.Name, n)
		}
		if aboutRegistrar[row.Section] == "" {
			t.Errorf("section %s has no sentence", row.Section)
		}
	}
}

func TestTheRegistrarsEnvironmentBlockLoads(t *testing.T) {
	path := filepath.Join(t.TempDir(), "env")
	if err := os.WriteFile(path, []byte(registrarMinimal), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := settings.LoadRegistrar(settings.Options{Environ: []string{}, DotEnvPath: path})
	if err != nil || len(s.Warnings()) > 0 {
		t.Errorf("%v, %q", err, s.Warnings())
	}
}

func TestEnvironmentBlocksOfThePageLoad(t *testing.T) {
	for name, block := range map[string]string{"minimal": minimal, "alone": alone} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "env")
			if err := os.WriteFile(path, []byte(block), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := settings.Load(settings.Options{Environ: []string{}, DotEnvPath: path})
			if err != nil {
				t.Fatal(err)
			}
			for _, warning := range s.Warnings() {
				if name == "minimal" {
					t.Errorf("warning: %s", warning)
				}
			}
		})
	}
}
