package authorityinit_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/registrar/webhook"
)

func readJSON(t *testing.T, name string) map[string]any {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "dev", "compose", name))
	if err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(data, &document); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return document
}

// TestTheTwoConfigurationsOfStepCADifferInTheWebhook: all else is said twice, because
// step-ca reads one file.
func TestTheTwoConfigurationsOfStepCADifferInTheWebhook(t *testing.T) {
	plain, asking := readJSON(t, "ca.json"), readJSON(t, "ca-registrar.json")
	provisioner := asking["authority"].(map[string]any)["provisioners"].([]any)[0].(map[string]any)
	options, ok := provisioner["options"].(map[string]any)
	if !ok {
		t.Fatal("ca-registrar.json has no webhook")
	}
	want := map[string]any{"webhooks": []any{map[string]any{
		"id": "registrar", "name": "registrar", "kind": "AUTHORIZING", "certType": "X509", "url": "https://registrar:3785" + webhook.Path,
	}}}
	if !reflect.DeepEqual(options, want) {
		t.Errorf("options %v, want %v", options, want)
	}
	delete(provisioner, "options")
	if !reflect.DeepEqual(plain, asking) {
		t.Error("ca.json and ca-registrar.json differ in more than the webhook")
	}
	override, err := os.ReadFile(filepath.Join("..", "..", "dev", "compose", "registrar.yml"))
	if err != nil || !strings.Contains(string(override), `"--webhook-host", "registrar"`) {
		t.Errorf("the webhook's certificate is for another host than its URL: %v", err)
	}
}
