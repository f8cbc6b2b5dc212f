package storagetest

import (
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/support"
)

// ticketLeaks are of methods about tickets. Two tenants that are nothing to one
// another see nothing of each other's, in whatever way they look.
var ticketLeaks = map[string]func(*leak){
	"InsertTicket": func(l *leak) {
		k, c := l.b.tickets.ticket, l.b.tickets.comment
		k.Key = "" // the ids are b's too; they do not meet
		l.ok(l.store.InsertTicket(l.ctx(), l.a.tenant.ID, k, []support.Comment{c}, l.aTicketJob(k)))
		cs, err := l.store.Comments(l.ctx(), l.a.tenant.ID, k.ID)
		l.ok(err)
		same(l.fixture, cs, []support.Comment{withoutContent(c)})
	},
	"UpdateTicket": func(l *leak) {
		c := l.aComment("of a")
		l.missed(l.store.UpdateTicket(l.ctx(), l.a.tenant.ID, l.b.tickets.ticket, &c, l.aTicketJob(l.b.tickets.ticket)))
	},
	"Ticket": func(l *leak) {
		for _, of := range desks {
			_, err := l.store.Ticket(l.ctx(), l.a.tenant.ID, of, l.b.tickets.ticket.ID)
			l.missed(err)
		}
	},
	"Tickets": func(l *leak) {
		for _, of := range desks {
			found, err := l.store.Tickets(l.ctx(), l.a.tenant.ID, of, iam.Page{Total: true})
			mine(l, found.Items, err, func(k support.Ticket) string { return string(k.ID) }, string(l.b.tickets.ticket.ID))
			same(l.fixture, found.Total, 1)
		}
	},
	"OpenTickets": func(l *leak) {
		n, err := l.store.OpenTickets(l.ctx(), l.a.tenant.ID)
		l.ok(err)
		same(l.fixture, n, 1)
	},
	"KeyedTicket": func(l *leak) {
		k, err := l.store.KeyedTicket(l.ctx(), l.a.tenant.ID, ticketKey)
		l.ok(err)
		same(l.fixture, k.ID, l.a.tickets.ticket.ID)
	},
	"Comments": func(l *leak) {
		cs, err := l.store.Comments(l.ctx(), l.a.tenant.ID, l.b.tickets.ticket.ID)
		none(l, cs, err)
	},
	"Followups": func(l *leak) {
		k := l.aTicket("of a")
		k.Follows = l.b.tickets.ticket.ID
		l.ok(l.store.InsertTicket(l.ctx(), l.a.tenant.ID, k, nil, l.aTicketJob(k)))
		ids, err := l.store.Followups(l.ctx(), l.b.tenant.ID, l.b.tickets.ticket.ID)
		none(l, ids, err)
	},
	"Attachment": func(l *leak) {
		c := l.b.tickets.comment
		_, err := l.store.Attachment(l.ctx(), l.a.tenant.ID, l.b.tickets.ticket.ID, c.ID, c.Attachments[0].ID)
		l.missed(err)
	},
	"LookedAfter": func(l *leak) {
		for _, of := range desks {
			_, err := l.store.LookedAfter(l.ctx(), l.a.tenant.ID, of, l.b.tenant.Code)
			l.missed(err)
		}
	},
	"Managers": func(l *leak) { // b has both halves, to others
		ids, err := l.store.Managers(l.ctx(), l.a.tenant.ID)
		none(l, ids, err)
	},
	"Person": func(l *leak) {
		_, err := l.store.Person(l.ctx(), l.a.tenant.ID, l.b.user.ID)
		l.missed(err)
	},
}

// desks are the ways of looking at tickets.
var desks = []iam.LinkKind{"", iam.LinkChild, iam.LinkManaged}
