package jsonrpc

// WriteError and Error let tests write what the catalogue does not have.
var WriteError = writeError

type Error = wireError

// Scan and Judge are the two readings of a request that have to agree.
var (
	Scan  = scan
	Judge = judge
)
