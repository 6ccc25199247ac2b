package gate

// Codes returns the number of each reason.
func Codes() map[Reason]int {
	codes := make(map[Reason]int, len(answers))
	for reason, a := range answers {
		codes[reason] = a.code
	}
	return codes
}
