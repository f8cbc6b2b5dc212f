package scim

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// A user as a plain table, with PATCH written down once more, for a part of
// SCIM: texts, one complex attribute, and a list whose values are chosen by
// their type. It is slow and obvious, and has nothing in common with the engine.
type table struct {
	texts map[string]string // "title", "name.givenName", URNEnterprise + ":department"
	lines []line            // of emails
}

type line struct{ value, kind string }

func (m table) document() map[string]any {
	doc := map[string]any{"userName": "ada"}
	for path, text := range m.texts {
		in, name := doc, path
		for _, sep := range []string{"User:", "name."} {
			if before, after, ok := strings.Cut(path, sep); ok {
				outer := strings.TrimSuffix(before+sep, ":")
				outer = strings.TrimSuffix(outer, ".")
				if doc[outer] == nil {
					doc[outer] = map[string]any{}
				}
				in, name = doc[outer].(map[string]any), after
			}
		}
		in[name] = text
	}
	var lines []any
	for _, l := range m.lines {
		v := map[string]any{}
		if l.value != "" {
			v["value"] = l.value
		}
		if l.kind != "" {
			v["type"] = l.kind
		}
		lines = append(lines, v)
	}
	if lines != nil {
		doc["emails"] = lines
	}
	return doc
}

// apply answers the table after an operation; ok is false where it is refused.
func (m table) apply(op, path, value, kind string) (_ table, ok bool) {
	m = table{maps.Clone(m.texts), slices.Clone(m.lines)}
	chosen, filtered := strings.CutPrefix(path, "emails[type eq \"")
	kept := m.lines[:0]
	switch {
	case !strings.HasPrefix(path, "emails"):
		if op == "remove" {
			delete(m.texts, path)
		} else {
			m.texts[path] = value
		}
		return m, true
	case path == "emails":
		given := line{value, kind}
		switch op {
		case "remove":
			m.lines = nil
		case "replace":
			m.lines = []line{given}
		case "add":
			if !slices.Contains(m.lines, given) {
				m.lines = append(m.lines, given)
			}
		}
		return m, true
	case filtered:
		chosen, rest, _ := strings.Cut(chosen, `"]`)
		found := false
		for _, l := range m.lines {
			if l.kind == chosen {
				found = true
				switch {
				case op == "remove" && rest == "":
					continue
				case op == "remove":
					l.value = ""
				case rest != "":
					l.value = value
				case op == "replace":
					l = line{value, kind}
				default:
					l.value, l.kind = value, kind
				}
			}
			kept = append(kept, l)
		}
		m.lines = kept
		if !found && op == "replace" {
			return m, false
		}
		if !found && op == "add" {
			if rest == "" {
				m.lines = append(m.lines, line{value, kind})
			} else {
				m.lines = append(m.lines, line{value, chosen})
			}
		}
	default: // emails.value
		for _, l := range m.lines {
			l.value = value
			if op == "remove" {
				l.value = ""
			}
			kept = append(kept, l)
		}
		if m.lines = kept; len(kept) == 0 && op != "remove" {
			m.lines = []line{{value: value}}
		}
	}
	m.lines = slices.DeleteFunc(m.lines, func(l line) bool { return l == line{} })
	return m, true
}

func TestPatchIsThatOfTheModel(t *testing.T) {
	paths := []string{"title", "name.givenName", "name.familyName", URNEnterprise + ":department", "emails", "emails.value",
		`emails[type eq "work"]`, `emails[type eq "home"].value`}
	kinds := []string{"work", "home", "other"}
	rapid.Check(t, func(t *rapid.T) {
		m := table{texts: map[string]string{}}
		for range rapid.IntRange(0, 3).Draw(t, "lines") {
			l := line{rapid.StringMatching(`[a-d]`).Draw(t, "value"), rapid.SampledFrom(kinds).Draw(t, "type")}
			if !slices.Contains(m.lines, l) {
				m.lines = append(m.lines, l)
			}
		}
		doc := Resource(m.document())
		for range rapid.IntRange(1, 6).Draw(t, "operations") {
			op, path := rapid.SampledFrom([]string{"add", "replace", "remove"}).Draw(t, "op"), rapid.SampledFrom(paths).Draw(t, "path")
			text, kind := rapid.StringMatching(`[a-d]`).Draw(t, "text"), rapid.SampledFrom(kinds).Draw(t, "kind")
			var value any = text
			if strings.HasPrefix(path, "emails") && !strings.HasSuffix(path, ".value") {
				value = map[string]any{"value": text, "type": kind}
			}
			if op == "remove" {
				value = nil
			}
			next, ok := m.apply(op, path, text, kind)
			got, err := Users.Patch(doc, []Operation{{op, path, value}})
			if (err == nil) != ok {
				t.Fatalf("%s %s %v of %v: %v, want success %v", op, path, value, doc, err, ok)
			}
			if err != nil {
				continue
			}
			if diff := cmp.Diff(next.document(), map[string]any(got)); diff != "" {
				t.Fatalf("%s %s of %s (-want +got)\n%s", op, path, fmt.Sprint(doc), diff)
			}
			m, doc = next, got
		}
	})
}
