package signup_test

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/signup"
	"github.com/gatehouse-id/gatehouse/internal/testpg"
)

// world is a server at which customers sign up.
type world struct{ *apptest.Server }

func start(t *testing.T) world {
	t.Helper()
	return world{apptest.Start(t, app.Options{Signup: signup.Options{Below: iam.DefaultTenant}})}
}

func each(t *testing.T, test func(t *testing.T, w world)) {
	t.Run("sqlite", func(t *testing.T) { test(t, start(t)) })
	t.Run("postgres", func(t *testing.T) {
		test(t, world{apptest.Start(t, app.Options{Database: testpg.URL(t), Migrate: true, Signup: signup.Options{Below: iam.DefaultTenant}})})
	})
}

var from = signup.Origin{Address: "192.0.2.7", Client: "curl", RequestID: "r1"}

// mina is a good request for a domain.
func mina(domain string) signup.Request {
	return signup.Request{GivenName: "Mina", FamilyName: "Kim", Company: "Acme", Domain: domain, Email: "mina@example.com", Language: "en"}
}

// link asks for a tenant and answers the token that is mailed.
func (w world) link(t *testing.T, in signup.Request) string {
	t.Helper()
	m := w.NewMail(t, w.Tenant.ID, in.Email, func() {
		if err := w.Signup.Ask(t.Context(), in, from); err != nil {
			t.Fatal(err)
		}
	})
	return tokenOf(t, m)
}

func tokenOf(t *testing.T, m apptest.Mail) string {
	t.Helper()
	u, err := url.Parse(m.Link)
	if err != nil || m.Kind != iam.MessageSignup || !strings.HasPrefix(m.Link, apptest.PublicURL+"/t/default/sign-up/confirm?token=") {
		t.Fatalf("a mail %s with the link %q, %v", m.Kind, m.Link, err)
	}
	return u.Query().Get("token")
}

