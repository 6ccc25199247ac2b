package a2a

// known returns a shape with members of no shape of their own.
func known(names ...string) *shape {
	s := &shape{members: make(map[string]*shape, len(names))}
	for _, name := range names {
		s.members[name] = nil
	}
	return s
}

// with adds a member of a shape.
func (s *shape) with(name string, inner *shape) *shape {
	s.members[name] = inner
	return s
}

// close makes the members that are listed the only ones.
func (s *shape) close() *shape {
	s.closed = true
	return s
}

// The parameters of the methods. The values of metadata and of data have no
// shape, whatever they are named in there.
var (
	shapeSendV1 = known().
			with("message", messageShape(known("mediaType"))).
			with("configuration", configurationShape("returnImmediately", "taskPushNotificationConfig"))

	shapeSendV03 = known().
			with("message", messageShape(known().with("file", known("mimeType")))).
			with("configuration", configurationShape("pushNotificationConfig"))

	shapePush   = known("taskId")
	shapePushes = known("tenant", "taskId", "pageSize", "pageToken").close()
	shapePush03 = known("taskId", "pushNotificationConfig", "pushNotificationConfigId")

	shapeCard     = known("tenant")
	shapeTask     = known("taskId", "historyLength")
	shapeFeedback = known("taskId")

	shapeListTasks = known("tenant", "contextId", "status", "pageSize", "pageToken", "historyLength",
		"statusTimestampAfter", "includeArtifacts").close()
	// What the reference's models allow, and the length that bounds the list.
	shapeListV03 = known("length", "historyLength", "metadata").close()
	// A restriction of what is deleted is a filter too.
	shapeClear = known("contextId", "metadata").close()
)

func messageShape(part *shape) *shape {
	return known("messageId", "contextId", "taskId", "referenceTaskIds").with("parts", part)
}

func configurationShape(more ...string) *shape {
	s := known("acceptedOutputModes", "historyLength")
	for _, name := range more {
		s.with(name, nil)
	}
	return s
}
