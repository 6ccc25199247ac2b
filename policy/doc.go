// Package policy decides, after all proofs about a caller, whether the operator's
// rules let it do what it asks, and how much of it.
//
// Rules are written in CEL, the Common Expression Language, in a YAML file. They
// are compiled and type-checked when the file is read, cannot loop without end,
// and an error while one is evaluated refuses the request. [Parse] reads a file,
// [Engine] holds one and reloads it: a broken new file leaves the old rules in
// force. [Quotas] counts what each caller uses against the quotas of the same
// file, by package quota.
//
// docs/policy.md describes the file.
package policy
