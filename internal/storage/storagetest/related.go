package storagetest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/support"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

func (f *fixture) related(rf tenancy.RelatedFilter) tenancy.RelatedPage {
	f.Helper()
	p, err := f.store.Related(f.ctx(), f.tenant.ID, rf)
	f.ok(err)
	return p
}

// managing is a tenant that manages others: some that are there, some that are
// not, each by some of its groups.
type managing struct {
	groups map[string]iam.Group
	items  []tenancy.Related // by id, as they have to be read
}

func (f *fixture) manages(n int) (m managing) {
	f.Helper()
	m.groups = map[string]iam.Group{}
	names := []string{"ops", "Dev", "all"}
	for _, name := range names {
		m.groups[name] = f.newGroup(name)
	}
	for i := range n {
		other := f.aTenant("")
		r := tenancy.Related{Name: fmt.Sprintf("customer-%d", i), Tenant: other.ID, Code: other.Code, Disabled: i%5 == 0}
		if i%4 > 0 {
			f.ok(f.store.InsertTenant(f.ctx(), other, tenancy.Birth{}))
			r.State = iam.TenantActive
		}
		l := iam.Link{Kind: iam.LinkManaged, Other: r.Tenant, OtherCode: r.Code}
		for j, name := range names {
			if i>>j&1 == 0 {
				continue
			}
			a := iam.Assignment{Group: m.groups[name].ID, Theirs: []string{"their-" + name, "x"}[:1+i/8%2]}
			l.Assignments = append(l.Assignments, a)
			r.Assigned = append(r.Assigned, tenancy.Assigned{Group: groupRef(m.groups[name]), Theirs: a.Theirs})
		}
		o := f.anObject("managed_tenant", "system", r.Name)
		o.Disabled, o.Link = r.Disabled, &l
		f.ok(f.store.InsertObject(f.ctx(), f.tenant.ID, o, nil, nil))
		r.ID = o.ID
		m.items = append(m.items, r)
	}
	slices.SortFunc(m.items, func(a, b tenancy.Related) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return m
}

// of answers what members of some groups have, or all.
func (m managing) of(groups ...string) (items []tenancy.Related) {
	for _, r := range m.items {
		if groups != nil {
			r.Assigned = slices.DeleteFunc(slices.Clone(r.Assigned), func(a tenancy.Assigned) bool { return !slices.Contains(groups, a.Group.Name) })
			if len(r.Assigned) == 0 {
				continue
			}
		}
		items = append(items, r)
	}
	return items
}

func having(items []tenancy.Related, text string) []tenancy.Related {
	return slices.DeleteFunc(slices.Clone(items), func(r tenancy.Related) bool {
		return !strings.Contains(r.Name, text) && !strings.Contains(r.Code, text)
	})
}

func testRelated(f *fixture) {
	m := f.manages(120)
	f.newLink("other-kind", iam.Link{Kind: iam.LinkAllowed, Other: otherOfAll, Assignments: []iam.Assignment{{Group: m.groups["ops"].ID}}})
	for _, groups := range [][]string{nil, {}, {"ops"}, {"Dev", "all"}} {
		rf := tenancy.RelatedFilter{Kind: iam.LinkManaged}
		if groups != nil {
			w := directory.UserWrite{User: f.aUser("in-" + strings.Join(groups, "-")), Groups: &[]iam.GroupID{}}
			for _, name := range groups {
				*w.Groups = append(*w.Groups, m.groups[name].ID)
			}
			u, err := f.store.InsertUser(f.ctx(), f.tenant.ID, w)
			f.ok(err)
			rf.Member = u.ID
		}
		has := m.of(groups...)
		for _, search := range []string{"", "customer-1", "no-such", m.items[7].Code} {
			rf.Search = strings.ToUpper(search)
			want := having(has, search)
			rf.From, rf.Limit = "", 1000
			same(f, f.related(rf), tenancy.RelatedPage{Items: want, Total: len(has), Filtered: len(want)})
			rf.Limit = 7
			var got []tenancy.Related
			for more := true; more; more = rf.From != "" {
				p := f.related(rf)
				if len(p.Items) > 7 || p.Next != "" && len(p.Items) < 7 || p.Total != len(has) || p.Filtered != len(want) {
					f.Fatalf("a page of %d, total %d, filtered %d, next %q", len(p.Items), p.Total, p.Filtered, p.Next)
				}
				got, rf.From = append(got, p.Items...), p.Next
			}
			same(f, got, want)
		}
		rf.Search, rf.Limit = "", 0
		same(f, len(f.related(rf).Items), min(len(has), iam.DefaultPage))
		rf.Name = m.items[3].Name
		same(f, f.related(rf).Items, slices.DeleteFunc(has, func(r tenancy.Related) bool { return r.Name != rf.Name }))
	}
	for _, u := range []iam.UserID{"no id", iam.UserID(f.env.NewID())} {
		same(f, f.related(tenancy.RelatedFilter{Kind: iam.LinkManaged, Member: u}), tenancy.RelatedPage{})
	}
	_, err := f.store.Related(f.ctx(), "no id", tenancy.RelatedFilter{Kind: iam.LinkManaged})
	f.fails(err, iam.NotFound)
}

// testRelatedIsFresh: no read is older than the last write, of whatever it shows.
func testRelatedIsFresh(f *fixture) {
	f.related(tenancy.RelatedFilter{Kind: iam.LinkManaged})
	g := f.newGroup("ops")
	other := f.newTenant("")
	u, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: f.aUser("kim"), Groups: &[]iam.GroupID{g.ID}})
	f.ok(err)
	r := f.newLink("customer", iam.Link{Kind: iam.LinkManaged, Other: other.ID, OtherCode: other.Code,
		Assignments: []iam.Assignment{{Group: g.ID, Theirs: []string{"a"}}}})
	want := tenancy.Related{ID: r.ID, Name: r.Name, Tenant: other.ID, Code: other.Code, State: iam.TenantActive,
		Assigned: []tenancy.Assigned{{Group: groupRef(g), Theirs: []string{"a"}}}}
	check := func(want ...tenancy.Related) {
		f.Helper()
		for _, member := range []iam.UserID{"", u.ID} {
			p := f.related(tenancy.RelatedFilter{Kind: iam.LinkManaged, Member: member})
			same(f, p.Items, want)
			for i := range p.Items { // what is answered is the caller's
				for j := range p.Items[i].Assigned {
					p.Items[i].Assigned[j].Theirs[0] = "spoilt"
				}
			}
		}
	}
	check(want)
	g.Name = "Operators"
	f.ok(f.store.UpdateGroup(f.ctx(), f.tenant.ID, directory.GroupWrite{Group: g}))
	want.Assigned[0].Group = groupRef(g)
	check(want)
	f.setOwn(other.ID, iam.TenantDisabled)
	want.State = iam.TenantDisabled
	check(want)

	ticket := support.Ticket{ID: iam.TicketID(f.env.NewID()), Tenant: other.ID, Status: support.StatusNew,
		Created: f.env.Time(), Updated: f.env.Time(), Version: 1}
	f.ok(f.store.InsertTicket(f.ctx(), other.ID, ticket, nil, f.aJob("")))
	want.OpenTickets = 1
	check(want)
	ticket.Status = support.StatusSolved
	f.ok(f.store.UpdateTicket(f.ctx(), other.ID, ticket, nil, f.aJob("")))
	want.OpenTickets = 0
	check(want)

	r.Disabled, r.Link.Assignments[0].Theirs = true, []string{"b"}
	f.ok(f.store.UpdateObject(f.ctx(), f.tenant.ID, r, nil, nil))
	want.Disabled, want.Assigned[0].Theirs = true, []string{"b"}
	check(want)
	f.ok(f.store.EraseTenant(f.ctx(), other.ID))
	want.State = ""
	check(want)
	f.ok(f.store.DeleteGroup(f.ctx(), f.tenant.ID, g.ID, 0))
	want.Assigned = nil
	same(f, f.related(tenancy.RelatedFilter{Kind: iam.LinkManaged}).Items, []tenancy.Related{want})
	same(f, f.related(tenancy.RelatedFilter{Kind: iam.LinkManaged, Member: u.ID}), tenancy.RelatedPage{})
	f.ok(f.store.DeleteObject(f.ctx(), f.tenant.ID, r.ID, false, nil))
	check()
}

