package audit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// world is a store of three tenants below one another, "top", "mid" and "low",
// and of two others, "msp" and "alt", with their trails. Each has the groups
// "a" and "b". A second passes with each change.
type world struct {
	heap
	now     time.Time
	tenants map[iam.TenantID]*iam.Tenant
	halves  map[iam.TenantID][]Half
	support map[iam.TenantID]iam.SupportAccess
	events  map[iam.TenantID][]iam.Event
	gone    map[iam.GroupID]bool // ids do not come again
}

func newWorld() *world {
	w := &world{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), tenants: map[iam.TenantID]*iam.Tenant{},
		halves: map[iam.TenantID][]Half{}, support: map[iam.TenantID]iam.SupportAccess{}, events: map[iam.TenantID][]iam.Event{}, gone: map[iam.GroupID]bool{}}
	for _, t := range []iam.Tenant{{ID: "top"}, {ID: "mid", Parent: "top"}, {ID: "low", Parent: "mid"}, {ID: "msp"}, {ID: "alt"}} {
		t.Code, t.Own = string(t.ID), iam.TenantActive
		w.tenants[t.ID] = &t
	}
	return w
}

func (w *world) Tenant(_ context.Context, t iam.TenantID) (iam.Tenant, error) {
	if found := w.tenants[t]; found != nil {
		return *found, nil
	}
	return iam.Tenant{}, iam.ErrNotFound("tenant", string(t))
}

func (w *world) Above(_ context.Context, t iam.TenantID) (above []iam.TenantID, err error) {
	for p := w.tenants[t].Parent; p != ""; p = w.tenants[p].Parent {
		above = append(above, p)
	}
	return above, nil
}

func (w *world) Standing(_ context.Context, t iam.TenantID, k iam.LinkKind, other iam.TenantID) (found []Half, err error) {
	for _, h := range w.halves[t] {
		if h.Kind == k && (other == "" || h.Other == other) {
			found = append(found, h)
		}
	}
	return found, nil
}

func (w *world) SupportAccess(_ context.Context, t iam.TenantID) (iam.SupportAccess, error) {
	return w.support[t], nil
}

func (w *world) Events(_ context.Context, t iam.TenantID, f Filter, _ iam.Page) (l iam.List[iam.Event], err error) {
	for _, e := range slices.Backward(w.events[t]) {
		if (f.Object == "" || f.Object == e.Object) && (f.ObjectID == "" || f.ObjectID == e.ObjectID) && (f.Action == "" || f.Action == e.Action) &&
			(f.Other == "" || e.Details[iam.DetailOther] == string(f.Other)) {
			l.Items = append(l.Items, e)
		}
	}
	return l, nil
}

func (w *world) note(t iam.TenantID, what, verb, id string, details map[string]string) {
	w.now = w.now.Add(time.Second)
	w.events[t] = append(w.events[t], iam.Event{At: w.now, ActorName: "sora", Action: what + "." + verb, Object: what, ObjectID: id, Details: details})
}

// put makes or replaces a half.
func (w *world) put(t iam.TenantID, h Half) {
	h.Groups = map[iam.GroupID]string{}
	for _, a := range h.Assignments {
		h.Groups[a.Group] = strings.TrimPrefix(string(a.Group), string(t)+"/")
	}
	verb := "create"
	if i := slices.IndexFunc(w.halves[t], func(o Half) bool { return o.Object == h.Object }); i >= 0 {
		verb = "update"
		w.halves[t] = slices.Delete(w.halves[t], i, i+1)
	}
	w.halves[t] = append(w.halves[t], h)
	w.note(t, objects[h.Kind], verb, string(h.Object), h.Details())
}

func (w *world) drop(t iam.TenantID, id iam.ObjectID) {
	i := slices.IndexFunc(w.halves[t], func(o Half) bool { return o.Object == id })
	if i < 0 {
		return
	}
	h := w.halves[t][i]
	h.Assignments = nil
	w.halves[t] = slices.Delete(w.halves[t], i, i+1)
	w.note(t, objects[h.Kind], "delete", string(id), h.Details())
}

// dropGroup ends a group with what it was assigned.
func (w *world) dropGroup(t iam.TenantID, g iam.GroupID) {
	for i := range w.halves[t] {
		w.halves[t][i].Assignments = slices.DeleteFunc(slices.Clone(w.halves[t][i].Assignments), func(a iam.Assignment) bool { return a.Group == g })
	}
	if w.gone[g] {
		return
	}
	w.gone[g] = true
	w.note(t, "group", "delete", string(g), nil)
}

func (w *world) setState(t iam.TenantID, s iam.TenantState) {
	if w.tenants[t].Own == s {
		return
	}
	w.tenants[t].Own = s
	w.note(t, "tenant", "set", string(t), map[string]string{iam.DetailState: string(s)})
}

func (w *world) setSupport(t iam.TenantID, a iam.SupportAccess) {
	w.support[t] = a
	w.note(t, "support-access", "update", string(t), a.Details())
}

