package settings

import "log/slog"

// LogFormat names how log lines are written.
type LogFormat string

// The log formats there are.
const (
	LogText LogFormat = "text"
	LogJSON LogFormat = "json"
)

// Log says what is logged and how.
type Log struct {
	Level  slog.Level `env:"LOG__LEVEL" alias:"LOGGING__DEFAULT_LEVEL" default:"info" oneof:"debug|info|warn|error" doc:"Least level that is logged." example:"debug"`
	Format LogFormat  `env:"LOG__FORMAT" default:"text" oneof:"text|json" doc:"How log lines are written." example:"json"`
	Access bool       `env:"LOG__ACCESS" default:"false" doc:"Log each admitted request at level info; refusals are logged anyhow." example:"true"`
}
