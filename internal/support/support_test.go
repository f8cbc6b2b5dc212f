package support_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/support"
)

// TestStates walks tickets through their life, each with the side that does
// something, what it does, why it is refused, and the status that is left.
func TestStates(t *testing.T) {
	w := newWorld(t, apptest.SQLite(t))
	ctx := w.t.Context()
	for _, walk := range [][]struct {
		side, verb string
		refused    iam.Reason
		left       support.Status
	}{
		{{"their", "comment", "", "new"}, {"our", "comment", "", "open"}, {"our", "comment", "", "open"}, {"their", "comment", "", "open"},
			{"their", "close", "", "closed"}, {"their", "comment", iam.ReasonNotOpen, "closed"}, {"our", "comment", iam.ReasonNotOpen, "closed"},
			{"our", "priority", iam.ReasonNotOpen, "closed"}, {"our", "escalate", iam.ReasonNotOpen, "closed"},
			{"our", "close", iam.ReasonNotOpen, "closed"}, {"our", "reopen", "", "open"}, {"their", "reopen", iam.ReasonNotClosed, "open"}},
		{{"their", "priority", "", "new"}, {"their", "reopen", iam.ReasonNotClosed, "new"}, {"our", "close", "", "closed"}},
		{{"their", "escalate", "", "new"}, {"our", "escalate", iam.ReasonNotEligible, "new"}, {"our", "comment", "", "open"},
			{"our", "close", "", "closed"}, {"their", "reopen", "", "open"}, {"their", "escalate", iam.ReasonNotEligible, "open"}},
	} {
		k := w.open(w.child, "walk")
		for i, step := range walk {
			by, of := w.child.Actor(), iam.LinkKind("")
			if step.side == "our" {
				by, of = w.desk.Actor(), iam.LinkChild
			}
			before, trail := w.ticket(k), len(w.events(w.child.Tenant))
			var err error
			switch step.verb {
			case "comment":
				err = w.Support.Comment(ctx, by, of, string(k.ID), support.NewComment{Text: "word"})
			case "priority":
				err = w.Support.SetPriority(ctx, by, of, string(k.ID), support.PriorityHigh)
			case "escalate":
				err = w.Support.Escalate(ctx, by, of, string(k.ID))
			case "close":
				err = w.Support.Close(ctx, by, of, string(k.ID))
			case "reopen":
				err = w.Support.Reopen(ctx, by, of, string(k.ID))
			}
			after := w.ticket(k)
			if refused(err) != step.refused || after.Status != step.left {
				w.t.Fatalf("step %d, %s %s: %v, and the ticket is %s", i, step.side, step.verb, err, after.Status)
			}
			if step.refused != "" {
				if diff := cmp.Diff(before, after); diff != "" || len(w.events(w.child.Tenant)) != trail || !iam.Is(err, iam.Precondition) {
					w.t.Errorf("step %d was refused with %v, and changed (-before +after):\n%s", i, err, diff)
				}
				continue
			}
			if e := w.events(w.child.Tenant)[0]; e.Action != "ticket."+step.verb || e.ObjectID != string(k.ID) || e.Details["status"] != string(step.left) {
				w.t.Errorf("step %d left the event %+v", i, e)
			}
			if comment := step.verb == "comment"; comment != (len(after.Comments) == len(before.Comments)+1) {
				w.t.Errorf("step %d: %d comments, before %d", i, len(after.Comments), len(before.Comments))
			}
			if step.verb == "escalate" && (!after.Escalated || after.Priority != support.PriorityUrgent) {
				w.t.Errorf("step %d: escalated %t, priority %s", i, after.Escalated, after.Priority)
			}
		}
	}
}

// TestEscalationNeedsThePlan of the tenant that the ticket is of, whoever asks.
func TestEscalationNeedsThePlan(t *testing.T) {
	w := newWorld(t, apptest.SQLite(t))
	ctx := w.t.Context()
	k := w.open(w.child, "slow")
	for plan, want := range map[string]iam.Reason{"FREE": iam.ReasonNotEligible, "INDIVIDUAL": iam.ReasonNotEligible} {
		w.ok(w.Tenancy.SetPlan(ctx, iam.System("", "test"), w.child.Tenant.ID, iam.Plan{Type: plan}))
		if err := w.Support.Escalate(ctx, w.desk.Actor(), iam.LinkChild, string(k.ID)); refused(err) != want {
			w.t.Errorf("on plan %s: %v", plan, err)
		}
	}
	w.ok(w.Tenancy.SetPlan(ctx, iam.System("", "test"), w.child.Tenant.ID, iam.Plan{Type: "TEAM"}))
	w.ok(w.Tenancy.SetPlan(ctx, iam.System("", "test"), w.desk.Tenant.ID, iam.Plan{Type: "FREE"}))
	w.ok(w.Support.Escalate(ctx, w.desk.Actor(), iam.LinkChild, string(k.ID)))
}

