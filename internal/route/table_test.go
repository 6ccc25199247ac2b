package route_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/route"
)

func table(t testing.TB, paths ...string) (*route.Table[string], error) {
	t.Helper()
	routes := make(map[string]string)
	for _, path := range paths {
		routes[path] = path
	}
	return route.New(routes)
}

var ofTasks = []string{"/", "/tasks", "/message:send", "/tasks/{id}", "/tasks/{id}:cancel", "/tasks/{id}/configs", "/tasks/{id}/configs/{config}"}

func TestAPathIsFoundInOneSpelling(t *testing.T) {
	routes, err := table(t, ofTasks...)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/": "/ []", "/tasks": "/tasks []", "/message:send": "/message:send []",
		"/tasks/x":                 "/tasks/{id} [{id x}]",
		"/tasks/a-b_c.d~0":         "/tasks/{id} [{id a-b_c.d~0}]",
		"/tasks/x:cancel":          "/tasks/{id}:cancel [{id x}]",
		"/tasks/cancel:cancel":     "/tasks/{id}:cancel [{id cancel}]",
		"/tasks/x/configs":         "/tasks/{id}/configs [{id x}]",
		"/tasks/x/configs/y":       "/tasks/{id}/configs/{config} [{id x} {config y}]",
		"/tasks/configs/configs/y": "/tasks/{id}/configs/{config} [{id configs} {config y}]",
	} {
		got, says, ok := routes.Find(path)
		if !ok || fmt.Sprint(got, " ", says) != want {
			t.Errorf("%s: %t %s %v, want %s", path, ok, got, says, want)
		}
	}
	for _, path := range []string{
		"", "tasks/x", "//tasks/x", "/tasks/", "/tasks//", "/tasks//configs", "/tasks/x/", "/tasks/./x", "/tasks/.", "/tasks/..", "/tasks/...", "/tasks/..:cancel",
		"/tasks/:cancel", "/tasks/x:cancel/", "/tasks/x:cancel:cancel", "/tasks/x:Cancel", "/tasks/x:other", "/tasks/x:", "/tasks/x%2Fy", "/tasks/x%41", "/tasks/x%3Acancel", "/tasks/x;y",
		"/tasks/x y", "/tasks/é", "/tasks/x?y", "/tasks/{id}", "/Tasks/x", "/tasks/x/configs/", "/tasks/x/configs/y/", "/tasks/x/configs/y/z", "/tasks/x/other", "/tenant/tasks/x", "/message:send/", "/message:stream",
	} {
		if got, says, ok := routes.Find(path); ok {
			t.Errorf("%q is found as %s %v", path, got, says)
		}
	}
}

// A segment before a path is told apart from it, and only one.
func TestWhatStandsBehindASegmentIsFound(t *testing.T) {
	t.Parallel()
	routes, err := table(t, ofTasks...)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/a/tasks": "/tasks [{before a}]", "/a/": "/ [{before a}]", "/tasks/tasks/x": "/tasks/{id} [{id x} {before tasks}]", "/v1/tasks/x:cancel": "/tasks/{id}:cancel [{id x} {before v1}]",
	} {
		got, says, ok := routes.FindBehind("before", path)
		if !ok || fmt.Sprint(got, " ", says) != want {
			t.Errorf("%s: %t %s %v, want %s", path, ok, got, says, want)
		}
	}
	for _, path := range []string{"", "/", "/tasks", "a/tasks", "//tasks", "/../tasks", "/a:b/tasks", "/%61/tasks", "/a/b/tasks", "/a//tasks", "/a/tasks/"} {
		if got, says, ok := routes.FindBehind("before", path); ok {
			t.Errorf("%q is found as %s %v", path, got, says)
		}
	}
}

func TestATableInWhichAPathIsFoundTwiceIsNone(t *testing.T) {
	for _, paths := range []string{
		"/tasks/{id} /tasks/list", "/tasks/{id} /tasks/{name}", "/tasks/{id}:go /tasks/x:go", "/{a}/b /a/{b}", "/{a}:go/x /{b}:go/{c}",
		"tasks/{id}", "/tasks/{id", "/tasks/id}", "/tasks/{}", "/tasks/x{id}", "/tasks/{id}x", "/tasks/{id}:", "/tasks/{id}:a:b", "/tasks/{id}/", "//{id}", "/{a}{b}", "/{..}",
	} {
		if _, err := table(t, strings.Fields(paths)...); err == nil {
			t.Errorf("%s is a table", paths)
		}
	}
	for _, paths := range []string{"/tasks/{id} /tasks /tasks/x/y", "/tasks/{id}:a /tasks/{id}:b", "/{a}/b /{a}/c", "/{a}:x/{b} /{a}/{b}"} {
		if _, err := table(t, strings.Fields(paths)...); err != nil {
			t.Errorf("%s: %v", paths, err)
		}
	}
}

// What is found is written with what it says.
func FuzzFind(f *testing.F) {
	for _, path := range append(ofTasks, "/tasks/x", "/tasks/x:cancel", "/tasks/a/configs/b", "/tasks/%2e%2e", "//") {
		f.Add(path)
	}
	routes, err := table(f, ofTasks...)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, path string) {
		found, says, ok := routes.Find(path)
		if !ok {
			return
		}
		for _, v := range says {
			if v.Value == "" || strings.ContainsAny(v.Value, "/:%") || strings.Trim(v.Value, ".") == "" {
				t.Errorf("%q says %q", path, v)
			}
			found = strings.Replace(found, "{"+v.Name+"}", v.Value, 1)
		}
		if found != path {
			t.Errorf("%q is found as %q", path, found)
		}
	})
}
