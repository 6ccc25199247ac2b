package configs

import (
	"reflect"
	"slices"
	"testing"

	"github.com/getbindu/bindu-go/settings"
)

// all are the configurations that settings have, without what cannot be compared.
func all(set settings.Settings) []any {
	command := Command(set)
	command.LookupEnv = nil
	places, wait := TokenQueue(set)
	registrar, err := Registrar(set)
	return []any{
		UsesHydra(set), HoldsAdmin(set), registrar, err == nil, Registration(set), Hydra(set), Client(set), Introspection(set, "https://hydra.example"), places, wait,
		Issuers(set, IssuerFiles{}), HasOwnClient(set), OwnClient(set, nil), CA(set), Certificate(set), Peers(set), Gates(set), HasPolicy(set), Policy(set),
		Admin(set), Port(set), Replay(set), RemembersKeys(set), Keys(set), HotKeys(set), Tasks(set), Requests(set), command, Card(set), Calls(set), Pushes(set), Webhooks(set), Upstream(set), Vouches(set), OpenAI(set), MCP(set), MCPRoute(set), Egress(set), EgressPort(set),
	}
}

// elsewhere are the settings that no configuration has: they name addresses and
// files of ours, or say what is done and not how.
var elsewhere = []string{
	"Agent.AllowPlaintext", "Auth.Enabled", // judged with the other settings
	"Agent.URL", "Agent.Dir", "Agent.KeyPassword", "Agent.SkillsFile", "Agent.ExtendedSkillsFile", "Agent.Backend",
	"Auth.DIDMap", "Auth.IssuerCAFile", "Auth.OutboundAudience", "Auth.Domain",
	"DID.Derivation", "DID.PinnedKeys", "MTLS.DIDIssuer",
	"Network.Host", "Network.Port", "Network.AdminPort", "Egress.Port", "Egress.Socket", "Egress.PeersFile", "MCP.Path",
	"Limits.DrainTimeout", "Log.Level", "Log.Format", "Log.Access",
}

// TestEverySettingReachesAConfiguration: one that is forgotten on the way would
// be a bound that nobody keeps or a check that nobody makes.
func TestEverySettingReachesAConfiguration(t *testing.T) {
	unseen := slices.Clone(elsewhere)
	sections := reflect.TypeFor[settings.Settings]()
	for i := range sections.NumField() {
		section := sections.Field(i)
		if !section.IsExported() {
			continue
		}
		for _, field := range reflect.VisibleFields(section.Type) {
			if !field.IsExported() || field.Anonymous {
				continue
			}
			name := section.Name + "." + field.Name
			changed := base()
			change(t, name, reflect.ValueOf(&changed).Elem().Field(i).FieldByIndex(field.Index))
			reaches := !reflect.DeepEqual(all(base()), all(changed))
			at := slices.Index(unseen, name)
			switch {
			case reaches && at >= 0:
				t.Errorf("%s is in a configuration: take it out of elsewhere", name)
			case !reaches && at < 0:
				t.Errorf("%s is in no configuration", name)
			case at >= 0:
				unseen = slices.Delete(unseen, at, at+1)
			}
		}
	}
	if len(unseen) > 0 {
		t.Errorf("there are no settings %v", unseen)
	}
}

// base are settings in which each one counts.
func base() settings.Settings {
	set := settings.Default()
	set.Hydra.AdminURL, set.Registrar.DID = "https://hydra.example", "did:bindu:a:registrar:1"
	set.Hydra.CacheTTL /= 2 // the longest has no effect of its own
	set.Auth.Issuers = []string{"https://issuer.example"}
	set.Agent.Description, set.Push.Enabled = "", true
	return set
}

// change gives a setting another value, whatever its type.
func change(t *testing.T, name string, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.String:
		switch name { // words that mean something
		case "Auth.ErrorCodes":
			v.SetString(string(settings.ErrorCodesAuth0))
		case "MTLS.Mode":
			v.SetString(string(settings.ModeMTLS))
		default:
			v.SetString(v.String() + "x")
		}
	case reflect.Int, reflect.Int64:
		v.SetInt(v.Int() + 1)
	case reflect.Float64:
		v.SetFloat(v.Float() + 1)
	case reflect.Slice:
		v.Set(reflect.Append(v, reflect.New(v.Type().Elem()).Elem()))
	case reflect.Map:
		more := reflect.MakeMap(v.Type())
		more.SetMapIndex(reflect.ValueOf("x").Convert(v.Type().Key()), reflect.New(v.Type().Elem()).Elem())
		v.Set(more)
	case reflect.Struct:
		secret, ok := reflect.ValueOf(settings.NewSecret("x")), v.Type() == reflect.TypeFor[settings.Secret]()
		if !ok {
			t.Fatalf("%s: a struct %s", name, v.Type())
		}
		v.Set(secret)
	default:
		t.Fatalf("%s: how is a %s changed?", name, v.Kind())
	}
}
