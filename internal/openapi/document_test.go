package openapi_test

import (
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/internal/openapi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const text = `
openapi: 3.1.0
paths:
  /things/{id}:
    put:
      operationId: keep
      parameters:
        - {name: X-Kind, in: header, required: true, schema: {enum: [big, small]}}
      requestBody:
        content:
          application/json: {schema: {$ref: "#/components/schemas/Thing"}, example: {size: 1}}
      responses:
        "204": {description: kept}
        "200": {$ref: "#/components/responses/Told"}
  /ask:
    post:
      operationId: ask
      requestBody:
        content:
          application/x-www-form-urlencoded: {schema: {type: object, required: [q]}}
      responses:
        "200":
          description: events
          content:
            text/event-stream: {schema: {$ref: "#/components/schemas/Thing"}, example: "data: {\"size\":2}\n\n"}
components:
  responses:
    Told:
      description: told
      headers:
        Retry-After: {required: true, schema: {pattern: "^[0-9]+$"}}
      content:
        application/json: {schema: {$ref: "#/components/schemas/Thing"}}
  schemas:
    Thing: {type: object, required: [size], additionalProperties: false, properties: {size: {type: integer}}}
`

func parse(t *testing.T, text string) *openapi.Document {
	t.Helper()
	d, err := openapi.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

// What is held to a document is refused where it differs, or the document shows nothing.
func TestRequestsAreHeldToTheDocument(t *testing.T) {
	t.Parallel()
	d := parse(t, text)
	for name, tt := range map[string]struct {
		method, target string
		h              http.Header
		body           string
		want           string // "" for nothing wrong
	}{
		"as described":     {"PUT", "/things/1", header("X-Kind", "big", "Content-Type", "application/json"), `{"size":1}`, ""},
		"with a parameter": {"PUT", "/things/1", header("X-Kind", "big", "Content-Type", "application/json; charset=utf-8"), `{"size":1}`, ""},
		"another kind":     {"PUT", "/things/1", header("X-Kind", "odd", "Content-Type", "application/json"), `{"size":1}`, "value must be one of"},
		"no kind":          {"PUT", "/things/1", header("Content-Type", "application/json"), `{"size":1}`, "X-Kind is needed"},
		"two kinds":        {"PUT", "/things/1", header("X-Kind", "big", "X-Kind", "big", "Content-Type", "application/json"), `{"size":1}`, "two headers"},
		"no size":          {"PUT", "/things/1", header("X-Kind", "big", "Content-Type", "application/json"), `{}`, "missing property"},
		"a text as size":   {"PUT", "/things/1", header("X-Kind", "big", "Content-Type", "application/json"), `{"size":"1"}`, "want integer"},
		"one more member":  {"PUT", "/things/1", header("X-Kind", "big", "Content-Type", "application/json"), `{"size":1,"x":1}`, "additional properties"},
		"another type":     {"PUT", "/things/1", header("X-Kind", "big", "Content-Type", "text/plain"), `{"size":1}`, "not described"},
		"no type":          {"PUT", "/things/1", header("X-Kind", "big"), `{"size":1}`, "content type"},
		"no JSON":          {"PUT", "/things/1", header("X-Kind", "big", "Content-Type", "application/json"), `size`, "invalid character"},
		"a form":           {"POST", "/ask", header("Content-Type", "application/x-www-form-urlencoded"), `q=1`, ""},
		"another form":     {"POST", "/ask", header("Content-Type", "application/x-www-form-urlencoded"), `p=1`, "missing property"},
	} {
		t.Run(name, func(t *testing.T) {
			err := d.Request(d.Match(tt.method, tt.target), tt.h, []byte(tt.body))
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

func TestAnswersAreHeldToTheDocument(t *testing.T) {
	t.Parallel()
	d := parse(t, text)
	keep, ask := d.Match("PUT", "/things/1"), d.Match("POST", "/ask")
	events := header("Content-Type", "text/event-stream")
	for name, tt := range map[string]struct {
		op     *openapi.Operation
		status int
		h      http.Header
		body   string
		want   string
	}{
		"nothing":                {keep, 204, nil, "", ""},
		"something":              {keep, 204, nil, "{}", "none is described"},
		"another status":         {keep, 404, nil, "", "may not be answered with 404"},
		"told":                   {keep, 200, header("Content-Type", "application/json", "Retry-After", "1"), `{"size":1}`, ""},
		"told otherwise":         {keep, 200, header("Content-Type", "application/json", "Retry-After", "1"), `{"size":null}`, "want integer"},
		"told without a header":  {keep, 200, header("Content-Type", "application/json"), `{"size":1}`, "Retry-After is needed"},
		"told soon":              {keep, 200, header("Content-Type", "application/json", "Retry-After", "soon"), `{"size":1}`, "pattern"},
		"no event":               {ask, 200, events, "", ""},
		"events":                 {ask, 200, events, "data: {\"size\":1}\n\ndata: {\"size\":2}\n\n", ""},
		"a second event is none": {ask, 200, events, "data: {\"size\":1}\n\ndata: {}\n\n", "missing property"},
		"a comment":              {ask, 200, events, ": hello\n\n", "not one line of data"},
	} {
		t.Run(name, func(t *testing.T) {
			err := d.Answer(tt.op, tt.status, tt.h, []byte(tt.body))
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

func TestPathsAreMatchedWhole(t *testing.T) {
	t.Parallel()
	d := parse(t, text)
	for target, want := range map[string]bool{"/things/1": true, "/things/": false, "/things": false, "/things/1/2": false, "/other/1": false} {
		if got := d.Match("PUT", target) != nil; got != want {
			t.Errorf("%s: %v", target, got)
		}
	}
	if d.Match("GET", "/things/1") != nil {
		t.Error("a method that the path has not")
	}
}

func TestDocumentsThatAreNone(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string][2]string{
		"another version":        {"3.1.0", "3.0.3"},
		"a schema that is none":  {"type: integer", "type: number of things"},
		"a reference to nothing": {"responses/Told\"", "responses/Gone\""},
		"a body that is none":    {"example: {size: 1}", "example: {size: one}"},
		"an event that is none":  {`data: {\"size\":2}`, `data: {\"size\":two}`},
		"no operation's name":    {"operationId: ask", "summary: ask"},
		"no YAML":                {"paths:", "paths: ]"},
	} {
		if _, err := openapi.Parse([]byte(strings.Replace(text, tt[0], tt[1], 1))); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
