// Package pages holds tests alone: they compare pages with what they describe.
// One gathers from the Go sources the words that stand for a cause (reasons of
// refusals and failed tasks, of readiness, of the log and of the commands) and
// wants a line of docs/troubleshooting.md for each; others do the same for
// metrics, dependencies, defaults, docker-compose.yml, and the files and functions
// that docs/architecture.md names.
package pages
