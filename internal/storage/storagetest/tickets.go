package storagetest

import (
	"time"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/support"
)

// ticketPopulation is what populateTickets makes.
type ticketPopulation struct {
	ticket  support.Ticket
	comment support.Comment
}

// ticketKey is the key of a ticket of every population.
const ticketKey = "subscribe:an-addon"

// populateTickets makes a ticket with a comment and a file.
func (f *fixture) populateTickets(u iam.User) (w ticketPopulation) {
	f.Helper()
	w.ticket = f.aTicket("Nothing loads")
	w.ticket.Key = ticketKey
	w.ticket.Author.User = u.ID
	w.comment = f.aComment("See the file", "a.txt")
	f.ok(f.store.InsertTicket(f.ctx(), f.tenant.ID, w.ticket, []support.Comment{w.comment}, f.aTicketJob(w.ticket)))
	return w
}

func (f *fixture) aTicket(subject string) support.Ticket {
	now := f.env.Time()
	return support.Ticket{ID: iam.TicketID(f.env.NewID()), Tenant: f.tenant.ID, TenantCode: f.tenant.Code,
		Metadata: support.Metadata{Name: "one", Description: "Mine", Labels: map[string]string{"team": "a"}, Annotations: map[string]string{"b": "c"}},
		Content: support.Content{Subject: subject, Description: "연결할 수 없음\n", Type: "task", Topic: "topic", Service: "cdn", Category: "web",
			Timeline: "now", ProductData: "v1", Ongoing: true, Priority: support.PriorityNormal,
			RelatesTo: []support.Ref{{Kind: "route", Namespace: "shop", Name: "front", UID: "1", Tenant: "acme"}}},
		Status: support.StatusNew, Created: now, Updated: now, Version: 1,
		Author: support.Author{User: iam.UserID(f.env.NewID()), Home: f.tenant.ID, Name: "Kim", Email: "kim@example.com"}}
}

func (f *fixture) aComment(text string, files ...string) support.Comment {
	c := support.Comment{ID: iam.CommentID(f.env.NewID()), Text: text, Created: f.env.Time(),
		Author: support.Author{User: iam.UserID(f.env.NewID()), Home: f.tenant.ID, Name: "Lee", Email: "lee@example.com"}}
	for _, name := range files {
		c.Attachments = append(c.Attachments, support.Attachment{ID: f.env.NewID(), Filename: name, ContentType: "text/plain", Size: 3,
			Content: []byte{0, 1, 255}})
	}
	return c
}

// aTicketJob answers the job that tells of a change of a ticket.
func (f *fixture) aTicketJob(k support.Ticket) iam.Job {
	now := f.env.Time()
	return iam.Job{ID: iam.JobID(f.env.NewID()), Kind: "ticket.mail", ObjectID: string(k.ID), Payload: []byte("{}"), Status: iam.JobPending,
		RunAt: now, Created: now, Updated: now}
}

func (f *fixture) newTicket(subject string) support.Ticket {
	f.Helper()
	k := f.aTicket(subject)
	f.ok(f.store.InsertTicket(f.ctx(), f.tenant.ID, k, nil, f.aTicketJob(k)))
	return k
}

// of does something in another tenant.
func (f *fixture) of(t iam.Tenant, do func()) {
	f.Helper()
	own := f.tenant
	f.tenant = t
	defer func() { f.tenant = own }()
	do()
}

// withoutContent is a comment as a list has it.
func withoutContent(c support.Comment) support.Comment {
	files := c.Attachments
	c.Attachments = nil
	for _, a := range files {
		a.Content = nil
		c.Attachments = append(c.Attachments, a)
	}
	return c
}

