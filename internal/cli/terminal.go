package cli

import "strings"

// ForTerminal makes text safe to print: what a peer, a file or an environment
// says may hold sequences that a terminal obeys. Line ends and tabs stay.
func ForTerminal(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < ' ', 0x7f <= r && r <= 0x9f: // C0, DEL and C1 controls
			return '\ufffd'
		case 0x202a <= r && r <= 0x202e, 0x2066 <= r && r <= 0x2069: // they reverse what follows
			return '\ufffd'
		}
		return r
	}, text)
}
