package settings

import "reflect"

// redecode gives each field its own text, so that what a program set has passed
// the rule of its type and is in its normal form, and looks at the ranges. As in
// [Load], what is faulty is at its default from then on.
func (l *loader) redecode(untouched root) {
	defaults := map[string]reflect.Value{}
	for _, f := range fields(untouched) {
		defaults[f.name] = f.value
	}
	for _, f := range l.fields {
		if wrong := f.redecode(); wrong != "" {
			l.setFaulty(f, defaults[f.name], wrong)
		}
	}
	structs, _ := sections(l.root)
	for _, s := range structs {
		all := fieldsOf(s)
		for f, wrong, found := outOfRange(s, all); found; f, wrong, found = outOfRange(s, all) {
			l.setFaulty(f, defaults[f.name], wrong)
		}
	}
}

// redecode says what is wrong with the field's value.
func (f field) redecode() (wrong string) {
	text, fallback := f.text(), f.tag.Get("default")
	switch {
	case text == "" && fallback != "":
		return "must not be empty; its default is " + fallback
	case text == "", f.isSecret(): // what is not set has no rule, and any text is a secret
		return ""
	}
	if err := f.decode(text); err != nil {
		return err.Error()
	}
	return ""
}

// setFaulty notes what is wrong with what the program set, and takes it away.
func (l *loader) setFaulty(f field, untouched reflect.Value, wrong string) {
	l.note(f, variable{name: f.name, value: f.text(), source: SourceProgram}, wrong)
	f.value.Set(untouched)
}

// markSet says of each field that is neither as an operator left it nor at its
// default that the program set it.
func (l *loader) markSet(untouched root) {
	for i, f := range fields(untouched) {
		if _, known := l.sources[f.name]; !known && !reflect.DeepEqual(l.fields[i].value.Interface(), f.value.Interface()) {
			l.sources[f.name] = SourceProgram
		}
	}
}
