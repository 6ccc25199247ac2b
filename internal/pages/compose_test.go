package pages

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// compose is what the tests look at of docker-compose.yml.
type compose struct {
	Services map[string]struct {
		Image       string            `yaml:"image"`
		Restart     string            `yaml:"restart"`
		Grace       string            `yaml:"stop_grace_period"`
		Command     []string          `yaml:"command"`
		Networks    onNetworks        `yaml:"networks"`
		Mode        string            `yaml:"network_mode"`
		Ports       []any             `yaml:"ports"`
		Environment map[string]string `yaml:"environment"`
	} `yaml:"services"`
	Networks map[string]struct {
		Internal bool `yaml:"internal"`
	} `yaml:"networks"`
}

// onNetworks are the networks of a service with its further names there. The file has
// them as a list, or as a mapping.
type onNetworks map[string][]string

func (n *onNetworks) UnmarshalYAML(node *yaml.Node) error {
	*n = onNetworks{}
	var names []string
	if node.Kind == yaml.SequenceNode {
		err := node.Decode(&names)
		for _, name := range names {
			(*n)[name] = nil
		}
		return err
	}
	var detailed map[string]struct {
		Aliases []string `yaml:"aliases"`
	}
	err := node.Decode(&detailed)
	for name, detail := range detailed {
		(*n)[name] = detail.Aliases
	}
	return err
}

func readCompose(t *testing.T) (file compose) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(readFile(t, "docker-compose.yml")), &file); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestComposeStopsAndRestartsWhatServes: what docker-compose.yml gives agents and
// registrar to stop is longer than they take by default to let running requests end.
func TestComposeStopsAndRestartsWhatServes(t *testing.T) {
	drain := defaultOf(t, "LIMITS__DRAIN_TIMEOUT")
	var serving []string
	for name, service := range readCompose(t).Services {
		ours := service.Image == "bindu-agent" || service.Image == "bindu-registrar"
		if once := service.Command != nil && service.Command[0] != "egress"; !ours || once { // such as init
			continue
		}
		serving = append(serving, name)
		grace, err := time.ParseDuration(service.Grace)
		if err != nil || grace <= drain {
			t.Errorf("%s: stop_grace_period %q, LIMITS__DRAIN_TIMEOUT is %s", name, service.Grace, drain)
		}
		if service.Restart != "unless-stopped" {
			t.Errorf("%s: restart %q", name, service.Restart)
		}
	}
	if slices.Sort(serving); !slices.Equal(serving, []string{"critic", "muse", "poet", "reader", "registrar"}) {
		t.Errorf("%q serve", serving)
	}
}

// TestComposeKeepsHydrasAdminAPIToTheRegistrar: what make compose-test tries, said of
// the file.
func TestComposeKeepsHydrasAdminAPIToTheRegistrar(t *testing.T) {
	file := readCompose(t)
	if !file.Networks["authority"].Internal {
		t.Error("the network authority has a way out")
	}
	want := map[string][]string{
		"poet": {"agents"}, "critic": {"agents"}, "hydra": {"agents"}, "hydra-admin": {"authority"},
		"step-ca": {"agents", "authority"}, "registrar": {"agents", "authority"}, "muse": {"agents"}, "reader": {"agents"},
	}
	beside := map[string]string{"plain": "service:muse", "program": "service:reader"}
	for name, service := range file.Services {
		var on []string
		for network := range service.Networks {
			on = append(on, network)
		}
		if slices.Sort(on); !slices.Equal(on, want[name]) {
			t.Errorf("%s is on %q, want %q", name, on, want[name])
		}
		if len(on) == 0 && service.Mode != cmp.Or(beside[name], "none") {
			t.Errorf("%s has network_mode %q", name, service.Mode)
		}
		isAgent := name == "poet" || name == "critic"
		if (len(service.Ports) > 0) != isAgent {
			t.Errorf("%s publishes %v", name, service.Ports)
		}
		if service.Environment["HYDRA__ADMIN_URL"] != "" && name != "registrar" {
			t.Errorf("%s is told where Hydra's admin API is", name)
		}
	}
	if host := file.Services["hydra"].Environment["SERVE_ADMIN_HOST"]; host != "127.0.0.1" {
		t.Errorf("the Hydra that agents reach has its admin API on %q", host)
	}
}

// TestComposeNamesOneWebhook: step-ca asks where the registrar listens, by the name that
// its certificate has, and that only the network authority knows.
func TestComposeNamesOneWebhook(t *testing.T) {
	file := readCompose(t)
	const host = "registrar-webhook"
	registrar := file.Services["registrar"]
	if got := registrar.Networks["authority"]; !slices.Contains(got, host) {
		t.Errorf("the registrar is known as %q", got)
	}
	if got := registrar.Environment["NETWORK__WEBHOOK_HOST"]; got != host {
		t.Errorf("the webhook listens on %s", got)
	}
	if got := file.Services["init"].Command; !slices.Contains(got, host) {
		t.Errorf("the certificate is made with %q", got)
	}
	var ca struct {
		Authority struct {
			Provisioners []struct {
				Options map[string]any `json:"options"`
			} `json:"provisioners"`
		} `json:"authority"`
	}
	if err := json.Unmarshal([]byte(readFile(t, "dev/compose/ca.json")), &ca); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"webhooks": []any{map[string]any{
		"id": "registrar", "name": "registrar", "kind": "AUTHORIZING", "certType": "X509",
		"url": registrar.Environment["REGISTRAR__WEBHOOK_URL"],
	}}}
	if all := ca.Authority.Provisioners; len(all) != 1 || !reflect.DeepEqual(all[0].Options, want) {
		t.Errorf("step-ca has %v, want one provisioner with %v", all, want)
	}
}