func testTickets(f *fixture) {
	k := f.aTicket("Nothing loads")
	first := f.aComment("See the file", "a.txt", "b.txt")
	e := f.event("ticket", "create")
	f.ok(f.store.InsertTicket(f.ctx(), f.tenant.ID, k, []support.Comment{first}, f.aTicketJob(k), e))
	f.logged(e)
	read := func(want support.Ticket) {
		f.Helper()
		got, err := f.store.Ticket(f.ctx(), f.tenant.ID, "", want.ID)
		f.ok(err)
		same(f, got, want)
	}
	read(k)
	for _, id := range []iam.TicketID{"", "no id", iam.TicketID(f.env.NewID())} {
		_, err := f.store.Ticket(f.ctx(), f.tenant.ID, "", id)
		f.fails(err, iam.NotFound)
		other := k
		other.ID = id
		f.fails(f.store.UpdateTicket(f.ctx(), f.tenant.ID, other, nil, f.aTicketJob(k)), iam.NotFound)
	}
	stray := f.aTicket("stray")
	f.fails(f.store.InsertTicket(f.ctx(), iam.TenantID(f.env.NewID()), stray, nil, f.aTicketJob(stray)), iam.NotFound)

	// Who writes what is not the last any more changes nothing, and says nothing.
	k.Status, k.Priority, k.Escalated, k.Updated = support.StatusOpen, support.PriorityUrgent, true, f.env.Time()
	second := f.aComment("Restarted")
	e = f.event("ticket", "comment")
	f.ok(f.store.UpdateTicket(f.ctx(), f.tenant.ID, k, &second, f.aTicketJob(k), e))
	f.logged(e)
	before := f.rowsOf(f.tenant.ID)
	late := f.aComment("Too late", "c.txt")
	f.fails(f.store.UpdateTicket(f.ctx(), f.tenant.ID, k, &late, f.aTicketJob(k), f.event("ticket", "comment")), iam.Conflict)
	same(f, f.rowsOf(f.tenant.ID), before)
	k.Version++
	read(k)
	cs, err := f.store.Comments(f.ctx(), f.tenant.ID, k.ID)
	f.ok(err)
	same(f, cs, []support.Comment{withoutContent(first), second})
	for _, id := range []iam.TicketID{"no id", iam.TicketID(f.env.NewID())} {
		cs, err := f.store.Comments(f.ctx(), f.tenant.ID, id)
		if len(cs) > 0 || err != nil && !iam.Is(err, iam.NotFound) {
			f.Errorf("comments of %q: %v, %v", id, cs, err)
		}
	}

	// A file is that of the ticket and of the comment that the caller names.
	file := first.Attachments[1]
	got, err := f.store.Attachment(f.ctx(), f.tenant.ID, k.ID, first.ID, file.ID)
	f.ok(err)
	same(f, got, file)
	other := f.newTicket("Another")
	for _, at := range []struct {
		k  iam.TicketID
		c  iam.CommentID
		id string
	}{{other.ID, first.ID, file.ID}, {k.ID, second.ID, file.ID}, {k.ID, first.ID, f.env.NewID()}, {"x", first.ID, file.ID}, {k.ID, "x", file.ID},
		{k.ID, first.ID, "x"}} {
		_, err := f.store.Attachment(f.ctx(), f.tenant.ID, at.k, at.c, at.id)
		f.fails(err, iam.NotFound)
	}

	follower := f.aTicket("Again")
	follower.Follows = k.ID
	f.ok(f.store.InsertTicket(f.ctx(), f.tenant.ID, follower, nil, f.aTicketJob(follower)))
	read(follower)
	for id, want := range map[iam.TicketID][]iam.TicketID{k.ID: {follower.ID}, follower.ID: nil, "": nil} {
		ids, err := f.store.Followups(f.ctx(), f.tenant.ID, id)
		f.ok(err)
		same(f, ids, want)
	}

	l, err := f.store.Tickets(f.ctx(), f.tenant.ID, "", iam.Page{Total: true})
	f.ok(err)
	same(f, l, iam.List[support.Ticket]{Items: []support.Ticket{follower, other, k}, Total: 3})
	walk(f, iam.Page{}, func(k support.Ticket) iam.TicketID { return k.ID }, func(p iam.Page) (iam.List[support.Ticket], error) {
		return f.store.Tickets(f.ctx(), f.tenant.ID, "", p)
	})
	f.settleAll()
}

// testTicketKeys: of two tickets with one key the second is refused while the
// first is not done. Without a key there may be any number.
func testTicketKeys(f *fixture) {
	open := func(want int) {
		f.Helper()
		n, err := f.store.OpenTickets(f.ctx(), f.tenant.ID)
		f.ok(err)
		same(f, n, want)
	}
	open(0)
	f.newTicket("without")
	f.newTicket("without")
	k := f.aTicket("first")
	k.Key = "subscribe:it"
	f.ok(f.store.InsertTicket(f.ctx(), f.tenant.ID, k, nil, f.aTicketJob(k)))
	open(3)
	twin := f.aTicket("twin")
	twin.Key = k.Key
	before := f.rowsOf(f.tenant.ID)
	f.fails(f.store.InsertTicket(f.ctx(), f.tenant.ID, twin, []support.Comment{f.aComment("me too")}, f.aTicketJob(twin)), iam.Exists)
	same(f, f.rowsOf(f.tenant.ID), before)
	got, err := f.store.KeyedTicket(f.ctx(), f.tenant.ID, k.Key)
	f.ok(err)
	same(f, got, k)
	k.Key, k.Status = "", support.StatusSolved
	f.ok(f.store.UpdateTicket(f.ctx(), f.tenant.ID, k, nil, f.aTicketJob(k)))
	open(2)
	for _, key := range []string{twin.Key, ""} {
		_, err = f.store.KeyedTicket(f.ctx(), f.tenant.ID, key)
		f.fails(err, iam.NotFound)
	}
	f.ok(f.store.InsertTicket(f.ctx(), f.tenant.ID, twin, nil, f.aTicketJob(twin)))
	open(3)
	f.settleAll()
}

