package settings_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/settings"
)

func TestSecretShowsItselfOnlyToReveal(t *testing.T) {
	const value = "hunter2"
	secret := settings.NewSecret(value)
	holder := settings.Agent{KeyPassword: secret}
	var shown []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%t", "%08.3f", "%!"} {
		for _, subject := range []any{secret, &secret, holder, &holder, []settings.Secret{secret}, map[string]settings.Secret{"a": secret}} {
			shown = append(shown, fmt.Sprintf(verb, subject))
		}
	}
	marshalled, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&logged, nil), slog.NewJSONHandler(&logged, nil)} {
		slog.New(handler).Info("settings", "secret", secret, "agent", holder)
	}
	shown = append(shown, string(marshalled), logged.String(), secret.String(), secret.GoString())
	for _, text := range shown {
		// Hexadecimal verbs would show the bytes.
		if strings.Contains(text, value) || strings.Contains(strings.ToLower(text), fmt.Sprintf("%x", value)) {
			t.Errorf("secret shows in %q", text)
		}
	}
	if secret.Reveal() != value || secret.IsZero() || !settings.NewSecret("").IsZero() || settings.NewSecret("").String() != "" {
		t.Error("a secret is not what it was made of")
	}
}

func ExampleSecret() {
	password := settings.NewSecret("hunter2")
	fmt.Printf("%v %d %#v\n", password, password, password)
	// Output: ******** ******** settings.Secret(********)
}
