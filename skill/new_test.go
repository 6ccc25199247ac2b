package skill_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/skill"
)

// Skills in Go are those of a file: all members survive, a documentation that was
// read before too.
func TestNewIsWhatAFileSays(t *testing.T) {
	t.Parallel()
	read := load(t)
	made, err := skill.New(read.Skills()...)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(made.Skills(), read.Skills()) {
		t.Errorf("made %+v\nread %+v", made.Skills(), read.Skills())
	}
	one, err := skill.New(skill.Skill{ID: "poem", Name: "Poem", Description: "Writes a poem"})
	if err != nil {
		t.Fatal(err)
	}
	if k := one.Skills()[0]; k.Tags[0] != "poem" || k.InputModes[0] != "text/plain" || len(k.OutputModes) == 0 {
		t.Errorf("%+v", k)
	}
}

func TestNewNamesEveryFault(t *testing.T) {
	t.Parallel()
	good := skill.Skill{ID: "poem", Name: "Poem", Description: "Writes a poem"}
	for _, c := range []struct {
		change func(*skill.Skill)
		want   string
	}{
		{func(s *skill.Skill) { s.ID = "a/b" }, "an id is 1 to 64"},
		{func(s *skill.Skill) { s.ID = "" }, "skill 2: id is missing"},
		{func(s *skill.Skill) { s.Name = "" }, `skill "x": name is missing`},
		{func(s *skill.Skill) { s.Description = " " }, "description is empty"},
		{func(s *skill.Skill) { s.Description = strings.Repeat("a", 2<<10) }, "description has 2048 bytes"},
		{func(s *skill.Skill) { s.ID = "poem" }, "the id is that of a skill before it"},
		{func(s *skill.Skill) { s.Tags = []string{"a", "a"} }, `tags names "a" twice`},
		{func(s *skill.Skill) { s.InputModes = []string{"text"} }, "is not a media type"},
		{func(s *skill.Skill) { s.LatencyMS = -1 }, "is not a whole number of milliseconds"},
		{func(s *skill.Skill) { s.Cost = "free" }, "cost is not a decimal number"},
	} {
		second := good
		second.ID = "x"
		c.change(&second)
		_, err := skill.New(good, second)
		if !errors.Is(err, skill.ErrSkills) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "line 0") {
			t.Errorf("want %q, got %v", c.want, err)
		}
	}
	if _, err := skill.New(); !errors.Is(err, skill.ErrSkills) {
		t.Errorf("no skills: %v", err)
	}
}