// TestDesks: every operation finds the tickets of one's own tenant and of those
// that it looks after in the way that is asked for, and no others.
func TestDesks(t *testing.T) {
	each(t, func(w *world) {
		own, below, managed, strange := w.open(w.desk, "own"), w.open(w.child, "below"), w.open(w.customer, "managed"), w.open(w.stranger, "strange")
		all := []support.Ticket{own, below, managed, strange}
		reaches := func(who apptest.Member, of iam.LinkKind, want ...support.Ticket) {
			w.t.Helper()
			found, err := w.Support.Tickets(w.t.Context(), who.Actor(), of)
			w.ok(err)
			if len(found) != len(want) {
				w.t.Errorf("%s by %q lists %d tickets, want %d", who.Tenant.Code, of, len(found), len(want))
			}
			for _, k := range all {
				may := slices.ContainsFunc(want, func(x support.Ticket) bool { return x.ID == k.ID })
				if listed := slices.ContainsFunc(found, func(x support.Ticket) bool { return x.ID == k.ID && x.TenantCode == k.TenantCode }); listed != may {
					w.t.Errorf("%s by %q lists ticket %s: %t", who.Tenant.Code, of, k.Subject, listed)
				}
				for verb, err := range w.everything(who, of, k) {
					if got := refused(err) != iam.ReasonNoTicket; got != may || !may && !iam.Is(err, iam.NotFound) {
						w.t.Errorf("%s by %q: %s of ticket %s: %v", who.Tenant.Code, of, verb, k.Subject, err)
					}
				}
			}
		}
		reaches(w.desk, "", own)
		reaches(w.desk, iam.LinkChild, own, below)
		reaches(w.desk, iam.LinkManaged, own, managed)
		for _, of := range []iam.LinkKind{"", iam.LinkChild, iam.LinkManaged} { // none of this works upwards, or sideways
			reaches(w.child, of, below)
			reaches(w.customer, of, managed)
			reaches(w.stranger, of, strange)
		}

		// With the relation all of it ends, at once, and comes back with it.
		for _, half := range []struct {
			of apptest.Member
			k  iam.LinkKind
		}{{w.desk, iam.LinkManaged}, {w.customer, iam.LinkAllowed}} {
			w.disable(half.of, half.k, true)
			reaches(w.desk, iam.LinkManaged, own)
			w.disable(half.of, half.k, false)
			reaches(w.desk, iam.LinkManaged, own, managed)
		}
		for _, m := range []apptest.Member{w.child, w.customer} {
			tenant, err := w.Tenancy.ByCode(w.t.Context(), m.Tenant.Code)
			w.ok(err)
			tenant.Own, tenant.State = iam.TenantDisabled, iam.TenantDisabled
			w.ok(w.Store.UpdateTenant(w.t.Context(), tenant.ID, tenant))
		}
		reaches(w.desk, iam.LinkChild, own)
		reaches(w.desk, iam.LinkManaged, own)
	})
}

// TestTrail: what is done to a ticket of another tenant is in the trail of that
// tenant, with where whoever did it is at home and why they could.
func TestTrail(t *testing.T) {
	w := newWorld(t, apptest.SQLite(t))
	below, managed := w.open(w.child, "below"), w.open(w.customer, "managed")
	for k, reach := range map[*support.Ticket]iam.Reach{&below: iam.ReachTree, &managed: iam.ReachDelegation} {
		of := map[iam.Reach]iam.LinkKind{iam.ReachTree: iam.LinkChild, iam.ReachDelegation: iam.LinkManaged}[reach]
		w.ok(w.comment(w.desk, of, *k, "we are here"))
		e := w.events(iam.Tenant{ID: k.Tenant})[0]
		want := map[string]string{"home_tenant": string(w.desk.Tenant.ID), "home_tenant_code": "desk", "reach": string(reach),
			"status": "open", "priority": "normal"}
		if diff := cmp.Diff(want, e.Details); diff != "" || e.ActorID != w.desk.User.ID {
			w.t.Errorf("the event of %s (-want +got):\n%s", e.ActorName, diff)
		}
		d := w.ticket(*k)
		last := d.Comments[len(d.Comments)-1]
		if want := (support.Author{User: w.desk.User.ID, Home: w.desk.Tenant.ID, Name: "admin", Email: "desk@example.com"}); last.Author != want {
			w.t.Errorf("the author is %+v, want %+v", last.Author, want)
		}
	}
}

