package app_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/crypto/bcrypt"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
	"github.com/gatehouse-id/gatehouse/internal/transfer"
)

// file is one of lines in which {u} and {g} and {b} stand for what says that
// it is a user, a group or a binding.
func file(lines ...string) string {
	return strings.NewReplacer(
		"{u}", `"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]`,
		"{g}", `"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"]`,
		"{b}", `"schemas":["`+transfer.URNBinding+`"]`).Replace(strings.Join(lines, "\n"))
}

// imported is importedFrom of JSON lines.
func imported(t *testing.T, s *apptest.Server, text string, o app.ImportOptions) (transfer.Tally, string) {
	t.Helper()
	return importedFrom(t, s, transfer.JSONLines, text, o)
}

// importedFrom runs an import into the default tenant and answers the tally, and each
// result in a line of its own.
func importedFrom(t *testing.T, s *apptest.Server, f transfer.Format, text string, o app.ImportOptions) (transfer.Tally, string) {
	t.Helper()
	r, err := transfer.NewReader(f, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var told strings.Builder
	tally, err := transfer.Import{Dry: o.Dry, Progress: func(transfer.Mark) {}, Told: func(r transfer.Result) {
		fmt.Fprintln(&told, r.Line, r.Kind, r.Name, r.Outcome, strings.Join(r.Changes, ","), strings.Join(r.Missing, ","), message(r.Err))
	}}.Run(t.Context(), s.Operator(), r, s.Importer(o))
	if err != nil {
		t.Fatal(err)
	}
	return tally, told.String()
}

func message(err error) string {
	if e, ok := errors.AsType[*iam.Error](err); ok {
		return e.Message
	}
	return ""
}

// exported answers the default tenant as JSON lines, without the ids.
func exported(t *testing.T, s *apptest.Server) string {
	t.Helper()
	return exportedTo(t, s, transfer.JSONLines, true)
}

// exportedTo answers the default tenant in a format.
func exportedTo(t *testing.T, s *apptest.Server, f transfer.Format, withoutIDs bool) string {
	t.Helper()
	var out strings.Builder
	w, err := transfer.NewWriter(f, &out)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Exporter().Each(t.Context(), s.Operator(), []transfer.Kind{transfer.User, transfer.Group, transfer.Binding}, func(e transfer.Entry) error {
		if withoutIDs {
			delete(e.Resource, "id")
			members, _ := e.Resource["members"].([]any)
			for _, v := range append(members, e.Resource["user"], e.Resource["group"]) {
				if m, ok := v.(map[string]any); ok {
					delete(m, "value")
				}
			}
		}
		return w.Write(e)
	})
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// whole is a file with some of everything.
var whole = file(
	`{{u},"userName":"kim","externalId":"e1","name":{"givenName":"Min","familyName":"Kim"},"displayName":"Kim Min","title":"Dr.",`+
		`"emails":[{"value":"kim@example.com","primary":true},{"value":"k@home.example","type":"home"}],"phoneNumbers":[{"value":"+82 2 1"}],`+
		`"preferredLanguage":"ko","timezone":"Asia/Seoul","roles":[{"value":"read"}],`+
		`"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"R&D","manager":{"value":"7"}}}`,
	`{{u},"userName":"lee","active":false,"groups":[{"display":"Night shift"}]}`,
	`{"userName":"choi"}`,
	`{{g},"displayName":"Engineering","externalId":"g1","members":[{"value":"01890000-0000-7000-8000-000000000000","display":"Kim"},{"display":"lee"}]}`,
	`{{g},"displayName":"Empty"}`,
	`{{b},"role":"user","user":{"display":"choi"},"namespace":"shared"}`,
	`{{b},"role":"user","user":{"display":"choi"},"namespace":"*"}`,
	`{{b},"role":"read","group":{"display":"engineering"}}`,
	`{{b},"role":"read","group":{"display":"engineering"},"namespaceGroup":"places"}`,
)

// withPlaces makes the group of namespaces that whole speaks of.
func withPlaces(t *testing.T, s *apptest.Server) {
	t.Helper()
	if _, err := s.Tenancy.CreateNamespaceGroup(t.Context(), s.Operator(), tenancy.NewNamespaceGroup{Name: "places"}); err != nil {
		t.Fatal(err)
	}
}

// TestImport: a file is taken as it is, a second time changes nothing, and what it
// does not say stays.
func TestImport(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		withPlaces(t, s)
		tally, told := imported(t, s, whole, app.ImportOptions{})
		if want := (transfer.Tally{Created: 9}); tally != want {
			t.Fatalf("%+v, want %+v:\n%s", tally, want, told)
		}
		before := exported(t, s)
		tally, told = imported(t, s, whole, app.ImportOptions{})
		if want := (transfer.Tally{Unchanged: 9}); tally != want || exported(t, s) != before {
			t.Errorf("a second time: %+v, want %+v:\n%s", tally, want, told)
		}
		kim, err := s.Directory.User(t.Context(), s.Operator(), directory.UserKey{Username: "kim"})
		if err != nil {
			t.Fatal(err)
		}
		if kim.Email != "kim@example.com" || kim.Phone != "+82 2 1" || kim.State != iam.UserPending || kim.Synced() || kim.Version != 1 ||
			len(kim.Groups) != 1 || kim.Groups[0].Name != "Engineering" || len(kim.Roles) != 1 || kim.Roles[0].Name != "read" {
			t.Errorf("%+v", kim)
		}
		_, told = imported(t, s, file(
			`{{u},"userName":"KIM","title":"Prof.","roles":[{"value":"user"}],"groups":[{"display":"engineering"},{"display":"Empty"}]}`,
			`{{u},"userName":"lee","active":true}`,
			`{{g},"displayName":"Engineering","members":[{"display":"choi"},{"display":"choi"},{"display":"nobody"}]}`,
		), app.ImportOptions{Provisioned: true})
		want := `1 user KIM updated userName,roles,title,provisioned,groups  
2 user lee updated active,provisioned  
3 group Engineering updated provisioned,members nobody 
`
		if d := cmp.Diff(want, told); d != "" {
			t.Errorf("changes (-want +got):\n%s", d)
		}
		kim, err = s.Directory.User(t.Context(), s.Operator(), directory.UserKey{Username: "kim"})
		if err != nil || !kim.Synced() || kim.GivenName != "Min" || len(kim.Groups) != 2 || len(kim.Roles) != 2 || kim.Attributes["title"] != "Prof." {
			t.Errorf("%+v, %v", kim, err)
		}
		members, err := s.Directory.Members(t.Context(), s.Operator(), kim.Groups[1].ID)
		if err != nil || len(members) != 3 {
			t.Errorf("%+v, %v; want kim, lee and choi", members, err)
		}
	})
}

