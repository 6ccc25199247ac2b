package openapi

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// compileAll compiles the schemas of the components and those of the operations, so that
// one that is none is found where nothing asks for it.
func (d *Document) compileAll(root object) error {
	components, _ := root["components"].(object)
	schemas, _ := components["schemas"].(object)
	for name := range schemas {
		if _, err := d.compiler.Compile(resource + "#/components/schemas/" + name); err != nil {
			return fmt.Errorf("openapi: %w", err)
		}
	}
	return nil
}

// checkExamples holds the examples of an operation to its schemas. That of a stream is a
// text: events as they are sent.
func (d *Document) checkExamples(op *Operation) error {
	described := []any{op.members["requestBody"]}
	responses, _ := op.members["responses"].(object)
	for _, response := range responses {
		described = append(described, response)
	}
	for _, at := range described {
		o, _ := at.(object)
		contents, _ := o["content"].(object)
		for kind, content := range contents {
			media, _ := content.(object)
			if err := d.checkExample(kind, media); err != nil {
				return fmt.Errorf("openapi: an example of %s: %w", op.ID, err)
			}
		}
	}
	return nil
}

func (d *Document) checkExample(kind string, media object) error {
	example, ok := media["example"]
	if !ok {
		return nil
	}
	if text, ok := example.(string); ok && kind == eventStream {
		return d.events(media["schema"], []byte(text))
	}
	return d.valid(media["schema"], example)
}

// Match returns the operation that a request is for; nil for none.
func (d *Document) Match(method, target string) *Operation {
	for _, op := range d.operations {
		if op.Method == method && op.matches(target) {
			return op
		}
	}
	return nil
}

// matches compares segment by segment; a parameter is any segment that is not empty.
func (op *Operation) matches(target string) bool {
	want, got := strings.Split(op.Path, "/"), strings.Split(target, "/")
	if len(want) != len(got) {
		return false
	}
	for i, segment := range want {
		parameter := strings.HasPrefix(segment, "{")
		if parameter && got[i] == "" || !parameter && segment != got[i] {
			return false
		}
	}
	return true
}

// Request returns in what a request is not as the operation says: its headers, its
// content type and its body. Who signs is not looked at.
func (d *Document) Request(op *Operation, h http.Header, body []byte) error {
	faults := d.headers(op.members["parameters"], h)
	described, ok := op.members["requestBody"].(object)
	if !ok {
		if len(body) > 0 {
			faults = append(faults, errors.New("a body, and none is described"))
		}
		return errors.Join(faults...)
	}
	return errors.Join(append(faults, d.content(described, h, body))...)
}

// Answer returns in what an answer is not as the operation says.
func (d *Document) Answer(op *Operation, status int, h http.Header, body []byte) error {
	responses, _ := op.members["responses"].(object)
	described, ok := responses[strconv.Itoa(status)].(object)
	if !ok {
		return fmt.Errorf("openapi: %s may not be answered with %d", op.ID, status)
	}
	var faults []error
	wanted, _ := described["headers"].(object)
	for name, header := range wanted {
		faults = append(faults, d.header(name, header, h))
	}
	if described["content"] == nil {
		if len(body) > 0 {
			faults = append(faults, errors.New("a body, and none is described"))
		}
		return errors.Join(faults...)
	}
	return errors.Join(append(faults, d.content(described, h, body))...)
}

func (d *Document) headers(parameters any, h http.Header) (faults []error) {
	list, _ := parameters.([]any)
	for _, p := range list {
		if o, _ := p.(object); o["in"] == "header" {
			name, _ := o["name"].(string)
			faults = append(faults, d.header(name, o, h))
		}
	}
	return faults
}

func (d *Document) header(name string, described any, h http.Header) error {
	o, _ := described.(object)
	values := h.Values(name)
	switch {
	case len(values) == 0 && o["required"] == true:
		return fmt.Errorf("the header %s is needed", name)
	case len(values) == 0:
		return nil
	case len(values) > 1:
		return fmt.Errorf("two headers %s", name)
	}
	return d.valid(o["schema"], values[0])
}

// content looks at type and body; described has the member content.
func (d *Document) content(described object, h http.Header, body []byte) error {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("the content type: %w", err)
	}
	contents, _ := described["content"].(object)
	media, ok := contents[kind].(object)
	if !ok {
		return fmt.Errorf("the content type %s is not described", kind)
	}
	if kind == eventStream {
		return d.events(media["schema"], body)
	}
	value, err := decode(kind, body)
	if err != nil {
		return err
	}
	return d.valid(media["schema"], value)
}

// eventStream is server-sent events. The schema is that of the data of each.
const eventStream = "text/event-stream"

func (d *Document) events(schema any, body []byte) error {
	for line := range strings.SplitSeq(string(body), "\n\n") {
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok && line != "" {
			return fmt.Errorf("the event %q is not one line of data", line)
		}
		if !ok {
			continue
		}
		value, err := decode("application/json", []byte(data))
		if err != nil {
			return err
		}
		if err := d.valid(schema, value); err != nil {
			return err
		}
	}
	return nil
}

func decode(kind string, body []byte) (any, error) {
	if kind != "application/x-www-form-urlencoded" {
		return jsonschema.UnmarshalJSON(strings.NewReader(string(body)))
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	value := object{}
	for name, values := range form {
		value[name] = values[0]
	}
	return value, nil
}

// valid judges a value by a schema of the document.
func (d *Document) valid(schema, value any) error {
	o, ok := schema.(object)
	if !ok {
		return errors.New("openapi: no schema")
	}
	compiled, err := d.compile(o)
	if err != nil {
		return err
	}
	return compiled.Validate(value)
}

// compile compiles a schema that stands anywhere: by its reference, or as it is.
func (d *Document) compile(o object) (*jsonschema.Schema, error) {
	if ref, ok := o["$ref"].(string); ok && len(o) == 1 {
		return d.compiler.Compile(resource + ref)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("inline.json", o); err != nil {
		return nil, fmt.Errorf("openapi: %w", err)
	}
	return c.Compile("inline.json")
}
