package a2a

import (
	"github.com/google/uuid"
)

// byReference reports whether the sender is a client of the Python reference,
// which chooses the id of the task that it starts and polls that. Nothing says
// so by name, but such a client sends everything that the reference requires:
// the kind, three ids that are UUIDs, and output modes. To everybody else a task
// that does not exist is one.
func (p sendParams) byReference() bool {
	m, c := p.Message, p.Configuration
	return m != nil && m.Kind == "message" && c != nil && len(c.AcceptedOutputModes) > 0 &&
		isUUID(m.MessageID) && isUUID(m.ContextID) && isUUID(m.TaskID) && !isOurs(*m.TaskID)
}

func isUUID(id *string) bool {
	return id != nil && len(*id) == 36 && uuid.Validate(*id) == nil
}

// isOurs reports whether a UUID is of the version that agents of this runtime
// give to tasks: such a task was, here or elsewhere. Clients choose random ones.
func isOurs(id string) bool {
	u, err := uuid.Parse(id)
	return err == nil && u.Version() == 7
}
