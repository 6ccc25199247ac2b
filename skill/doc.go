// Package skill holds what an agent says that it can do.
//
// [Load] reads the operator's file, a list of skills in YAML or JSON, strictly:
// it names every fault at once, with its line and skill. [Set.Documents] are
// the public pages about them and [Set.Negotiation] tells a caller how well a
// task fits them. All of it follows from the file alone: nothing about other
// callers, their tasks or how busy the agent is can be learned here.
//
// docs/wire-format.md describes the file and the answers.
package skill
