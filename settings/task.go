package settings

import "time"

// Task says where tasks live and how many of them one caller may have.
type Task struct {
	DatabaseURL Secret `envconfig:"TASK__DATABASE_URL" desc:"PostgreSQL in place of the database in AGENT__DIR (docs/operations.md, Tasks in PostgreSQL), which several processes of the agent may share (docs/replicas.md). To another machine it needs sslmode; without a password in it, the server must need none." example:"postgres://agent:secret@db.internal/agent?sslmode=verify-full&sslrootcert=/etc/agent/db_ca.pem"`

	Deadline Duration `envconfig:"TASK__DEADLINE" default:"10m" desc:"How long one task may run." example:"30m"`
	Workers  Int      `envconfig:"TASK__WORKERS" default:"16" desc:"Tasks that run at once; one DID gets half of them at most." example:"4"`
	Reserve  Int      `envconfig:"TASK__RESERVE" default:"64" desc:"Tasks that may run beside TASK__WORKERS, one each for DIDs that run none: as many DIDs can be busy before another has to wait. Each may cost what a task costs." example:"16"`
	Queue    Int      `envconfig:"TASK__QUEUE" default:"1024" desc:"Tasks that may wait for a worker." example:"100"`

	Retention Duration `envconfig:"TASK__RETENTION" default:"720h" desc:"How long a task is kept after its last change; tasks that are worked on are never deleted. 0s keeps them for ever." example:"168h"`
	MakeRoom  Bool     `envconfig:"TASK__MAKE_ROOM" default:"true" desc:"At TASK__MAX_PER_DID or TASK__MAX_BYTES_PER_DID the oldest ended tasks of that DID are deleted to make room; with false its messages are refused with 429." example:"false"`

	MaxPerDID        Int   `envconfig:"TASK__MAX_PER_DID" default:"10000" desc:"Tasks kept for one DID." example:"1000"`
	MaxActivePerDID  Int   `envconfig:"TASK__MAX_ACTIVE_PER_DID" default:"256" desc:"Tasks of one DID that may wait or run at once." example:"16"`
	MaxBytesPerDID   Bytes `envconfig:"TASK__MAX_BYTES_PER_DID" default:"256MiB" desc:"Size of the messages, artifacts and feedback kept for one DID." example:"64MiB"`
	MaxHistory       Int   `envconfig:"TASK__MAX_HISTORY" default:"1000" desc:"Messages kept in one task." example:"100"`
	MaxArtifactBytes Bytes `envconfig:"TASK__MAX_ARTIFACT_BYTES" default:"16MiB" desc:"Size of all artifacts of one task." example:"1MiB"`
}

func (t *Task) ranges() []bounds {
	return []bounds{
		lasts(&t.Deadline, 10*time.Millisecond, 168*time.Hour),
		within(&t.Workers, 1, 10000),
		within(&t.Reserve, 1, 10000),
		within(&t.Queue, 1, 1000000),
		lasts(&t.Retention, 0, 876000*time.Hour),
		within(&t.MaxPerDID, 1, 100000000),
		within(&t.MaxActivePerDID, 1, 1000000),
		within(&t.MaxBytesPerDID, mib, 1024*gib),
		within(&t.MaxHistory, 1, 1000000),
		within(&t.MaxArtifactBytes, 1, gib),
	}
}
