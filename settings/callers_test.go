package settings

import (
	"strings"
	"testing"
)

// TestCallersAreNamedAsTheGatesNameThem: a name that no caller can have is a slip.
func TestCallersAreNamedAsTheGatesNameThem(t *testing.T) {
	for text, known := range map[string]bool{
		"did:bindu:a:b:c": true, "oauth:https%3A%2F%2Fissuer.example%2F:ops:ann": true, "oauth:a:b:": true,
		"did:bindu:a:b:c,oauth:a:b:c": true,
		"ops":                         false, "oauth:a:b": false, "oauth::b:c": false, "oauth:a::c": false, "oauth:a:b:c:d": false,
	} {
		var c Callers
		if err := c.Decode(text); (err == nil) != known {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestTheFaultOfACallersNameIsSaid: a text that describes what was written
// would not help who wrote it.
func TestTheFaultOfACallersNameIsSaid(t *testing.T) {
	for text, want := range map[string]string{
		"oauth:a::c":                 "the client may not be empty",
		"oauth:https%3A%2F%2Fa::ann": "the client may not be empty",
		"oauth::b:c":                 "the issuer may not be empty",
		"oauth::::":                  "must be a DID, or oauth:ISSUER:CLIENT:SUBJECT",
		"oauth:a:b":                  "must be a DID, or oauth:ISSUER:CLIENT:SUBJECT",
		"oauth:a:b:c:d":              "must be a DID, or oauth:ISSUER:CLIENT:SUBJECT",
		"ops":                        "must be a DID",
	} {
		var c Callers
		if err := c.Decode(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
