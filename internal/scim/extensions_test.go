package scim

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// hr is a schema with an attribute of each kind.
var hr = Schema{ID: "urn:acme:hr:2.0:User", Name: "HR", Attributes: []Attribute{
	{Name: "badge", CaseExact: true},
	{Name: "nick", Multi: true},
	{Name: "remote", Type: Boolean},
	{Name: "level", Type: Integer},
	{Name: "rate", Type: Decimal, Multi: true},
	{Name: "since", Type: DateTime},
	{Name: "page", Type: Reference},
	{Name: "seal", Type: Binary},
	{Name: "boss", Type: Complex, Sub: []Attribute{{Name: "value"}, {Name: "acting", Type: Boolean}}},
	{Name: "rooms", Type: Complex, Multi: true, Sub: []Attribute{{Name: "value", Required: true}, {Name: "floor", Type: Integer}, {Name: "primary", Type: Boolean}}},
}}

// extendedUsers is the type of a tenant that has hr.
func extendedUsers() *ResourceType { return Users.extended([]Extension{{Of: Users.Name, Schema: hr}}) }

// A tenant's types have its schemas, each its own, and leave those of others as
// they are.
func TestExtended(t *testing.T) {
	team := Schema{ID: "urn:acme:team", Name: "Team", Attributes: []Attribute{{Name: "cost"}}}
	ts := Standard.extended([]Extension{{Of: Groups.Name, Schema: team}, {Of: Users.Name, Schema: hr}})
	if diff := cmp.Diff([]string{URNUser, URNEnterprise, hr.ID}, ts.Users.URNs()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{URNGroup, team.ID}, ts.Groups.URNs()); diff != "" {
		t.Error(diff)
	}
	if len(Users.Extensions) != 1 || len(Groups.Extensions) != 0 {
		t.Error("the types of the standard have changed")
	}
	for _, urn := range []string{URNUser, strings.ToUpper(team.ID), hr.ID} {
		if _, err := ts.SchemaDocument(urn); err != nil {
			t.Error(err)
		}
	}
	if _, err := Standard.SchemaDocument(hr.ID); !iam.Is(err, iam.NotFound) {
		t.Errorf("the standard has %s: %v", hr.ID, err)
	}
}

// What a client says of a tenant's attributes is kept below their paths, and is
// shown again as it was said.
func TestExtendedValues(t *testing.T) {
	users := extendedUsers()
	sent := object(t, `{"userName":"kim","urn:acme:HR:2.0:user":{"BADGE":"B 7","nick":["a","b"],"remote":"True","level":3,"rate":[1.5,2],
		"since":"2026-11-02T09:30:00Z","page":"https://acme.example/kim","seal":"AAEC","boss":"lee",
		"rooms":[{"value":"12","floor":3,"primary":true},{"value":"14"}],"other":1}}`)
	read, err := users.Read(sent)
	if err != nil {
		t.Fatal(err)
	}
	p, err := person(users, read)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"badge": "B 7", "nick": `["a","b"]`, "remote": "true", "level": "3", "rate": "[1.5,2]", "since": "2026-11-02T09:30:00Z",
		"page": "https://acme.example/kim", "seal": "AAEC", "boss": `{"value":"lee"}`,
		"rooms": `[{"floor":3,"primary":true,"value":"12"},{"value":"14"}]`}
	for name, text := range want {
		if got := p.Attributes[hr.ID+":"+name]; got != text {
			t.Errorf("of %s is kept %q, want %q", name, got, text)
		}
	}
	if len(p.Attributes) != len(want) {
		t.Errorf("kept are %v", p.Attributes)
	}
	shown := users.finish(userResource(users, iam.User{Username: p.Username, Attributes: p.Attributes}))
	if diff := cmp.Diff(read[hr.ID], shown[hr.ID]); diff != "" {
		t.Errorf("shown (-said +shown)\n%s", diff)
	}
	if diff := cmp.Diff([]any{URNUser, hr.ID}, shown[attrSchemas]); diff != "" {
		t.Error(diff)
	}

	groups := Groups.extended([]Extension{{Of: Groups.Name, Schema: hr}})
	if read, err = groups.Read(map[string]any{"displayName": "g", "externalId": "x", hr.ID: sent["urn:acme:HR:2.0:user"]}); err != nil {
		t.Fatal(err)
	}
	n, err := team(groups, read)
	if err != nil {
		t.Fatal(err)
	}
	if n.Attributes[AttributeExternalID] != "x" || len(n.Attributes) != len(want)+1 {
		t.Errorf("of a group are kept %v", n.Attributes)
	}
	if diff := cmp.Diff(read[hr.ID], groupResource(groups, iam.Group{Attributes: n.Attributes}, nil)[hr.ID]); diff != "" {
		t.Errorf("a group is shown (-said +shown)\n%s", diff)
	}
}

