package skill

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"
)

// ListPath is where the list of skills is; those of one skill are below it.
const ListPath = "/agent/skills"

// document is what is served at one path, made once.
type document struct {
	kind, etag string
	body       []byte
}

func newDocument(kind string, body []byte) document {
	sum := sha256.Sum256(body)
	return document{kind, `"` + hex.EncodeToString(sum[:12]) + `"`, body}
}

// ServeHTTP answers GET and HEAD.
func (d document) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", d.kind)
	header.Set("Cache-Control", "public, max-age=60")
	header.Set("ETag", d.etag)
	header.Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(d.body))
}

// summary is a skill in the list, in the words of the reference.
type summary struct {
	ID                string   `json:"id"`
	Name              string   `json:"name"`
	Description       string   `json:"description"`
	Version           string   `json:"version"`
	Tags              []string `json:"tags"`
	InputModes        []string `json:"input_modes"`
	OutputModes       []string `json:"output_modes"`
	Examples          []string `json:"examples,omitempty"`
	DocumentationPath string   `json:"documentation_path,omitempty"`
}

// detail is all that is known of a skill but the text of its documentation.
type detail struct {
	summary
	Capabilities     map[string]capability `json:"capabilities_detail,omitempty"`
	Tools            []string              `json:"allowed_tools,omitempty"`
	Performance      *performance          `json:"performance,omitempty"`
	Cost             string                `json:"cost,omitempty"`
	HasDocumentation bool                  `json:"has_documentation"`
}

type capability struct {
	Supported bool `json:"supported"`
}

type performance struct {
	AvgProcessingTimeMS int64 `json:"avg_processing_time_ms"`
}

// unknownVersion is what the reference says of a skill without a version.
const unknownVersion = "unknown"

func (s Skill) summary() summary {
	out := summary{
		ID: s.ID, Name: s.Name, Description: s.Description, Version: s.Version, Tags: s.Tags,
		InputModes: s.InputModes, OutputModes: s.OutputModes, Examples: s.Examples,
	}
	if out.Version == "" {
		out.Version = unknownVersion
	}
	if s.HasDocumentation() {
		out.DocumentationPath = s.documentationPath() // never where the file is
	}
	return out
}

func (s Skill) detail() detail {
	out := detail{summary: s.summary(), Tools: s.Tools, Cost: s.Cost, HasDocumentation: s.HasDocumentation()}
	for _, name := range s.Capabilities {
		if out.Capabilities == nil {
			out.Capabilities = map[string]capability{}
		}
		out.Capabilities[name] = capability{true}
	}
	if s.LatencyMS > 0 {
		out.Performance = &performance{s.LatencyMS}
	}
	return out
}

// Path is where the skill is described.
func (s Skill) Path() string { return ListPath + "/" + s.ID }

func (s Skill) documentationPath() string { return s.Path() + "/documentation" }

// Documents returns what answers GET and HEAD at [ListPath] and at the paths of
// each skill, by exact path. There is nothing else below [ListPath].
func (s *Set) Documents() (map[string]http.Handler, error) {
	list := struct {
		Skills []summary `json:"skills"`
		Total  int       `json:"total"`
	}{make([]summary, 0, len(s.skills)), len(s.skills)}
	all := map[string]http.Handler{}
	for _, k := range s.skills {
		list.Skills = append(list.Skills, k.summary())
		body, err := json.Marshal(k.detail())
		if err != nil {
			return nil, err
		}
		all[k.Path()] = newDocument("application/json", body)
		if k.HasDocumentation() {
			all[k.documentationPath()] = k.documentation
		}
	}
	body, err := json.Marshal(list)
	if err != nil {
		return nil, err
	}
	all[ListPath] = newDocument("application/json", body)
	return all, nil
}
