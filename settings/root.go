package settings

import "reflect"

// root is what the settings of one program are: a struct whose exported members
// are sections, and the rules for all of them together. [Settings] are those of an
// agent, [RegistrarSettings] those of the registrar.
type root interface {
	// found returns what reading brings to light beside the values.
	found() *findings
	// program says whose settings they are, and other returns settings of the other
	// program: names of one that the other reads are told from misspelt ones.
	program() string
	other() root
	// required are the fields that have no default and that are always needed.
	required() []any
	// understood are names of our sections that are read without being settings.
	understood() []string
	// readOthers reads variables that are no settings of ours.
	readOthers(l *loader, dotEnv map[string]string, environ []string)
	// judge derives what nobody set and looks at the settings together.
	judge(l *loader)
}

// findings are what reading brings to light beside the values.
type findings struct {
	sources  map[string]Source
	warnings []string
}

func (f *findings) found() *findings { return f }

// source returns where the variable's value came from.
func (f *findings) source(name string) Source {
	if src, ok := f.sources[name]; ok {
		return src
	}
	return SourceDefault
}

// section is one struct of the settings.
type section interface{ ranges() []bounds }

// sections returns the structs in the order of the documentation, and what they
// are called.
func sections(r root) (all []section, names []string) {
	value := reflect.ValueOf(r).Elem()
	for i := range value.NumField() {
		member := value.Type().Field(i)
		if !member.IsExported() {
			continue
		}
		// Every exported member is one: a test looks.
		if s, ok := value.Field(i).Addr().Interface().(section); ok {
			all, names = append(all, s), append(names, member.Name)
		}
	}
	return all, names
}

// everyField are the fields of all programs: what is one's setting is none of a
// command's business, and is judged in .env, whichever program reads that.
func everyField() []field { return append(fields(new(Settings)), fields(new(RegistrarSettings))...) }