// What somebody else has written below a path of a tenant's attribute is shown
// only where it is a value of it.
func TestExtendedOfOthers(t *testing.T) {
	users := extendedUsers()
	for name, text := range map[string]string{"badge": "", "nick": "a", "remote": "yes", "level": "1.5", "rate": "1.5", "since": "today",
		"boss": `"lee"`, "rooms": `[{"value":"1","no":1}]`, "Badge2": "x", "seal": ""} {
		r := userResource(users, iam.User{Attributes: map[string]string{hr.ID + ":" + name: text}})
		if v := r[hr.ID]; v != nil {
			t.Errorf("%q of %s is shown as %v", text, name, v)
		}
	}
	r := userResource(users, iam.User{Attributes: map[string]string{"urn:else:where:badge": "x", URNEnterprise + ":division": "x"}})
	if r["urn:else:where"] != nil || r[URNEnterprise] != nil {
		t.Errorf("what no schema has is shown: %v", r)
	}
}

// A schema is the same after it was told as a resource and read.
func TestReadSchema(t *testing.T) {
	same := func(t interface{ Fatalf(string, ...any) }, s Schema) {
		text, err := json.Marshal(s.Document())
		if err != nil {
			t.Fatalf("%v", err)
		}
		var document map[string]any
		if err := json.Unmarshal(text, &document); err != nil {
			t.Fatalf("%v", err)
		}
		got, err := ReadSchema(document)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if diff := cmp.Diff(said(s), got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(-told +read)\n%s", diff)
		}
	}
	for _, s := range Standard.Schemas() {
		same(t, *s)
	}
	rapid.Check(t, func(t *rapid.T) { same(t, someSchema(t)) })
}

// said is a schema with what it leaves to be understood said.
func said(s Schema) Schema {
	s.Attributes = saidOf(s.Attributes)
	return s
}

func saidOf(list []Attribute) []Attribute {
	or := func(word, otherwise string) string {
		if word == "" {
			return otherwise
		}
		return word
	}
	list = append([]Attribute{}, list...)
	for i := range list {
		a := &list[i]
		a.Type, a.Mutability = Type(or(string(a.Type), "string")), Mutability(or(string(a.Mutability), "readWrite"))
		a.Returned, a.Uniqueness = Returned(or(string(a.Returned), "default")), or(a.Uniqueness, "none")
		a.Sub = saidOf(a.Sub)
	}
	return list
}

func someSchema(t *rapid.T) Schema {
	word := rapid.StringMatching(`[a-zA-Z][a-zA-Z0-9_-]{0,8}`)
	words := rapid.SliceOfNDistinct(word, 0, 3, rapid.ID)
	var list func(types ...Type) []Attribute
	list = func(types ...Type) []Attribute {
		names := rapid.SliceOfNDistinct(word, 1, 4, strings.ToLower).Draw(t, "names")
		all := make([]Attribute, len(names))
		for i, name := range names {
			a := Attribute{Name: name, Description: word.Draw(t, "description"), Type: rapid.SampledFrom(types).Draw(t, "type"),
				Multi: rapid.Bool().Draw(t, "multi"), Required: rapid.Bool().Draw(t, "required"), CaseExact: rapid.Bool().Draw(t, "case"),
				Mutability: rapid.SampledFrom([]Mutability{ReadWrite, ReadOnly, Immutable, WriteOnly}).Draw(t, "mutability"),
				Returned:   rapid.SampledFrom([]Returned{ReturnedDefault, ReturnedAlways, ReturnedNever, ReturnedRequest}).Draw(t, "returned"),
				Canonical:  words.Draw(t, "canonical"), References: words.Draw(t, "references")}
			if a.Type == Complex {
				a.Sub = list(String, Boolean, Decimal)
			}
			all[i] = a
		}
		return all
	}
	return Schema{ID: "urn:acme:" + word.Draw(t, "id"), Name: word.Draw(t, "name"), Attributes: list(String, Integer, DateTime, Binary, Reference, Complex)}
}

