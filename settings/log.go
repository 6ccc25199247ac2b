package settings

// LogFormat names how log lines are written.
type LogFormat string

// The log formats there are.
const (
	LogText LogFormat = "text"
	LogJSON LogFormat = "json"
)

// Log says what is logged and how.
type Log struct {
	Level  Level     `envconfig:"LOG__LEVEL" alias:"LOGGING__DEFAULT_LEVEL" default:"info" desc:"Least level that is logged." example:"debug"`
	Format LogFormat `envconfig:"LOG__FORMAT" default:"text" desc:"How log lines are written." example:"json"`
	Access Bool      `envconfig:"LOG__ACCESS" default:"false" desc:"Log each admitted request at level info; refusals are logged anyhow." example:"true"`
}

func (*Log) ranges() []bounds { return nil }
