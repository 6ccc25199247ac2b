// Package hydra prepares and starts the real Ory Hydra on SQLite.
package hydra
