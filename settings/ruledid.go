package settings

import (
	"fmt"
	"strings"
)

// maxDID and didFrame are the longest DID (identity/did) and what stands around
// author and name in it: "did:bindu:", two colons and an id of 36 characters.
const (
	maxDID   = 512
	didFrame = len("did:bindu:") + 2 + 36
)

// checkDIDPart wants what identity/did makes a segment of a DID of.
func checkDIDPart(text string) (problem string) {
	position := 0
	for _, r := range text {
		position++
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', strings.ContainsRune(" @.-_", r):
		default:
			return fmt.Sprintf("has %#U as character %d, which a DID cannot hold: use letters (a to z), digits, space, @, ., - and _", r, position)
		}
	}
	return ""
}

// checkDIDLength refuses author and name that together make too long a DID.
func (l agentRules) checkDIDLength() {
	if n := lengthOfDID(l.s.Agent.Author, l.s.Agent.Name); n > maxDID {
		l.fault(&l.s.Agent.Name, fmt.Sprintf("makes a DID of %d characters with AGENT__AUTHOR, at most %d are possible", n, maxDID))
	}
}

func lengthOfDID(author, name DIDPart) int {
	part := func(p DIDPart) int {
		s := string(p)
		return len(s) + len("_at_")*strings.Count(s, "@") - strings.Count(s, "@")
	}
	return didFrame + part(author) + part(name)
}
