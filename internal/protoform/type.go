package protoform

import "google.golang.org/protobuf/encoding/protowire"

// kind is what the value of a field is.
type kind int

const (
	text kind = iota
	octets
	boolean
	integer // int32
	enumeration
	message
	moment    // google.protobuf.Timestamp
	structure // google.protobuf.Struct
	anything  // google.protobuf.Value
)

// field is one of a message. Its name is that of ProtoJSON.
type field struct {
	number   protowire.Number
	name     string
	kind     kind
	repeated bool
	keyed    bool     // a map, by texts
	presence bool     // an empty value is another than none
	of       *Type    // of a message
	names    []string // of an enumeration, by number
}

// Type is a message of A2A 1.0.
type Type struct {
	name   string
	fields []field
	// closed writes fields that are not known, by their number, for whoever reads the
	// members to refuse: a restriction that is not understood is not "no restriction".
	closed bool
	// open passes over members in JSON that are not known: cards have those of several
	// versions.
	open bool
}

func (t *Type) numbered(n protowire.Number) *field {
	for i := range t.fields {
		if t.fields[i].number == n {
			return &t.fields[i]
		}
	}
	return nil
}

func (t *Type) named(name string) *field {
	for i := range t.fields {
		if t.fields[i].name == name {
			return &t.fields[i]
		}
	}
	return nil
}

// wire is how a field is written.
func (f *field) wire() protowire.Type {
	switch f.kind {
	case boolean, integer, enumeration:
		return protowire.VarintType
	}
	return protowire.BytesType
}