// A definition that breaks a rule is refused, and the rule told.
func TestDefine(t *testing.T) {
	long := strings.Repeat("x", 64)
	attributes := func(n int) string {
		all := make([]string, n)
		for i := range all {
			all[i] = fmt.Sprintf(`{"name":"a%d"}`, i)
		}
		return strings.Join(all, ",")
	}
	of := func(attributes string) string {
		return `{"id":"urn:acme:hr:User","name":"HR","attributes":[` + attributes + `]}`
	}
	for _, tt := range []struct{ name, definition, field, says string }{
		{"no URN", `{"name":"HR","attributes":[{"name":"a"}]}`, "id", "URN"},
		{"a URL", `{"id":"https://acme.example/hr","name":"HR","attributes":[{"name":"a"}]}`, "id", "URN"},
		{"of nobody", `{"id":"urn::hr:User","name":"HR","attributes":[{"name":"a"}]}`, "id", "URN"},
		{"with a slash", `{"id":"urn:acme:hr/User","name":"HR","attributes":[{"name":"a"}]}`, "id", "URN"},
		{"of the IETF", `{"id":"URN:ietf:params:scim:schemas:core:2.0:User","name":"HR","attributes":[{"name":"a"}]}`, "id", "urn:ietf:"},
		{"ours", `{"id":"urn:gatehouse:x:User","name":"HR","attributes":[{"name":"a"}]}`, "id", "urn:gatehouse:"},
		{"below another", `{"id":"urn:acme:there:User:more","name":"HR","attributes":[{"name":"a"}]}`, "id", "below urn:acme:there:User"},
		{"above another", `{"id":"urn:acme:there","name":"HR","attributes":[{"name":"a"}]}`, "id", "below urn:acme:there"},
		{"no name", `{"id":"urn:acme:hr:User","attributes":[{"name":"a"}]}`, "name", "required"},
		{"long name", `{"id":"urn:acme:hr:User","name":"` + long + `x","attributes":[{"name":"a"}]}`, "name", "64"},
		{"no attributes", `{"id":"urn:acme:hr:User","name":"HR"}`, "attributes", "required"},
		{"empty attributes", of(""), "attributes", "required"},
		{"too many", of(attributes(65)), "attributes", "at most 64"},
		{"too many with those inside", of(attributes(33) + `,{"name":"c","type":"complex","subAttributes":[` + attributes(31) + `]}`), "attributes", "at most 64"},
		{"an attribute of no name", of(`{"type":"string"}`), "attributes[0].name", "required"},
		{"a bad name", of(`{"name":"a.b"}`), "attributes[a.b]", "letters"},
		{"a name with a dollar", of(`{"name":"$ref"}`), "attributes[$ref]", "letters"},
		{"the same name", of(`{"name":"a"},{"name":"A"}`), "attributes[A]", "once"},
		{"a long name", of(`{"name":"` + long + long[:48] + `"}`), "attributes", "128"},
		{"no type", of(`{"name":"a","type":"text"}`), "attributes[a].type", "dateTime"},
		{"types are words", of(`{"name":"a","type":1}`), "attributes.type", "string"},
		{"mutability", of(`{"name":"a","mutability":"never"}`), "attributes[a].mutability", "readWrite"},
		{"returned", of(`{"name":"a","returned":"sometimes"}`), "attributes[a].returned", "request"},
		{"uniqueness", of(`{"name":"a","uniqueness":"server"}`), "attributes[a].uniqueness", "none"},
		{"who could write it", of(`{"name":"a","required":true,"mutability":"readOnly"}`), "attributes[a].required", "readOnly"},
		{"a secret that is shown", of(`{"name":"a","mutability":"writeOnly"}`), "attributes[a].returned", "never"},
		{"references", of(`{"name":"a","referenceTypes":["User"]}`), "attributes[a].referenceTypes", "reference"},
		{"simple with parts", of(`{"name":"a","subAttributes":[{"name":"b"}]}`), "attributes[a]", "complex"},
		{"complex without parts", of(`{"name":"a","type":"complex"}`), "attributes[a].subAttributes", "required"},
		{"complex in complex", of(`{"name":"a","type":"complex","subAttributes":[{"name":"b","type":"complex"}]}`), "attributes[a].subAttributes[b]", "simple"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := ReadSchema(object(t, tt.definition))
			if err == nil {
				_, err = s.define([]Extension{{Schema: Schema{ID: "urn:acme:there:User"}}})
			}
			e, ok := errors.AsType[*iam.Error](err)
			if !ok || e.Kind != iam.Invalid || len(e.Fields) == 0 {
				t.Fatalf("is %v", err)
			}
			if f := e.Fields[0]; f.Path != tt.field || !strings.Contains(f.Message, tt.says) {
				t.Errorf("%s: %s, want one of %s that says %q", f.Path, f.Message, tt.field, tt.says)
			}
		})
	}
	for name, definition := range map[string]string{"all": of(attributes(64)), "bare": of(`{"name":"a"}`), "secret": of(`{"name":"a","mutability":"writeOnly","returned":"never"}`)} {
		s, err := ReadSchema(object(t, definition))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.define([]Extension{{Schema: Schema{ID: "urn:acme:there:User"}}}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s, err := (Schema{ID: "URN:acme:HR", Name: "HR", Attributes: []Attribute{{Name: "a"}}}).define(nil); err != nil || s.ID != "urn:acme:HR" {
		t.Errorf("is called %s, %v", s.ID, err)
	}
	if s, err := hr.define(nil); err != nil || !s.Attributes[6].CaseExact || !s.Attributes[7].CaseExact || hr.Attributes[6].CaseExact {
		t.Errorf("of references and binary values the case counts: %v, %v", s.Attributes, err)
	}
}

// What becomes of an attribute says where values must not be.
func TestLost(t *testing.T) {
	with := func(change func(s *Schema)) Extension {
		s := hr
		s.Attributes = append([]Attribute{}, hr.Attributes...)
		change(&s)
		return Extension{Of: Users.Name, Schema: s}
	}
	const at = "urn:acme:hr:2.0:user:"
	for name, tt := range map[string]struct {
		now  Extension
		want []string
	}{
		"nothing": {with(func(*Schema) {}), nil},
		"words": {with(func(s *Schema) {
			s.Name = "x"
			s.Attributes[0].Description = "x"
			s.Attributes[0].Canonical = []string{"y"}
		}), nil},
		"who may write":   {with(func(s *Schema) { s.Attributes[0].Mutability = Immutable; s.Attributes[0].Required = true }), nil},
		"order and more":  {with(func(s *Schema) { s.Attributes = append([]Attribute{{Name: "new"}}, s.Attributes...) }), nil},
		"a string by its": {with(func(s *Schema) { s.Attributes[0].Type = String }), nil},
		"gone":            {with(func(s *Schema) { s.Attributes = s.Attributes[1:] }), []string{at + "badge"}},
		"case":            {with(func(s *Schema) { s.Attributes[0].CaseExact = false }), []string{at + "badge"}},
		"case of numbers": {with(func(s *Schema) { s.Attributes[3].CaseExact = true }), nil},
		"type":            {with(func(s *Schema) { s.Attributes[3].Type = Decimal }), []string{at + "level"}},
		"several":         {with(func(s *Schema) { s.Attributes[2].Multi = true }), []string{at + "remote"}},
		"renamed":         {with(func(s *Schema) { s.Attributes[0].Name = "Badge" }), []string{at + "badge"}},
		"one of complex":  {with(func(s *Schema) { s.Attributes[8].Sub = s.Attributes[8].Sub[:1] }), []string{at + "boss.acting"}},
		"type within": {with(func(s *Schema) {
			s.Attributes[8].Sub = []Attribute{{Name: "value", CaseExact: true}, {Name: "acting", Type: Boolean}}
		}), []string{at + "boss.value"}},
		"complex": {with(func(s *Schema) { s.Attributes[9] = Attribute{Name: "rooms"} }), []string{at + "rooms.value", at + "rooms.floor", at + "rooms.primary"}},
	} {
		if diff := cmp.Diff(tt.want, (Extension{Of: Users.Name, Schema: hr}).Lost(tt.now)); diff != "" {
			t.Errorf("%s\n%s", name, diff)
		}
	}
	for _, now := range []Extension{{}, {Of: Groups.Name, Schema: hr}} {
		if lost := (Extension{Of: Users.Name, Schema: hr}).Lost(now); len(lost) != 13 {
			t.Errorf("without all of them %v are lost", lost)
		}
	}
}

// A definition that is taken is the same when it is read again, and resources
// can be of it.
func FuzzDefine(f *testing.F) {
	for _, s := range []Schema{hr, *enterpriseSchema} {
		text, err := json.Marshal(s.Document())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"id":"urn:a:b:C","name":"x","attributes":[{"name":"a","type":"complex","subAttributes":{"name":"b"}}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var document map[string]any
		if json.Unmarshal(text, &document) != nil {
			return
		}
		read, err := ReadSchema(document)
		if err != nil {
			return
		}
		s, err := read.define(nil)
		if err != nil {
			return
		}
		again, err := ReadSchema(s.Document())
		if err != nil {
			t.Fatal(err)
		}
		again, err = again.define(nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s.Document(), again.Document()); diff != "" {
			t.Fatal(diff)
		}
		users := Users.extended([]Extension{{Of: Users.Name, Schema: s}})
		values := map[string]any{}
		for _, a := range s.Attributes {
			if a.Type == Complex || a.Type == Binary || a.Type == DateTime {
				continue
			}
			values[a.Name] = map[bool]any{true: "text"}[a.text()]
		}
		r, err := users.Read(map[string]any{"userName": "kim", s.ID: values})
		if err != nil {
			return // something that is required is not there
		}
		p, err := person(users, r)
		if err != nil {
			t.Fatal(err)
		}
		shown := userResource(users, iam.User{Username: "kim", Attributes: p.Attributes})
		if diff := cmp.Diff(r[s.ID], shown[s.ID]); diff != "" {
			t.Fatalf("(-said +shown)\n%s", diff)
		}
	})
}
