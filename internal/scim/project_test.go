package scim

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shyType has an attribute of every way to be returned.
var shyType = &ResourceType{Name: "Thing", Schema: &Schema{ID: "urn:acme:core:1.0:Thing", Attributes: []Attribute{{Name: "title"}}},
	Extensions: []*Schema{{ID: "urn:acme:1.0", Attributes: []Attribute{
		{Name: "pin", Returned: ReturnedNever},
		{Name: "salary", Returned: ReturnedRequest},
		{Name: "badge", Returned: ReturnedAlways},
		{Name: "dept"},
		{Name: "desk", Type: Complex, Sub: []Attribute{{Name: "room"}, {Name: "key", Returned: ReturnedRequest}, {Name: "code", Returned: ReturnedNever}}},
		{Name: "cars", Type: Complex, Multi: true, Returned: ReturnedRequest, Sub: []Attribute{{Name: "value"}, {Name: "vin", Returned: ReturnedNever}}},
	}}}}

func TestProjectReturned(t *testing.T) {
	const all = `{"id":"1","title":"T","urn:acme:1.0":{"pin":"p","salary":"s","badge":"b","dept":"d","desk":{"room":"r","key":"k","code":"c"},"cars":[{"value":"v","vin":"n"},{"vin":"m"}]}}`
	for _, tt := range []struct {
		p    Projection
		want string
	}{
		{Projection{}, `{"id":"1","title":"T","urn:acme:1.0":{"badge":"b","dept":"d","desk":{"room":"r"}}}`},
		{Projection{Attributes: []string{"title"}}, `{"id":"1","title":"T","urn:acme:1.0":{"badge":"b"}}`},
		{Projection{Attributes: []string{"urn:acme:1.0"}}, `{"id":"1","urn:acme:1.0":{"badge":"b","dept":"d","desk":{"room":"r"}}}`},
		{Projection{Attributes: []string{"urn:acme:1.0:pin", "urn:acme:1.0:SALARY", "urn:acme:1.0:desk"}}, `{"id":"1","urn:acme:1.0":{"badge":"b","salary":"s","desk":{"room":"r"}}}`},
		{Projection{Attributes: []string{"urn:acme:1.0:desk.key", "urn:acme:1.0:desk.code", "urn:acme:1.0:cars.value"}}, `{"id":"1","urn:acme:1.0":{"badge":"b","desk":{"key":"k"},"cars":[{"value":"v"}]}}`},
		{Projection{Attributes: []string{"urn:acme:1.0:cars"}}, `{"id":"1","urn:acme:1.0":{"badge":"b","cars":[{"value":"v"}]}}`},
		{Projection{Excluded: []string{"id", "urn:acme:1.0"}}, `{"id":"1","title":"T","urn:acme:1.0":{"badge":"b"}}`},
		{Projection{Excluded: []string{"title", "urn:acme:1.0:badge", "urn:acme:1.0:desk.room"}}, `{"id":"1","urn:acme:1.0":{"badge":"b","dept":"d"}}`},
		{Projection{Written: []string{"urn:acme:1.0:salary", "urn:acme:1.0:pin", "urn:acme:1.0:desk.key", "urn:acme:1.0:cars.value"}},
			`{"id":"1","title":"T","urn:acme:1.0":{"badge":"b","dept":"d","salary":"s","desk":{"room":"r","key":"k"},"cars":[{"value":"v"}]}}`},
		{Projection{Excluded: []string{"title"}, OnRequest: true},
			`{"id":"1","urn:acme:1.0":{"badge":"b","dept":"d","salary":"s","desk":{"room":"r","key":"k"},"cars":[{"value":"v"}]}}`},
		{Projection{Attributes: []string{"title"}, Written: []string{"urn:acme:1.0:salary"}}, `{"id":"1","title":"T","urn:acme:1.0":{"badge":"b"}}`},
	} {
		r := Resource(object(t, all))
		if diff := cmp.Diff(object(t, tt.want), map[string]any(shyType.Project(r, tt.p))); diff != "" {
			t.Errorf("%v (-want +got)\n%s", tt.p, diff)
		}
		if diff := cmp.Diff(object(t, all), map[string]any(r)); diff != "" {
			t.Errorf("%v changes the document\n%s", tt.p, diff)
		}
	}
}

// TestPasswordIsNeverProjected, not even where somebody asks: it is the only one of
// the standard's attributes that is not returned.
func TestPasswordIsNeverProjected(t *testing.T) {
	for _, p := range []Projection{{}, {Attributes: []string{"password"}}, {Excluded: []string{"title"}}, {Written: []string{"password"}}} {
		if got := Users.Project(object(t, `{"password":"secret"}`), p); got["password"] != nil {
			t.Errorf("%+v: %v", p, got)
		}
	}
	for _, s := range []*Schema{userSchema, groupSchema, enterpriseSchema} {
		for _, a := range s.Attributes {
			if a.Name != attrPassword && a.selective() {
				t.Errorf("%s is not returned by default: Project has to know", a.Name)
			}
		}
	}
}

func TestNamed(t *testing.T) {
	got := Named(object(t, `{"title":"T","name":{"givenName":"A"},"emails":[{"value":"a"},{"type":"b"}],"urn:acme:1.0:User":{"desk":{"key":"k"}}}`))
	slices.Sort(got)
	want := []string{"emails", "emails.type", "emails.value", "name", "name.givenName", "title", "urn:acme:1.0:User", "urn:acme:1.0:User:desk", "urn:acme:1.0:User:desk.key"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	got = NamedBy(operations(t, `[{"op":"add","path":"emails[type eq \"work\"].value","value":"a"},{"op":"remove","path":"no path"},{"op":"replace","value":{"title":"T"}}]`))
	if diff := cmp.Diff([]string{"emails.value", "title"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestParsePath(t *testing.T) {
	for text, want := range map[string]Path{
		"title":                          {Name: "title"},
		"name.givenName":                 {Name: "name", Sub: "givenName"},
		"members.$ref":                   {Name: "members", Sub: "$ref"},
		URNEnterprise + ":manager.value": {Schema: URNEnterprise, Name: "manager", Sub: "value"},
		"urn:acme:hr:User":               {Schema: "urn:acme:hr", Name: "User"},
		"urn:acme:hr:2.0":                {Schema: "urn:acme:hr:2.0"}, // which is no attribute, whatever the schema
		"urn:acme:hr:2.0:badge":          {Schema: "urn:acme:hr:2.0", Name: "badge"},
	} {
		got, err := ParsePath(text)
		if err != nil || got != want || got.String() != text {
			t.Errorf("%s: %+v (%s), %v", text, got, got, err)
		}
	}
	for _, text := range []string{"", ".", "a.", ".a", "a.b.c", "1a", "a b", "a:b", "urn:a:", "urn:acme:hr:2.0:", "urn:a b:c", "urn:a:b:c[d pr]", `a"`} {
		_, err := ParsePath(text)
		refused(t, text, err, ReasonPath)
	}
}
