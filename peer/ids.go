package peer

import (
	"fmt"
	"strings"
	"unicode"
)

// maxEventID is the longest id of an event that is sent back, in bytes.
const maxEventID = 256

var (
	errIDControl   = fmt.Errorf("%w: an id has characters that are not seen", ErrReply)
	errOtherTask   = fmt.Errorf("%w: it is about another task", ErrReply)
	errOtherThread = fmt.Errorf("%w: it is about another context", ErrReply)
	errOwnMessage  = fmt.Errorf("%w: the answer is a message of the caller's", ErrReply)
)

// checkIDs refuses ids of a peer that would not stay on their line where they are shown.
func checkIDs(ids ...string) error {
	for _, id := range ids {
		if hasUnseen(id) {
			return errIDControl
		}
	}
	return nil
}

func hasUnseen(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}

// isUsable reports an id of an event that can be sent back in a header.
func isUsable(eventID string) bool {
	return len(eventID) <= maxEventID && !hasUnseen(eventID)
}

// sameTask is the reply if it is about the task that was asked for.
func sameTask(reply Reply, taskID string) (Reply, error) {
	if reply.TaskID != taskID {
		return Reply{TaskID: taskID}, errOtherTask
	}
	return reply, nil
}
