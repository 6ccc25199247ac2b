package policy

import (
	"errors"
	"fmt"
)

// ErrFile: the rules file is not of the expected form; the text says where.
var ErrFile = errors.New("policy file")

func fileError(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrFile}, args...)...)
}
