package a2a

import (
	"bytes"
	"net/http"
	"strconv"

	legacy "github.com/a2aproject/a2a-go/a2a"
	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/task"
)

// The forms in which webhooks are told: that of whoever made them.
const (
	formV1        = string(card.V1)
	formV03       = string(card.V03)
	formReference = string(card.Reference)
)

// headerToken has the token of a webhook in both versions of A2A.
const headerToken = "X-A2A-Notification-Token"

// mediaA2A is the media type of A2A 1.0 (section 14.1.1).
const mediaA2A = "application/a2a+json"

// Notification is what a webhook is told of an event: the header and the body of a POST.
// There is no body where it is told nothing. In A2A 1.0 (section 4.3.3) that is the event
// as a stream has it, in 0.3 the task as it was when its state changed, which whole
// returns; to webhooks of the reference's clients, what the reference calls a lifecycle
// event.
func Notification(to task.TakenPush, e task.Event, whole func() (*a2a.Task, error)) (http.Header, []byte, error) {
	event, err := notified(to, e, whole)
	if err != nil || event == nil {
		return nil, nil, err
	}
	enc, err := encodeAlone(event)
	if err != nil {
		return nil, nil, err
	}
	defer enc.release()
	return notificationHeader(to), bytes.Clone(enc.out), nil
}

// notified is what is encoded of an event, nil for nothing.
func notified(to task.TakenPush, e task.Event, whole func() (*a2a.Task, error)) (any, error) {
	update := task.UpdateOf(e, a2a.TaskID(to.TaskID), to.ContextID)
	if update == nil {
		return nil, nil
	}
	switch to.Form {
	case formV03:
		if _, changed := update.(*a2a.TaskStatusUpdateEvent); !changed {
			return nil, nil
		}
		t, err := whole()
		if err != nil {
			return nil, err
		}
		return toTask03(t), nil
	case formReference:
		return lifecycle(to, e, update)
	default:
		return a2a.StreamResponse{Event: update}, nil
	}
}

func notificationHeader(to task.TakenPush) http.Header {
	h := http.Header{"Content-Type": {"application/json"}}
	switch {
	case to.Form == formReference:
		if to.Token != "" {
			h.Set("Authorization", "Bearer "+to.Token)
		}
	case to.Token != "":
		h.Set(headerToken, to.Token)
	}
	if to.Form != formV03 && to.Form != formReference {
		h.Set("Content-Type", mediaA2A)
	}
	if a := to.Authentication; a != nil && a.Credentials != "" {
		h.Set("Authorization", a.Scheme+" "+a.Credentials)
	}
	return h
}

// lifecycleEvent is what the reference sends, in its spelling. Who gets one twice knows
// it by its id.
type lifecycleEvent struct {
	ID        string             `json:"event_id"`
	Sequence  int64              `json:"sequence"`
	Timestamp string             `json:"timestamp"`
	Kind      string             `json:"kind"`
	TaskID    string             `json:"task_id"`
	ContextID string             `json:"context_id"`
	Status    *lifecycleStatus   `json:"status,omitempty"`
	Final     *bool              `json:"final,omitempty"`
	Artifact  *lifecycleArtifact `json:"artifact,omitempty"`
	Append    bool               `json:"append,omitempty"`
	LastChunk *bool              `json:"last_chunk,omitempty"`
}

type lifecycleStatus struct {
	State     string            `json:"state"`
	Timestamp string            `json:"timestamp"`
	Message   *lifecycleMessage `json:"message,omitempty"`
}

// lifecycleMessage is what is said beside a state: the reference's inbox shows the
// question of a task that waits for input from here alone.
type lifecycleMessage struct {
	Role  string              `json:"role"`
	Kind  string              `json:"kind"`
	Parts legacy.ContentParts `json:"parts"`
}

func newLifecycleStatus(s legacy.TaskStatus, at string) *lifecycleStatus {
	status := &lifecycleStatus{State: string(s.State), Timestamp: at}
	if m := s.Message; m != nil {
		status.Message = &lifecycleMessage{string(m.Role), "message", m.Parts}
	}
	return status
}

type lifecycleArtifact struct {
	ID          string              `json:"artifact_id"`
	Name        string              `json:"name,omitempty"`
	Description string              `json:"description,omitempty"`
	Parts       legacy.ContentParts `json:"parts"`
	Metadata    map[string]any      `json:"metadata,omitempty"`
}

// eventNames is the namespace of the ids of lifecycle events (RFC 9562 section 5.5).
var eventNames = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://github.com/getbindu/bindu-go/lifecycle"))

func lifecycle(to task.TakenPush, e task.Event, update a2a.Event) (any, error) {
	event, err := toEvent03(update)
	if err != nil {
		return nil, err
	}
	at := stamp(e.At)
	out := lifecycleEvent{
		ID:       uuid.NewSHA1(eventNames, []byte(to.TaskID+" "+strconv.FormatInt(e.Seq, 10))).String(),
		Sequence: e.Seq, Timestamp: at, TaskID: to.TaskID, ContextID: to.ContextID,
	}
	switch v := event.(type) {
	case *legacy.TaskStatusUpdateEvent:
		final := e.State.Terminal()
		out.Kind, out.Status, out.Final = "status-update", newLifecycleStatus(v.Status, at), &final
	case *legacy.TaskArtifactUpdateEvent:
		out.Kind, out.Append, out.LastChunk = "artifact-update", v.Append, &v.LastChunk
		out.Artifact = &lifecycleArtifact{string(v.Artifact.ID), v.Artifact.Name, v.Artifact.Description, v.Artifact.Parts, v.Artifact.Metadata}
	}
	return out, nil
}
