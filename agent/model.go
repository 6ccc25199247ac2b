package agent

import (
	"context"
	"fmt"

	"github.com/getbindu/bindu-go/backend/openai"
	"github.com/getbindu/bindu-go/internal/configs"
)

// openModel returns the backend of AGENT__OPENAI_MODEL.
func (a *Agent) openModel() (*openai.OpenAI, error) {
	cfg := configs.OpenAI(a.opts.Settings)
	cfg.Logger = a.log
	o, err := openai.New(cfg)
	if err != nil {
		return nil, fmt.Errorf("AGENT__OPENAI_URL: %w", err)
	}
	a.onStop(func(context.Context) error { return o.Close() })
	return o, nil
}
