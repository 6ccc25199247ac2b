package cli_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/getbindu/bindu-go/internal/cli"
)

// Whatever an agent calls itself, the operator's terminal shows it and does not obey, and
// programs read what it was.
func TestWhatIsNotToBeSeenIsEscaped(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"poet":                  "\"poet\"\n",
		"Grüße, 詩人 <&>":         "\"Grüße, 詩人 <&>\"\n",
		"\u009b2J":              "\"\\u009b2J\"\n",
		"\u202egnp.exe":         "\"\\u202egnp.exe\"\n",
		"\x1b[2J":               "\"\\u001b[2J\"\n",
		"\u2028":                "\"\\u2028\"\n",
		"\U000e0041":            "\"\\udb40\\udc41\"\n",
		"\x7f":                  "\"\\u007f\"\n",
		"no\u00a0break \\u202e": "\"no\\u00a0break \\\\u202e\"\n",
	} {
		var out bytes.Buffer
		if err := cli.PrintJSON(&out, name); err != nil {
			t.Fatal(err)
		}
		var back string
		if err := json.Unmarshal(out.Bytes(), &back); err != nil || back != name || out.String() != want {
			t.Errorf("%q: %s, %q, %v", name, out.String(), back, err)
		}
	}
}