// everything does all that can be done with a ticket, and answers what came of
// each.
func (w *world) everything(who apptest.Member, of iam.LinkKind, k support.Ticket) map[string]error {
	ctx, by, id := w.t.Context(), who.Actor(), string(k.ID)
	_, get := w.Support.Ticket(ctx, by, of, id)
	_, file := w.Support.Attachment(ctx, by, of, id, w.Env().NewID(), w.Env().NewID())
	return map[string]error{"get": get, "attachment": file, "comment": w.comment(who, of, k, "word"),
		"priority": w.Support.SetPriority(ctx, by, of, id, support.PriorityHigh), "escalate": w.Support.Escalate(ctx, by, of, id),
		"close": w.Support.Close(ctx, by, of, id), "reopen": w.Support.Reopen(ctx, by, of, id)}
}

// TestPlaceOfATicket: one is opened in a tenant that is looked after where the
// caller names it, and nothing is told of any other.
func TestPlaceOfATicket(t *testing.T) {
	w := newWorld(t, apptest.SQLite(t))
	create := func(of iam.LinkKind, tenant string) (support.Ticket, error) {
		return w.Support.Create(w.t.Context(), w.desk.Actor(), of, support.NewTicket{Content: support.Content{Subject: "for " + tenant,
			RelatesTo: []support.Ref{{Name: "something"}, {Tenant: tenant}}}})
	}
	for _, c := range []struct {
		of     iam.LinkKind
		tenant string
		want   iam.Tenant
	}{
		{iam.LinkChild, "child", w.child.Tenant}, {iam.LinkChild, string(w.child.Tenant.ID), w.child.Tenant},
		{iam.LinkManaged, "customer", w.customer.Tenant}, {iam.LinkManaged, "desk", w.desk.Tenant},
		{iam.LinkChild, string(w.desk.Tenant.ID), w.desk.Tenant}, {iam.LinkChild, "", w.desk.Tenant},
	} {
		k, err := create(c.of, c.tenant)
		w.ok(err)
		if k.Tenant != c.want.ID || k.TenantCode != c.want.Code || k.Author.Home != w.desk.Tenant.ID || k.Status != support.StatusNew {
			w.t.Errorf("for %q: %+v", c.tenant, k)
		}
		if e := w.events(c.want)[0]; e.Action != "ticket.create" || e.ObjectID != string(k.ID) || (e.Details["reach"] == "") != (c.want.Code == "desk") {
			w.t.Errorf("for %q the event is %+v", c.tenant, e)
		}
	}
	var told []string
	for _, c := range []struct {
		of     iam.LinkKind
		tenant string
	}{{iam.LinkManaged, "child"}, {iam.LinkChild, "customer"}, {iam.LinkManaged, "stranger"}, {iam.LinkManaged, string(w.stranger.Tenant.ID)},
		{iam.LinkManaged, "nobody"}, {"", "child"}} {
		_, err := create(c.of, c.tenant)
		if !iam.Is(err, iam.Invalid) {
			w.t.Errorf("by %q for %s: %v", c.of, c.tenant, err)
			continue
		}
		told = append(told, err.Error())
	}
	if slices.Sort(told); len(slices.Compact(told)) != 1 {
		w.t.Errorf("refusals differ: %v", told)
	}
}

// TestFollowups: a ticket knows those that follow it up.
func TestFollowups(t *testing.T) {
	w := newWorld(t, apptest.SQLite(t))
	ctx := w.t.Context()
	first, strange := w.open(w.child, "first"), w.open(w.desk, "of another tenant")
	follow := func(r support.Ref) (support.Ticket, error) {
		return w.Support.Create(ctx, w.child.Actor(), "", support.NewTicket{Content: support.Content{Subject: "again", RelatesTo: []support.Ref{r}}})
	}
	var want []iam.TicketID
	for _, r := range []support.Ref{{Kind: "customer_support", Name: string(first.ID)}, {Kind: "customer_support", UID: string(first.ID)}} {
		k, err := follow(r)
		w.ok(err)
		want = append(want, k.ID)
	}
	if d := w.ticket(first); !slices.Equal(d.Followups, want) {
		w.t.Errorf("followed up by %v, want %v", d.Followups, want)
	}
	for _, id := range []iam.TicketID{"", "nothing", strange.ID} {
		if _, err := follow(support.Ref{Kind: "customer_support", Name: string(id)}); !iam.Is(err, iam.Invalid) {
			w.t.Errorf("follows up %q: %v", id, err)
		}
	}
	if _, err := follow(support.Ref{Kind: "http_loadbalancer", Name: "front"}); err != nil {
		w.t.Errorf("relates to something else: %v", err)
	}
}

