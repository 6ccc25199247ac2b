// Package costtest has the worst inputs that are known for parsers of foreign
// JSON, beside an ordinary one of the same length, and measures what either
// costs: no input may cost more than a constant times an ordinary one. Only
// tests import it.
package costtest
