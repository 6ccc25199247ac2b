package authority

import (
	"path/filepath"

	"github.com/joho/godotenv"
)

// ReadEnv reads the variables that an agent needs to use the authority of the directory.
func ReadEnv(dir string) (map[string]string, error) {
	return godotenv.Read(filepath.Join(dir, "authority.env"))
}
