package task

import "github.com/getbindu/bindu-go/internal/freeform"

// Decode decodes what encoding/json made of a message or an artifact, as a [Store] keeps
// it. encoding/json itself loses parts whose data is null, which is a value (A2A 1.0,
// google.protobuf.Value). Errors: of JSON, and of a part that has not exactly one content.
func Decode(data []byte, into any) error { return freeform.Unmarshal(data, into) }
