package scim

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestRead(t *testing.T) {
	got, err := Users.Read(object(t, `{"SCHEMAS":["x"],"id":"mine","USERNAME":"ada","Name":{"GIVENNAME":"Ada","nothing":1},"active":"TRUE","meta":{"version":"1"},
		"emails":{"value":"a@x","primary":"false"},"roles":["admin","admin",{"value":"auditor"}],"groups":[{"value":"g"}],"title":null,"nickName":"",
		"phoneNumbers":[],"addresses":[{}],"ims":[null],"favourite":"blue",
		"URN:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"Manager":{"value":"m","displayName":"read only"},"division":""}}`))
	want := object(t, `{"userName":"ada","name":{"givenName":"Ada"},"active":true,"emails":[{"value":"a@x","primary":false}],
		"roles":[{"value":"admin"},{"value":"auditor"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"m"}}}`)
	if diff := cmp.Diff(want, map[string]any(got)); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	for _, text := range []string{`{"userName":1}`, `{"active":"1"}`, `{"name":"Ada"}`, `{"name":{"givenName":{}}}`, `{"emails":[1]}`, `{"emails":[{"primary":1}]}`,
		`{"` + URNEnterprise + `":"x"}`, `{"emails":[{"value":"a","primary":true},{"value":"b","primary":true}]}`, `{"externalId":["a"]}`} {
		_, err := Users.Read(object(t, text))
		refused(t, text, err, ReasonValue)
	}
}

func TestProject(t *testing.T) {
	r := Users.finish(object(t, `{"id":"1","userName":"ada","name":{"givenName":"Ada","familyName":"L"},"emails":[{"type":"work","value":"w"},{"type":"home"}],
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"M","costCenter":"7"}}`))
	for _, tt := range []struct {
		p    Projection
		want string
	}{
		{Projection{Attributes: []string{"USERNAME", "nothing", "a.b.c"}}, `{"userName":"ada"}`},
		{Projection{Attributes: []string{"name.givenName", "emails.value"}}, `{"name":{"givenName":"Ada"},"emails":[{"value":"w"}]}`},
		{Projection{Attributes: []string{"emails.type", "emails.value"}}, `{"emails":[{"type":"work","value":"w"},{"type":"home"}]}`},
		{Projection{Attributes: []string{URNEnterprise + ":department"}}, `{"` + URNEnterprise + `":{"department":"M"}}`},
		{Projection{Attributes: []string{URNEnterprise}}, `{"` + URNEnterprise + `":{"department":"M","costCenter":"7"}}`},
		{Projection{Excluded: []string{"id", "schemas", "emails.value", "Name", URNEnterprise + ":costCenter"}},
			`{"userName":"ada","emails":[{"type":"work"},{"type":"home"}],"` + URNEnterprise + `":{"department":"M"}}`},
		{Projection{Excluded: []string{"name.givenName", "name.familyName", "emails", URNEnterprise}}, `{"userName":"ada"}`},
	} {
		before := r.clone()
		want := object(t, tt.want)
		want["id"], want["schemas"] = r["id"], r["schemas"]
		if diff := cmp.Diff(want, map[string]any(Users.Project(r, tt.p))); diff != "" {
			t.Errorf("%v (-want +got)\n%s", tt.p, diff)
		}
		if diff := cmp.Diff(before, r); diff != "" {
			t.Errorf("%v changes the document\n%s", tt.p, diff)
		}
	}
}