// ends waits until a sign-up is done or has failed.
func (w world) ends(t *testing.T, name string) signup.Signup {
	t.Helper()
	for range 500 {
		r, err := w.Signup.Progress(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if r.State == signup.StateDone || r.State == signup.StateFailed {
			return r
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("nothing has come of the sign-up after ten seconds")
	return signup.Signup{}
}

// wrong wants the one answer to a link that does not hold.
func wrong(t *testing.T, what string, err error) {
	t.Helper()
	if e := asError(err); e == nil || e.Kind != iam.Invalid || e.Code != iam.ReasonWrongCode {
		t.Errorf("%s: %v, want the answer to a wrong link", what, err)
	}
}

// TestSignUp goes the whole way: the customer who was asked for nothing but an
// address owns a tenant in the end, and nobody else does anything in it.
func TestSignUp(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.terms(t, "2026-11")
		in := mina("acme-seoul")
		in.Domain, in.Email, in.Terms = " Acme-Seoul ", " Mina@Example.com ", "2026-11"
		trimmed := in
		trimmed.Email = strings.TrimSpace(in.Email)
		m := w.NewMail(t, w.Tenant.ID, trimmed.Email, func() {
			if err := w.Signup.Ask(t.Context(), in, from); err != nil {
				t.Fatal(err)
			}
		})
		link := tokenOf(t, m)
		if _, err := w.Tenancy.ByCode(t.Context(), "acme-seoul"); !iam.Is(err, iam.NotFound) {
			t.Fatalf("before the address is proved the tenant is there: %v", err)
		}
		r, err := w.Signup.CheckLink(t.Context(), link)
		if err != nil || r.Domain != "acme-seoul" || r.State != signup.StateAsked {
			t.Fatalf("the link leads to %+v, %v", r, err)
		}
		asked := r.Created
		name, err := w.Signup.Confirm(t.Context(), link, from)
		if err != nil {
			t.Fatal(err)
		}
		r = w.ends(t, name)
		if r.State != signup.StateDone || r.Accepted.Before(asked.Add(-time.Second)) || r.Terms != "2026-11" || r.Name != name {
			t.Fatalf("it ends as %+v", r)
		}
		made, err := w.Tenancy.ByCode(t.Context(), "acme-seoul")
		if err != nil {
			t.Fatal(err)
		}
		if made.ID != r.Tenant || made.Parent != w.Tenant.ID || made.State != iam.TenantActive || made.Name != "Acme" {
			t.Errorf("the tenant is %+v", made)
		}
		w.ownedBy(t, made, trimmed.Email)
		w.told(t, made)
	})
}

// terms gives the parent terms of service.
func (w world) terms(t *testing.T, version string) {
	t.Helper()
	w.change(t, func(s *iam.Settings) { s.Terms = iam.Terms{Version: version, Text: "Be kind."} })
}

// change changes the settings of the parent.
func (w world) change(t *testing.T, change func(*iam.Settings)) {
	t.Helper()
	settings, err := w.Tenancy.Settings(t.Context(), w.Tenant.ID)
	if err != nil {
		t.Fatal(err)
	}
	change(&settings)
	if _, err := w.Tenancy.UpdateSettings(t.Context(), w.Operator(), settings); err != nil {
		t.Fatal(err)
	}
}

// ownedBy wants the one user of a tenant to be its owner, who gets in by the
// invitation and may do everything.
func (w world) ownedBy(t *testing.T, made iam.Tenant, email string) {
	t.Helper()
	by := iam.System(made.ID, "test")
	people, err := w.Directory.Users(t.Context(), by, directory.UserFilter{}, iam.Page{})
	if err != nil || len(people.Items) != 1 {
		t.Fatalf("people %v, %v", people.Items, err)
	}
	owner := people.Items[0]
	if iam.Fold(owner.Email) != iam.Fold(email) || owner.GivenName != "Mina" || owner.FamilyName != "Kim" || owner.HasPassword {
		t.Errorf("the owner is %+v", owner)
	}
	actor := iam.Actor{Tenant: made.ID, Home: made.ID, User: owner.ID, Username: owner.Username, Method: iam.MethodToken}
	if may, err := w.Access.May(t.Context(), actor, iam.UsersDelete); err != nil || !may {
		t.Errorf("the owner may not delete users: %v", err)
	}
	m := w.LastMail(t, made.ID, owner.Email)
	u, err := url.Parse(m.Link)
	if err != nil || m.Kind != iam.MessageInvite || u.Path != "/t/acme-seoul/invite" {
		t.Fatalf("the owner is mailed %s %q", m.Kind, m.Link)
	}
	link := u.Query().Get("token")
	if tenant, _, err := w.Authn.CheckResetLink(t.Context(), link); err != nil || tenant != made.ID {
		t.Errorf("the invitation is to %s, %v", tenant, err)
	}
}

// told wants the parent's trail to tell of a sign-up, and whose it was.
func (w world) told(t *testing.T, made iam.Tenant) {
	t.Helper()
	want := []string{"signup.ask", "signup.prove", "signup.done"}
	var got []string
	found, err := w.Audit.Events(t.Context(), w.Operator(), audit.Filter{Object: "signup"}, iam.Page{})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortStableFunc(found.Items, func(a, b iam.Event) int { return a.At.Compare(b.At) })
	for _, e := range found.Items {
		got = append(got, e.Action)
		if e.Name != made.Code || e.ActorName != "sign-up" {
			t.Errorf("event %+v", e)
		}
		if e.Action == "signup.done" && e.Details["tenant"] != string(made.ID) {
			t.Errorf("the last event names %q", e.Details["tenant"])
		}
		if strings.Contains(fmt.Sprint(e), "@") {
			t.Errorf("an address is in the trail: %+v", e)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got)\n%s", diff)
	}
}

// TestRequests: each broken rule is told by the name of what broke it.
func TestRequests(t *testing.T) {
	w := start(t)
	w.terms(t, "2")
	for _, tt := range []struct {
		change func(*signup.Request)
		field  string
		kind   iam.Kind
	}{
		{func(r *signup.Request) { r.GivenName = "  " }, "given_name", iam.Invalid},
		{func(r *signup.Request) { r.GivenName = strings.Repeat("a", 129) }, "given_name", iam.Invalid},
		{func(r *signup.Request) { r.FamilyName = "a\x00b" }, "family_name", iam.Invalid},
		{func(r *signup.Request) { r.Company = "a\u202eb" }, "company", iam.Invalid},
		{func(r *signup.Request) { r.Company = strings.Repeat("a", 129) }, "company", iam.Invalid},
		{func(r *signup.Request) { r.Email = "" }, "email", iam.Invalid},
		{func(r *signup.Request) { r.Email = "Mina <mina@example.com>" }, "email", iam.Invalid},
		{func(r *signup.Request) { r.Email = "mina@example.com\r\nBcc: lee@example.com" }, "email", iam.Invalid},
		{func(r *signup.Request) { r.Email = strings.Repeat("a", 90) + "@example.com" }, "email", iam.Invalid},
		{func(r *signup.Request) { r.Domain = "" }, "domain", iam.Invalid},
		{func(r *signup.Request) { r.Domain = "acme" }, "domain", iam.Invalid},
		{func(r *signup.Request) { r.Domain = strings.Repeat("a", 18) }, "domain", iam.Invalid},
		{func(r *signup.Request) { r.Domain = "1acme" }, "domain", iam.Invalid},
		{func(r *signup.Request) { r.Domain = "acme-" }, "domain", iam.Invalid},
		{func(r *signup.Request) { r.Domain = "ac.me" }, "domain", iam.Invalid},
		{func(r *signup.Request) { r.Domain = "volterra" }, "domain", iam.Invalid},
		{func(r *signup.Request) { r.Domain = "default" }, "domain", iam.Exists},
		{func(r *signup.Request) { r.Terms = "1" }, "terms", iam.Invalid},
		{func(r *signup.Request) { r.Terms = "" }, "terms", iam.Invalid},
	} {
		in := mina("acme1")
		in.Terms = "2"
		tt.change(&in)
		e := asError(w.Signup.Ask(t.Context(), in, from))
		if e == nil || e.Kind != tt.kind || len(e.Fields) == 0 ||
			slices.ContainsFunc(e.Fields, func(f iam.Field) bool { return f.Path != tt.field }) {
			t.Errorf("%+v: %v, want a fault of %s", in, e, tt.field)
		}
	}
	if mails := w.Mails(t, w.Tenant.ID, ""); len(mails) > 0 {
		t.Errorf("%d mails were written", len(mails))
	}
}

// TestTaken: who comes second to a domain is told, and makes nothing.
func TestTaken(t *testing.T) {
	w := start(t)
	in := mina("acme1")
	first := w.link(t, in)
	in.Email = "lee@example.com"
	second := w.link(t, in)
	name, err := w.Signup.Confirm(t.Context(), first, from)
	if err != nil {
		t.Fatal(err)
	}
	if r := w.ends(t, name); r.State != signup.StateDone {
		t.Fatalf("the first ends as %+v", r)
	}
	if _, err := w.Signup.Confirm(t.Context(), second, from); !iam.Is(err, iam.Exists) {
		t.Errorf("the second: %v", err)
	}
	in.Email = "park@example.com"
	if err := w.Signup.Ask(t.Context(), in, from); !iam.Is(err, iam.Exists) {
		t.Errorf("the third: %v", err)
	}
}

func asError(err error) *iam.Error {
	e, _ := errors.AsType[*iam.Error](err)
	return e
}
