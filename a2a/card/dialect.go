package card

// Dialect is a version of the protocol, as an endpoint speaks it.
type Dialect string

// The dialects.
const (
	// V1 is A2A 1.0.
	V1 Dialect = "1.0"
	// V03 is A2A 0.3.
	V03 Dialect = "0.3"
	// Reference is 0.3 with the methods that the Python reference agent adds.
	Reference Dialect = "reference"
)
