package transfer

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestJSONLines(t *testing.T) {
	r := newJSONReader(strings.NewReader("\ufeff" + `{"userName":"kim","schemas":["` + strings.ToUpper(urnUser) + `"],"active":true,"x":1}` + "\r\n\n" +
		`{"schemas":["urn:acme","` + strings.ToUpper(urnGroup) + `"],"displayName":"G"}` + "\n \n" +
		`{"schemas":["` + URNBinding + `"],"role":"read"}` + "\n" +
		`{"userName":"lee","` + urnImport + `":{"passwordHash":"$2y$x"}}`))
	want := []Entry{
		{Line: 1, Kind: User, Resource: map[string]any{"userName": "kim", "schemas": []any{strings.ToUpper(urnUser)}, "active": true, "x": 1.0}},
		{Line: 3, Kind: Group, Resource: map[string]any{"schemas": []any{"urn:acme", strings.ToUpper(urnGroup)}, "displayName": "G"}},
		{Line: 5, Kind: Binding, Resource: map[string]any{"schemas": []any{URNBinding}, "role": "read"}},
		{Line: 6, Kind: User, Resource: map[string]any{"userName": "lee"}, PasswordHash: "$2y$x"},
	}
	var got []Entry
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, *e)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// TestJSONLinesFaults: each line that cannot be read is a Fault of that line, and
// the next one is read.
func TestJSONLinesFaults(t *testing.T) {
	for name, line := range map[string]string{
		"no JSON": `userName`, "no object": `["kim"]`, "null": `null`, "cut off": `{"userName":"kim"`, "two": `{} {}`,
		"a member twice": `{"userName":"a","userName":"b"}`, "no UTF-8": "{\"userName\":\"\xff\"}",
		"a hash that is no text":    `{"` + urnImport + `":{"passwordHash":1}}`,
		"an extension that is none": `{"` + urnImport + `":1}`,
		"too long":                  `{"userName":"` + strings.Repeat("x", MaxEntry) + `"}`,
	} {
		r := newJSONReader(strings.NewReader("{}\n" + line + "\n" + `{"userName":"next"}`))
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
		_, err := r.Next()
		if f, ok := errors.AsType[*Fault](err); !ok || f.Line != 2 || strings.Contains(err.Error(), "kim") {
			t.Errorf("%s: %v, want a fault of line 2 that quotes nothing", name, err)
		}
		if e, err := r.Next(); err != nil || e.name() != "next" || e.Line != 3 {
			t.Errorf("%s: the line behind it: %+v, %v", name, e, err)
		}
	}
}

func TestJSONLinesWritten(t *testing.T) {
	var out bytes.Buffer
	w := newJSONWriter(&out)
	resource := map[string]any{"userName": "kim", "groups": []any{map[string]any{"display": "G"}}, "name": map[string]any{"givenName": "민\n"}}
	for _, e := range []Entry{{Kind: User, Resource: resource, PasswordHash: "h"}, {Kind: Group, Resource: map[string]any{"displayName": "G"}}} {
		if err := w.Write(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	want := `{"name":{"givenName":"민\n"},"` + urnImport + `":{"passwordHash":"h"},"userName":"kim"}` + "\n" + `{"displayName":"G"}` + "\n"
	if d := cmp.Diff(want, out.String()); d != "" || len(resource) != 3 {
		t.Errorf("%s\nand of what was written: %v", d, resource)
	}
}

// FuzzJSONLines: whatever a file has, a reader comes to its end, and what it reads
// is written so that it reads the same.
func FuzzJSONLines(f *testing.F) {
	f.Add([]byte(`{"userName":"kim"}` + "\n[]\n" + `{"schemas":["` + urnGroup + `"]}`))
	f.Add([]byte("\ufeff{}\r\n\r\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r := newJSONReader(bytes.NewReader(text))
		for range bytes.Count(text, []byte("\n")) + 1 {
			e, err := r.Next()
			if _, ok := errors.AsType[*Fault](err); ok {
				continue
			}
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			delete(e.Resource, "groups")
			var out bytes.Buffer
			w := newJSONWriter(&out)
			if err := errors.Join(w.Write(*e), w.Close()); err != nil {
				t.Fatal(err)
			}
			again, err := newJSONReader(&out).Next()
			if err != nil {
				t.Fatal(err)
			}
			e.Line = again.Line
			if d := cmp.Diff(e, again); d != "" {
				t.Errorf("(-read +read again)\n%s", d)
			}
		}
		if _, err := r.Next(); !errors.Is(err, io.EOF) {
			t.Errorf("at the end: %v", err)
		}
	})
}
