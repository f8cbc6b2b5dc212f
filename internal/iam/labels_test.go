package iam

import (
	"errors"
	"strings"
	"testing"
)

// The forms are those of Kubernetes' own documentation.
func TestValidLabels(t *testing.T) {
	long := strings.Repeat("a", 63)
	for key, ok := range map[string]bool{
		"app": true, "A": true, "a_b.c-d": true, "0": true, long: true, "ves.io/app_type": true, "a/b": true, "x-y.example/App": true,
		"": false, long + "a": false, "-a": false, "a-": false, "a b": false, "/a": false, "a/": false, "a/b/c": false, "A.io/b": false,
		"a..b/c": false, "-a/b": false, "이름": false, "a\n": false, "ves_io/a": false, strings.Repeat("a.", 126) + "a/b": true,
		strings.Repeat("a.", 127) + "a/b": false, long + "a/b": false,
	} {
		if ValidLabelKey(key) != ok {
			t.Errorf("key %q: %v, want %v", key, !ok, ok)
		}
	}
	for value, ok := range map[string]bool{"": true, "a": true, "A.b_c-d": true, long: true, long + "a": false, "-": false, "a/b": false, "a b": false} {
		if ValidLabelValue(value) != ok {
			t.Errorf("value %q: %v, want %v", value, !ok, ok)
		}
	}
}

func TestCheckLabels(t *testing.T) {
	var c Checker
	c.Labels("metadata.labels", map[string]string{"a": "b", "ves.io/c": ""})
	c.Annotations("metadata.annotations", map[string]string{"any key": "any value, 한글 too"})
	c.Labels("metadata.labels", nil)
	if err := c.Err(); err != nil {
		t.Fatal(err)
	}
	c.Labels("metadata.labels", map[string]string{"b!": "c", "a": "-"})
	c.Annotations("metadata.annotations", map[string]string{"a": "", "\x01": "b", strings.Repeat("글", 64): strings.Repeat("글", 1024)})
	e, _ := errors.AsType[*Error](c.Err())
	var paths []string
	for _, f := range e.Fields {
		paths = append(paths, f.Path)
		if !strings.HasPrefix(f.Message, f.Path) {
			t.Errorf("%q does not begin with its path", f.Message)
		}
	}
	if got, want := strings.Join(paths, " "), "metadata.labels metadata.labels metadata.annotations metadata.annotations"; got != want {
		t.Errorf("broken rules at %s, want %s", got, want)
	}
}
