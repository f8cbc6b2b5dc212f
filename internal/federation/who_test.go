package federation_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/testop"
)

// TestWho: an account is linked by (issuer, subject), or by an address that both
// sides have verified and that is one user's; else who is there stays alone.
func TestWho(t *testing.T) {
	type local struct {
		username, email string
		verified        bool
	}
	const here = "mina@example.com"
	for name, tt := range map[string]struct {
		locals []local
		who    testop.Person
		claim  string // that has the address
		want   string // the user it is, or the reason why not
	}{
		"both have verified":         {[]local{{"kim", here, true}}, testop.Person{Email: "MINA@example.com", Verified: true}, "", "kim"},
		"verified as a text":         {[]local{{"kim", here, true}}, testop.Person{Claims: map[string]any{"email": here, "email_verified": "true"}}, "", "kim"},
		"the provider has not":       {[]local{{"kim", here, true}}, testop.Person{Email: here}, "", "not_linked"},
		"the provider does not say":  {[]local{{"kim", here, true}}, testop.Person{Email: here, Claims: map[string]any{"email_verified": nil}}, "", "not_linked"},
		"the provider says 1":        {[]local{{"kim", here, true}}, testop.Person{Email: here, Claims: map[string]any{"email_verified": 1}}, "", "provider_fault"},
		"the user has not":           {[]local{{"kim", here, false}}, testop.Person{Email: here, Verified: true}, "", "not_linked"},
		"two users have":             {[]local{{"kim", here, true}, {"lee", here, true}}, testop.Person{Email: here, Verified: true}, "", "not_linked"},
		"one of two users has":       {[]local{{"kim", here, true}, {"lee", here, false}}, testop.Person{Email: here, Verified: true}, "", "kim"},
		"a user of that name":        {[]local{{"Mina@example.com", "", false}}, testop.Person{Email: here, Verified: true}, "", "not_linked"},
		"a user of the other name":   {[]local{{"mina", "other@example.com", true}}, testop.Person{Claims: map[string]any{"preferred_username": "MINA"}}, "", "not_linked"},
		"a user named by subject":    {[]local{{"s1", "", false}}, testop.Person{Subject: "s1"}, "", "not_linked"},
		"of another claim":           {[]local{{"kim", here, true}}, testop.Person{Claims: map[string]any{"upn": here, "email_verified": true, "email": "other@example.com"}}, "upn", "not_linked"},
		"of another claim, the same": {[]local{{"kim", here, true}}, testop.Person{Claims: map[string]any{"upn": here, "email_verified": true, "email": here}}, "upn", "kim"},
		"inside of an object":        {nil, testop.Person{Claims: map[string]any{"contact": map[string]any{"mail": "in@example.com"}}}, "contact.mail", "in@example.com"},
		"a claim with dots":          {nil, testop.Person{Claims: map[string]any{"https://x.example/mail": "dot@example.com"}}, "https://x.example/mail", "dot@example.com"},
		"nobody":                     {nil, testop.Person{Email: "New@Example.com", Verified: true}, "", "new@example.com"},
		"nobody, not verified":       {nil, testop.Person{Email: "new@example.com"}, "", "new@example.com"},
		"without an address":         {nil, testop.Person{Claims: map[string]any{"preferred_username": "mina"}}, "", "mina"},
		"an address that is none":    {nil, testop.Person{Email: "not an address", Verified: true, Claims: map[string]any{"preferred_username": "mina"}}, "", "mina"},
		"just a subject":             {nil, testop.Person{Subject: "s1"}, "", "s1"},
		"an invisible name":          {nil, testop.Person{Subject: "s1", Claims: map[string]any{"preferred_username": "mi\u200bna", "name": "a\nb"}}, "", "s1"},
		"no name that can be one":    {nil, testop.Person{Subject: strings.Repeat("x", 101)}, "", "no_account"},
		"names that are no texts":    {nil, testop.Person{Subject: "s1", Claims: map[string]any{"given_name": 7, "name": []string{"x"}, "family_name": nil}}, "", "s1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t)
			in := w.upstream()
			in.Mappers.Email = tt.claim
			p := w.create(t, in)
			for _, l := range tt.locals {
				w.add(t, l.username, l.email, l.verified)
			}
			if tt.who.Subject == "" {
				tt.who.Subject = "248289761001"
			}
			w.op.SignIn(tt.who)
			proved, err := w.signIn(t, p.Name)
			if got := proved.Username + reason(err); got != tt.want {
				t.Fatalf("it is %q, want %q: %v", got, tt.want, err)
			}
			if err != nil {
				return
			}
			u := w.user(t, proved.User)
			made := len(tt.locals) == 0
			if made != (u.Attributes[iam.AttributeIDMType] == "SSO") || made && u.EmailVerified != tt.who.Verified && u.Email != "" {
				t.Errorf("user %+v", u)
			}
			if made {
				return
			}
			// From now on the address says nothing: the subject does.
			tt.who.Email, tt.who.Verified, tt.who.Claims = "elsewhere@example.com", false, nil
			w.op.SignIn(tt.who)
			if again := w.enter(t, p.Name); again.User != proved.User || w.user(t, again.User).Email != u.Email {
				t.Errorf("the next time it is %s, %+v", again.Username, w.user(t, again.User))
			}
			trail, err := w.Audit.Events(t.Context(), w.by, audit.Filter{Object: "identity"}, iam.Page{})
			if err != nil || len(trail.Items) != 1 || trail.Items[0].Action != "identity.link" || trail.Items[0].Name != "kim" ||
				trail.Items[0].Details["subject"] != tt.who.Subject || trail.Items[0].Address != "192.0.2.7" {
				t.Errorf("the trail tells %+v, %v", trail.Items, err)
			}
			if n := len(w.Mails(t, w.Tenant.ID, here)); n != 1 {
				t.Errorf("the user was told %d times", n)
			}
		})
	}
}

