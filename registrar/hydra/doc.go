// Package hydra is Ory Hydra as the registrar's authorization server.
package hydra
