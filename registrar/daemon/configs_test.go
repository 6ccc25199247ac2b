package daemon

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/settings"
)

// elsewhere are the settings that no configuration has: they name addresses and
// files of ours, or say what is done and not how.
var elsewhere = []string{
	"Registrar.Author", "Registrar.Dir", "Registrar.ReferenceURL", "Registrar.DatabaseURL", "Registrar.KeyPassword", "Registrar.SettleInterval", "Registrar.CompareInterval",
	"MTLS.DIDIssuer", "Network.Host", "Network.Port", "Network.AdminPort", "Network.WebhookHost", "Network.WebhookPort", "Network.ReferenceHost", "Network.ReferencePort", "Limits.DrainTimeout", "Log.Level", "Log.Format", "Log.Access",
}

// TestEverySettingReachesAConfiguration: one that is forgotten on the way would be a
// bound that nobody keeps.
func TestEverySettingReachesAConfiguration(t *testing.T) {
	all := func(set settings.RegistrarSettings) []any {
		return []any{authority(set), kept(set), hydraOf(set), ownClient(set), port(set), adminPort(set), registry(set), hook(set), hookTLS(set), referenceTLS(set), places(set)}
	}
	unseen := slices.Clone(elsewhere)
	for i, section := range reflect.VisibleFields(reflect.TypeFor[settings.RegistrarSettings]()) {
		if !section.IsExported() || len(section.Index) > 1 {
			continue
		}
		for _, field := range reflect.VisibleFields(section.Type) {
			if field.Anonymous {
				continue
			}
			name, changed := section.Name+"."+field.Name, settings.DefaultRegistrar()
			change(t, name, reflect.ValueOf(&changed).Elem().Field(i).FieldByIndex(field.Index))
			reaches := !reflect.DeepEqual(all(settings.DefaultRegistrar()), all(changed))
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

// change gives a setting another value, whatever its type.
func change(t *testing.T, name string, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Int, reflect.Int64:
		v.SetInt(v.Int() + 1)
	case reflect.Slice:
		v.Set(reflect.Append(v, reflect.New(v.Type().Elem()).Elem()))
	case reflect.Struct:
		v.Set(reflect.ValueOf(settings.NewSecret("x")))
	default:
		t.Fatalf("%s: how is a %s changed?", name, v.Kind())
	}
}

// An agent with the same setting hears of a Hydra that hangs before it gives up.
func TestARegistrarGivesUpBeforeItsAgents(t *testing.T) {
	var set settings.RegistrarSettings
	set.Hydra.IntrospectionTimeout = settings.Duration(2 * time.Second)
	if waits := hydraOf(set).IntrospectTimeout; waits != 1500*time.Millisecond {
		t.Errorf("it waits for %s", waits)
	}
}
