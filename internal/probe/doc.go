// Package probe builds requests proof by proof, honest or not, and sends them.
// The demo, the end-to-end tests and the benchmark use it: package peer makes
// only honest requests.
package probe
