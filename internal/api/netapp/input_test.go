package netapp

import (
	"errors"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func body(t *testing.T, text string) userBody {
	t.Helper()
	var b userBody
	if err := json.Unmarshal([]byte(text), &b); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestUserBodyCheck(t *testing.T) {
	own := iam.Short(exampleTenant.ID)
	tests := map[string]struct {
		body  string
		wrong []string
	}{
		"nothing":             {`{}`, nil},
		"as the vendor":       {`{"provider":"local","tenancies":[{"tenant_id":"` + own + `","role_name":"admin"}]}`, nil},
		"as it was read":      {`{"tenancies":[{"id":"` + own + `","name":"x","code":"y","role":"admin"}]}`, nil},
		"no tenant":           {`{"tenancies":[{"role":"admin"}]}`, nil},
		"no tenancies":        {`{"tenancies":[]}`, nil},
		"Active Directory":    {`{"provider":"activeDirectory"}`, []string{"provider"}},
		"unknown provider":    {`{"provider":"ldap"}`, []string{"provider"}},
		"another tenant":      {`{"tenancies":[{"tenant_id":"` + own + `","role":"a"},{"tenant_id":"5e5f1c4f253c820001877839","role_name":"user"}]}`, []string{"tenancies.1.tenant_id"}},
		"no role":             {`{"tenancies":[{"tenant_id":"` + own + `"}]}`, []string{"tenancies.0.role_name"}},
		"everything is wrong": {`{"provider":"x","tenancies":[{"id":"x"}]}`, []string{"provider", "tenancies.0.tenant_id", "tenancies.0.role_name"}},
	}
	for name, tt := range tests {
		var wrong []string
		if e, ok := errors.AsType[*iam.Error](body(t, tt.body).check(exampleTenant)); ok {
			for _, f := range e.Fields {
				wrong = append(wrong, f.Path)
			}
		}
		if diff := cmp.Diff(tt.wrong, wrong); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestNewUser(t *testing.T) {
	got := body(t, `{"username":"u","password":"p","firstName":"F","lastName":"L","displayName":"D","phone":"1","profileImageURL":"i",
		"provider_data":{"email":"a@example.com","member_of":"m"},"tenancies":[{"role_name":"admin"},{"role":"read"}]}`).newUser()
	want := directory.NewUser{Username: "u", Password: "p", GivenName: "F", FamilyName: "L", DisplayName: "D", Phone: "1", Email: "a@example.com",
		Attributes: map[string]string{attrImage: "i", attrProviderEmail: "a@example.com", attrMemberOf: "m"}, Roles: []string{"admin", "read"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("all (-want +got):\n%s", diff)
	}
	got = body(t, `{"username":"u","email":"u@example.com","phone":null,"profileImageURL":"","provider_data":{"email":"a@example.com","member_of":null}}`).newUser()
	want = directory.NewUser{Username: "u", Email: "u@example.com", Attributes: map[string]string{attrProviderEmail: "a@example.com"}, Roles: []string{"user"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("little (-want +got):\n%s", diff)
	}
}

func TestUserChange(t *testing.T) {
	text := func(s string) *string { return &s }
	several := iam.User{Version: 7, Roles: refs("admin", "auditor")}
	tests := map[string]struct {
		body string
		want directory.UserChange
	}{
		"nothing": {`{"firstName":null}`, directory.UserChange{}},
		"all texts": {`{"username":"u","password":"p","firstName":"F","lastName":"","displayName":"D","email":"e","phone":"1"}`, directory.UserChange{
			Username: text("u"), Password: text("p"), GivenName: text("F"), FamilyName: text(""), DisplayName: text("D"), Email: text("e"), Phone: text("1")}},
		"attributes":       {`{"profileImageURL":"","provider_data":{"member_of":"m"}}`, directory.UserChange{Attributes: map[string]*string{attrImage: nil, attrMemberOf: text("m")}}},
		"role as it is":    {`{"tenancies":[{"role":"Admin"}]}`, directory.UserChange{}},
		"another role":     {`{"tenancies":[{"role_name":"read"}]}`, directory.UserChange{Roles: &[]string{"read"}}},
		"two roles":        {`{"tenancies":[{"role":"admin"},{"role":"read"}]}`, directory.UserChange{Roles: &[]string{"admin", "read"}}},
		"no role any more": {`{"tenancies":[]}`, directory.UserChange{Roles: &[]string{}}},
	}
	for name, tt := range tests {
		tt.want.Version = 7
		if tt.want.Attributes == nil {
			tt.want.Attributes = map[string]*string{}
		}
		if diff := cmp.Diff(tt.want, body(t, tt.body).change(several), cmpopts.IgnoreUnexported(directory.UserChange{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
