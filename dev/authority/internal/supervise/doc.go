// Package supervise starts services in order, waits until each really answers, watches them, and stops them in the
// reverse order.
package supervise
