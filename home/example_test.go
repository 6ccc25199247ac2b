package home_test

import (
	"errors"
	"fmt"

	"github.com/getbindu/bindu-go/home"
)

// Who only looks makes nothing, locks nothing, and may do so beside the agent.
func ExampleLook() {
	h, err := home.Look("no-agent-was-here")
	if err == nil {
		id, err := h.Identity(nil)
		fmt.Println(id.DID, err)
	}
	fmt.Println(errors.Is(err, home.ErrNoIdentity))
	// Output: true
}
