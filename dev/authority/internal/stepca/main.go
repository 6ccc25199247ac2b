package stepca

import (
	"flag"
	"runtime/debug"
	"strings"

	"github.com/smallstep/certificates/authority"
	"github.com/smallstep/certificates/commands"
	"github.com/smallstep/cli-utils/step"
	"github.com/urfave/cli"
)

// ServeCommand is the hidden first argument by which this program becomes step-ca.
const ServeCommand = "serve-step-ca"

// Main is the real step-ca: the command its own main runs, with its signals (SIGTERM stops, SIGHUP reloads). The key
// managers of cloud providers, which its main links in, are left out: they double the time of the build.
func Main(args []string) error {
	if err := step.Init(); err != nil {
		return err
	}
	version := moduleVersion()
	step.Set("Smallstep CA", version, "")
	authority.GlobalVersion.Version = version
	set := flag.NewFlagSet("step-ca", flag.ContinueOnError)
	if err := set.Parse(append([]string{"step-ca"}, args...)); err != nil {
		return err
	}
	app := cli.NewApp()
	app.Name = "step-ca"
	return commands.AppCommand.Run(cli.NewContext(app, set, nil))
}

// moduleVersion is the version of step-ca that was compiled in.
func moduleVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if dep.Path == "github.com/smallstep/certificates" {
				return strings.TrimPrefix(dep.Version, "v")
			}
		}
	}
	return "unknown"
}
