// Package loopback speaks HTTP to programs on this machine, over TCP or a Unix socket:
// no proxy, no redirect and no name on the way leads elsewhere.
package loopback