// TestSubjectOfAnother: a subject says who somebody is at one provider and one
// issuer only.
func TestSubjectOfAnother(t *testing.T) {
	w := start(t)
	p := w.create(t, w.upstream())
	w.op.SignIn(mina())
	first := w.enter(t, p.Name)

	evil := w
	evil.op = testop.Start(t)
	q := evil.create(t, evil.upstream())
	evil.op.SignIn(testop.Person{Subject: mina().Subject})
	if other := evil.enter(t, q.Name); other.User == first.User {
		t.Error("another provider's subject is the same user")
	}
	in := evil.upstream() // the first provider is somewhere else by now
	if _, err := w.Federation.Replace(t.Context(), w.by, p.Name, in); err != nil {
		t.Fatal(err)
	}
	evil.op.SignIn(testop.Person{Subject: mina().Subject, Claims: map[string]any{"preferred_username": "other"}})
	if other := evil.enter(t, p.Name); other.User == first.User {
		t.Error("another issuer's subject is the same user")
	}
}

// TestFollow: what the provider says of a user whom it has brought is taken over
// at each sign-in; of others, and of those whom a provisioning client looks
// after, nothing is.
func TestFollow(t *testing.T) {
	w := start(t)
	p := w.create(t, w.upstream())
	w.op.SignIn(mina())
	id := w.enter(t, p.Name).User
	change := func(email string, verified bool, given string) iam.User {
		t.Helper()
		who := mina()
		who.Email, who.Verified, who.Claims["given_name"] = email, verified, given
		w.op.SignIn(who)
		w.enter(t, p.Name)
		return w.user(t, id)
	}
	if u := change("new@example.com", true, "M."); u.Email != "new@example.com" || !u.EmailVerified || u.GivenName != "M." || u.Username != "mina@example.com" {
		t.Errorf("%+v", u)
	}
	if u := change("newer@example.com", false, ""); u.Email != "newer@example.com" || u.EmailVerified || u.GivenName != "M." {
		t.Errorf("an address that is not verified: %+v", u)
	}
	w.add(t, "kim", "kim@example.com", false)
	if u := change("kim@example.com", true, "Kim"); u.Email != "newer@example.com" || u.GivenName != "Kim" {
		t.Errorf("the address of somebody else: %+v", u)
	}
	scim := "SCIM"
	if _, err := w.Directory.UpdateUser(t.Context(), w.Operator(), directory.UserKey{ID: id},
		directory.UserChange{Attributes: map[string]*string{iam.AttributeSyncMode: &scim}}); err != nil {
		t.Fatal(err)
	}
	if u := change("mina@example.com", true, "Mina"); u.GivenName != "Kim" || u.Email != "newer@example.com" {
		t.Errorf("somebody else looks after the user: %+v", u)
	}
	links, err := w.Federation.Identities(t.Context(), w.as(w.user(t, id), ""))
	if err != nil || links[0].Email != "mina@example.com" {
		t.Errorf("the identity has %+v, %v", links, err)
	}
}

