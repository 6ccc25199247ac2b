// Package e2e holds the end-to-end tests: real agents behind all three gates,
// the real Ory Hydra and the real step-ca, over real sockets.
package e2e
