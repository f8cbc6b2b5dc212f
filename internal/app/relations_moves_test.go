package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// move is a request that somebody sends in a tenant, with what it needs there
// and what it has changed where it succeeded.
type move struct {
	needs        iam.Permission
	method, path string
	body         any
	done         func(a *httptest.ResponseRecorder)
}

// moves are all that can change who may do what where, each with random
// arguments. One answers a move without a method where there is nothing to move.
var moves = map[string]func(r *relations, by *person, in *place) move{
	"write a group": func(r *relations, _ *person, in *place) move {
		g := sample(r, in.groups)
		if g == nil {
			return move{}
		}
		now := &circle{g.name, r.membersOf(in), r.someGrants()}
		return move{iam.GroupsUpdate, http.MethodPut, groupsPath + "/" + g.name, groupForm(now), func(*httptest.ResponseRecorder) {
			*g = *now
		}}
	},
	"make a group": func(r *relations, _ *person, in *place) move {
		g := &circle{names[2], r.membersOf(in), r.someGrants()}
		if rapid.Bool().Draw(r.T, "first") {
			g.name = names[0]
		}
		return move{iam.GroupsCreate, http.MethodPost, groupsPath, groupForm(g), func(*httptest.ResponseRecorder) {
			in.groups = append(in.groups, g)
		}}
	},
	"rename a group": func(r *relations, _ *person, in *place) move {
		g := sample(r, in.groups)
		if g == nil {
			return move{}
		}
		found, err := r.s.Directory.Group(r.Context(), iam.System(in.tenant.ID, "test"), directory.GroupKey{Name: g.name})
		r.must(err)
		name := rapid.SampledFrom(names[:3]).Draw(r.T, "name")
		return move{iam.GroupsUpdate, http.MethodPut, "/api/v1/groups/" + string(found.ID), object{"groupName": name}, func(*httptest.ResponseRecorder) {
			g.name = name
		}}
	},
	"delete a group": func(r *relations, _ *person, in *place) move {
		g := sample(r, in.groups)
		if g == nil {
			return move{}
		}
		path := groupsPath + "/" + g.name
		if r.flip() {
			path += "?attempt_remove_references=true"
		}
		return move{iam.GroupsDelete, http.MethodDelete, path, nil, func(*httptest.ResponseRecorder) { in.forget(g) }}
	},
	"write the roles of a user": func(r *relations, _ *person, in *place) move {
		u := sample(r, slices.DeleteFunc(r.somePeople(), func(u *person) bool { return u.home != in }))
		grants := r.someGrants()
		return move{iam.UsersUpdate, http.MethodPut, "/api/web/custom/namespaces/system/user_roles", object{"name": u.user.Username,
			"email": u.user.Username, "first_name": "Some", "last_name": "Body", "namespace": iam.NamespaceSystem, "namespace_roles": entries(grants)},
			func(*httptest.ResponseRecorder) { u.grants = grants }}
	},
	"write a manager": func(r *relations, _ *person, in *place) move {
		m := sample(r, in.managers)
		now := r.someManager(in, m.name)
		return move{iam.DelegationsUpdate, http.MethodPut, systemPath + "child_tenant_managers/" + m.name, managerForm(now), func(*httptest.ResponseRecorder) {
			*m = *now
		}}
	},
	"make a child": func(r *relations, _ *person, in *place) move {
		if len(r.places) > 7 {
			return move{}
		}
		r.made++
		code, m := fmt.Sprintf("late-%s-%d", r.run, r.made), sample(r, in.managers)
		for _, p := range r.places { // once more the name of one that is gone
			if p.gone {
				code = p.tenant.Code
			}
		}
		return move{iam.TenantsCreate, http.MethodPost, systemPath + "child_tenants", newChild(code, m.name), func(*httptest.ResponseRecorder) {
			r.s.Clock.Advance(2 * time.Second) // for one a node believes that a name means who had it
			r.born(in, code, m)
		}}
	},
	"move a child": func(r *relations, _ *person, in *place) move {
		c, m := sample(r, r.childrenOf(in)), sample(r, in.managers)
		if c == nil {
			return move{}
		}
		return move{iam.DelegationsUpdate, http.MethodPost, systemPath + "partner-management/child_tenants/migrate",
			object{"ct_list_to_target_ctm": object{"child_tenant_manager": m.name, "child_tenants": []string{c.tenant.Code}}},
			func(a *httptest.ResponseRecorder) { r.moved(in, c, m, a) }}
	},
	"disable or enable a child": func(r *relations, _ *person, in *place) move {
		c, disabled := sample(r, r.childrenOf(in)), r.flip()
		if c == nil {
			return move{}
		}
		return move{iam.TenantsUpdate, http.MethodPut, systemPath + "child_tenants/" + c.tenant.Code,
			object{"metadata": object{"name": c.tenant.Code, "disable": disabled}, "spec": object{}},
			func(*httptest.ResponseRecorder) { c.disabled = disabled }}
	},
	"delete a child": func(r *relations, _ *person, in *place) move {
		c := sample(r, r.childrenOf(in))
		if c == nil || rapid.IntRange(0, 2).Draw(r.T, "really") > 0 {
			return move{}
		}
		path := systemPath + "child_tenants/" + c.tenant.Code
		return move{iam.TenantsDelete, http.MethodDelete, path, nil, func(*httptest.ResponseRecorder) {
			for _, p := range r.places {
				p.gone = p.gone || p == c || slices.Contains(p.above(), c)
			}
			r.checkRights() // at once, and not when the work is done
			r.await("a child is gone", func() bool {
				_, err := r.s.Tenancy.ByCode(r.Context(), c.tenant.Code)
				return iam.Is(err, iam.NotFound)
			})
		}}
	},
	"manage a tenant": func(r *relations, _ *person, in *place) move {
		other := r.someOther(func(p *place) bool { return halfTo(p.allowed, in) != nil })
		return r.manage(in, &half{name: r.name("m"), other: other, assigned: r.someAssigned(in), disabled: r.seldom()})
	},
	"let a tenant manage": func(r *relations, _ *person, in *place) move {
		other := r.someOther(func(p *place) bool { return halfTo(p.managed, in) != nil })
		return r.letManage(in, &half{name: r.name("a"), other: other, groups: r.someGroups(in), disabled: r.seldom()})
	},
	"let support in": func(r *relations, _ *person, in *place) move {
		modes := []iam.SupportMode{iam.SupportRead, iam.SupportWrite, iam.SupportNamespaces}
		return letSupport(in, supportAccess{rapid.SampledFrom(modes).Draw(r.T, "mode"), r.seldom()})
	},
	"the operator disables or enables a user": func(r *relations, _ *person, in *place) move {
		u := sample(r, slices.DeleteFunc(r.somePeople(), func(u *person) bool { return u.home != in }))
		u.disabled = !u.disabled
		state := iam.UserEnabled
		if u.disabled {
			state = iam.UserDisabled
		}
		_, err := r.s.Directory.UpdateUser(r.Context(), iam.System(in.tenant.ID, "test"), directory.UserKey{ID: u.user.ID}, directory.UserChange{State: &state})
		r.must(err)
		return move{}
	},
	"the operator changes a plan": func(r *relations, _ *person, in *place) move {
		var p iam.Plan
		if in.withheld = !in.withheld; in.withheld {
			p.Withheld = []iam.Withheld{{Permission: "objects.*"}}
		}
		r.must(r.s.Tenancy.SetPlan(r.Context(), iam.System("", "test"), in.tenant.ID, p))
		return move{}
	},
}