// testTicketComments: there is an end to them.
func testTicketComments(f *fixture) {
	k := f.aTicket("long")
	var many []support.Comment
	for range support.MaxComments - 1 {
		many = append(many, f.aComment("and"))
	}
	f.ok(f.store.InsertTicket(f.ctx(), f.tenant.ID, k, many, f.aTicketJob(k)))
	last := f.aComment("last")
	f.ok(f.store.UpdateTicket(f.ctx(), f.tenant.ID, k, &last, f.aTicketJob(k)))
	k.Version++
	more := f.aComment("more")
	if e := f.failure(f.store.UpdateTicket(f.ctx(), f.tenant.ID, k, &more, f.aTicketJob(k)), iam.Precondition); e.Code != iam.ReasonLimit {
		f.Errorf("code %q", e.Code)
	}
	f.ok(f.store.UpdateTicket(f.ctx(), f.tenant.ID, k, nil, f.aTicketJob(k)))
	f.settleAll()
}

// testTicketDesks: who looks after a tenant sees its tickets, for as long as it
// does, and only in the way in which it does.
func testTicketDesks(f *fixture) {
	child, managed, stranger := f.newTenant(f.tenant.ID), f.newTenant(""), f.newTenant("")
	grandchild := f.newTenant(child.ID)
	tickets := map[string]support.Ticket{"own": f.newTicket("own")}
	for name, t := range map[string]iam.Tenant{"child": child, "managed": managed, "stranger": stranger, "grandchild": grandchild} {
		f.of(t, func() { tickets[name] = f.newTicket(name) })
	}
	names := []string{"own", "child", "managed", "stranger", "grandchild"}
	tenants := map[string]iam.Tenant{"own": f.tenant, "child": child, "managed": managed, "stranger": stranger, "grandchild": grandchild}
	sees := func(of iam.LinkKind, want ...string) {
		f.Helper()
		l, err := f.store.Tickets(f.ctx(), f.tenant.ID, of, iam.Page{Total: true})
		f.ok(err)
		same(f, l.Total, len(want))
		seen, wanted := map[iam.TicketID]string{}, map[iam.TicketID]string{}
		for _, k := range l.Items {
			seen[k.ID] = k.TenantCode
		}
		for _, name := range names {
			expected := false
			for _, w := range want {
				expected = expected || w == name
			}
			got, err := f.store.Ticket(f.ctx(), f.tenant.ID, of, tickets[name].ID)
			if expected {
				f.ok(err)
				same(f, got, tickets[name])
				wanted[got.ID] = tenants[name].Code
			} else {
				f.fails(err, iam.NotFound)
			}
			for _, key := range []string{string(tenants[name].ID), tenants[name].Code} {
				id, err := f.store.LookedAfter(f.ctx(), f.tenant.ID, of, key)
				if expected && name != "own" {
					f.ok(err)
					same(f, id, tenants[name].ID)
				} else {
					f.fails(err, iam.NotFound)
				}
			}
		}
		same(f, seen, wanted)
	}
	managers := func(t iam.Tenant, want ...iam.TenantID) {
		f.Helper()
		ids, err := f.store.Managers(f.ctx(), t.ID)
		f.ok(err)
		same(f, ids, want)
	}
	sees("", "own")
	sees(iam.LinkChild, "own", "child")
	sees(iam.LinkManaged, "own")
	managers(managed)

	// One half is none, whichever it is.
	half := f.newLink("customer", iam.Link{Kind: iam.LinkManaged, Other: managed.ID, OtherCode: managed.Code})
	f.newLink("stranger", iam.Link{Kind: iam.LinkManaged, Other: stranger.ID, OtherCode: stranger.Code})
	sees(iam.LinkManaged, "own")
	managers(managed)
	var back iam.ObjectID
	f.of(managed, func() {
		back = f.newLink("provider", iam.Link{Kind: iam.LinkAllowed, Other: tenants["own"].ID, OtherCode: "x"}).ID
	})
	f.of(child, func() {
		f.newLink("provider", iam.Link{Kind: iam.LinkAllowed, Other: tenants["own"].ID, OtherCode: "x"})
	})
	sees(iam.LinkManaged, "own", "managed")
	sees(iam.LinkChild, "own", "child")
	managers(managed, f.tenant.ID)
	managers(stranger)

	// A half that is disabled is none.
	half.Disabled = true
	f.ok(f.store.UpdateObject(f.ctx(), f.tenant.ID, half, nil, nil))
	sees(iam.LinkManaged, "own")
	managers(managed)
	half.Disabled, half.Version = false, half.Version+1
	f.ok(f.store.UpdateObject(f.ctx(), f.tenant.ID, half, nil, nil))
	sees(iam.LinkManaged, "own", "managed")

	// Nor is there anything of a tenant that is not active.
	for _, t := range []*iam.Tenant{&child, &managed} {
		t.Own, t.State = iam.TenantDisabled, iam.TenantDisabled
		f.ok(f.store.UpdateTenant(f.ctx(), t.ID, *t))
	}
	sees(iam.LinkChild, "own")
	sees(iam.LinkManaged, "own")
	for _, t := range []*iam.Tenant{&child, &managed} {
		t.Own, t.State, t.Version = iam.TenantActive, iam.TenantActive, t.Version+1
		f.ok(f.store.UpdateTenant(f.ctx(), t.ID, *t))
	}
	sees(iam.LinkChild, "own", "child")
	sees(iam.LinkManaged, "own", "managed")
	f.ok(f.store.DeleteObject(f.ctx(), managed.ID, back, false, nil))
	sees(iam.LinkManaged, "own")
	managers(managed)

	for _, key := range []string{"", "nobody", "no id", f.env.NewID()} {
		for _, of := range []iam.LinkKind{"", iam.LinkChild, iam.LinkManaged} {
			_, err := f.store.LookedAfter(f.ctx(), f.tenant.ID, of, key)
			f.fails(err, iam.NotFound)
		}
	}
	f.settleAll()
}

