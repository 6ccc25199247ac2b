// Package jsonlex finds where the pieces of a JSON text (RFC 8259) end that have nothing
// in them: white space, strings, numbers, true, false and null. It takes exactly what
// jsontext takes and allocates nothing. The text has to be UTF-8.
package jsonlex
