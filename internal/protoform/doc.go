// Package protoform turns the messages of A2A 1.0 from protobuf into ProtoJSON and back.
// What the bindings carry is then read and written once, whatever it came in. Nothing is
// held of a message but its two forms, and both are bounded by their length: the types
// that are generated for protobuf take fifty times as much of some. A test compares the
// table of fields with the official definition, and fuzzing the forms with what the
// official implementation makes of them.
package protoform