func testRelatedChildren(f *fixture) {
	g := f.newGroup("keepers")
	u, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: f.aUser("kim"), Groups: &[]iam.GroupID{g.ID}})
	f.ok(err)
	assigned := iam.Assignment{Group: g.ID, Owner: true}
	manager := f.newLink("managed-by", iam.Link{Kind: iam.LinkManager, Assignments: []iam.Assignment{assigned}})
	disabled := f.anObject("child_tenant_manager", "system", "disabled")
	disabled.Link = &iam.Link{Kind: iam.LinkManager, Assignments: []iam.Assignment{assigned}}
	f.ok(f.store.InsertObject(f.ctx(), f.tenant.ID, disabled, nil, nil))
	child := func(name string, manager iam.ObjectID) {
		t := f.newTenant(f.tenant.ID)
		f.newLink(name, iam.Link{Kind: iam.LinkChild, Other: t.ID, OtherCode: t.Code, Manager: manager})
	}
	child("a", manager.ID)
	child("b", disabled.ID)
	child("c", "")
	child("d", manager.ID)
	child("e", iam.ObjectID(f.env.NewID())) // which is gone

	for _, c := range []struct {
		filter tenancy.RelatedFilter
		want   []string // the names, and who is given something
		total  int
	}{
		{tenancy.RelatedFilter{}, []string{"a keepers", "b keepers", "c", "d keepers", "e"}, 5},
		{tenancy.RelatedFilter{Manager: "managed-by"}, []string{"a keepers", "d keepers"}, 5},
		{tenancy.RelatedFilter{Manager: "disabled"}, []string{"b keepers"}, 5},
		{tenancy.RelatedFilter{Manager: "managed"}, nil, 5},
		{tenancy.RelatedFilter{Member: u.ID}, []string{"a keepers", "d keepers"}, 2}, // one that is disabled gives nothing
		{tenancy.RelatedFilter{Member: u.ID, Manager: "disabled"}, nil, 2},
		{tenancy.RelatedFilter{Member: u.ID, Name: "d"}, []string{"d keepers"}, 2},
	} {
		c.filter.Kind = iam.LinkChild
		p := f.related(c.filter)
		var got []string
		for _, r := range p.Items {
			for _, a := range r.Assigned {
				r.Name += " " + a.Group.Name
				if !a.Owner || a.Group != groupRef(g) {
					f.Errorf("assigned %+v", a)
				}
			}
			got = append(got, r.Name)
		}
		slices.Sort(got)
		same(f, got, c.want)
		same(f, []int{p.Total, p.Filtered}, []int{c.total, len(c.want)})
	}
}
