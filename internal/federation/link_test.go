package federation_test

import (
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/federation"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// linking takes who is signed in through a provider, and finishes as who is
// signed in then.
func (w world) linking(t *testing.T, name string, began iam.Actor, finished *iam.Actor) (federation.Proved, error) {
	t.Helper()
	v := w.visit(t, name, federation.Wanted{Link: &began})
	v.answer.By = finished
	return w.Federation.Finish(t.Context(), w.Tenant, name, v.answer)
}

// TestLink: who is signed in links an account by themselves, and nobody else.
func TestLink(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		p := w.create(t, w.upstream())
		kim, lee := w.as(w.add(t, "kim", "kim@example.com", false), "s1"), w.as(w.add(t, "lee", "", false), "s2")
		w.op.SignIn(mina())
		elsewhere := kim
		elsewhere.Session = "s3"
		outsider := kim
		outsider.Home = "another"
		for what, by := range map[string]*iam.Actor{"nobody": nil, "somebody else": &lee, "another session": &elsewhere, "from another tenant": &outsider} {
			if _, err := w.linking(t, p.Name, kim, by); reason(err) != string(iam.ReasonFlow) {
				t.Errorf("%s finishes it: %v", what, err)
			}
		}
		if _, err := w.Federation.Begin(t.Context(), w.Tenant, p.Name, federation.Wanted{Link: &outsider}); !iam.Is(err, iam.Denied) {
			t.Errorf("somebody from another tenant begins it: %v", err)
		}
		proved, err := w.linking(t, p.Name, kim, &kim)
		if err != nil || !proved.Linked || proved.User != kim.User {
			t.Fatalf("%+v, %v", proved, err)
		}
		if _, err := w.linking(t, p.Name, kim, &kim); err != nil {
			t.Errorf("once more: %v", err)
		}
		if _, err := w.linking(t, p.Name, lee, &lee); reason(err) != string(iam.ReasonLinked) {
			t.Errorf("an account that is linked to somebody else: %v", err)
		}
		if entered := w.enter(t, p.Name); entered.User != kim.User || entered.Linked {
			t.Errorf("signed in as %+v", entered)
		}
		if u := w.user(t, kim.User); u.Email != "kim@example.com" || u.GivenName != "" {
			t.Errorf("the provider has changed %+v", u)
		}
		if n := len(w.Mails(t, w.Tenant.ID, "kim@example.com")); n != 1 {
			t.Errorf("the user was told %d times", n)
		}
	})
}

// TestUnlink: everybody unlinks their own, while something is left to sign in with.
func TestUnlink(t *testing.T) {
	w := start(t)
	p := w.create(t, w.upstream())
	w.op.SignIn(mina())
	alone := w.as(w.user(t, w.enter(t, p.Name).User), "s1")
	if err := w.Federation.Unlink(t.Context(), alone, p.ID, mina().Subject); reason(err) != string(iam.ReasonLastWay) {
		t.Errorf("the last way in: %v", err)
	}
	kim := w.as(w.add(t, "kim", "kim@example.com", false), "s2")
	if err := w.Federation.Unlink(t.Context(), kim, p.ID, mina().Subject); !iam.Is(err, iam.NotFound) {
		t.Errorf("what is another's: %v", err)
	}
	who := mina()
	who.Subject = "2"
	w.op.SignIn(who)
	if _, err := w.linking(t, p.Name, kim, &kim); err != nil {
		t.Fatal(err)
	}
	if err := w.Federation.Unlink(t.Context(), kim, p.ID, "2"); err != nil {
		t.Fatal(err)
	}
	if n := len(w.Mails(t, w.Tenant.ID, "kim@example.com")); n != 2 {
		t.Errorf("the user was told %d times", n)
	}
	links, err := w.Federation.Identities(t.Context(), kim)
	if err != nil || len(links) > 0 {
		t.Errorf("left is %+v, %v", links, err)
	}
	outsider := kim
	outsider.Home = "another"
	for _, by := range []iam.Actor{outsider, w.Operator()} {
		if _, err := w.Federation.Identities(t.Context(), by); !iam.Is(err, iam.Denied) {
			t.Errorf("%s sees identities: %v", by.Username, err)
		}
		if err := w.Federation.Unlink(t.Context(), by, p.ID, "2"); !iam.Is(err, iam.Denied) {
			t.Errorf("%s unlinks: %v", by.Username, err)
		}
	}
	if _, err := w.Directory.DeleteUser(t.Context(), w.Operator(), directory.UserKey{ID: alone.User}); err != nil {
		t.Fatal(err)
	}
	w.op.SignIn(mina())
	if again := w.enter(t, p.Name); again.User == alone.User {
		t.Error("somebody who was removed is there again")
	}
}
