package task

import (
	"context"

	"github.com/getbindu/bindu-go/identity"
)

// caller returns who is calling and the name under which their tasks are kept.
func caller(ctx context.Context) (identity.Caller, string, error) {
	c, _ := identity.CallerFromContext(ctx)
	owner := c.Name()
	if owner == "" {
		return identity.Caller{}, "", ErrNoCaller
	}
	return c, owner, nil
}