// told are accesses as lines, in order.
func told(all []Access) []string {
	lines := make([]string, len(all))
	for i, a := range all {
		lines[i] = strings.TrimRight(fmt.Sprintf("%s %s/%s %v %t %s %v", a.Relation, a.Tenant.Name, a.Group.Name, a.Groups, a.Owner, a.Support.Mode, a.Via), " ")
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

func (w *world) history(t *rapid.T, id iam.TenantID, f HistoryFilter) []Access {
	all, err := (&Service{store: w}).History(t.Context(), iam.Actor{Tenant: id}, f)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (w *world) present(t *rapid.T, id iam.TenantID) []string {
	all, err := (&folder{store: w}).access(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return told(all)
}

// TestHistory makes random changes to random relations. At any time in the past
// the history has what was present then; where the beginning of the trail has
// been retired it still has nothing that was not, and all that is present now.
func TestHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		ids := []iam.TenantID{"top", "mid", "low", "msp", "alt"}
		assignments := func(t *rapid.T, of iam.TenantID, owners bool) (all []iam.Assignment) {
			for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b"}), 0, 2, rapid.ID[string]).Draw(t, "groups") {
				a := iam.Assignment{Group: iam.GroupID(string(of) + "/" + name), Owner: owners && rapid.IntRange(0, 3).Draw(t, "owner") == 0}
				if w.gone[a.Group] {
					continue
				}
				if !a.Owner {
					a.Theirs = rapid.SampledFrom([][]string{{"a"}, {"b"}, {"A", "b"}}).Draw(t, "theirs")
				}
				all = append(all, a)
			}
			return all
		}
		type moment struct {
			at      time.Time
			present map[iam.TenantID][]string
		}
		var past []moment
		for range rapid.IntRange(1, 25).Draw(t, "changes") {
			disabled := rapid.IntRange(0, 4).Draw(t, "disabled") == 0
			half := func(object iam.ObjectID, l iam.Link) Half {
				return Half{Object: object, Told: iam.Told{Link: l, Disabled: disabled}}
			}
			pair := rapid.SampledFrom([][2]iam.TenantID{{"top", "mid"}, {"mid", "low"}}).Draw(t, "pair")
			msp := rapid.SampledFrom([]iam.TenantID{"msp", "alt"}).Draw(t, "msp")
			switch rapid.IntRange(0, 8).Draw(t, "change") {
			case 0:
				w.put(pair[0], half("child", iam.Link{Kind: iam.LinkChild, Other: pair[1], OtherCode: string(pair[1]),
					Manager: rapid.SampledFrom([]iam.ObjectID{"", "m1", "m2"}).Draw(t, "manager")}))
			case 1, 2:
				w.put(pair[0], half(rapid.SampledFrom([]iam.ObjectID{"m1", "m2"}).Draw(t, "manager"),
					iam.Link{Kind: iam.LinkManager, Assignments: assignments(t, pair[0], true)}))
			case 3:
				w.put(msp, half("managed", iam.Link{Kind: iam.LinkManaged, Other: rapid.SampledFrom([]iam.TenantID{"low", "mid"}).Draw(t, "managed"),
					Assignments: assignments(t, msp, false)}))
			case 4:
				var allowed []iam.Assignment
				for _, a := range assignments(t, "low", false) {
					allowed = append(allowed, iam.Assignment{Group: a.Group})
				}
				w.put("low", half(iam.ObjectID("allow-"+msp), iam.Link{Kind: iam.LinkAllowed, Other: msp, Assignments: allowed}))
			case 5:
				id := rapid.SampledFrom(ids).Draw(t, "of")
				w.drop(id, rapid.SampledFrom([]iam.ObjectID{"m1", "m2", "managed", "allow-msp", "allow-alt"}).Draw(t, "object"))
			case 6:
				id := rapid.SampledFrom(ids).Draw(t, "of")
				w.setState(id, rapid.SampledFrom([]iam.TenantState{iam.TenantActive, iam.TenantActive, iam.TenantDisabled}).Draw(t, "state"))
			case 7:
				id := rapid.SampledFrom(ids).Draw(t, "of")
				w.dropGroup(id, iam.GroupID(string(id)+"/"+rapid.SampledFrom([]string{"a", "b"}).Draw(t, "group")))
			case 8:
				w.setSupport("low", iam.SupportAccess{Disabled: disabled,
					Mode: rapid.SampledFrom([]iam.SupportMode{iam.SupportNone, iam.SupportRead, iam.SupportWrite}).Draw(t, "mode")})
			}
			m := moment{w.now, map[iam.TenantID][]string{}}
			for _, id := range ids {
				m.present[id] = w.present(t, id)
			}
			past = append(past, m)
		}
		for _, id := range ids {
			all := w.history(t, id, HistoryFilter{})
			for i, a := range all {
				if !a.To.IsZero() && !a.From.Before(a.To) {
					t.Errorf("%+v holds never", a)
				}
				if i > 0 && all[i-1].From.Before(a.From) {
					t.Errorf("%v is told before %v", all[i-1].From, a.From)
				}
			}
			for _, m := range past {
				at := told(w.history(t, id, HistoryFilter{From: m.at, To: m.at.Add(time.Microsecond)}))
				if d := cmp.Diff(m.present[id], at); d != "" {
					t.Fatalf("in %s at %v (-was +told):\n%s", id, m.at, d)
				}
			}
		}

		// What is old goes.
		old := rapid.SampledFrom(past).Draw(t, "retired until").at
		for id := range w.events {
			w.events[id] = slices.DeleteFunc(w.events[id], func(e iam.Event) bool { return e.At.Before(old) })
		}
		for _, id := range ids {
			for i, m := range past {
				at := told(w.history(t, id, HistoryFilter{From: m.at, To: m.at.Add(time.Microsecond)}))
				if i == len(past)-1 {
					if d := cmp.Diff(m.present[id], at); d != "" {
						t.Fatalf("in %s now, of what is left (-is +told):\n%s", id, d)
					}
				}
				if m.at.Before(old) {
					continue // what holds with no event is told as if it always had
				}
				for _, line := range at {
					if !slices.Contains(m.present[id], line) {
						t.Fatalf("in %s at %v there was no %s", id, m.at, line)
					}
				}
			}
		}
	})
}

