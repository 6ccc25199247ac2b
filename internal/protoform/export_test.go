package protoform

import (
	"maps"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// Methods lets a test read the table.
func Methods() map[string]Method { return maps.Clone(methods) }

// kinds are those of the definition, but for messages.
var kinds = map[kind]protoreflect.Kind{
	text: protoreflect.StringKind, octets: protoreflect.BytesKind, boolean: protoreflect.BoolKind, integer: protoreflect.Int32Kind, enumeration: protoreflect.EnumKind,
	message: protoreflect.MessageKind, moment: protoreflect.MessageKind, structure: protoreflect.MessageKind, anything: protoreflect.MessageKind,
}

var wellKnown = map[kind]protoreflect.FullName{
	moment: "google.protobuf.Timestamp", structure: "google.protobuf.Struct", anything: "google.protobuf.Value",
}

// Compare holds a type to its definition.
func Compare(t testing.TB, got *Type, want protoreflect.MessageDescriptor) {
	t.Helper()
	if got.name != string(want.Name()) || len(got.fields) != want.Fields().Len() {
		t.Errorf("%s with %d fields is defined as %s with %d", got.name, len(got.fields), want.FullName(), want.Fields().Len())
		return
	}
	for _, f := range got.fields {
		d := want.Fields().ByNumber(f.number)
		if d == nil || d.JSONName() != f.name || d.IsMap() != f.keyed || d.IsList() != f.repeated {
			t.Errorf("%s.%s is not as it is defined: %v", got.name, f.name, d)
			continue
		}
		if d.IsMap() && d.MapKey().Kind() == protoreflect.StringKind {
			d = d.MapValue()
		}
		if d.Kind() != kinds[f.kind] {
			t.Errorf("%s.%s is a %s", got.name, f.name, d.Kind())
			continue
		}
		switch {
		case f.kind == message:
			Compare(t, f.of, d.Message())
		case wellKnown[f.kind] != "" && d.Message().FullName() != wellKnown[f.kind]:
			t.Errorf("%s.%s is a %s", got.name, f.name, d.Message().FullName())
		case wellKnown[f.kind] == "" && d.HasPresence() != f.presence:
			t.Errorf("%s.%s has presence: %t", got.name, f.name, d.HasPresence())
		case f.kind == enumeration:
			for i, name := range f.names {
				if v := d.Enum().Values().ByNumber(protoreflect.EnumNumber(i)); v == nil || string(v.Name()) != name || d.Enum().Values().Len() != len(f.names) {
					t.Errorf("%s.%s: %d is not %s", got.name, f.name, i, name)
				}
			}
		}
	}
}
