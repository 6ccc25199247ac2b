package skill_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/skill"
)

func TestDocumentsHaveTheReferencesMembers(t *testing.T) {
	t.Parallel()
	documents, err := load(t).Documents()
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]struct{ kind, body string }{
		"/agent/skills": {"application/json", `{"skills":[{"id":"pdf-tables","name":"PDF tables","description":"Reads tables out of invoices","version":"1.2.0","tags":["pdf","tables"],"input_modes":["application/pdf"],"output_modes":["application/json","text/csv"],"examples":["Extract the tables of this invoice"],"documentation_path":"/agent/skills/pdf-tables/documentation"},` +
			`{"id":"poem","name":"Poem","description":"Writes a poem about anything","version":"unknown","tags":["poem"],"input_modes":["text/plain","application/json"],"output_modes":["text/plain","application/json"]}],"total":2}`},
		"/agent/skills/pdf-tables": {"application/json", `{"id":"pdf-tables","name":"PDF tables","description":"Reads tables out of invoices","version":"1.2.0","tags":["pdf","tables"],"input_modes":["application/pdf"],"output_modes":["application/json","text/csv"],"examples":["Extract the tables of this invoice"],"documentation_path":"/agent/skills/pdf-tables/documentation",` +
			`"capabilities_detail":{"table_extraction":{"supported":true}},"allowed_tools":["ocr"],"performance":{"avg_processing_time_ms":2000},"cost":"0.002","has_documentation":true}`},
		"/agent/skills/pdf-tables/documentation": {"text/markdown; charset=utf-8", "# PDF\n"},
		"/agent/skills/poem":                     {"application/json", `{"id":"poem","name":"Poem","description":"Writes a poem about anything","version":"unknown","tags":["poem"],"input_modes":["text/plain","application/json"],"output_modes":["text/plain","application/json"],"has_documentation":false}`},
	} {
		handler := documents[path]
		if handler == nil {
			t.Errorf("%s is not served", path)
			continue
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != 200 || w.Body.String() != want.body || w.Header().Get("Content-Type") != want.kind {
			t.Errorf("%s: %d %s %s", path, w.Code, w.Header(), w.Body)
		}
		again := httptest.NewRequest(http.MethodGet, path, nil)
		again.Header.Set("If-None-Match", w.Header().Get("ETag"))
		w = httptest.NewRecorder()
		handler.ServeHTTP(w, again)
		if w.Code != http.StatusNotModified {
			t.Errorf("%s again: %d", path, w.Code)
		}
	}
	if len(documents) != 4 {
		t.Errorf("%d documents", len(documents))
	}
}

// answered is what the tests read of an answer.
type answered struct {
	Accepted        bool
	Score           float64
	Confidence      float64
	RejectionReason string `json:"rejection_reason"`
	Matches         []struct {
		SkillID string `json:"skill_id"`
	} `json:"skill_matches"`
}

// ask posts a question and returns the answer.
func ask(t testing.TB, set *skill.Set, body string) (int, answered, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/agent/negotiation", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	set.Negotiation().ServeHTTP(w, r)
	var answer answered
	if w.Code == http.StatusOK {
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
	}
	return w.Code, answer, w.Body.String()
}

