package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"

	"github.com/getbindu/bindu-go/dev/authority/internal/gobuild"
	"github.com/getbindu/bindu-go/dev/authority/internal/state"
)

func hydraBinary(o options) string     { return filepath.Join(o.bin, "hydra") }
func registrarBinary(o options) string { return filepath.Join(o.bin, "registrar") }

// buildAll makes the real programs: Hydra from its Go module, and the registrar, if there is to be one, from the one
// around this. Hydra's tags leave the resolver and the user database to Go, so that a static program for an image is
// made of the same compiled packages.
func buildAll(ctx context.Context, o options, progress io.Writer) error {
	programs := []gobuild.Program{{
		Name: "hydra", Source: o.source, Output: hydraBinary(o), Progress: progress, Tick: tick,
		Args: []string{"-tags", "sqlite,sqlite_omit_load_extension,osusergo,netgo", "-ldflags", "-s -w"},
	}}
	if !o.noRegistrar {
		programs = append(programs, gobuild.Program{
			Name: "registrar", Source: filepath.Join(o.source, "..", "..", ".."), Package: "./cmd/registrar",
			Output: registrarBinary(o), Progress: progress, Tick: tick, Args: []string{"-ldflags", "-s -w"},
		})
	}
	bin, err := state.Open(o.bin)
	if err != nil {
		return err
	}
	unlock, err := bin.WaitLock(".hydra.lock")
	if err != nil {
		return err
	}
	for _, p := range programs {
		if err = gobuild.Build(ctx, p); err != nil {
			break
		}
	}
	return errors.Join(err, unlock())
}
