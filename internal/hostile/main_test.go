package hostile

import (
	"flag"
	"testing"

	"go.uber.org/goleak"
)

var update = flag.Bool("update", false, "write docs/hostile.md")

func TestMain(m *testing.M) {
	flag.Parse()
	// A dependency of step-ca's types starts this one when it is imported.
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}
