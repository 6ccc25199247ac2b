package gate

import "fmt"

// panicError is a panic of a handler, as the cause of a refusal.
type panicError struct {
	value any
	stack []byte
}

// Error leaves the stack out.
func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// Stack says where it was.
func (e *panicError) Stack() string { return string(e.stack) }
