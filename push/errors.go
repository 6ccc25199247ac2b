package push

import (
	"errors"
	"fmt"
)

var (
	// ErrForbidden: the address is none that may be called.
	ErrForbidden = errors.New("forbidden address")
	// ErrOwnerGone: the owner of a webhook is no caller any more, and not for want of
	// somebody to ask. Its webhooks are deleted.
	ErrOwnerGone = errors.New("the owner is no caller any more")
)

// StatusError is an answer other than 2xx.
type StatusError int

// Error says which.
func (e StatusError) Error() string { return fmt.Sprintf("the webhook answered %d", int(e)) }
