// Package authority builds and runs dev/authority, the program that is the real Hydra and the real step-ca on one
// machine, from inside this module. That program lives in modules of its own, so it is built by the go command and
// driven as a process.
package authority