// TestNoOneIsMade: everybody on earth has an account at Google.
func TestNoOneIsMade(t *testing.T) {
	w := start(t)
	in := w.upstream()
	in.Type = iam.ProviderGoogle
	p := w.create(t, in)
	w.op.SignIn(mina())
	if _, err := w.signIn(t, p.Name); reason(err) != string(iam.ReasonNoAccount) {
		t.Errorf("without a domain: %v", err)
	}
	w.add(t, "kim", "mina@example.com", true)
	if _, err := w.signIn(t, p.Name); err != nil {
		t.Errorf("somebody who is here: %v", err)
	}
	in.HostedDomain, in.Secret = "example.com", testop.ClientSecret
	p, err := w.Federation.Replace(t.Context(), w.by, p.Name, in)
	if err != nil {
		t.Fatal(err)
	}
	for domain, want := range map[string]string{"": "hosted_domain", "evil.example": "hosted_domain", "EXAMPLE.com": "hosted_domain", "example.com": ""} {
		who := testop.Person{Subject: "1", Email: "x@example.com", Verified: true, Claims: map[string]any{"hd": domain}}
		w.op.SignIn(who)
		if _, err := w.signIn(t, p.Name); reason(err) != want {
			t.Errorf("of %q: %v", domain, err)
		}
	}
}

// TestDisabled: who may not act is neither linked nor changed.
func TestDisabled(t *testing.T) {
	w := start(t)
	p := w.create(t, w.upstream())
	kim := w.add(t, "kim", "mina@example.com", true)
	off := iam.UserDisabled
	if _, err := w.Directory.UpdateUser(t.Context(), w.Operator(), directory.UserKey{ID: kim.ID}, directory.UserChange{State: &off}); err != nil {
		t.Fatal(err)
	}
	w.op.SignIn(mina())
	proved, err := w.signIn(t, p.Name) // whom to refuse is known
	if err != nil || proved.User != kim.ID {
		t.Errorf("%+v, %v", proved, err)
	}
	links, err := w.Federation.Identities(t.Context(), w.as(kim, ""))
	if err != nil || len(links) > 0 {
		t.Errorf("linked: %+v, %v", links, err)
	}
	gone := w.Tenant
	gone.State = iam.TenantDisabled
	if _, err := w.Federation.Begin(t.Context(), gone, p.Name, wantedNothing); !iam.Is(err, iam.Unauthenticated) {
		t.Errorf("of a tenant that is not active: %v", err)
	}
}

// TestManyTabs: somebody new who comes in several tabs at once is made once.
func TestManyTabs(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		p := w.create(t, w.upstream())
		w.op.SignIn(mina())
		const tabs = 8
		visits := make([]visit, tabs)
		for i := range visits {
			visits[i] = w.visit(t, p.Name, wantedNothing)
		}
		users := make([]string, tabs)
		var all sync.WaitGroup
		for i, v := range visits {
			all.Go(func() {
				proved, err := w.Federation.Finish(t.Context(), w.Tenant, p.Name, v.answer)
				users[i] = fmt.Sprint(proved.User, err)
			})
		}
		all.Wait()
		for _, u := range users {
			if u != users[0] || strings.Contains(u, "error") {
				t.Errorf("they are %v", users)
				break
			}
		}
	})
}
