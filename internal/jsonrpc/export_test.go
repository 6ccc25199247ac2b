package jsonrpc

// WriteError lets tests write what the catalogue does not have.
var WriteError = writeError