func TestRules(t *testing.T) {
	w := newWorld(t, apptest.SQLite(t))
	long := func(n int) string { return strings.Repeat("가", n) }
	good := support.NewTicket{Content: support.Content{Subject: "s"}}
	for field, change := range map[string]func(*support.NewTicket){
		"subject":              func(n *support.NewTicket) { n.Subject = " " },
		"subject ":             func(n *support.NewTicket) { n.Subject = long(256) },
		"subject  ":            func(n *support.NewTicket) { n.Subject = "a\r\nBcc: b@example.com" },
		"description":          func(n *support.NewTicket) { n.Content.Description = long(64<<10 + 1) },
		"description ":         func(n *support.NewTicket) { n.Content.Description = "a\x1bb" },
		"category":             func(n *support.NewTicket) { n.Category = long(256) },
		"timeline":             func(n *support.NewTicket) { n.Timeline = "a\x00" },
		"product_data":         func(n *support.NewTicket) { n.ProductData = "\x7f" },
		"priority":             func(n *support.NewTicket) { n.Priority = "low" },
		"name":                 func(n *support.NewTicket) { n.Name = "Not A Label" },
		"labels":               func(n *support.NewTicket) { n.Labels = map[string]string{"a b": ""} },
		"annotations":          func(n *support.NewTicket) { n.Annotations = map[string]string{"a": ""} },
		"metadata_description": func(n *support.NewTicket) { n.Metadata.Description = "\a" },
		"relates_to":           func(n *support.NewTicket) { n.RelatesTo = make([]support.Ref, 33) },
		"relates_to[1].name":   func(n *support.NewTicket) { n.RelatesTo = []support.Ref{{}, {Name: "a\u202e"}} },
		"comments":             func(n *support.NewTicket) { n.Comments = make([]support.NewComment, 11) },
		"comments[0].text":     func(n *support.NewTicket) { n.Comments = []support.NewComment{{}} },
		"comments[0].attachments": func(n *support.NewTicket) {
			n.Comments = []support.NewComment{{Attachments: make([]support.NewAttachment, 11)}}
		},
		"comments[0].attachments[0].filename": func(n *support.NewTicket) {
			n.Comments = []support.NewComment{{Attachments: []support.NewAttachment{{"", []byte("a")}}}}
		},
	} {
		n := good
		change(&n)
		_, err := w.Support.Create(t.Context(), w.child.Actor(), "", n)
		if want := "[" + strings.TrimSpace(field) + ": "; !iam.Is(err, iam.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", field, err)
		}
	}
	k := w.open(w.child, "s")
	for _, p := range []support.Priority{"", "low"} {
		if err := w.Support.SetPriority(t.Context(), w.child.Actor(), "", string(k.ID), p); !iam.Is(err, iam.Invalid) {
			t.Errorf("priority %q: %v", p, err)
		}
	}
	if err := w.comment(w.child, "", k, ""); !iam.Is(err, iam.Invalid) {
		t.Errorf("an empty comment: %v", err)
	}
	if err := w.Support.Comment(t.Context(), w.child.Actor(), "", string(k.ID), support.NewComment{
		Attachments: []support.NewAttachment{{Filename: "a.txt", Content: []byte("a")}}}); err != nil {
		t.Errorf("a comment that is a file: %v", err)
	}
	if n := len(w.ticket(k).Comments); n != 1 {
		t.Errorf("%d comments, want 1", n)
	}
}

// TestAllAtOnce: comments that come at the same time are all kept.
func TestAllAtOnce(t *testing.T) {
	each(t, func(w *world) {
		k := w.open(w.child, "busy")
		var all sync.WaitGroup
		for i := range 6 {
			all.Go(func() {
				if err := w.comment(w.desk, iam.LinkChild, k, fmt.Sprint(i)); err != nil {
					w.t.Error(err)
				}
			})
		}
		all.Wait()
		if d := w.ticket(k); len(d.Comments) != 6 || d.Version != 7 {
			w.t.Errorf("%d comments, version %d", len(d.Comments), d.Version)
		}
	})
}
