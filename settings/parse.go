package settings

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// isSeparator finds what stands between the words of a list.
func isSeparator(r rune) bool { return strings.ContainsRune(", \t\r\n", r) }

// parseList reads words separated by commas or white space, or a JSON array of
// strings, which is how the reference writes lists.
func parseList(text string) (words []string, problem string) {
	if strings.HasPrefix(text, "[") {
		if json.Unmarshal([]byte(text), &words) != nil {
			return nil, "must be a JSON array of strings, or words separated by commas"
		}
	} else {
		words = strings.FieldsFunc(text, isSeparator)
	}
	if len(words) == 0 {
		return nil, "names nothing: leave it unset instead"
	}
	seen := make(map[string]bool, len(words))
	for _, word := range words {
		switch {
		case strings.TrimSpace(word) == "":
			return nil, "contains an empty word"
		case seen[word]:
			return nil, fmt.Sprintf("names %s twice", printable(word))
		}
		seen[word] = true
	}
	return words, ""
}

// parseMap reads NAME=VALUE pairs separated by commas or white space, or a JSON
// object of strings. NAME alone has an empty value.
func parseMap(text string) (m map[string]string, problem string) {
	if strings.HasPrefix(text, "{") {
		if json.Unmarshal([]byte(text), &m) != nil {
			return nil, "must be a JSON object of strings, or NAME=VALUE pairs separated by commas"
		}
		if len(m) == 0 {
			return nil, "names nothing: leave it unset instead"
		}
	} else if m, problem = parsePairs(text); problem != "" {
		return nil, problem
	}
	for _, value := range m {
		if problem := checkText(value); problem != "" {
			return nil, problem
		}
	}
	return m, checkKeys(m)
}

func parsePairs(text string) (m map[string]string, problem string) {
	pairs, problem := parseList(text)
	if problem != "" {
		return nil, problem
	}
	m = make(map[string]string, len(pairs))
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		if _, twice := m[name]; twice {
			return nil, fmt.Sprintf("names %s twice", printable(name))
		}
		m[name] = value
	}
	return m, ""
}

// parseListMap reads a JSON object of string arrays, or NAME=WORD pairs in
// which a name may occur several times.
func parseListMap(text string) (m map[string][]string, problem string) {
	if strings.HasPrefix(text, "{") {
		if json.Unmarshal([]byte(text), &m) != nil {
			return nil, "must be a JSON object of string arrays, or NAME=WORD pairs separated by commas"
		}
		if len(m) == 0 {
			return nil, "names nothing: leave it unset instead"
		}
	} else {
		pairs, problem := parseList(text)
		if problem != "" {
			return nil, problem
		}
		m = make(map[string][]string, len(pairs))
		for _, pair := range pairs {
			name, word, _ := strings.Cut(pair, "=")
			m[name] = append(m[name], word)
		}
	}
	for name, words := range m {
		// An empty list would leave a method open to every caller.
		if len(words) == 0 || slices.Contains(words, "") {
			return nil, fmt.Sprintf("gives nothing for %s", printable(name))
		}
		if problem := checkText(strings.Join(words, "")); problem != "" {
			return nil, problem
		}
	}
	return m, checkKeys(m)
}

func checkKeys[V any](m map[string]V) (problem string) {
	for name := range m {
		if strings.TrimSpace(name) == "" {
			return "contains an empty name"
		}
		if problem := checkText(name); problem != "" {
			return problem
		}
	}
	return ""
}
