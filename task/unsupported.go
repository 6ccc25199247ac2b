package task

import (
	"context"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// GetExtendedAgentCard reports that the agent has no extended card, which is a capability
// that the card does not declare (A2A 1.0 section 3.3.4).
func (s *Service) GetExtendedAgentCard(context.Context, *a2a.GetExtendedAgentCardRequest) (*a2a.AgentCard, error) {
	return nil, errExtended
}
