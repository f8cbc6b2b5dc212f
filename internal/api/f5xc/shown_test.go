package f5xc

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestVersionAskedFor(t *testing.T) {
	for _, tt := range []struct {
		header, member string
		want           int64
		kind           iam.Kind // of the error
	}{
		{"", "", 0, 0},
		{"*", "", 0, 0},
		{`"7"`, "", 7, 0},
		{` "7" `, "", 7, 0},
		{"7", "", 7, 0}, // clients forget the quotes
		{"", "7", 7, 0},
		{`"7"`, "7", 7, 0},
		{"*", "7", 7, 0},
		{`"7"`, "8", 0, iam.Conflict},
		{`W/"7"`, "", 0, iam.Invalid}, // weak tags never match (RFC 9110 section 13.1.1)
		{`"7", "8"`, "", 0, iam.Invalid},
		{`"0"`, "", 0, iam.Invalid},
		{"", "0", 0, iam.Invalid},
		{"", "-1", 0, iam.Invalid},
		{"", "7 ", 0, iam.Invalid},
		{"", "99999999999999999999", 0, iam.Invalid},
	} {
		got, err := matching{tt.header}.version(tt.member)
		if got != tt.want || (err == nil) != (tt.kind == 0) || err != nil && !iam.Is(err, tt.kind) {
			t.Errorf("If-Match %q, resource_version %q: %d, %v, want %d and %v", tt.header, tt.member, got, err, tt.want, tt.kind)
		}
	}
}

func TestFormats(t *testing.T) {
	for given, want := range map[string]string{
		"": formatDefault, "0": formatDefault, "1": formatCreate, "2": formatReplace, "3": formatStatus, "4": formatRead,
		"5": formatReferring, "6": formatBroken, "GET_RSP_FORMAT_READ": formatRead, "GET_RSP_FORMAT_BROKEN_REFERENCES": formatBroken,
		"7": "", "-1": "", "256": "", "READ": "", "get_rsp_format_read": "", " ": "",
	} {
		got, err := format{given}.read()
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v, want %q", given, got, err, want)
		}
	}
}

func FuzzFieldPath(f *testing.F) {
	for _, seed := range []string{"spec.rules[0].cookie_name", `$.metadata.labels["a"]`, "[*][1]..", "spec"} {
		f.Add(seed, "type.googleapis.com/ves.io.schema.contact.CreateRequest")
	}
	f.Fuzz(func(t *testing.T, path, typeURL string) {
		steps := fieldPath(path)
		for _, s := range steps {
			if strings.Trim(s, "0123456789*") == "" || strings.ContainsAny(s, `.[]"'$`) || !strings.Contains(path, s) {
				t.Errorf("%q has the step %q", path, s)
			}
		}
		if again := fieldPath(strings.Join(steps, ".")); !slices.Equal(again, steps) {
			t.Errorf("%q: %q, read again %q", path, steps, again)
		}
		if kind := (&suggestFor{TypeURL: typeURL}).kind(); strings.ContainsAny(kind, "./") {
			t.Errorf("%q is about %q", typeURL, kind)
		}
		if len(steps) > 0 {
			suggester{}.words(steps)
		}
	})
}