// TestImportFaults: what is wrong with one entry is told, with its line, and stops
// no other.
func TestImportFaults(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		tally, told := imported(t, s, file(
			`{{u},"userName":"kim"}`,
			`{"userName":`,
			`{{u},"displayName":"Nobody"}`,
			`{{u},"userName":"lee","emails":[{"value":"nowhere"}]}`,
			`{{u},"userName":"lee","roles":[{"value":"no such role"}]}`,
			`{{u},"userName":"lee","urn:gatehouse:params:scim:schemas:import:2.0:User":{"passwordHash":"$md5$x"}}`,
			`{{u},"userName":"lee","active":"perhaps"}`,
			`{{u},"userName":"kim","name":{"givenName":"Min"}}`,
			`{{u},"userName":"kim","name":{"givenName":"Hana"}}`,
			`{{u},"userName":"choi"}`,
			`{{g}}`,
			`{{g},"displayName":"People","members":[{"display":"kim"}]}`,
			`{{b},"role":"nothing","user":{"display":"kim"}}`,
			`{{b},"role":"read"}`,
			`{{b},"role":"read","user":{"display":"nobody"}}`,
			`{{b},"role":"read","user":{"display":"kim"},"namespace":"nowhere"}`,
			`{{b},"role":"read","user":{"display":"kim"},"namespaceGroup":"nowhere"}`,
			`{{b},"role":"read","user":{"display":"kim"}}`,
		), app.ImportOptions{})
		if want := (transfer.Tally{Created: 4, Updated: 2, Failed: 12}); tally != want {
			t.Errorf("%+v, want %+v", tally, want)
		}
		for _, want := range []string{"2  ", "userName is required", "4 user lee failed   emails", `role "no such role" does not exist`,
			"6 user lee failed", "active must be", "8 user kim updated", "9 user kim updated", "10 user choi created", "displayName is required",
			`role "nothing" not found`, "user or group is required", `user "nobody" not found`, `"nowhere" not found`, "18 binding  created"} {
			if !strings.Contains(told, want) {
				t.Errorf("%q is not told", want)
			}
		}
		if t.Failed() {
			t.Log(told)
		}
	})
}

