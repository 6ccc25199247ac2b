// Package fetch has what every outbound call of an authority shares: one rule
// for proxies, and one description of why there was no HTTP answer.
package fetch
