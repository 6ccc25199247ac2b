package configs

import (
	"reflect"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/a2a"
	"github.com/getbindu/bindu-go/backend"
	"github.com/getbindu/bindu-go/egress"
	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/mcp"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/peer"
	"github.com/getbindu/bindu-go/policy"
	"github.com/getbindu/bindu-go/server"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// TestEachSettingBecomesItsOwnMember: no two are mistaken for each other.
func TestEachSettingBecomesItsOwnMember(t *testing.T) {
	set := mustLoad(t,
		"AGENT__NAME=poet", "AGENT__AUTHOR=ann@example.com", "AGENT__VERSION=1.2.3", "AGENT__DESCRIPTION=it rhymes",
		"AGENT__BACKEND=exec", "AGENT__COMMAND=rhyme well", "AGENT__COMMAND_TIMEOUT=7s", "AGENT__COMMAND_OUTPUT_LIMIT=3MiB", "AGENT__COMMAND_INPUT=json", "AGENT__COMMAND_ENV=A,B",
		"HYDRA__ADMIN_URL=https://admin.example", "HYDRA__PUBLIC_URL=https://hydra.example", "HYDRA__TIMEOUT=11s", "HYDRA__INTROSPECTION_TIMEOUT=12s",
		"HYDRA__CACHE_TTL=2s", "HYDRA__MAX_CACHE_SIZE=500", "HYDRA__DEFAULT_AGENT_SCOPES=openid,x", "HYDRA__DEFAULT_GRANT_TYPES=client_credentials",
		"MTLS__CA_URL=https://ca.example", "MTLS__CA_ROOT_URL=https://root.example/r.pem", "MTLS__CA_ROOT_FILE=/ca.pem", "MTLS__OIDC_AUDIENCE=our-ca",
		"MTLS__TIMEOUT=13s", "MTLS__CERT_TTL=20h", "MTLS__RENEW_BEFORE=5h", "MTLS__REQUIRE_CLIENT_CERT=true", "MTLS__MODE=mtls",
		"AUTH__AUDIENCE=me", "AUTH__ALLOWED_DIDS=did:bindu:ann:a:1", "AUTH__ADMINS=did:bindu:ann:b:1", "AUTH__TOKEN_MODE=strict", "AUTH__POLICY_FILE=/rules.yaml",
		"DID__TIMESTAMP_WINDOW=200s", "DID__REQUIRE_KEY_BOUND=true",
		"NETWORK__CONNECTION_TIMEOUT=14s", "NETWORK__REQUEST_TIMEOUT=15s",
		"LIMITS__CONNECTIONS=1001", "LIMITS__CONNECTIONS_PER_PEER=102", "LIMITS__HEADER_BYTES=33000", "LIMITS__RESETS_PER_CONNECTION=104",
		"LIMITS__HEADER_TIMEOUT=21s", "LIMITS__BODY_TIMEOUT=22s", "LIMITS__WRITE_TIMEOUT=23s", "LIMITS__IDLE_TIMEOUT=24s", "LIMITS__CONNECTION_AGE=25m", "LIMITS__HANDSHAKE_TIMEOUT=9s",
		"LIMITS__TARGET_BYTES=2001", "LIMITS__TOKEN_BYTES=9002", "LIMITS__DID_BYTES=503", "LIMITS__JSON_DEPTH=34", "LIMITS__BODY_BYTES=1000005", "LIMITS__BODY_BYTES_PER_DID=4000006",
		"LIMITS__REQUESTS_PER_DID=37", "LIMITS__RATE_PER_DID=38", "LIMITS__RATE_BURST=39", "LIMITS__ANSWER_BYTES_PER_DID=5000001",
		"LIMITS__REPLAY_ENTRIES=100041", "LIMITS__REMEMBERED_KEYS=1042", "LIMITS__TOKEN_CHECKS_PER_PEER=43",
		"TASK__WORKERS=51", "TASK__QUEUE=52", "TASK__RESERVE=3", "TASK__DEADLINE=54s", "TASK__RETENTION=55h", "TASK__MAKE_ROOM=true", "TASK__MAX_PER_DID=56",
		"TASK__MAX_HISTORY=57", "TASK__MAX_ARTIFACT_BYTES=9000058", "TASK__MAX_BYTES_PER_DID=90000059", "TASK__MAX_ACTIVE_PER_DID=40",
		"EGRESS__PORT=3999", "EGRESS__PEERS_FILE=/peers.yaml", "EGRESS__REQUESTS=61", "EGRESS__BODY_BYTES=1000062", "EGRESS__ANSWER_TIMEOUT=63s",
		"MCP__UPSTREAM_URL=http://127.0.0.1:9000", "MCP__UPSTREAM_TIMEOUT=64s", "MCP__UPSTREAM_ANSWER_LIMIT=65KiB", "MCP__SESSIONS=66", "MCP__SESSIONS_PER_DID=67", "MCP__SESSION_IDLE=68m",
	)
	command := Command(set)
	command.LookupEnv = nil
	peers := mtls.SourceConfig{RequireClientCert: true, HandshakeTimeout: 9 * time.Second}
	for name, c := range map[string]struct{ got, want any }{
		"hydra": {Hydra(set), hydra.Config{AdminURL: "https://admin.example", PublicURL: "https://hydra.example", AdminTimeout: 11 * time.Second, IntrospectTimeout: 12 * time.Second}},
		"client": {Client(set), hydra.Wanted{
			Name: "poet", Scopes: []string{"openid", "x"}, GrantTypes: []string{"client_credentials"}, Audience: []string{"our-ca"}, AccessTokenJWT: true,
		}},
		"introspection": {Introspection(set, "https://me.example"), hydra.IntrospectorOptions{
			Issuer: "https://me.example", ForbiddenAudiences: []string{"our-ca"}, Audiences: []string{"me"}, MaxAge: 2 * time.Second, MaxTokenBytes: 9002, MaxEntries: 500,
		}},
		"ca": {CA(set), stepca.Config{
			CAURL: "https://ca.example", RootURL: "https://root.example/r.pem", RootFile: "/ca.pem", Audience: "our-ca", HTTPTimeout: 13 * time.Second, TTL: 20 * time.Hour,
		}},
		"certificate": {Certificate(set), mtls.KeeperConfig{Source: peers, RenewBefore: 5 * time.Hour}},
		"peers":       {Peers(set), peers},
		"gates": {Gates(set), gate.Config{
			Mode: gate.ModeMTLS, TokenMode: gate.TokenStrict, RequireKeyBound: true, Window: 200 * time.Second, Permissions: gate.Permissions(a2a.Permissions()),
			Admins: []string{"did:bindu:ann:b:1"}, Tokenless: set.Auth.TokenlessPermissions,
			Limits: gate.Limits{
				TargetBytes: 2001, TokenBytes: 9002, DIDBytes: 503, JSONDepth: 34, BodyBytes: 1000005, BodyBytesHeld: 4000006, BodyTime: 22 * time.Second,
				InFlight: 37, Rate: 38, Burst: 39,
			},
		}},
		"policy": {Policy(set), policy.Config{Path: "/rules.yaml", AllowedDIDs: []string{"did:bindu:ann:a:1"}}},
		"port": {Port(set), server.Config{
			Limits:   server.Limits{Connections: 1001, ConnectionsPerPeer: 102, HeaderBytes: 33000, Resets: 104},
			Timeouts: server.Timeouts{Header: 21 * time.Second, Body: 22 * time.Second, Write: 23 * time.Second, Idle: 24 * time.Second, Age: 25 * time.Minute},
		}},
		"replay": {Replay(set), replay.Config{Window: 200 * time.Second, Total: 100041}},
		"keys":   {Keys(set), keymemory.Config{Limit: 1042}},
		"tasks": {Tasks(set), task.Config{
			Limits: task.Limits{
				TaskBytes: 32 << 20, Tasks: 56, Messages: 57, ArtifactBytes: 9000058, Bytes: 90000059, Active: 40, Workers: 51, Reserve: 3, Queue: 52,
			},
			Deadline: 54 * time.Second, Retention: 55 * time.Hour, MakeRoom: true, AdminPermission: identity.PermissionAdmin,
		}},
		"requests": {Requests(set), a2a.HandlerConfig{MaxBody: 1000005, MaxDepth: 34, AnswerBytes: 5000001}},
		"command": {command, backend.ExecConfig{
			Command: []string{"rhyme", "well"}, Timeout: 7 * time.Second, OutputLimit: 3 << 20, Input: backend.InputJSON, PassEnv: []string{"A", "B"},
		}},
		"egress": {Egress(set), egress.Config{Limits: egress.Limits{
			Requests: 61, BodyBytes: 1000062, Find: 14 * time.Second, Answer: 63 * time.Second, Silence: time.Minute, Fresh: 5 * time.Minute,
		}}},
		"egress port": {EgressPort(set), server.Config{
			HTTP2:    true,
			Limits:   server.Limits{Connections: 1001, ConnectionsPerPeer: 1001, HeaderBytes: 33000, Resets: 104},
			Timeouts: server.Timeouts{Header: 21 * time.Second, Body: 22 * time.Second, Write: 23 * time.Second, Idle: 24 * time.Second},
		}},
		"mcp": {MCP(set), mcp.Config{
			URL: "http://127.0.0.1:9000", Timeout: 64 * time.Second, AnswerLimit: 65 << 10, Sessions: 66, SessionsPerCaller: 67, SessionIdle: 68 * time.Minute,
		}},
		"calls": {Calls(set), peer.Config{ForbiddenAudiences: []string{"our-ca"}, DialTimeout: 14 * time.Second, RequestTimeout: 15 * time.Second}},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s:\n%+v, want\n%+v", name, c.got, c.want)
		}
	}
	if places, wait := TokenQueue(set); places != 43 || wait != 6*time.Second {
		t.Errorf("queue of tokens: %d, %v", places, wait)
	}
	if !UsesHydra(set) || !RemembersKeys(set) || !HasPolicy(set) || HasOwnClient(set) {
		t.Error("something that there is is not, or the other way round")
	}
}