// TestImportTried: a dry run tells what an import does then, and does nothing.
func TestImportTried(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		withPlaces(t, s)
		s.NewMember(t, s.Tenant, "kim")
		if _, err := s.Directory.CreateGroup(t.Context(), s.Operator(), directory.NewGroup{Name: "Empty"}); err != nil {
			t.Fatal(err)
		}
		before, events := exported(t, s), countEvents(t, s)
		text := whole + file("\n"+`{{u},"userName":"bad","emails":[{"value":"x"}]}`)
		wouldBe, told := imported(t, s, text, app.ImportOptions{Dry: true})
		if exported(t, s) != before || countEvents(t, s) != events {
			t.Error("a dry run has changed something")
		}
		is, done := imported(t, s, text, app.ImportOptions{})
		if wouldBe != is {
			t.Errorf("it would be %+v, and is %+v", wouldBe, is)
		}
		if d := cmp.Diff(told, done); d != "" {
			t.Errorf("what a dry run tells and what is done (-told +done):\n%s", d)
		}
	})
}

func countEvents(t *testing.T, s *apptest.Server) int {
	t.Helper()
	l, err := s.Audit.Events(t.Context(), s.Operator(), audit.Filter{}, iam.Page{Limit: 1, Total: true})
	if err != nil {
		t.Fatal(err)
	}
	return l.Total
}

// TestImportGoesOn: an import that is stopped goes on behind the last batch that
// was done, with its tally, and is forgotten when it is done.
func TestImportGoesOn(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		withPlaces(t, s)
		run := func(ctx context.Context, progress func(transfer.Mark)) (transfer.Tally, int, error) {
			r, err := transfer.NewReader(transfer.JSONLines, strings.NewReader(whole))
			if err != nil {
				t.Fatal(err)
			}
			told := 0
			tally, err := transfer.Import{Sum: "1", Progress: progress, Told: func(transfer.Result) { told++ }}.
				Run(ctx, s.Operator(), r, s.Importer(app.ImportOptions{}))
			return tally, told, err
		}
		ctx, stop := context.WithCancel(t.Context())
		tally, told, err := run(ctx, func(m transfer.Mark) {
			if m.Position == 3 {
				stop()
			}
		})
		if !errors.Is(err, context.Canceled) || tally.Created < 3 || tally.Created == 9 || told != int(tally.Created) {
			t.Fatalf("stopped after the users: %+v, %d told, %v", tally, told, err)
		}
		first := told
		tally, told, err = run(t.Context(), func(transfer.Mark) {})
		if err != nil || tally != (transfer.Tally{Created: 9}) || told != 9-first {
			t.Errorf("then: %+v, %d told, %v; want all made, and told of the rest", tally, told, err)
		}
		tally, told, err = run(t.Context(), func(transfer.Mark) {})
		if err != nil || tally != (transfer.Tally{Unchanged: 9}) || told != 9 {
			t.Errorf("again: %+v, %d told, %v; want it from the beginning", tally, told, err)
		}
	})
}

