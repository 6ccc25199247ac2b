package pages

import (
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// TestComposeStopsAndRestartsAgents: what docker-compose.yml gives an agent to
// stop is longer than it takes by default to let running requests end.
func TestComposeStopsAndRestartsAgents(t *testing.T) {
	var file struct {
		Services map[string]struct {
			Image   string `yaml:"image"`
			Restart string `yaml:"restart"`
			Grace   string `yaml:"stop_grace_period"`
			Command any    `yaml:"command"`
		} `yaml:"services"`
	}
	if err := yaml.Unmarshal([]byte(readFile(t, "docker-compose.yml")), &file); err != nil {
		t.Fatal(err)
	}
	drain := defaultOf(t, "LIMITS__DRAIN_TIMEOUT")
	agents := 0
	for name, service := range file.Services {
		if service.Image != "bindu-agent" || service.Command != nil { // init runs once
			continue
		}
		agents++
		grace, err := time.ParseDuration(service.Grace)
		if err != nil || grace <= drain {
			t.Errorf("%s: stop_grace_period %q, LIMITS__DRAIN_TIMEOUT is %s", name, service.Grace, drain)
		}
		if service.Restart != "unless-stopped" {
			t.Errorf("%s: restart %q", name, service.Restart)
		}
	}
	if agents != 2 {
		t.Errorf("%d agents", agents)
	}
}