// GroupsNamed has "ops" alone.
func (w *world) GroupsNamed(_ context.Context, _ iam.TenantID, names []string) ([]iam.Ref[iam.GroupID], error) {
	if has(names, "ops") {
		return []iam.Ref[iam.GroupID]{{ID: "ops", Name: "Ops"}}, nil
	}
	return nil, nil
}

// TestPresent: groups that are not there give nobody anything.
func TestPresent(t *testing.T) {
	w := newWorld()
	w.put("mid", Half{Object: "child", Told: iam.Told{Link: iam.Link{Kind: iam.LinkChild, Other: "low", Manager: "m"}}})
	w.put("mid", Half{Object: "m", Told: iam.Told{Link: iam.Link{Kind: iam.LinkManager, Assignments: []iam.Assignment{
		{Group: "mid/a", Theirs: []string{"none", "ops"}}, {Group: "mid/b", Theirs: []string{"none"}}, {Group: "mid/c", Owner: true}}}}})
	w.setSupport("low", iam.SupportAccess{Mode: iam.SupportRead})
	all, err := (&Service{store: w}).Present(t.Context(), iam.Actor{Tenant: "low"})
	want := []string{"support / [] false read []", "tree mid/a [Ops] false  []", "tree mid/c [] true  []"}
	if d := cmp.Diff(want, told(all)); err != nil || d != "" {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
}

// TestTenantGone: of what a tenant that is gone gave its people, the half of the
// other one still tells.
func TestTenantGone(t *testing.T) {
	w := newWorld()
	w.put("low", Half{Object: "allow", Told: iam.Told{Link: iam.Link{Kind: iam.LinkAllowed, Other: "msp", OtherCode: "msp",
		Assignments: []iam.Assignment{{Group: "low/a"}}}}})
	from := w.now
	delete(w.tenants, "msp")
	w.drop("low", "allow")
	all, err := (&Service{store: w}).History(t.Context(), iam.Actor{Tenant: "low"}, HistoryFilter{})
	want := []Access{{Relation: iam.ReachDelegation, Tenant: iam.Ref[iam.TenantID]{ID: "msp", Name: "msp"}, Groups: []string{"a"},
		From: from, To: w.now, By: "sora", Gone: true}}
	if d := cmp.Diff(want, all); err != nil || d != "" {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
}

// TestJoined: a relation that is changed in something else has not ended.
func TestJoined(t *testing.T) {
	w := newWorld()
	w.put("mid", Half{Object: "child", Told: iam.Told{Link: iam.Link{Kind: iam.LinkChild, Other: "low", Manager: "m"}}})
	one := iam.Assignment{Group: "mid/a", Theirs: []string{"a"}}
	w.put("mid", Half{Object: "m", Told: iam.Told{Link: iam.Link{Kind: iam.LinkManager, Assignments: []iam.Assignment{one}}}})
	from := w.now
	w.put("mid", Half{Object: "m", Told: iam.Told{Link: iam.Link{Kind: iam.LinkManager,
		Assignments: []iam.Assignment{one, {Group: "mid/b", Theirs: []string{"b"}}}}}})
	w.drop("mid", "m")
	all, err := (&Service{store: w}).History(t.Context(), iam.Actor{Tenant: "low"}, HistoryFilter{})
	if err != nil || len(all) != 2 || all[1].Group.ID != "mid/a" || !all[1].From.Equal(from) || !all[1].To.Equal(w.now) {
		t.Errorf("%+v, %v", all, err)
	}
}
