package peer

import (
	"strings"

	"github.com/getbindu/bindu-go/internal/refusal"
)

// domainA2A is the domain of the protocol's own errors in a google.rpc.ErrorInfo.
const domainA2A = "a2a-protocol.org"

// numbers are those that JSON-RPC has for the errors of the protocol (A2A 1.0 section
// 5.4). Other bindings say the word.
var numbers = map[string]int{
	"INVALID_PARAMS": refusal.CodeInvalidParams, "METHOD_NOT_FOUND": refusal.CodeMethodNotFound,
	"TASK_NOT_FOUND": -32001, "TASK_NOT_CANCELABLE": -32002, "PUSH_NOTIFICATION_NOT_SUPPORTED": -32003, "UNSUPPORTED_OPERATION": codeUnsupported,
	"CONTENT_TYPE_NOT_SUPPORTED": -32005, "INVALID_AGENT_RESPONSE": -32006, "EXTENDED_AGENT_CARD_NOT_CONFIGURED": -32007,
	"EXTENSION_SUPPORT_REQUIRED": -32008, "VERSION_NOT_SUPPORTED": -32009,
}

// numberOf is the number in JSON-RPC of an error that another binding names, 0 where it
// has none.
func numberOf(domain, reason string) int {
	if domain == domainA2A {
		return numbers[reason]
	}
	if a := refusal.Word(strings.ToLower(reason)).Answer(); strings.EqualFold(string(a.Word()), reason) {
		return a.Code()
	}
	return 0
}
