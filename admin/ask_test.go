package admin_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/getbindu/bindu-go/admin"
)

func TestAskTellsWhatThePortSays(t *testing.T) {
	for name, test := range map[string]struct {
		status  int
		body    string
		ok      bool
		reasons int
	}{
		"ready":                 {http.StatusOK, `{"ready":true,"warnings":["w"]}`, true, 0},
		"waiting":               {http.StatusServiceUnavailable, `{"ready":false,"reasons":["a","b"]}`, false, 2},
		"what is no admin port": {http.StatusNotFound, "page not found", false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.body))
			}))
			defer server.Close()
			heard, err := admin.Ask(t.Context(), server.URL)
			if err != nil {
				t.Fatal(err)
			}
			if heard.OK() != test.ok || len(heard.Reasons) != test.reasons || heard.Text != test.body || heard.Status != test.status {
				t.Errorf("heard %+v", heard)
			}
		})
	}
	if _, err := admin.Ask(t.Context(), "http://127.0.0.1:1/readyz"); err == nil {
		t.Error("nobody answers, and that is no error")
	}
}

func TestURL(t *testing.T) {
	for host, want := range map[string]string{
		"127.0.0.1": "http://127.0.0.1:3774",
		"0.0.0.0":   "http://localhost:3774",
		"::":        "http://localhost:3774",
		"::1":       "http://[::1]:3774",
	} {
		if got := admin.URL(host, 3774); got != want {
			t.Errorf("%s: %s, want %s", host, got, want)
		}
	}
}