// manage makes, replaces or removes the half of who manages.
func (r *relations) manage(in *place, now *half) move {
	return r.moveHalf("managed_tenants", &in.managed, now, object{"groups": assignments(now.assigned, "managed_tenant_groups")})
}

// letManage makes, replaces or removes the half of who is managed.
func (r *relations) letManage(in *place, now *half) move {
	return r.moveHalf("allowed_tenants", &in.allowed, now, object{"allowed_groups": refs(now.groups...), "tenant_id": now.other.tenant.Code})
}

func letSupport(in *place, now supportAccess) move {
	config := object{"disable": now.disabled}
	switch now.mode {
	case iam.SupportRead:
		config["read_only"] = object{}
	case iam.SupportWrite:
		config["read_write_all"] = object{}
	case iam.SupportNamespaces:
		config["read_write_ns"] = object{"namespaces": []string{iam.NamespaceShared}}
	}
	return move{iam.DelegationsUpdate, http.MethodPost, systemPath + "allowed_tenants/support-tenant/access", object{"access_config": config},
		func(*httptest.ResponseRecorder) { in.support = now }}
}

// moveHalf makes, replaces or removes the half of a delegation.
func (r *relations) moveHalf(plural string, halves *[]*half, now *half, spec object) move {
	old := halfTo(*halves, now.other)
	if old == nil {
		spec["tenant_id"] = now.other.tenant.Code
		return move{iam.DelegationsCreate, http.MethodPost, systemPath + plural,
			object{"metadata": object{"name": now.name, "disable": now.disabled}, "spec": spec},
			func(*httptest.ResponseRecorder) { *halves = append(*halves, now) }}
	}
	path := systemPath + plural + "/" + old.name
	if r.flip() {
		return move{iam.DelegationsDelete, http.MethodDelete, path, nil, func(*httptest.ResponseRecorder) {
			*halves = slices.DeleteFunc(*halves, func(h *half) bool { return h == old })
		}}
	}
	now.name = old.name
	return move{iam.DelegationsUpdate, http.MethodPut, path,
		object{"metadata": object{"name": now.name, "disable": now.disabled}, "spec": spec}, func(*httptest.ResponseRecorder) { *old = *now }}
}

// moved waits for what came of a migration.
func (r *relations) moved(in, c *place, m *manager, a *httptest.ResponseRecorder) {
	initiated := strings.Contains(a.Body.String(), `"migrate_initiated_for_ct_count":1`)
	if may := c.active(); initiated != may {
		r.Fatalf("the child is active: %v, and it is answered %s", may, a.Body)
	}
	if !initiated {
		return
	}
	r.await("a child is moved", func() bool {
		now := r.look(in, "child_tenants/"+c.tenant.Code)
		return member(now, "spec.child_tenant_manager.name") == m.name && member(now, "spec.status") == "StateActive"
	})
	c.manager = m
}

func (r *relations) childrenOf(p *place) (all []*place) {
	for _, c := range r.places {
		if c.parent == p && !c.gone {
			all = append(all, c)
		}
	}
	return all
}

// forget takes a group out of everything that names it.
func (p *place) forget(g *circle) {
	is := func(of *circle) bool { return of == g }
	without := func(all []assigned) []assigned {
		return slices.DeleteFunc(all, func(a assigned) bool { return a.group == g })
	}
	p.groups = slices.DeleteFunc(p.groups, is)
	for _, m := range p.managers {
		m.assigned = without(m.assigned)
		if m.owner == g {
			m.owner = nil
		}
	}
	for _, h := range p.managed {
		h.assigned = without(h.assigned)
	}
	for _, h := range p.allowed {
		h.groups = slices.DeleteFunc(h.groups, is)
	}
}

// sample answers one of the items, nil when there is none.
func sample[T any](r *relations, items []*T) *T {
	if len(items) == 0 {
		return nil
	}
	return rapid.SampledFrom(items).Draw(r.T, "one")
}
