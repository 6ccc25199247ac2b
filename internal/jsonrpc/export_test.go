package jsonrpc

// WriteError and Error let tests write what the catalogue does not have.
var WriteError = writeError

type Error = wireError
