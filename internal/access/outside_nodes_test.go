package access_test

import (
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TestRelationsEndOnOtherNodes ends relations on one node, in all ways that
// there are, and asks the other a second later, which has let somebody in
// before and remembers why.
func TestRelationsEndOnOtherNodes(t *testing.T) {
	apptest.Each(t, func(t *testing.T, here *apptest.Server) {
		ctx := t.Context()
		there := here.Beside(t)
		admin := here.NewTenant(t, "home")
		home := world{here, admin.Tenant, admin.Actor()}
		ops := home.group(t, "ops")
		ann := home.member(t, "ann", "ops")
		m := home.newLink(t, "manager", iam.Link{Kind: iam.LinkManager, Assignments: []iam.Assignment{{Group: ops, Theirs: []string{"crew"}}}})

		// Each change is of the relation to a tenant of its own.
		ends := map[string]func(w world, crew iam.GroupID, managed, allowed link){
			"the half that manages ends": func(_ world, _ iam.GroupID, managed, _ link) { managed.remove(t) },
			"the half that allows ends":  func(_ world, _ iam.GroupID, _, allowed link) { allowed.remove(t) },
			"managing is off":            func(_ world, _ iam.GroupID, managed, _ link) { managed.disable(t, true) },
			"allowing is off":            func(_ world, _ iam.GroupID, _, allowed link) { allowed.disable(t, true) },
			"nothing is assigned":        func(_ world, _ iam.GroupID, managed, _ link) { managed.assign(t) },
			"the tenant is disabled":     func(w world, _ iam.GroupID, _, _ link) { w.state(t, iam.TenantDisabled) },
			"the group has another name": func(w world, crew iam.GroupID, _, _ link) {
				must(t, err2(w.Directory.UpdateGroup(ctx, w.by, directory.GroupKey{ID: crew}, directory.GroupChange{Name: ptr("other")})))
			},
			"the group is gone": func(w world, crew iam.GroupID, _, _ link) {
				must(t, err2(w.Directory.DeleteGroup(ctx, w.by, directory.GroupKey{ID: crew})))
			},
			"nothing happens": nil,
		}
		worlds, before := map[string]world{}, map[string]iam.Actor{}
		var all []func()
		for name, end := range ends {
			w := home.beside(t, string(rune('a'+len(worlds))))
			crew := w.group(t, "crew", "users.read")
			managed := home.newLink(t, w.tenant.Code, iam.Link{Kind: iam.LinkManaged, Other: w.tenant.ID, OtherCode: w.tenant.Code,
				Assignments: []iam.Assignment{{Group: ops, Theirs: []string{"crew"}}}})
			allowed := w.newLink(t, "allowed", iam.Link{Kind: iam.LinkAllowed, Other: home.tenant.ID, OtherCode: home.tenant.Code,
				Assignments: []iam.Assignment{{Group: crew}}})
			worlds[name] = world{there, w.tenant, w.by}
			before[name] = worlds[name].come(t, ann)
			if end != nil {
				all = append(all, func() { end(w, crew, managed, allowed) })
			}
		}
		middle, _ := home.below(t, "m", m.record.ID)
		crew := middle.group(t, "crew", "users.read")
		lower := middle.newLink(t, "manager", iam.Link{Kind: iam.LinkManager, Assignments: []iam.Assignment{{Group: crew, Theirs: []string{"crew"}}}})
		bottom, _ := middle.below(t, "b", lower.record.ID)
		bottom.group(t, "crew", "users.read")
		bottom = world{there, bottom.tenant, bottom.by}
		deep := bottom.come(t, ann)

		for _, end := range all {
			end()
		}
		m.disable(t, true)
		time.Sleep(time.Second)
		for name, w := range worlds {
			if ends[name] == nil {
				w.has(t, name, ann, iam.ReachDelegation, iam.UsersRead)
				continue
			}
			w.out(t, name, ann, before[name])
		}
		bottom.out(t, "two tenants up the manager is off", ann, deep)
	})
}