func TestNegotiation(t *testing.T) {
	t.Parallel()
	set := load(t)
	for name, tt := range map[string]struct {
		question string
		accepted bool
		reason   string
		best     string
	}{
		"a task that fits":         {`{"task_summary":"Extract tables from a PDF"}`, true, "", "pdf-tables"},
		"with every condition met": {`{"task_summary":"pdf tables","input_mime_types":["Application/PDF; q=1"],"output_mime_types":["text/*"],"max_latency_ms":2000,"max_cost_amount":"0.002","required_tools":["ocr"],"min_score":0.5}`, true, "", "pdf-tables"},
		"the better one first":     {`{"task_summary":"write a poem about tables and anything"}`, true, "", "poem"},
		"another that fits":        {`{"task_summary":"pdf tables poem","output_mime_types":["text/plain"]}`, true, "", "poem"},
		"no word in common":        {`{"task_summary":"launch rockets"}`, false, "score_below_threshold", ""},
		"only common words":        {`{"task_summary":"do this for me please"}`, false, "score_below_threshold", ""},
		"a higher score wanted":    {`{"task_summary":"a poem","min_score":0.99}`, false, "score_below_threshold", "poem"},
		"another input":            {`{"task_summary":"poem","input_mime_types":["image/png"]}`, false, "input_mime_unsupported", ""},
		"another output":           {`{"task_summary":"poem","output_mime_types":["image/png"]}`, false, "output_mime_unsupported", ""},
		"a tool that is missing":   {`{"task_summary":"poem","required_tools":["rocket"]}`, false, "required_tool_missing", ""},
		"a tool that is there":     {`{"task_summary":"pdf","input_mime_types":["application/pdf"],"forbidden_tools":["ocr"]}`, false, "forbidden_tool_present", ""},
		"less money":               {`{"task_summary":"pdf","input_mime_types":["application/pdf"],"max_cost_amount":0.001}`, false, "cost_exceeds_budget", ""},
		"no money":                 {`{"task_summary":"pdf tables","input_mime_types":["application/pdf"],"max_cost_amount":"0"}`, false, "cost_exceeds_budget", ""},
		"less time":                {`{"task_summary":"pdf","input_mime_types":["application/pdf"],"max_latency_ms":1999}`, false, "latency_exceeds_constraint", ""},
		"null is not there":        {`{"task_summary":"poem","input_mime_types":null,"max_latency_ms":null,"max_cost_amount":null,"weights":null,"min_score":null,"later":1}`, true, "", "poem"},
		"its own weights":          {`{"task_summary":"poem","min_score":1,"weights":{"skill_match":1,"io_compatibility":0,"performance":0,"load":0,"cost":0}}`, true, "", "poem"},
	} {
		t.Run(name, func(t *testing.T) {
			status, got, raw := ask(t, set, tt.question)
			best := ""
			if len(got.Matches) > 0 {
				best = got.Matches[0].SkillID
			}
			if status != 200 || got.Accepted != tt.accepted || got.RejectionReason != tt.reason || best != tt.best {
				t.Errorf("%d %s", status, raw)
			}
			if _, _, again := ask(t, set, tt.question); again != raw {
				t.Errorf("another answer the second time: %s", again)
			}
		})
	}
	_, _, raw := ask(t, set, `{"task_summary":"Extract tables from a PDF"}`)
	if want := `{"accepted":true,"score":0.8833,"confidence":0.9167,"skill_matches":[{"skill_id":"pdf-tables","skill_name":"PDF tables","score":0.8333,"reasons":["tags: pdf, tables"]}],"matched_tags":["pdf","tables"],"latency_estimate_ms":2000,"subscores":{"skill_match":0.8333,"io_compatibility":1,"performance":1,"load":0.5,"cost":1}}`; raw != want {
		t.Errorf("%s\nwant %s", raw, want)
	}
}

