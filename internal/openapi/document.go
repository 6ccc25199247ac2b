package openapi

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// Document is an OpenAPI document.
type Document struct {
	operations []*Operation
	compiler   *jsonschema.Compiler
}

// Operation is a path and a method of it.
type Operation struct {
	ID, Path, Method string
	members          object
}

type object = map[string]any

// resource is what schemas are called by; nothing is fetched.
const resource = "document.json"

// methods are those that a path may have, as OpenAPI spells them.
var methods = []string{"get", "put", "post", "delete", "patch"}

// Parse reads a document in YAML. Every schema in it must be one, and every example of a
// body as its schema says.
func Parse(text []byte) (*Document, error) {
	root, err := values(text)
	if err != nil {
		return nil, err
	}
	if version, _ := root["openapi"].(string); !strings.HasPrefix(version, "3.1.") {
		return nil, fmt.Errorf("openapi: version %q is not 3.1", version)
	}
	d := &Document{compiler: jsonschema.NewCompiler()}
	d.compiler.DefaultDraft(jsonschema.Draft2020)
	if err := d.compiler.AddResource(resource, root); err != nil {
		return nil, fmt.Errorf("openapi: %w", err)
	}
	if err := d.resolve(root, root); err != nil {
		return nil, err
	}
	if err := d.read(root); err != nil {
		return nil, err
	}
	if err := d.compileAll(root); err != nil {
		return nil, err
	}
	for _, op := range d.operations {
		if err := d.checkExamples(op); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// values reads YAML as what JSON would have.
func values(text []byte) (root object, err error) {
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, fmt.Errorf("openapi: %w", err)
	}
	data, err := json.Marshal(root)
	if err != nil {
		return nil, fmt.Errorf("openapi: %w", err)
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(string(data)))
	if err != nil {
		return nil, fmt.Errorf("openapi: %w", err)
	}
	return v.(object), nil
}

// resolve puts what a reference names in its place, outside of schemas, which resolve
// theirs themselves.
func (d *Document) resolve(root, at object) error {
	for name, v := range at {
		if name == "schema" || name == "schemas" {
			continue
		}
		switch v := v.(type) {
		case object:
			target, err := referenced(root, v)
			if err != nil {
				return err
			}
			at[name] = target
			if err := d.resolve(root, target); err != nil {
				return err
			}
		case []any:
			for i, item := range v {
				if o, ok := item.(object); ok {
					target, err := referenced(root, o)
					if err != nil {
						return err
					}
					v[i] = target
				}
			}
		}
	}
	return nil
}

func referenced(root, o object) (object, error) {
	ref, ok := o["$ref"].(string)
	if !ok {
		return o, nil
	}
	var v any = root
	for step := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		at, _ := v.(object)
		v = at[step]
	}
	target, ok := v.(object)
	if !ok {
		return nil, fmt.Errorf("openapi: nothing is at %s", ref)
	}
	return target, nil
}

func (d *Document) read(root object) error {
	paths, _ := root["paths"].(object)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		item, _ := paths[path].(object)
		for _, member := range slices.Sorted(maps.Keys(item)) {
			if member == "parameters" {
				continue
			}
			members, ok := item[member].(object)
			id, named := members["operationId"].(string)
			if !ok || !named || !slices.Contains(methods, member) {
				return fmt.Errorf("openapi: %s has a member %s that is no operation with an id", path, member)
			}
			d.operations = append(d.operations, &Operation{ID: id, Path: path, Method: strings.ToUpper(member), members: members})
		}
	}
	if len(d.operations) == 0 {
		return fmt.Errorf("openapi: there is no operation")
	}
	return nil
}

// Operations are all that there are, by path.
func (d *Document) Operations() []*Operation { return d.operations }
