package transfer

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// readAll reads a file to its end. What is wrong with an entry is in its place.
func readAll(t interface{ Fatalf(string, ...any) }, f Format, text string) (entries []*Entry, faults []string, last error) {
	r, err := NewReader(f, strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v", err)
	}
	for n := 0; ; n++ {
		e, err := r.Next()
		broken, isFault := errors.AsType[*Fault](err)
		switch {
		case isFault && broken.Line > 0 && iam.Is(err, iam.Invalid):
			faults = append(faults, broken.Error())
		case errors.Is(err, io.EOF):
			return entries, faults, nil
		case err != nil:
			return entries, faults, err
		default:
			entries = append(entries, e)
		}
		if n > len(text) {
			t.Fatalf("it does not end")
		}
	}
}

func write(t interface{ Fatalf(string, ...any) }, f Format, entries ...Entry) string {
	var b bytes.Buffer
	w, err := NewWriter(f, &b)
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, e := range entries {
		if err := w.Write(e); err != nil {
			t.Fatalf("%v", err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatalf("%v", err)
	}
	return b.String()
}

func TestFormats(t *testing.T) {
	for _, f := range Formats {
		if FormatOf("/tmp/People."+strings.ToUpper(string(f))) != f {
			t.Errorf("%s is not known by the name of its file", f)
		}
	}
	if FormatOf("Export.LDF") != LDIF {
		t.Error("what ldifde writes is not LDIF")
	}
	if FormatOf("-") != JSONLines {
		t.Error("what has no name is not JSON lines")
	}
	if _, err := NewReader("xml", nil); !iam.Is(err, iam.Invalid) {
		t.Errorf("a reader of XML: %v", err)
	}
	if _, err := NewWriter("xml", nil); !iam.Is(err, iam.Invalid) {
		t.Errorf("a writer of XML: %v", err)
	}
}

// texts are of the kinds that formats have trouble with.
var texts = rapid.OneOf(
	rapid.SampledFrom([]string{"a", "Ada", "a;b", `a\;b`, `a\\`, `"quoted"`, `{"a":1}`, "[1]", "=1+1", "@x", "+82-10-1234", "'", "'=1", "홍길동", " a ", "a ", "a,b", "a\nb", "a\r\nb",
		":a", "<a", "# a", `a"b`, "a+b=c", "true", "5", "$2b$", "{SSHA}x", "0198b1c4-7d2e-7a5b-8c3d-112233445566", strings.Repeat("long ", 40)}),
	rapid.StringMatching(`[a-z;\\,=+"' ]{1,12}`))

var entries = rapid.Custom(func(t *rapid.T) Entry {
	text := func(name string) string { return texts.Draw(t, name) }
	switch rapid.SampledFrom([]Kind{User, User, Group, Binding}).Draw(t, "kind") {
	case Group:
		r := map[string]any{"displayName": text("name")}
		if rapid.Bool().Draw(t, "has external") {
			r["externalId"] = text("external")
		}
		var members []any
		for range rapid.IntRange(0, 3).Draw(t, "n") {
			members = append(members, reference(strings.TrimSpace(text("member"))+"m"))
		}
		if members != nil {
			r["members"] = members
		}
		return Entry{Kind: Group, Resource: r}
	case Binding:
		r := map[string]any{"role": text("role"), rapid.SampledFrom([]string{"user", "group"}).Draw(t, "subject"): reference(text("name"))}
		if rapid.Bool().Draw(t, "in a namespace") {
			r["namespace"] = text("namespace")
		}
		return Entry{Kind: Binding, Resource: r}
	}
	r := map[string]any{"userName": text("userName")}
	for _, name := range []string{"displayName", "title", "externalId", "timezone"} {
		if rapid.Bool().Draw(t, "has "+name) {
			r[name] = text(name)
		}
	}
	if rapid.Bool().Draw(t, "has name") {
		r["name"] = map[string]any{"givenName": text("given"), rapid.SampledFrom([]string{"familyName", "honorificSuffix"}).Draw(t, "sub"): text("sub")}
	}
	for _, name := range []string{"emails", "phoneNumbers", "roles", "ims", "addresses"} {
		var all []any
		for i := range rapid.IntRange(0, 3).Draw(t, name) {
			v := map[string]any{attrValue: text("value")}
			if name == "addresses" {
				v = map[string]any{"locality": text("locality")}
			}
			if rapid.Bool().Draw(t, "has type") {
				v[attrType] = rapid.SampledFrom([]string{"work", "home", "mobile", `a"b`}).Draw(t, "type")
			}
			if i == 0 && rapid.Bool().Draw(t, "is primary") {
				v[attrPrimary] = rapid.Bool().Draw(t, "primary")
			}
			all = append(all, v)
		}
		if all != nil {
			r[name] = all
		}
	}
	if rapid.Bool().Draw(t, "has active") {
		r[attrActive] = rapid.Bool().Draw(t, "active")
	}
	if rapid.Bool().Draw(t, "has enterprise") {
		r[urnEnterprise] = map[string]any{"department": text("department"), "manager": map[string]any{attrValue: text("manager")}}
	}
	if rapid.Bool().Draw(t, "has extension") {
		r["urn:example:User"] = map[string]any{"badge": 5.0, "on": true, "of": []any{text("of")}, "says": text("says")}
	}
	return Entry{Kind: User, Resource: r, PasswordHash: rapid.SampledFrom([]string{"", "$2b$04$x", "{SSHA}abc=", "$argon2id$v=19$m=64,t=1,p=1$a$b", "$scrypt$x"}).Draw(t, "hash")}
})

// TestWrittenIsRead: what is written is read as it was, but for the groups of a
// user in formats where groups name their members, and for what a member is
// called beside its name.
func TestWrittenIsRead(t *testing.T) {
	for _, f := range Formats {
		t.Run(string(f), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				want := rapid.SliceOfN(entries, 0, 3).Draw(t, "entries")
				for i, e := range want {
					if f == JSONLines && e.Kind != User {
						e.Resource["schemas"] = map[Kind][]any{Group: {urnGroup}, Binding: {URNBinding}}[e.Kind]
					}
					want[i] = e
				}
				text := write(t, f, want...)
				got, faults, err := readAll(t, f, text)
				if len(faults) > 0 || err != nil {
					t.Fatalf("%v %v\n%s", faults, err, text)
				}
				read := make([]Entry, len(got))
				for i, e := range got {
					if e.Line < 1 || i > 0 && e.Line <= got[i-1].Line {
						t.Fatalf("entry %d is in line %d", i, e.Line)
					}
					read[i] = Entry{Kind: e.Kind, Resource: e.Resource, PasswordHash: e.PasswordHash}
				}
				if diff := cmp.Diff(append([]Entry{}, want...), read); diff != "" {
					t.Fatalf("(-want +got)\n%s\n%s", diff, text)
				}
			})
		})
	}
}

func BenchmarkRead(b *testing.B) {
	for _, f := range Formats {
		b.Run(string(f), func(b *testing.B) {
			e := Entry{Kind: User, PasswordHash: "{SSHA}awc/Cj0kafyFd5d8fGn07xoHBJJzYWx0c2FsdA==", Resource: map[string]any{"userName": "ada", "displayName": "Ada Lovelace",
				"name": map[string]any{"givenName": "Ada", "familyName": "Lovelace"}, "emails": []any{map[string]any{"value": "ada@example.com", "primary": true}}, "active": true}}
			text := write(b, f, slices.Repeat([]Entry{e}, 1000)...)
			b.ReportAllocs()
			for b.Loop() {
				if got, _, _ := readAll(b, f, text); len(got) != 1000 {
					b.Fatalf("%d entries", len(got))
				}
			}
			b.ReportMetric(float64(b.N)*1000/b.Elapsed().Seconds(), "entries/s")
		})
	}
}
