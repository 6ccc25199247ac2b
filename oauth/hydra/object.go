package hydra

import (
	"errors"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// errJSON is any way in which JSON is not what was expected. It says nothing
// about the content, which may be a secret.
var errJSON = errors.New("not the expected JSON")

// object is a JSON object that was read strictly: valid UTF-8, nothing behind
// it, no duplicate names at any depth. Names match exactly, case included.
type object map[string]jsontext.Value

// parseObject reads exactly one JSON object.
func parseObject(data []byte) (object, error) {
	if kind := jsontext.Value(data).Kind(); kind != '{' {
		return nil, errJSON // null would unmarshal into a nil map
	}
	var o object
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, errJSON
	}
	return o, nil
}

// text returns a string member, "" if it is absent. Any other type is an error.
func (o object) text(name string) (string, error) {
	v, ok := o[name]
	if !ok {
		return "", nil
	}
	return valueText(v)
}

func valueText(v jsontext.Value) (string, error) {
	var s string
	if v.Kind() != '"' || json.Unmarshal(v, &s) != nil {
		return "", errJSON
	}
	return s, nil
}

// boolean returns a member that must be there as true or false.
func (o object) boolean(name string) (bool, error) {
	switch o[name].Kind() {
	case 't':
		return true, nil
	case 'f':
		return false, nil
	default:
		return false, errJSON
	}
}

// integer returns a number without fraction or exponent that fits an int64.
func (o object) integer(name string) (n int64, found bool, err error) {
	v, ok := o[name]
	if !ok {
		return 0, false, nil
	}
	if v.Kind() != '0' {
		return 0, true, errJSON
	}
	n, err = strconv.ParseInt(string(v), 10, 64)
	if err != nil {
		return 0, true, errJSON
	}
	return n, true, nil
}

// texts returns an array of strings, nil if it is absent or null.
func (o object) texts(name string) ([]string, error) {
	v, ok := o[name]
	if !ok || v.Kind() == 'n' {
		return nil, nil
	}
	if v.Kind() != '[' {
		return nil, errJSON
	}
	var values []jsontext.Value
	if json.Unmarshal(v, &values) != nil {
		return nil, errJSON
	}
	list := make([]string, len(values))
	for i, v := range values {
		s, err := valueText(v)
		if err != nil {
			return nil, err
		}
		list[i] = s
	}
	return list, nil
}

// object returns an object member, nil if it is absent or null.
func (o object) object(name string) (object, error) {
	v, ok := o[name]
	if !ok || v.Kind() == 'n' {
		return nil, nil
	}
	return parseObject(v)
}

// set stores v, which must be a string, a bool, a []string or an object.
func (o object) set(name string, v any) error {
	data, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return err
	}
	o[name] = data
	return nil
}
