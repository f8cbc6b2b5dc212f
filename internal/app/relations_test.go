package app_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TestRelations lets people of several tenants, in trees and beside one another,
// move at random everything that decides who may do what in which tenant: at
// home and where they reach, also what they may not. After each move:
//
//   - everybody is let into exactly the tenants that a relation which holds lets
//     them into, and may do there exactly what its groups may: by prefix, by
//     host name and at home. So every end of a relation ends access at once;
//   - what was done, whoever did it had the right to do there;
//   - what anybody could gain, who moved it held there themselves, or looks
//     after that tenant and holds everything at home;
//   - both halves of a delegation say the same of it;
//   - somebody reads and writes as they may, the trail names both tenants, and
//     no other tenant has changed.
//
// What is expected is worked out by a way of this test's own, see world.
func TestRelations(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		if err := f.Value.Set("16"); err != nil { // few, but long ones: to begin one costs as much as ten moves
			t.Fatal(err)
		}
	}
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		var n atomic.Int64
		succeeded, came := map[string]int{}, map[iam.Reach]int{}
		rapid.Check(t, func(t *rapid.T) {
			r := newRelations(t, s, fmt.Sprint(n.Add(1)), came)
			r.check()
			for range rapid.IntRange(20, 40).Draw(t, "moves") {
				if name := r.step(); name != "" {
					succeeded[name]++
				}
				r.check()
			}
		})
		t.Logf("moves that succeeded: %v; who was let in came by %v", succeeded, came)
		if len(succeeded) < len(moves)*2/3 || len(came) < 4 {
			t.Error("too little was tried")
		}
	})
}

// step makes one move, and answers which one where it succeeded.
func (r *relations) step() string {
	by := rapid.SampledFrom(r.somePeople()).Draw(r.T, "who")
	in := by.home
	switch rapid.IntRange(0, 7).Draw(r.T, "where") {
	case 0: // wherever that is
		in = r.somePlace()
	case 1, 2, 3, 4, 5, 6: // where they may do something, if there is such a place
		if able := r.able(); len(able) > 0 {
			p := rapid.SampledFrom(able).Draw(r.T, "who and where")
			by, in = p.who, p.in
		}
	}
	name := rapid.SampledFrom(slices.Sorted(maps.Keys(moves))).Draw(r.T, "move")
	m := moves[name](r, by, in)
	if m.method == "" {
		return ""
	}
	before, held := r.potential(), r.heldBy(by, in)
	a := r.call(by, in, m.method, m.path, m.body)
	what := fmt.Sprintf("%s by %#v in %#v (%s %s %v)", name, by, in, m.method, m.path, m.body)
	r.Logf("%s: %d", what, a.Code)
	if a.Code != http.StatusOK {
		return ""
	}
	if held&need(m.needs) == 0 {
		r.Fatalf("%s succeeded without %s: they hold %v", what, m.needs, held)
	}
	m.done(a)
	for at, now := range r.potential() {
		was, there := before[at]
		gained := now &^ was
		if !there || gained == 0 {
			continue // a tenant that has been made, with its people
		}
		if own := before[pair{by, at.in}]; gained&^own != 0 && (held != everything || !in.looksAfter(at.in) && in != at.in) {
			r.Fatalf("%s: %#v gains in %#v, without that who did it held it: %v", what, at.who, at.in, gained&^own)
		}
	}
	return name
}

// need is a right in the namespace of people and relations. Those that the test
// does not tell apart are as good as their siblings: every role that it binds
// has all of an object's or none but reading.
func need(p iam.Permission) rights {
	object, _, _ := strings.Cut(string(p), ".")
	return right(iam.Permission(object+".update"), iam.NamespaceSystem)
}

// heldBy are the rights of somebody in a tenant, none where they are not let in.
func (r *relations) heldBy(u *person, in *place) rights {
	held, _, _ := r.reach(u, in, false)
	return held
}

