package settings

import "slices"

// RegistrarSettings is everything the operator of a registrar can choose, read
// once by [LoadRegistrar] as an agent's [Settings] are by [Load]. What both
// programs have in common has one name, one default and one meaning.
type RegistrarSettings struct {
	Registrar RegistrarSelf
	Network   RegistrarNetwork
	Hydra     RegistrarHydra
	MTLS      CertificateAuthority
	DID       SignatureTimes
	Limits    RegistrarLimits
	Log       Log

	findings
}

// LoadRegistrar reads every setting of a registrar once; see [Load].
func LoadRegistrar(o Options) (RegistrarSettings, error) {
	s := new(RegistrarSettings)
	if err := load(s, o); err != nil {
		return RegistrarSettings{}, err
	}
	return *s, nil
}

// DefaultRegistrar returns the settings that nobody has touched; see [Default].
func DefaultRegistrar() RegistrarSettings {
	s := new(RegistrarSettings)
	decodeDefaults(s)
	return *s
}

// Validate judges settings that a program made; see [Settings.Validate].
func (s *RegistrarSettings) Validate() error {
	judged, untouched := *s, DefaultRegistrar()
	if err := validate(&judged, &untouched); err != nil {
		return err
	}
	*s = judged
	return nil
}

// Describe lists every setting in the order of the documentation; see
// [Settings.Describe].
func (s RegistrarSettings) Describe() []Row { return describe(&s) }

// Warnings lists what works and an operator should know about; see
// [Settings.Warnings].
func (s RegistrarSettings) Warnings() []string { return slices.Clone(s.warnings) }

func (*RegistrarSettings) program() string { return "the registrar" }
func (*RegistrarSettings) other() root     { return new(Settings) }

// required implements root.
func (s *RegistrarSettings) required() []any {
	return []any{&s.Registrar.Author, &s.Hydra.AdminURL, &s.Hydra.PublicURL, &s.MTLS.CAURL}
}

// understood implements root: the reference has no registrar.
func (*RegistrarSettings) understood() []string { return nil }

// readOthers implements root.
func (*RegistrarSettings) readOthers(*loader, map[string]string, []string) {}

// judge implements root.
func (s *RegistrarSettings) judge(l *loader) {
	rules := registrarRules{l, s}
	rules.derive()
	if !l.incomplete {
		rules.checkComplete()
	}
	rules.advise()
}
