// Package words holds a test alone: it gathers from the Go sources the words
// that stand for a cause (reasons of refusals and failed tasks, of readiness,
// of the log and of the commands) and compares them with the page where people
// look them up.
package pages
