// Package refusal is the one catalogue of refusals: for each word the HTTP
// status, the number of the error in both columns, the message and the hint.
// Nobody else writes any of them for a word; the commands, too, read here what
// they say of a fault that an agent refuses.
package refusal
