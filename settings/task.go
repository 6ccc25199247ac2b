package settings

import "time"

// Task says where tasks live and how many of them one caller may have.
type Task struct {
	Deadline time.Duration `env:"TASK__DEADLINE" default:"10m" min:"10ms" max:"168h" doc:"How long one task may run." example:"30m"`
	Workers  int           `env:"TASK__WORKERS" default:"16" min:"1" max:"10000" doc:"Tasks that run at once; one DID gets half of them at most." example:"4"`
	Reserve  int           `env:"TASK__RESERVE" default:"64" min:"1" max:"10000" doc:"Tasks that may run beside TASK__WORKERS, one each for DIDs that run none: as many DIDs can be busy before another has to wait. Each may cost what a task costs." example:"16"`
	Queue    int           `env:"TASK__QUEUE" default:"1024" min:"1" max:"1000000" doc:"Tasks that may wait for a worker." example:"100"`

	Retention time.Duration `env:"TASK__RETENTION" default:"720h" min:"0s" max:"876000h" doc:"How long a task is kept after its last change; tasks that are worked on are never deleted. 0s keeps them for ever." example:"168h"`
	MakeRoom  bool          `env:"TASK__MAKE_ROOM" default:"true" doc:"At TASK__MAX_PER_DID or TASK__MAX_BYTES_PER_DID the oldest ended tasks of that DID are deleted to make room; with false its messages are refused with 429." example:"false"`

	MaxPerDID        int   `env:"TASK__MAX_PER_DID" default:"10000" min:"1" max:"100000000" doc:"Tasks kept for one DID." example:"1000"`
	MaxActivePerDID  int   `env:"TASK__MAX_ACTIVE_PER_DID" default:"256" min:"1" max:"1000000" doc:"Tasks of one DID that may wait or run at once." example:"16"`
	MaxBytesPerDID   int64 `env:"TASK__MAX_BYTES_PER_DID" unit:"bytes" default:"256MiB" min:"1MiB" max:"1024GiB" doc:"Size of the messages, artifacts and feedback kept for one DID." example:"64MiB"`
	MaxHistory       int   `env:"TASK__MAX_HISTORY" default:"1000" min:"1" max:"1000000" doc:"Messages kept in one task." example:"100"`
	MaxArtifactBytes int64 `env:"TASK__MAX_ARTIFACT_BYTES" unit:"bytes" default:"16MiB" min:"1" max:"1GiB" doc:"Size of all artifacts of one task." example:"1MiB"`
}