// TestUserIsKept: what a client says of a user is what it is shown afterwards,
// and writing that again changes nothing.
func TestUserIsKept(t *testing.T) {
	text := rapid.SampledFrom([]string{"", "a", "Ada", "a@x", `quo"te`, "홍길동"})
	plural := rapid.Custom(func(t *rapid.T) []any {
		var all []any
		for i := range rapid.IntRange(0, 3).Draw(t, "n") {
			all = append(all, map[string]any{"value": rapid.SampledFrom([]string{"a", "b", "c@x"}).Draw(t, "value"), "type": text.Draw(t, "type"),
				"display": text.Draw(t, "display"), "primary": i == 1 && rapid.Bool().Draw(t, "primary")})
		}
		return all
	})
	rapid.Check(t, func(t *rapid.T) {
		sent := map[string]any{"userName": "ada", "name": map[string]any{"givenName": text.Draw(t, "given"), "middleName": text.Draw(t, "middle")},
			"active": rapid.Bool().Draw(t, "active"), "title": text.Draw(t, "title"), "externalId": text.Draw(t, "external"),
			"userType": text.Draw(t, "userType"), "timezone": text.Draw(t, "zone"), URNEnterprise: map[string]any{"department": text.Draw(t, "dep"),
				"manager": map[string]any{"value": text.Draw(t, "manager")}}}
		for _, name := range []string{"emails", "phoneNumbers", "ims", "entitlements"} {
			sent[name] = plural.Draw(t, name)
		}
		read, err := Users.Read(sent)
		if err != nil {
			t.Fatal(err)
		}
		p, err := person(Users, read)
		if err != nil {
			t.Fatal(err)
		}
		u := iam.User{ID: "1", Username: p.Username, Email: p.Email, GivenName: p.GivenName, FamilyName: p.FamilyName, DisplayName: p.DisplayName,
			Phone: p.Phone, Language: p.Language, TimeZone: p.TimeZone, State: iam.UserPending, Attributes: p.Attributes}
		if !p.Active {
			u.State = iam.UserDisabled
		}
		shown := userResource(Users, u)
		again, err := Users.Read(shown)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]any(read), map[string]any(again)); diff != "" {
			t.Fatalf("(-said +shown)\n%s", diff)
		}
		back, err := person(Users, shown)
		if err != nil {
			t.Fatal(err)
		}
		if ch := back.since(p, 1); !ch.empty() {
			t.Fatalf("writing what is shown changes %+v", ch)
		}
	})
}

// TestSchemasAreWhole: every attribute of the schemas of users and groups that
// may be written is kept somewhere, and what they say of themselves is complete
// (RFC 7643 section 7).
func TestSchemasAreWhole(t *testing.T) {
	var visit func(at string, attributes []Attribute)
	visit = func(at string, attributes []Attribute) {
		for i := range attributes {
			a := &attributes[i]
			d := a.definition()
			for _, member := range []string{"name", "type", "multiValued", "description", "required", "caseExact", "mutability", "returned", "uniqueness"} {
				if v, ok := d[member]; !ok || v == "" {
					t.Errorf("%s%s says nothing of %s", at, a.Name, member)
				}
			}
			if (a.kind() == Complex) != (len(a.Sub) > 0) {
				t.Errorf("%s%s is of type %s and has %d sub-attributes", at, a.Name, a.kind(), len(a.Sub))
			}
			visit(at+a.Name+".", a.Sub)
		}
	}
	for _, s := range Standard.Schemas() {
		visit(s.ID+":", s.Attributes)
	}
	sent := map[string]any{}
	fill(sent, userSchema.Attributes)
	extension := map[string]any{}
	fill(extension, enterpriseSchema.Attributes)
	sent[URNEnterprise] = extension
	read, err := Users.Read(sent)
	if err != nil {
		t.Fatal(err)
	}
	p, err := person(Users, read)
	if err != nil {
		t.Fatal(err)
	}
	u := iam.User{ID: "1", Username: p.Username, Email: p.Email, GivenName: p.GivenName, FamilyName: p.FamilyName, DisplayName: p.DisplayName,
		Phone: p.Phone, Language: p.Language, TimeZone: p.TimeZone, State: iam.UserEnabled, Attributes: p.Attributes, Roles: []iam.Ref[iam.RoleID]{{Name: "text"}}}
	again, err := Users.Read(userResource(Users, u))
	if err != nil {
		t.Fatal(err)
	}
	delete(read, "password") // which is never shown
	delete(read, "roles")    // of which the names are kept, and nothing else
	delete(again, "roles")
	if diff := cmp.Diff(map[string]any(read), map[string]any(again)); diff != "" {
		t.Errorf("what is kept (-said +shown)\n%s", diff)
	}
}

// fill gives every attribute a value.
func fill(m map[string]any, attributes []Attribute) {
	for _, a := range attributes {
		switch {
		case a.kind() == Complex:
			sub := map[string]any{}
			fill(sub, a.Sub)
			m[a.Name] = sub
		case a.kind() == Boolean:
			m[a.Name] = true
		default:
			m[a.Name] = "text"
		}
	}
}
