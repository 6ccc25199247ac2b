package replay

import (
	"log/slog"
	"time"
)

// Config says how a [Store] works. Window and Total are required.
type Config struct {
	Now func() time.Time // nil means time.Now
	// Window is how far a timestamp may be from now: [gate.Config].Window, a
	// second at least.
	Window time.Duration
	// PerOwner and Total bound the keys held, as in [NewMemory].
	PerOwner, Total int64
	// Fresh says that the agent never served before. Only then may an absent
	// memory mean that there is nothing to remember.
	Fresh bool
	// Foreign says that another program, which kept no memory, may have served
	// under this name but this one never did. Where there is no memory then,
	// what was signed until a few seconds after the start is refused.
	Foreign bool
	// BootID names this run of the kernel; "" means that of the system.
	BootID string
	Logger *slog.Logger // nil discards
}
