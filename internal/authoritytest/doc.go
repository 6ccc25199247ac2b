// Package authoritytest gives tests the real Hydra and the real step-ca, started for them and stopped after them, and
// lets them stop, kill, wipe and restart either.
//
// Where no Go toolchain or C compiler is there, the test is skipped with a message that says so, except when CI=true.
package authoritytest