// TestImportPasswords: who has no password gets that of the file, and signs in
// with it; who has one keeps it.
func TestImportPasswords(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		const secret = "correct horse battery staple"
		s.NewMember(t, s.Tenant, "kim")
		if _, err := s.Directory.CreateUser(t.Context(), s.Operator(), directory.NewUser{Username: "lee"}); err != nil {
			t.Fatal(err)
		}
		hashed := func(name string) string {
			return `{{u},"userName":"` + name + `","urn:gatehouse:params:scim:schemas:import:2.0:User":{"passwordHash":"` + bcryptOf(t, secret) + `"}}`
		}
		_, told := imported(t, s, file(hashed("kim"), hashed("lee"), hashed("choi"),
			`{{u},"userName":"park","password":"`+secret+`"}`), app.ImportOptions{})
		want := "1 user kim unchanged   \n2 user lee updated password  \n3 user choi created   \n4 user park created   \n"
		if d := cmp.Diff(want, told); d != "" {
			t.Errorf("(-want +got)\n%s", d)
		}
		for name, pw := range map[string]string{"kim": apptest.AdminPassword, "lee": secret, "choi": secret} {
			if _, err := s.Authn.SignIn(t.Context(), s.Tenant.ID, name, pw, authn.Origin{}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		// A password that an administrator brings is to be changed.
		park, err := s.Directory.User(t.Context(), s.Operator(), directory.UserKey{Username: "park"})
		if err != nil || !park.HasPassword || !park.MustChangePassword {
			t.Errorf("%+v, %v", park, err)
		}
	})
}

func bcryptOf(t *testing.T, secret string) string {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(secret), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	return string(hash)
}

// TestExportImport: a tenant that moves to a server on the other engine is there
// as it was here, in whatever format.
func TestExportImport(t *testing.T) {
	from := apptest.SQLite(t)
	withPlaces(t, from)
	if tally, told := imported(t, from, whole, app.ImportOptions{}); tally.Failed > 0 {
		t.Fatal(told)
	}
	want := exported(t, from)
	for _, f := range transfer.Formats {
		t.Run(string(f), func(t *testing.T) {
			to := apptest.Postgres(t)
			withPlaces(t, to)
			if tally, told := importedFrom(t, to, f, exportedTo(t, from, f, false), app.ImportOptions{}); tally.Failed > 0 {
				t.Fatal(told)
			}
			if d := cmp.Diff(want, exported(t, to)); d != "" {
				t.Errorf("(-there +here)\n%s", d)
			}
		})
	}
}

// TestImportActiveDirectory: people of another directory, whose names begin with
// what they are called and not with what they sign in with, are in their groups,
// whatever the order of the file.
func TestImportActiveDirectory(t *testing.T) {
	const text = `dn: CN=Before,DC=example
objectClass: group
cn: Before
member: CN=Lee\, Mina,CN=Users,DC=example

dn: CN=Lee\, Mina,CN=Users,DC=example
objectClass: user
cn: Lee, Mina
sAMAccountName: mina
memberOf: CN=Before,DC=example
memberOf: CN=Behind,DC=example

dn: CN=Behind,DC=example
objectClass: group
cn: Behind
member: CN=Lee\, Mina,CN=Users,DC=example
`
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		for _, dry := range []bool{true, false} {
			tally, told := importedFrom(t, s, transfer.LDIF, text, app.ImportOptions{Dry: dry})
			if want := (transfer.Tally{Created: 2, Unchanged: 1}); tally != want {
				t.Errorf("dry %v: %+v, want %+v\n%s", dry, tally, want, told)
			}
		}
		mina, err := s.Directory.User(t.Context(), s.Operator(), directory.UserKey{Username: "mina"})
		if err != nil {
			t.Fatal(err)
		}
		var in []string
		for _, g := range mina.Groups {
			in = append(in, g.Name)
		}
		if d := cmp.Diff([]string{"Before", "Behind"}, in, cmpopts.SortSlices(strings.Compare)); d != "" || mina.DisplayName != "Lee, Mina" {
			t.Errorf("%q in groups (-want +got):\n%s", mina.DisplayName, d)
		}
	})
}
