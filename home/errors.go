package home

import (
	"errors"

	"github.com/getbindu/bindu-go/internal/safefile"
)

// What can be wrong with the directory itself or with how a file stands in it.
var (
	// ErrLocked: another process serves in the directory.
	ErrLocked = safefile.ErrLocked
	// ErrInsecurePermissions: others may read or write what they must not, or it is theirs.
	ErrInsecurePermissions = safefile.ErrInsecurePermissions
	// ErrUnsafePath: a link, a special file or a directory stands where a plain file must be.
	ErrUnsafePath = safefile.ErrUnsafePath
	// ErrNotDirectory: the path leads to something else. It is an [ErrUnsafePath], too.
	ErrNotDirectory = safefile.ErrNotDirectory
	// ErrTooLarge: a file has more bytes than one of an agent can have.
	ErrTooLarge = safefile.ErrTooLarge
	// ErrReadOnly: the directory lacks a file that a start would write.
	ErrReadOnly = safefile.ErrReadOnly
	// ErrUnwritable: the directory, or a file in it, cannot be made, entered or written to.
	ErrUnwritable = errors.New("the directory cannot be written to")
)

// What the directory does not hold.
var (
	// ErrNoIdentity: no key, or nothing that says which DID it is for.
	ErrNoIdentity = errors.New("the directory holds no identity")
	// ErrNoCredentials: the agent has never been registered.
	ErrNoCredentials = errors.New("the directory holds no credentials for Hydra")
	// ErrNotRemembered: the memory of keys holds nothing of the DID.
	ErrNotRemembered = errors.New("no key of this DID is remembered")
	// ErrNotTaken: the agent that serves in the directory did not take a decision in time.
	ErrNotTaken = errors.New("the running agent has not taken the decision in yet")
)

// unwritable is an [ErrUnwritable] that says no more than its cause does: whoever
// chose the directory names the setting.
type unwritable struct{ err error }

func (e *unwritable) Error() string        { return e.err.Error() }
func (e *unwritable) Unwrap() error        { return e.err }
func (e *unwritable) Is(target error) bool { return target == ErrUnwritable }