// The card says what a caller needs, which depends on the mode and the provider.
func TestTheCardSaysWhichProofsAreWanted(t *testing.T) {
	for name, c := range map[string]struct {
		mtls     bool
		mode     settings.Mode
		provider settings.Provider
		want     [2]bool // mutual TLS, token
		tokenURL string
	}{
		"hybrid":         {true, settings.ModeHybrid, settings.ProviderHydra, [2]bool{true, true}, "https://hydra.example/oauth2/token"},
		"mtls alone":     {true, settings.ModeMTLS, settings.ProviderHydra, [2]bool{true, false}, "https://hydra.example/oauth2/token"},
		"tokens alone":   {false, settings.ModeHybrid, settings.ProviderHydra, [2]bool{false, true}, "https://hydra.example/oauth2/token"},
		"another issuer": {true, settings.ModeHybrid, settings.ProviderOIDC, [2]bool{true, true}, ""},
	} {
		set := settings.Default()
		set.Agent.Name, set.Agent.Author, set.Agent.Version = "poet", "ann", "1"
		set.MTLS.Enabled, set.MTLS.Mode, set.Auth.Provider, set.Hydra.PublicURL = settings.Bool(c.mtls), c.mode, c.provider, "https://hydra.example"
		card := Card(set)
		if got := [2]bool{card.MutualTLS, card.Token}; got != c.want || card.TokenURL != c.tokenURL {
			t.Errorf("%s: %v, %q", name, got, card.TokenURL)
		}
		if card.Name != "poet" || card.AgentName != "poet" || card.Author != "ann" || card.Version != "1" || card.Description != "The agent poet of ann" || len(card.Permissions) != 3 {
			t.Errorf("%s: %+v", name, card)
		}
	}
}

func TestANewAgentIsNamedAsTheSettingsSay(t *testing.T) {
	key, err := did.KeyPairFromSeed(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	set := settings.Default()
	set.Agent.Author, set.Agent.Name = "ann@example.com", "poet"
	for derivation, bound := range map[settings.Derivation]bool{settings.DerivationKey: true, settings.DerivationAuthorName: false} {
		set.DID.Derivation = derivation
		if d, err := DeriveDID(set, key.PublicKey()); err != nil || d.BoundTo(key.PublicKey()) != bound {
			t.Errorf("%s: %s, %v", derivation, d, err)
		}
	}
}
