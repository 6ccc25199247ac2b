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
		says       string
	}{
		"it serves":                   {http.StatusOK, `{"ready":true,"program":"registrar","warnings":["foreign_writer"]}`, "", ""},
		"one of before":               {http.StatusOK, `{"ready":true,"warnings":["foreign_writer"]}`, "", ""},
		"it waits":                    {http.StatusServiceUnavailable, `{"ready":false,"reasons":["hydra_unavailable"]}`, "hydra_unavailable", "not ready"},
		"somebody else listens there": {http.StatusNotFound, "no such page", wordInternal, "not ready"},
		"an agent has the port":       {http.StatusOK, `{"ready":true,"program":"agent"}`, "admin_unreachable", "another program"},
		"an agent that is not ready":  {http.StatusServiceUnavailable, `{"ready":false,"program":"agent","reasons":["hydra_unavailable"]}`, "admin_unreachable", "another program"},
		"who says yes to everything":  {http.StatusOK, "welcome", "admin_unreachable", "another program"},
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
			if word, _ := diagnose(err); word != test.word || !strings.Contains(err.Error(), test.says) || out.Len() > 0 {
				t.Errorf("word %s, %v, %q", word, err, &out)
			}
		})
	}
}
