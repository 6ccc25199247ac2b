package a2a

import "github.com/a2aproject/a2a-go/v2/a2a"

// ErrorCode is an error of the protocol in each binding.
type ErrorCode struct {
	Reason         string
	Number, Status int
	Name           string
}

// ErrorCodes lets a test read the table of errors.
func ErrorCodes() (all []ErrorCode) {
	for _, c := range codes {
		reason := "CONTEXT_NOT_FOUND"
		if c.code != codeContextNotFound {
			reason = a2a.ErrorReason(c.err)
		}
		all = append(all, ErrorCode{reason, c.code, c.status, c.name})
	}
	return all
}
