package configs

import (
	"testing"
	"time"

	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/oauth/oidc"
	"github.com/getbindu/bindu-go/settings"
)

// TestAuthoritiesHaveOneSetOfDefaults: the clients of Hydra and of issuers still
// have defaults of their own, for programs without settings. They are the same.
func TestAuthoritiesHaveOneSetOfDefaults(t *testing.T) {
	set := settings.Default()
	for name, pair := range map[string][2]int64{
		"HYDRA__TIMEOUT":               {int64(set.Hydra.Timeout), int64(hydra.DefaultAdminTimeout)},
		"HYDRA__INTROSPECTION_TIMEOUT": {int64(set.Hydra.IntrospectionTimeout), int64(hydra.DefaultIntrospectTimeout)},
		"HYDRA__MAX_CACHE_SIZE":        {int64(set.Hydra.MaxCacheSize), hydra.DefaultMaxVerdicts},
		"HYDRA__CACHE_TTL":             {int64(set.Hydra.CacheTTL), int64(hydra.MaxVerdictAge)},
		"LIMITS__TOKEN_BYTES":          {int64(set.Limits.TokenBytes), hydra.DefaultMaxTokenBytes},
		"LIMITS__TOKEN_BYTES of JWTs":  {int64(set.Limits.TokenBytes), oidc.DefaultMaxTokenBytes},
		"AUTH__JWKS_REFRESH":           {int64(set.Auth.JWKSRefresh), int64(oidc.DefaultRefreshInterval)},
		"AUTH__JWKS_MAX_STALE":         {int64(set.Auth.JWKSMaxStale), int64(oidc.DefaultMaxStale)},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: settings say %s, the package %s", name, time.Duration(pair[0]), time.Duration(pair[1]))
		}
	}
}
