package configs

import (
	"fmt"

	"github.com/getbindu/bindu-go/internal/postgresdb"
	"github.com/getbindu/bindu-go/settings"
)

// TaskDatabase is where the tasks are, with TASK__DATABASE_URL: [postgresdb.ErrURL] and
// [postgresdb.ErrInsecure] name the setting, and nothing of its value.
func TaskDatabase(set settings.Settings) (postgresdb.Address, error) {
	address, err := postgresdb.Parse(set.Task.DatabaseURL.Reveal())
	if err != nil {
		return address, fmt.Errorf("TASK__DATABASE_URL: %w", err)
	}
	return address, nil
}
