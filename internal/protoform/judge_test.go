package protoform_test

import (
	"encoding/json"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

// hasTwice reports an object with two members of one name, of which protobuf keeps the
// last.
func hasTwice(object []byte) bool { return jsonrpc.HasDuplicateNames(object) }

// twoContents reports a part with several contents.
func twoContents(object []byte) bool {
	var request struct {
		Message struct{ Parts []map[string]json.RawMessage }
	}
	_ = json.Unmarshal(object, &request) // of another method, it has no parts
	for _, part := range request.Message.Parts {
		contents := 0
		for _, name := range []string{"text", "raw", "url", "data"} {
			if _, ok := part[name]; ok {
				contents++
			}
		}
		if contents > 1 {
			return true
		}
	}
	return false
}

// walk calls each with every message that m holds, and m.
func walk(m protoreflect.Message, each func(protoreflect.Message)) {
	each(m)
	m.Range(func(d protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case d.IsMap() && d.MapValue().Message() != nil:
			v.Map().Range(func(_ protoreflect.MapKey, v protoreflect.Value) bool { walk(v.Message(), each); return true })
		case d.IsList() && d.Message() != nil:
			for i := range v.List().Len() {
				walk(v.List().Get(i).Message(), each)
			}
		case !d.IsList() && !d.IsMap() && d.Message() != nil:
			walk(v.Message(), each)
		}
		return true
	})
}

// unknownEnum reports a number of an enumeration that has no name.
func unknownEnum(m protoreflect.Message) (found bool) {
	walk(m, func(m protoreflect.Message) {
		m.Range(func(d protoreflect.FieldDescriptor, v protoreflect.Value) bool {
			if d.Enum() != nil && d.Enum().Values().ByNumber(v.Enum()) == nil {
				found = true
			}
			return true
		})
	})
	return found
}