func TestNegotiationRefuses(t *testing.T) {
	t.Parallel()
	set := load(t)
	many := strings.TrimSuffix(strings.Repeat(`"a/b",`, 33), ",")
	for name, tt := range map[string]struct {
		body   string
		status int
		reason string
	}{
		"nothing":           {``, 400, "json_malformed"},
		"half":              {`{"task_summary":"x"`, 400, "json_malformed"},
		"two":               {`{"task_summary":"x"}{}`, 400, "json_malformed"},
		"twice":             {`{"task_summary":"x","task_summary":"y"}`, 400, "json_malformed"},
		"no UTF-8":          {"{\"task_summary\":\"\xff\"}", 400, "json_malformed"},
		"a list":            {`[]`, 400, "negotiation_invalid"},
		"no summary":        {`{"task_details":"x"}`, 400, "negotiation_invalid"},
		"a blank summary":   {`{"task_summary":" "}`, 400, "negotiation_invalid"},
		"a number":          {`{"task_summary":7}`, 400, "negotiation_invalid"},
		"other capitals":    {`{"Task_Summary":"x"}`, 400, "negotiation_invalid"},
		"many types":        {`{"task_summary":"x","input_mime_types":[` + many + `]}`, 400, "negotiation_invalid"},
		"a score above 1":   {`{"task_summary":"x","min_score":1.1}`, 400, "negotiation_invalid"},
		"no time":           {`{"task_summary":"x","max_latency_ms":0}`, 400, "negotiation_invalid"},
		"a price in dollar": {`{"task_summary":"x","max_cost_amount":"$5"}`, 400, "negotiation_invalid"},
		"a negative weight": {`{"task_summary":"x","weights":{"load":-1}}`, 400, "negotiation_invalid"},
		"an endless weight": {`{"task_summary":"x","weights":{"load":1e999}}`, 400, "negotiation_invalid"},
		"5 KiB":             {`{"task_summary":"` + strings.Repeat("x", 5<<10) + `"}`, 413, "payload_too_large"},
	} {
		status, _, raw := ask(t, set, tt.body)
		if status != tt.status || !strings.Contains(raw, `"reason":"`+tt.reason+`"`) {
			t.Errorf("%s: %d %s", name, status, raw)
		}
	}
	for name, tt := range map[string]struct{ body, member string }{
		"a number":           {`{"task_summary":7}`, "task_summary"},
		"no summary":         {`{}`, "task_summary"},
		"details":            {`{"task_summary":"x","task_details":["x"]}`, "task_details"},
		"one type":           {`{"task_summary":"x","input_mime_types":"a/b"}`, "input_mime_types"},
		"types of numbers":   {`{"task_summary":"x","output_mime_types":[1]}`, "output_mime_types"},
		"tools of objects":   {`{"task_summary":"x","required_tools":[{}]}`, "required_tools"},
		"many":               {`{"task_summary":"x","forbidden_tools":[` + many + `]}`, "forbidden_tools"},
		"a score in words":   {`{"task_summary":"x","min_score":"high"}`, "min_score"},
		"a score above 1":    {`{"task_summary":"x","min_score":2}`, "min_score"},
		"no time":            {`{"task_summary":"x","max_latency_ms":0}`, "max_latency_ms"},
		"a time in words":    {`{"task_summary":"x","max_latency_ms":"1s"}`, "max_latency_ms"},
		"a price in dollars": {`{"task_summary":"x","max_cost_amount":"$5"}`, "max_cost_amount"},
		"a list of weights":  {`{"task_summary":"x","weights":[1]}`, "weights"},
		"a negative weight":  {`{"task_summary":"x","weights":{"load":-1}}`, "weights.load"},
		"a weight in words":  {`{"task_summary":"x","weights":{"skill_match":"1"}}`, "weights.skill_match"},
	} {
		_, _, raw := ask(t, set, tt.body)
		if !strings.Contains(raw, `"hint":"`+tt.member+" is ") {
			t.Errorf("%s: the hint does not name %s: %s", name, tt.member, raw)
		}
	}
	for header, reason := range map[string]string{"Content-Type": "content_type", "Content-Encoding": "content_encoding"} {
		r := httptest.NewRequest(http.MethodPost, "/agent/negotiation", strings.NewReader(`{"task_summary":"x"}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set(header, "text/plain")
		w := httptest.NewRecorder()
		set.Negotiation().ServeHTTP(w, r)
		if w.Code != 415 || !strings.Contains(w.Body.String(), reason) || !strings.Contains(w.Body.String(), `"code":-31400`) {
			t.Errorf("%s: %d %s", header, w.Code, w.Body)
		}
	}
}

// What a stranger may have us compare is 4 KiB, to the byte.
func TestQuestionsAreShort(t *testing.T) {
	t.Parallel()
	set := load(t)
	for length, want := range map[int]int{4 << 10: 200, 4<<10 + 1: 413} {
		const around = len(`{"task_summary":""}`)
		if status, _, raw := ask(t, set, `{"task_summary":"`+strings.Repeat("x", length-around)+`"}`); status != want {
			t.Errorf("%d bytes: %d %s", length, status, raw)
		}
	}
}

// largest is the costliest file of so many skills: each has every word of the task.
func largest(t testing.TB, skills int) (*skill.Set, string) {
	var file, task strings.Builder
	for i := range 100 {
		fmt.Fprintf(&task, "%c%c ", 'a'+i/26, 'a'+i%26)
	}
	for i := range skills {
		fmt.Fprintf(&file, "- {id: s%d, name: n, description: %s, tags: [%s]}\n", i, task.String(), strings.ReplaceAll(strings.TrimSpace(task.String()[:90]), " ", ","))
	}
	set, err := skill.Load(directory(t, map[string]string{"s.yaml": file.String()}, "s.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return set, `{"task_summary":"` + strings.Repeat("q ", 1800) + task.String() + `"}`
}

// However much matches, a stranger's answer is short.
func TestNegotiationAnswersAreShort(t *testing.T) {
	t.Parallel()
	for _, skills := range []int{11, 64} {
		t.Run(fmt.Sprint(skills, " skills"), func(t *testing.T) {
			set, question := largest(t, skills)
			status, got, raw := ask(t, set, question)
			if status != 200 || len(got.Matches) != 10 || len(raw) > 16<<10 {
				t.Fatalf("%d, %d matches, %d bytes", status, len(got.Matches), len(raw))
			}
		})
	}
}

func BenchmarkNegotiationWorst(b *testing.B) {
	set, question := largest(b, 64)
	for b.Loop() {
		ask(b, set, question)
	}
}

func FuzzNegotiation(f *testing.F) {
	set := load(f)
	f.Add(`{"task_summary":"pdf","weights":{"load":0,"cost":1e6},"max_cost_amount":"0","max_latency_ms":1e-300}`)
	f.Add(`{"task_summary":"poem","min_score":-0,"input_mime_types":["*/*","","/"]}`)
	f.Fuzz(func(t *testing.T, body string) {
		status, got, raw := ask(t, set, body)
		if status == 200 && (got.Score < 0 || got.Score > 1 || got.Confidence < 0 || got.Confidence > 1) || status == 500 {
			t.Fatalf("%d %s", status, raw)
		}
	})
}
