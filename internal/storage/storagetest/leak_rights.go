package storagetest

import "github.com/gatehouse-id/gatehouse/internal/iam"

// rightsLeaks are of methods that write or read many rights at once.
var rightsLeaks = map[string]func(*leak){
	"Members": func(l *leak) {
		for _, of := range [][]iam.GroupID{nil, {l.a.group.ID}, {l.a.group.ID, l.b.group.ID}} {
			ms, err := l.store.Members(l.ctx(), l.a.tenant.ID, of...)
			l.ok(err)
			if len(ms) != 1 || ms[0].Group != l.a.group.ID || ms[0].User.ID != l.a.user.ID {
				l.Errorf("members of %v: %+v", of, ms)
			}
		}
		ms, err := l.store.Members(l.ctx(), l.a.tenant.ID, l.b.group.ID)
		none(l, ms, err)
	},
	"InsertBindings": func(l *leak) {
		fine := iam.Binding{User: l.a.user.ID, Role: l.a.role.ID, Scope: "default"}
		for _, b := range []iam.Binding{
			{User: l.b.user.ID, Role: l.a.role.ID}, {Group: l.b.group.ID, Role: l.a.role.ID}, {User: l.a.user.ID, Role: l.b.role.ID},
			{User: l.a.user.ID, Role: l.a.role.ID, Scope: iam.GroupScope(l.b.places.group.ID)},
		} {
			fine.ID, b.ID = iam.BindingID(l.env.NewID()), iam.BindingID(l.env.NewID())
			l.missed(l.store.InsertBindings(l.ctx(), l.a.tenant.ID, []iam.Binding{fine, b}))
		}
	},
	"AllBindings": func(l *leak) {
		bs, err := l.store.AllBindings(l.ctx(), l.a.tenant.ID)
		mine(l, bs, err, func(b iam.Binding) string { return string(b.ID) }, string(l.b.binding.ID))
		same(l.fixture, len(bs), 3)
	},
	"EnsureAPIGroups": func(l *leak) {
		g := l.b.builtin
		made, err := l.store.EnsureAPIGroups(l.ctx(), l.a.tenant.ID, []iam.APIGroup{g})
		l.ok(err)
		same(l.fixture, made, []iam.APIGroup{l.a.builtin})
		g.Name = "gatehouse-more"
		_, err = l.store.EnsureAPIGroups(l.ctx(), l.a.tenant.ID, []iam.APIGroup{g}) // the id is b's too
		l.ok(err)
	},
	"Plan": func(l *leak) {
		p, err := l.store.Plan(l.ctx(), l.a.tenant.ID)
		l.ok(err)
		same(l.fixture, p, iam.Plan{})
	},
	"SetPlan": func(l *leak) {
		l.ok(l.store.SetPlan(l.ctx(), l.a.tenant.ID, iam.Plan{Name: "a's"}))
	},
}
