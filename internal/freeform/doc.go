// Package freeform decodes messages and artifacts of A2A, whose parts and
// metadata hold JSON of any form. Its cost grows with the length of the JSON
// and not with what is in it: decoded values take up to seventy times the
// bytes that they are written in, and some numbers 25 µs each.
//
// JSON that holds few values for its length becomes what encoding/json makes of
// it, map[string]any and so on. Of JSON that is crowded with values, what is
// free in form stays text: [encoding/json.RawMessage] in place of any value, or
// of the members of an object that is itself the value. A number that is costly
// to read is an [encoding/json.Number]. All of it is encoded by encoding/json
// as it came.
package freeform
