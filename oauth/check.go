package oauth

// Check is the outcome of one of the checks that a token has to pass, for an
// operator who wants to know why it is refused.
type Check struct {
	// Name is a stable word, such as "audience".
	Name string
	OK   bool
	// Detail is what was seen or what is wrong. It may quote claims, shortened,
	// and never holds the token or its signature.
	Detail string
	// Err wraps a sentinel error of this package if the check failed, nil if it
	// passed or could not be made.
	Err error
}
