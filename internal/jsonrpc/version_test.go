package jsonrpc_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

func TestVersion(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		target  string
		headers []string
		want    string
		ok      bool
		named   bool
	}{
		"none":                      {"/", nil, "", true, false},
		"blank":                     {"/", []string{" "}, "", true, false},
		"header":                    {"/", []string{" 1.0 "}, "1.0", true, true},
		"patch":                     {"/", []string{"1.0.17"}, "1.0", true, true},
		"no patch":                  {"/", []string{"1.0.x"}, "1.0.x", true, true},
		"query":                     {"/?A2A-Version=1.0", nil, "1.0", true, true},
		"header and query":          {"/?A2A-Version=1.0.3", []string{"1.0"}, "1.0", true, true},
		"another in the query":      {"/?A2A-Version=1.0", []string{"0.3"}, "", false, true},
		"none in the header":        {"/?A2A-Version=1.0", []string{""}, "", false, true},
		"none in the query":         {"/?A2A-Version=", []string{"1.0"}, "", false, true},
		"without an equals sign":    {"/?A2A-Version", []string{"1.0"}, "", false, true},
		"an escaped name":           {"/?A2A%2DVersion=0.3", []string{"1.0"}, "", false, true},
		"two beside a header":       {"/?A2A-Version=1.0&A2A-Version=1.0", []string{"1.0"}, "", false, true},
		"two headers":               {"/", []string{"1.0", "0.3"}, "", false, true},
		"two in the query":          {"/?A2A-Version=1.0&A2A-Version=1.0", nil, "", false, true},
		"another name":              {"/?a2a-version=1.0", nil, "", true, false},
		"a query that is not sound": {"/?%zz&A2A-Version=1.0", nil, "1.0", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodPost, tt.target, nil)
			r.Header["A2a-Version"] = tt.headers
			if got, ok := jsonrpc.Version(r); got != tt.want || ok != tt.ok || jsonrpc.NamesVersion(r) != tt.named {
				t.Errorf("%q, %t, named %t", got, ok, jsonrpc.NamesVersion(r))
			}
		})
	}
}
