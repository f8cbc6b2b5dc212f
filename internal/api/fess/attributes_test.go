package fess

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// The members have the names, and the order, of their tags.
func TestMembers(t *testing.T) {
	var p person[shown]
	for _, m := range p.members() {
		*m.value = shown(m.name)
	}
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for i, m := range p.members() {
		if i > 0 {
			want.WriteString(",")
		}
		want.WriteString(`"` + m.name + `":"` + m.name + `"`)
	}
	if diff := cmp.Diff("{"+want.String()+"}", string(text)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAttributesWanted(t *testing.T) {
	old := iam.User{FamilyName: "Doe", Email: "doe@example.com", Attributes: map[string]string{"title": "Dr", "netapp.x": "1"}}
	tests := map[string]struct {
		form string
		want wanted
		says []string // broken rules
	}{
		"nothing":                      {`{}`, wanted{}, nil},
		"flat":                         {`{"surname":"Roe","city":"Seoul"}`, wanted{"surname": "Roe", "city": "Seoul"}, nil},
		"map":                          {`{"attributes":{"surname":"Roe","key1":"val1"}}`, wanted{"surname": "Roe", "key1": "val1"}, nil},
		"the same again":               {`{"surname":"Doe","attributes":{"surname":"Doe","title":"Dr"}}`, wanted{}, nil},
		"flat null stays":              {`{"surname":null}`, wanted{}, nil},
		"flat empty removes":           {`{"surname":"","title":""}`, wanted{"surname": "", "title": ""}, nil},
		"null in the map removes":      {`{"attributes":{"surname":null,"title":null,"none":null}}`, wanted{"surname": "", "title": ""}, nil},
		"empty in the map removes":     {`{"attributes":{"title":"","none":""}}`, wanted{"title": ""}, nil},
		"null for the map":             {`{"attributes":null}`, wanted{}, nil},
		"map changed, flat sent back":  {`{"surname":"Doe","city":"","attributes":{"surname":"Roe","city":"Seoul"}}`, wanted{"surname": "Roe", "city": "Seoul"}, nil},
		"flat changed, map sent back":  {`{"surname":"Roe","attributes":{"surname":"Doe"}}`, wanted{"surname": "Roe"}, nil},
		"both changed alike":           {`{"surname":"Roe","attributes":{"surname":"Roe"}}`, wanted{"surname": "Roe"}, nil},
		"both changed differently":     {`{"surname":"Roe","attributes":{"surname":"Poe"}}`, nil, []string{"attributes.surname"}},
		"set flat and removed in map":  {`{"surname":"Roe","attributes":{"surname":null}}`, nil, []string{"attributes.surname"}},
		"what belongs to another":      {`{"attributes":{"netapp.x":"2"}}`, nil, []string{"attributes.netapp.x"}},
		"what is private, sent as is":  {`{"attributes":{"netapp.x":"1"}}`, nil, []string{"attributes.netapp.x"}},
		"all that is wrong, in order":  {`{"surname":"Roe","attributes":{"surname":"Poe","b.c":"","a.b":""}}`, nil, []string{"attributes.a.b", "attributes.b.c", "attributes.surname"}},
		"names are told apart by case": {`{"attributes":{"Surname":"Roe"}}`, wanted{"Surname": "Roe"}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var f userForm
			if err := json.Unmarshal([]byte(tt.form), &f); err != nil {
				t.Fatal(err)
			}
			got, err := attributesWanted(func(name string) string { return attribute(old, name) }, &f.person, f.Attributes)
			if diff := cmp.Diff(tt.says, brokenFields(err)); diff != "" {
				t.Errorf("broken rules (-want +got):\n%s\n%v", diff, err)
			}
			if diff := cmp.Diff(tt.want, got); err == nil && diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func brokenFields(err error) (paths []string) {
	if e, ok := errors.AsType[*iam.Error](err); ok {
		for _, f := range e.Fields {
			paths = append(paths, f.Path)
		}
	}
	return paths
}

func TestCheckLong(t *testing.T) {
	for value, ok := range map[string]bool{"": true, "0": true, "-1": true, "9223372036854775807": true,
		"9223372036854775808": false, "x": false, "1.0": false, "one": false, "0x1": false} {
		var check iam.Checker
		wanted{"uidNumber": value, "gidNumber": "nobody looks"}.checkLong(&check, "uidNumber")
		if err := check.Err(); (err == nil) != ok {
			t.Errorf("%q: %v", value, err)
		}
	}
}

// stored is what the core would keep of a new user, as far as attributes go.
func stored(n directory.NewUser) iam.User {
	return iam.User{FamilyName: n.FamilyName, GivenName: n.GivenName, Email: n.Email, DisplayName: n.DisplayName, Phone: n.Phone, Attributes: n.Attributes}
}

// changedBy is what the core would make of a change.
func changedBy(u iam.User, ch directory.UserChange) iam.User {
	for to, from := range map[*string]*string{&u.FamilyName: ch.FamilyName, &u.GivenName: ch.GivenName, &u.Email: ch.Email,
		&u.DisplayName: ch.DisplayName, &u.Phone: ch.Phone} {
		if from != nil {
			*to = *from
		}
	}
	u.Attributes = iam.Patch(u.Attributes, ch.Attributes)
	return u
}

// Whatever attributes a client sends, in either form, it reads in both; what
// it does not mention stays; what it sends back as it was read changes nothing.
func TestAttributesRoundTrip(t *testing.T) {
	names := []string{"surname", "givenName", "mail", "displayName", "telephoneNumber", "title", "uidNumber", "homeDirectory"}
	flatOrNot := rapid.MapOf(rapid.SampledFrom(append(slices.Clone(names), "key1", "Key-2")), rapid.StringN(0, 5, -1))
	rapid.Check(t, func(t *rapid.T) {
		none := func(string) string { return "" }
		first := flatOrNot.Draw(t, "first")
		w, err := attributesWanted(none, &person[*string]{}, pointers(first))
		if err != nil {
			t.Fatal(err)
		}
		u := stored(newUser(&userForm{}, w, nil, nil))
		u.Attributes["netapp.secret"] = "untouched"
		sees(t, u, first)

		// A change, half of it flat.
		second := flatOrNot.Draw(t, "second")
		var flat person[*string]
		inMap := maps.Clone(second)
		for _, m := range flat.members() {
			if value, ok := second[m.name]; ok && rapid.Bool().Draw(t, m.name+" is flat") {
				*m.value = &value
				delete(inMap, m.name)
			}
		}
		current := func(name string) string { return attribute(u, name) }
		if w, err = attributesWanted(current, &flat, pointers(inMap)); err != nil {
			t.Fatal(err)
		}
		u = changedBy(u, userChange(&userForm{}, w))
		want := maps.Clone(first)
		maps.Copy(want, second)
		sees(t, u, want)

		// All sent back, as fessctl does.
		var back userForm
		text, err := json.Marshal(settingOf(u))
		if err == nil {
			err = json.Unmarshal(text, &back)
		}
		if err != nil {
			t.Fatal(err)
		}
		if w, err = attributesWanted(current, &back.person, back.Attributes); err != nil || len(w) > 0 {
			t.Errorf("sending back what was read changes %v: %v", w, err)
		}
		if u.Attributes["netapp.secret"] != "untouched" {
			t.Errorf("what belongs to another dialect became %q", u.Attributes["netapp.secret"])
		}
	})
}

func pointers(m map[string]string) map[string]*string {
	p := make(map[string]*string, len(m))
	for name, value := range m {
		p[name] = &value
	}
	return p
}

// sees checks that both forms of an answer show the attributes.
func sees(t *rapid.T, u iam.User, want map[string]string) {
	t.Helper()
	s := settingOf(u)
	shownInMap := maps.Clone(want)
	maps.DeleteFunc(shownInMap, func(_, value string) bool { return value == "" })
	if diff := cmp.Diff(shownInMap, s.Attributes); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
	for _, m := range s.members() {
		if string(*m.value) != want[m.name] {
			t.Errorf("%s is %q, want %q", m.name, *m.value, want[m.name])
		}
	}
}

// The flat members are those of the document, in its order.
func TestPersonIsTheDocuments(t *testing.T) {
	text, err := os.ReadFile("testdata/members.txt")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range (&person[shown]{}).members() {
		names = append(names, m.name)
	}
	if diff := cmp.Diff(strings.Fields(string(text)), names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