// testPeople: who writes, and is written to.
func testPeople(f *fixture) {
	u := f.aUser("kim")
	u.GivenName, u.FamilyName, u.Language = "Ada", "Kim", "ko"
	u, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u})
	f.ok(err)
	want := support.Person{Username: "kim", Name: "Ada Kim", Email: "kim@example.com", Language: "ko", State: iam.UserEnabled}
	got, err := f.store.Person(f.ctx(), f.tenant.ID, u.ID)
	f.ok(err)
	same(f, got, want)
	plain, shown := f.newUser("plain"), f.aUser("shown")
	shown.DisplayName, shown.GivenName = "Countess", "Ada"
	shown, err = f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: shown})
	f.ok(err)
	for id, name := range map[iam.UserID]string{plain.ID: "", shown.ID: "Countess"} {
		p, err := f.store.Person(f.ctx(), f.tenant.ID, id)
		f.ok(err)
		same(f, p.Name, name)
	}
	for _, id := range []iam.UserID{"", "no id", iam.UserID(f.env.NewID())} {
		_, err := f.store.Person(f.ctx(), f.tenant.ID, id)
		f.fails(err, iam.NotFound)
	}
}

// testTicketRace: of two who change a ticket at the same time one is told.
func testTicketRace(f *fixture) {
	k := f.newTicket("raced")
	const n = 8
	errs := make(chan error, n)
	for range n {
		go func() {
			c := f.aComment("me")
			errs <- f.store.UpdateTicket(f.ctx(), f.tenant.ID, k, &c, f.aTicketJob(k))
		}()
	}
	won := 0
	for range n {
		select {
		case err := <-errs:
			if err == nil {
				won++
			} else if !iam.Is(err, iam.Conflict) {
				f.Error(err)
			}
		case <-time.After(30 * time.Second):
			f.Fatal("a write hangs")
		}
	}
	same(f, won, 1)
	cs, err := f.store.Comments(f.ctx(), f.tenant.ID, k.ID)
	f.ok(err)
	same(f, len(cs), 1)
	f.settleAll()
}
