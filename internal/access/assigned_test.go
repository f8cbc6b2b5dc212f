package access_test

import (
	"fmt"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestAssigned(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){"who decides who is in": testWhoIsIn, "all": testCheckAll})
}

// testWhoIsIn: a group that is assigned to one of another tenant gives more than
// can be seen here. Who decides who is in it, or acts for who is, has everything
// or is in it as well.
func testWhoIsIn(t *testing.T, w world) {
	ctx := t.Context()
	other := w.beside(t, "other")
	ops, plain := w.group(t, "ops"), w.group(t, "plain")
	half := w.newLink(t, "managed", iam.Link{Kind: iam.LinkManaged, Other: other.tenant.ID, OtherCode: other.tenant.Code,
		Assignments: []iam.Assignment{{Group: ops, Theirs: []string{"x"}}}})
	// To be allowed to others gives a group nothing.
	w.newLink(t, "allowed", iam.Link{Kind: iam.LinkAllowed, Other: other.tenant.ID, OtherCode: other.tenant.Code, Assignments: []iam.Assignment{{Group: plain}}})
	w.NewRole(t, w.tenant, "clerk", "users.*", "groups.*")
	clerk := w.NewMember(t, w.tenant, "clerk", "clerk").Actor()
	inside := w.NewMember(t, w.tenant, "inside", "clerk").Actor()
	w.join(t, inside.User, "ops")
	narrow := inside
	narrow.Scope = "users.* groups.*"
	admin := w.by
	admin.Scope = "users.*"
	ann, ben, off := w.member(t, "ann", "ops"), w.member(t, "ben"), w.member(t, "off", "ops")
	must(t, err2(w.Directory.UpdateUser(ctx, w.by, directory.UserKey{ID: off.User}, directory.UserChange{State: ptr(iam.UserDisabled)})))

	update := func(u iam.UserID, ch directory.UserChange) func(iam.Actor) error {
		return func(by iam.Actor) error { return err2(w.Directory.UpdateUser(ctx, by, directory.UserKey{ID: u}, ch)) }
	}
	group := func(g iam.GroupID, ch directory.GroupChange) func(iam.Actor) error {
		return func(by iam.Actor) error { return err2(w.Directory.UpdateGroup(ctx, by, directory.GroupKey{ID: g}, ch)) }
	}
	gone := 0
	guarded := map[string]func(iam.Actor) error{
		"somebody joins":      update(ben.User, directory.UserChange{Groups: &[]string{"ops"}}),
		"somebody leaves":     update(ann.User, directory.UserChange{Groups: &[]string{}}),
		"the group is filled": group(ops, directory.GroupChange{Members: &[]string{"inside", "ben"}}),
		"it is renamed":       group(ops, directory.GroupChange{Name: ptr("plain too")}),
		"a password":          update(ann.User, directory.UserChange{Password: ptr("another long phrase")}),
		"an address":          update(ann.User, directory.UserChange{Email: ptr("me@example.com")}),
		"of who is disabled":  update(off.User, directory.UserChange{Password: ptr("another long phrase")}),
		"who is enabled":      update(off.User, directory.UserChange{State: ptr(iam.UserEnabled)}),
		"who is disabled":     update(ann.User, directory.UserChange{State: ptr(iam.UserDisabled)}),
		"a key": func(by iam.Actor) error {
			_, _, err := w.Authn.CreateAccessKey(ctx, by, ann.User, nil)
			return err
		},
		"the end": func(by iam.Actor) error {
			gone++
			u := w.member(t, fmt.Sprint("gone", gone), "ops").User
			return err2(w.Directory.DeleteUser(ctx, by, directory.UserKey{ID: u}))
		},
	}
	for name, do := range guarded {
		for who, by := range map[string]iam.Actor{"who is not in it": clerk, "a narrow token of who is": narrow, "a narrow token of an administrator": admin} {
			if err := do(by); !iam.Is(err, iam.Denied) {
				t.Errorf("%s, by %s: %v", name, who, err)
			}
		}
	}
	free := map[string]func(iam.Actor) error{
		"the other group": update(ben.User, directory.UserChange{Groups: &[]string{"plain"}}),
		"a description":   group(ops, directory.GroupChange{Description: ptr("x")}),
		"their name":      update(ann.User, directory.UserChange{GivenName: ptr("x")}),
	}
	for name, do := range free {
		if err := do(clerk); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, by := range []iam.Actor{inside, w.by} {
		for _, name := range []string{"somebody joins", "somebody leaves", "who is disabled", "who is enabled", "the end"} {
			if err := guarded[name](by); err != nil {
				t.Errorf("%s, by %s: %v", name, by.Username, err)
			}
		}
		w.join(t, ben.User)
		w.join(t, ann.User, "ops")
		must(t, update(ann.User, directory.UserChange{State: ptr(iam.UserEnabled)})(w.by))
		must(t, update(off.User, directory.UserChange{State: ptr(iam.UserDisabled)})(w.by))
	}
	// With the assignment goes the guard, also where it is only empty.
	half.assign(t, iam.Assignment{Group: ops})
	if err := guarded["somebody joins"](clerk); err != nil {
		t.Errorf("of an assignment of nothing: %v", err)
	}
}

func err2[T any](_ T, err error) error { return err }

// testCheckAll: all is every right in the whole tenant, without a narrower token,
// and whatever the plan withholds.
func testCheckAll(t *testing.T, w world) {
	ctx := t.Context()
	w.NewRole(t, w.tenant, "most", "users.*", "groups.*", "roles.*", "tenants.*", "delegations.*")
	parts := w.NewMember(t, w.tenant, "parts").Actor()
	role := w.NewRole(t, w.tenant, "everything", "*")
	w.bind(t, iam.Binding{User: parts.User, Role: role.ID, Scope: "system"})
	w.bind(t, iam.Binding{User: parts.User, Role: role.ID, Scope: iam.ScopeApplications})
	of := func(by iam.Actor, scope string) iam.Actor { by.Scope = scope; return by }
	every := w.NewMember(t, w.tenant, "every", "everything").Actor()
	for name, c := range map[string]struct {
		by iam.Actor
		ok bool
	}{
		"the administrator": {w.by, true}, "everything": {every, true}, "the operator": {iam.System(w.tenant.ID, "test"), true},
		"all by a token of all": {of(every, "*"), true}, "a narrow token": {of(every, "delegations.*"), false},
		"most":           {w.NewMember(t, w.tenant, "most", "most").Actor(), false},
		"in every place": {parts, false},
		"nothing":        {w.NewMember(t, w.tenant, "nothing").Actor(), false},
	} {
		if err := w.Access.CheckAll(ctx, c.by); (err == nil) != c.ok || err != nil && !iam.Is(err, iam.Denied) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.setPlan(t, w.tenant.ID, iam.Withheld{Permission: "users.*"})
	must(t, w.Access.CheckAll(ctx, w.by))
}
