package home_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/getbindu/bindu-go/home"
)

// Who only looks makes nothing, locks nothing, and may do so beside the agent.
func ExampleLook() {
	empty, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(empty)
	h, err := home.Look(filepath.Join(empty, "no-agent-was-here"))
	if err == nil {
		id, err := h.Identity(nil)
		fmt.Println(id.DID, err)
	}
	fmt.Println(errors.Is(err, home.ErrNoIdentity))
	// Output: true
}
