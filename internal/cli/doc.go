// Package cli is how the programs that people run speak to them: exit codes, errors of
// the command line, all that is wrong with settings at once, JSON and lists, lines of the
// log, and text that is safe to print.
package cli
