// Package home is the directory of an agent, .bindu/: which files are an agent's,
// who may write them, and who the agent is. A start opens it with [Open], which
// makes and locks it; who changes something beside the running agent uses [Enter];
// who only looks uses [Look], for which nothing is made, locked or written.
//
// The files have the names and formats of the Python reference where it has them:
// private.pem, public.pem, oauth_credentials.json, tls_key.pem, tls_cert.pem and
// ca_bundle.pem. Beside them are identity.json, agent.lock, the memory of replays
// (replay), that of callers' keys, and the tasks (tasks.db).
package home
