package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// What the admin port says is the exit's word.
func TestHealthSaysWhatTheRegistrarWaitsFor(t *testing.T) {
	for name, test := range map[string]struct {
		status     int
		body, word string
	}{
		"it serves":                   {http.StatusOK, `{"ready":true,"warnings":["foreign_writer"]}`, ""},
		"it waits":                    {http.StatusServiceUnavailable, `{"ready":false,"reasons":["hydra_unavailable"]}`, "hydra_unavailable"},
		"somebody else listens there": {http.StatusNotFound, "no such page", wordInternal},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.body))
			}))
			defer server.Close()
			var out, errOut bytes.Buffer
			err := checkHealth(t.Context(), server.URL, &out, &errOut)
			if (err == nil) != (test.word == "") {
				t.Fatalf("error %v", err)
			}
			if err == nil {
				if out.String() != "ready\n" || errOut.String() != "warning: foreign_writer\n" {
					t.Errorf("says %q, %q", &out, &errOut)
				}
				return
			}
			if word, _ := diagnose(err); word != test.word || !strings.Contains(err.Error(), "not ready") || out.Len() > 0 {
				t.Errorf("word %s, %v, %q", word, err, &out)
			}
		})
	}
}
