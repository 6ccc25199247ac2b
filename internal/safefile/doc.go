// Package safefile reads and writes the files of an agent's directory
// (.bindu/) so that a crash, a full disk or a hostile neighbour on the same
// machine cannot damage or swap them.
//
// A write is complete or absent: temporary file, fsync, rename, fsync of the
// directory. The mode is given when a file is created and never repaired
// afterwards, so a secret is at no moment readable by others. A read refuses
// whatever is not a plain file of ours with narrow enough permissions.
//
// It imports nothing of this module, so every package that owns a file in the
// directory may use it.
package safefile
