package gate

import (
	"maps"
	"slices"
)

// Permissions maps a JSON-RPC method to the permissions of which a caller
// needs one. A method that is not in it is refused.
type Permissions map[string][]string

// Override returns a copy in which the methods of other replace those of p.
func (p Permissions) Override(other Permissions) Permissions {
	merged := maps.Clone(p)
	maps.Copy(merged, other)
	return merged
}

// Allows reports whether one of the granted permissions opens method.
func (p Permissions) Allows(method string, granted func(string) bool) bool {
	return slices.ContainsFunc(p[method], granted)
}
