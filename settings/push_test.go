package settings_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/settings"
)

// TestNetworksAreRangesOfAddresses: in one spelling, and only where somebody is called.
func TestNetworksAreRangesOfAddresses(t *testing.T) {
	t.Parallel()
	set, err := settings.Load(settings.Options{SkipDotEnv: true, Environ: minimal("PUSH__ENABLED=true", "PUSH__ALLOWED_NETWORKS=10.1.0.0/16,fd00:1::/32,127.0.0.1/32")})
	if err != nil || strings.Join(set.Push.AllowedNetworks, " ") != "10.1.0.0/16 fd00:1::/32 127.0.0.1/32" {
		t.Errorf("%v, %v", set.Push.AllowedNetworks, err)
	}
	for value, problem := range map[string]string{
		"10.1.0.0": "range of IP addresses", "10.1.0.1/16": "write 10.1.0.0/16", "::ffff:10.0.0.0/104": "range of IPv4", "example.com": "range of IP addresses",
		"10.0.0.0/33": "range of IP addresses", "fd00::/8%eth0": "range of IP addresses",
	} {
		_, err := settings.Load(settings.Options{SkipDotEnv: true, Environ: minimal("PUSH__ENABLED=true", "PUSH__ALLOWED_NETWORKS="+value)})
		faults, ok := errors.AsType[*settings.Error](err)
		if !ok || len(faults.Faults) != 1 || faults.Faults[0].Variable != "PUSH__ALLOWED_NETWORKS" || !strings.Contains(faults.Faults[0].Problem, problem) {
			t.Errorf("%s: %v", value, err)
		}
	}
	if _, err := settings.Load(settings.Options{SkipDotEnv: true, Environ: minimal("PUSH__ALLOWED_NETWORKS=10.1.0.0/16")}); err == nil || !strings.Contains(err.Error(), "PUSH__ENABLED") {
		t.Errorf("where nobody is called: %v", err)
	}
}
