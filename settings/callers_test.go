package settings

import "testing"

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