// able lists who may write more than objects, and where.
func (r *relations) able() (all []pair) {
	for _, u := range r.people {
		for _, p := range r.places {
			if !p.gone && r.heldBy(u, p)&right(iam.GroupsUpdate, iam.NamespaceSystem) != 0 {
				all = append(all, pair{u, p})
			}
		}
	}
	return all
}

// pair is somebody in a tenant.
type pair struct {
	who *person
	in  *place
}

// potential is what everybody could come to have in each tenant without anything
// being given to them, by the enabling of what is disabled.
func (r *relations) potential() map[pair]rights {
	all := map[pair]rights{}
	for _, u := range r.people {
		for _, p := range r.places {
			if !u.home.gone && !p.gone {
				all[pair{u, p}], _, _ = r.reach(u, p, true)
			}
		}
	}
	return all
}

// check holds the program to the world.
func (r *relations) check() {
	r.checkRights()
	r.checkStates()
	r.checkUse()
}

func (r *relations) checkRights() {
	for i, u := range r.people {
		for j, p := range r.places {
			if !p.gone {
				r.checkPerson(u, p, (i+j)%2 == 0)
			}
		}
	}
}

// probes are calls of which it is asked whether somebody may make them.
var probes = []struct {
	method, path string
	needs        iam.Permission
	in           string
}{
	{"GET", "/api/web/namespaces/shared/contacts", iam.ObjectsRead, iam.NamespaceShared},
	{"POST", "/api/web/namespaces/shared/contacts", iam.ObjectsCreate, iam.NamespaceShared},
	{"GET", "/api/web/namespaces/default/contacts", iam.ObjectsRead, "others"},
	{"POST", "/api/web/namespaces/system/contacts", iam.ObjectsCreate, iam.NamespaceSystem},
	{"GET", "/api/web/custom/namespaces/system/user_roles", iam.UsersRead, iam.NamespaceSystem},
	{"PUT", "/api/web/custom/namespaces/system/user_roles", iam.UsersUpdate, iam.NamespaceSystem},
	{"PUT", "/api/web/custom/namespaces/system/user_groups/alpha", iam.GroupsUpdate, iam.NamespaceSystem},
	{"GET", "/api/web/namespaces/system/managed_tenants_list", iam.DelegationsRead, iam.NamespaceSystem},
	{"PUT", "/api/web/namespaces/system/managed_tenants/any", iam.DelegationsUpdate, iam.NamespaceSystem},
	{"DELETE", "/api/web/namespaces/system/child_tenants/any", iam.TenantsDelete, iam.NamespaceSystem},
}

var question = func() any {
	var items []any
	for _, p := range probes {
		items = append(items, object{"method": p.method, "path": p.path})
	}
	return object{"namespace": iam.NamespaceShared, "access_control_type": "ALL", "item_lists": []any{object{"list_id": "all", "items": items}}}
}()

