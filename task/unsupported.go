package task

import (
	"context"
	"iter"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// The operations below belong to capabilities that the card does not declare;
// A2A 1.0 section 3.3.4 names the errors. They look at no task, so they say
// nothing about any.

// SendStreamingMessage reports that the agent does not stream.
func (s *Service) SendStreamingMessage(context.Context, *a2a.SendMessageRequest) iter.Seq2[a2a.Event, error] {
	return refuseStream
}

// SubscribeToTask reports that the agent does not stream.
func (s *Service) SubscribeToTask(context.Context, *a2a.SubscribeToTaskRequest) iter.Seq2[a2a.Event, error] {
	return refuseStream
}

func refuseStream(yield func(a2a.Event, error) bool) { yield(nil, errStreaming) }

// GetTaskPushConfig reports that the agent sends no push notifications.
func (s *Service) GetTaskPushConfig(context.Context, *a2a.GetTaskPushConfigRequest) (*a2a.PushConfig, error) {
	return nil, errPush
}

// ListTaskPushConfigs reports that the agent sends no push notifications.
func (s *Service) ListTaskPushConfigs(context.Context, *a2a.ListTaskPushConfigRequest) (*a2a.ListTaskPushConfigResponse, error) {
	return nil, errPush
}

// CreateTaskPushConfig reports that the agent sends no push notifications.
func (s *Service) CreateTaskPushConfig(context.Context, *a2a.PushConfig) (*a2a.PushConfig, error) {
	return nil, errPush
}

// DeleteTaskPushConfig reports that the agent sends no push notifications.
func (s *Service) DeleteTaskPushConfig(context.Context, *a2a.DeleteTaskPushConfigRequest) error {
	return errPush
}

// GetExtendedAgentCard reports that the agent has no extended card.
func (s *Service) GetExtendedAgentCard(context.Context, *a2a.GetExtendedAgentCardRequest) (*a2a.AgentCard, error) {
	return nil, errExtended
}
