package main

import (
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/cli"
)

// keyFlags say where a key comes from. Without any it is the directory's.
type keyFlags struct{ seedHex, seedFile, dir string }

func (f *keyFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.dir, "dir", "", "directory of the agent whose key it is (default: AGENT__DIR)")
	flags.StringVar(&f.seedFile, "seed-file", "", `file with the 32-byte seed of the key in hexadecimal`)
	flags.StringVar(&f.seedHex, "seed-hex", "", "the same on the command line, where other users can see it: for tests and fixtures only")
}

// load returns the key, and the DID that is recorded with it, if any.
func (f *keyFlags) load() (did.DID, *did.KeyPair, error) {
	seed := f.seedHex
	if f.seedFile != "" {
		var err error
		if seed, err = readSeedFile(f.seedFile); err != nil {
			return did.DID{}, nil, err
		}
	}
	if seed != "" {
		key, err := keyFromHex(seed)
		return did.DID{}, key, err
	}
	set, err := loadSettings()
	if err != nil {
		return did.DID{}, nil, err
	}
	path := string(set.Agent.Dir)
	if f.dir != "" {
		path = f.dir
	}
	self, err := loadSelf(path, set.Agent.KeyPassword)
	if err != nil {
		return did.DID{}, nil, err
	}
	return self.DID, self.Key, nil
}

const maxSeedFile = 1 << 10

func readSeedFile(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", cli.Usage(fmt.Errorf("--seed-file: %w", err))
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxSeedFile))
	if err != nil {
		return "", fmt.Errorf("--seed-file: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}

// keyFromHex never repeats what it was given.
func keyFromHex(text string) (*did.KeyPair, error) {
	seed, err := hex.DecodeString(text)
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, cli.Usage(errors.New("the seed must be 64 hexadecimal digits"))
	}
	return did.KeyPairFromSeed(seed)
}