// checkPerson asks what somebody may do in a tenant, as a rule by prefix, or
// by the tenant's own host name.
func (r *relations) checkPerson(u *person, in *place, byHost bool) {
	want, how, ok := r.reach(u, in, false)
	const path = systemPath + "evaluate-api-access"
	var code int
	var body []byte
	if byHost {
		a := r.do(u, in.tenant.Code+".gatehouse.test", http.MethodPost, path, question)
		code, body = a.Code, a.Body.Bytes()
	} else {
		a := r.call(u, in, http.MethodPost, path, question)
		code, body = a.Code, a.Body.Bytes()
	}
	who := fmt.Sprintf("%#v in %#v (by host: %v, wanted: %q)", u, in, byHost, how)
	if !ok {
		if code != http.StatusNotFound && code != http.StatusUnauthorized {
			r.Fatalf("%s is let in: %d %s", who, code, body)
		}
		return
	}
	r.came[how]++
	var answer struct {
		Lists []struct {
			Items []struct {
				Result bool `json:"result"`
			} `json:"items"`
		} `json:"item_lists"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || code != http.StatusOK || len(answer.Lists) != 1 || len(answer.Lists[0].Items) != len(probes) {
		r.Fatalf("%s is not let in: %d %s", who, code, body)
	}
	for i, p := range probes {
		may := want&right(p.needs, p.in) != 0 && !(in.withheld && strings.HasPrefix(string(p.needs), "objects."))
		if got := answer.Lists[0].Items[i].Result; got != may {
			r.Fatalf("%s may %s %s: %v, want %v; they hold %v", who, p.method, p.path, got, may, want)
		}
	}
}

// statusOf is how the dialect tells a state.
var statusOf = map[iam.RelationState]string{iam.RelationPending: "PENDING", iam.RelationActive: "ACTIVE", iam.RelationUnknown: "UNKNOWN",
	iam.RelationManagedDisabled: "MANAGED_TENANT_DISABLED", iam.RelationManagerDisabled: "ORIGINAL_TENANT_DISABLED"}

// checkStates reads every half of a delegation, of which the other half has to
// say the same.
func (r *relations) checkStates() {
	told := func(p *place, plural string, h *half, want iam.RelationState) {
		if !p.active() {
			return // there is nobody who could ask
		}
		if got := member(r.look(p, plural+"/"+h.name), "spec.status"); got != statusOf[want] {
			r.Fatalf("%s of %s, which is about %s, says %q, want %q", plural, p.tenant.Code, h.other.tenant.Code, got, statusOf[want])
		}
	}
	for _, p := range r.places {
		if p.gone {
			continue
		}
		for _, h := range p.managed {
			want := state(p, h.other)
			told(p, "managed_tenants", h, want)
			if got, err := r.s.Tenancy.RelationState(r.Context(), p.tenant.ID, h.other.tenant.ID); err != nil || got != want {
				r.Fatalf("the state of %s managing %s is %q, %v, want %q", p.tenant.Code, h.other.tenant.Code, got, err, want)
			}
		}
		for _, h := range p.allowed {
			told(p, "allowed_tenants", h, state(h.other, p))
		}
	}
}

// checkUse lets somebody read and write in a tenant that is not their home, and
// looks at what has come of it, there and elsewhere.
func (r *relations) checkUse() {
	u, in := rapid.SampledFrom(r.somePeople()).Draw(r.T, "user"), r.somePlace()
	if u.home == in {
		return
	}
	held := r.heldBy(u, in)
	if in.withheld {
		held = 0
	}
	r.made++
	name := fmt.Sprintf("c%d", r.made)
	contact := object{"metadata": object{"name": name}, "spec": object{"city": "Seoul"}}
	const path = "/api/web/namespaces/shared/contacts"
	if code := r.call(u, in, http.MethodPost, path, contact).Code; (code == http.StatusOK) != (held&right(iam.ObjectsCreate, iam.NamespaceShared) != 0) {
		r.Fatalf("%s writes in %s: %d; they hold %v", u.user.Username, in.tenant.Code, code, held)
	} else if code == http.StatusOK {
		events, err := r.s.Audit.Events(r.Context(), iam.System(in.tenant.ID, "test"), audit.Filter{Actor: u.user.ID}, iam.Page{Limit: 1})
		r.must(err)
		if _, how, _ := r.reach(u, in, false); len(events.Items) != 1 || events.Items[0].Name != name || events.Items[0].Details["home_tenant"] != string(u.home.tenant.ID) ||
			events.Items[0].Details["home_tenant_code"] != u.home.tenant.Code || events.Items[0].Details["reach"] != string(how) {
			r.Fatalf("the trail of %s says %+v, want %s of %s by %q", in.tenant.Code, events.Items, u.user.Username, u.home.tenant.Code, how)
		}
		for _, p := range r.places {
			if p != in && p.active() && r.do(p.watch, "gatehouse.test", http.MethodGet, path+"/"+name, nil).Code == http.StatusOK {
				r.Fatalf("what was written in %s is in %s", in.tenant.Code, p.tenant.Code)
			}
		}
	}
	a := r.call(u, in, http.MethodGet, path, nil)
	if (a.Code == http.StatusOK) != (held&right(iam.ObjectsRead, iam.NamespaceShared) != 0) {
		r.Fatalf("%s reads in %s: %d; they hold %v", u.user.Username, in.tenant.Code, a.Code, held)
	}
}
