// Package tasktest is the contract of [task.Store] as tests, so that every
// implementation is held to the same one.
package tasktest
