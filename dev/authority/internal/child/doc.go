// Package child starts one process, says when it ended, and stops it politely or at once. It leaves no process behind
// when its own dies, where the system can promise that.
package child
