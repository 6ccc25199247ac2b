// Command hydra is the real Ory Hydra, built from its Go module with the SQLite driver in it.
//
// It is a module of its own because Hydra needs a replace directive, which would otherwise spread to whatever
// depends on it, and because its SQLite driver needs cgo while the rest of this repository does not.
package main

import (
	"github.com/ory/hydra/v2/cmd"
	"github.com/ory/hydra/v2/driver/config"
)

// version is the version of github.com/ory/hydra/v2 in go.mod, which a plain build does not stamp into the program.
const version = "v2.3.0"

func main() {
	config.Version = version
	cmd.Execute()
}
