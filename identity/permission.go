package identity

// The permissions of the Python reference, as scopes of a token name them. They
// are compared exactly: none implies another.
const (
	PermissionRead  = "agent:read"
	PermissionWrite = "agent:write"
	PermissionAdmin = "agent:admin"
)
