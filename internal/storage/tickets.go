package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/support"
)

// ticketFacts is what the column facts holds.
type ticketFacts struct {
	Name        string            `json:"name,omitempty"`
	Note        string            `json:"note,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Type        string            `json:"type,omitempty"`
	Topic       string            `json:"topic,omitempty"`
	Service     string            `json:"service,omitempty"`
	Category    string            `json:"category,omitempty"`
	Timeline    string            `json:"timeline,omitempty"`
	ProductData string            `json:"product_data,omitempty"`
	Ongoing     bool              `json:"ongoing,omitempty"`
	RelatesTo   []ticketRef       `json:"relates_to,omitempty"`
}

type ticketRef struct {
	Kind      string `json:"kind,omitempty"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name,omitempty"`
	UID       string `json:"uid,omitempty"`
	Tenant    string `json:"tenant,omitempty"`
}

func factsOf(k support.Ticket) ticketFacts {
	f := ticketFacts{Name: k.Name, Note: k.Metadata.Description, Labels: k.Labels, Annotations: k.Annotations, Type: k.Type, Topic: k.Topic,
		Service: k.Service, Category: k.Category, Timeline: k.Timeline, ProductData: k.ProductData, Ongoing: k.Ongoing}
	for _, r := range k.RelatesTo {
		f.RelatesTo = append(f.RelatesTo, ticketRef(r))
	}
	return f
}

// into puts the facts into a ticket.
func (f ticketFacts) into(k *support.Ticket) {
	k.Metadata = support.Metadata{Name: f.Name, Description: f.Note, Labels: f.Labels, Annotations: f.Annotations}
	k.Type, k.Topic, k.Service, k.Category = f.Type, f.Topic, f.Service, f.Category
	k.Timeline, k.ProductData, k.Ongoing = f.Timeline, f.ProductData, f.Ongoing
	for _, r := range f.RelatesTo {
		k.RelatesTo = append(k.RelatesTo, support.Ref(r))
	}
}

const (
	insertTicket = `INSERT INTO tickets (tenant_id, ticket_id, subject, description, facts, priority, status, escalated, author_id,
		author_name, author_email, home_id, follows, open_key, created_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1)`
	updateTicket = `UPDATE tickets SET priority = $1, status = $2, escalated = $3, open_key = $4, updated_at = $5, version = version + 1
		WHERE tenant_id = $6 AND ticket_id = $7 AND version = $8`
	ticketVersion = `SELECT version FROM tickets WHERE tenant_id = $1 AND ticket_id = $2`
)

// openKey is the key of a ticket as a column: NULL for none.
func openKey(key string) any {
	if key == "" {
		return nil
	}
	return key
}

// InsertTicket implements support.Store.
func (s *Store) InsertTicket(ctx context.Context, t iam.TenantID, k support.Ticket, comments []support.Comment, j iam.Job, events ...iam.Event) (err error) {
	defer s.wrap(&err, "InsertTicket(%s, %s)", t, k.ID)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		_, err := x.exec(ctx, insertTicket, t, k.ID, k.Subject, k.Content.Description, encodeJSON(factsOf(k)), k.Priority, k.Status, k.Escalated,
			k.Author.User, k.Author.Name, k.Author.Email, k.Author.Home, k.Follows, openKey(k.Key), k.Created, k.Updated)
		if err != nil {
			return x.refers("tenant", string(t), x.unique("ticket", k.Key, err))
		}
		for _, c := range comments {
			if err := x.insertComment(ctx, k.ID, c); err != nil {
				return err
			}
		}
		return x.told(ctx, j, events)
	})
}

// told writes the job that tells of a change, and its events.
func (x *call) told(ctx context.Context, j iam.Job, events []iam.Event) error {
	if err := x.insertJob(ctx, j); err != nil {
		return err
	}
	return x.note(ctx, events)
}

// UpdateTicket implements support.Store.
func (s *Store) UpdateTicket(ctx context.Context, t iam.TenantID, k support.Ticket, c *support.Comment, j iam.Job, events ...iam.Event) (err error) {
	defer s.wrap(&err, "UpdateTicket(%s, %s)", t, k.ID)
	if err := checkID("ticket", k.ID); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		n, err := x.exec(ctx, updateTicket, k.Priority, k.Status, k.Escalated, openKey(k.Key), k.Updated, t, k.ID, k.Version)
		if err := x.versioned(ctx, n, err, "ticket", string(k.ID), ticketVersion, t, k.ID); err != nil {
			return err
		}
		if c != nil {
			if err := x.anotherComment(ctx, k.ID, *c); err != nil {
				return err
			}
		}
		return x.told(ctx, j, events)
	})
}

// lookedAfter are the tenants that another one looks after now, by how it does.
// from has its id as the one argument, and ends in a WHERE clause; id is the
// column of theirs.
var lookedAfter = map[iam.LinkKind]struct{ from, id string }{
	iam.LinkChild: {`tenants n WHERE n.parent_id = ? AND n.state = 'active'`, "n.tenant_id"},
	iam.LinkManaged: {`tenant_links l JOIN tenant_links a ON a.tenant_id = l.other_id AND a.kind = 'allowed' AND a.other_id = l.tenant_id
		JOIN tenants n ON n.tenant_id = a.tenant_id
		WHERE l.tenant_id = ? AND l.kind = 'managed' AND NOT l.disabled AND NOT a.disabled AND n.state = 'active'`, "n.tenant_id"},
}

const ticketColumns = `p.tenant_id, o.code, p.ticket_id, p.subject, p.description, p.facts, p.priority, p.status, p.escalated, p.author_id,
	p.author_name, p.author_email, p.home_id, p.follows, COALESCE(p.open_key, ''), p.created_at, p.updated_at, p.version`

const readTickets = `SELECT ` + ticketColumns + ` FROM tickets p JOIN tenants o ON o.tenant_id = p.tenant_id WHERE `

func scanTicket(row scanner) (k support.Ticket, err error) {
	var facts ticketFacts
	err = row.Scan(&k.Tenant, &k.TenantCode, &k.ID, &k.Subject, &k.Content.Description, jsonTo[ticketFacts]{&facts}, &k.Priority, &k.Status,
		&k.Escalated, &k.Author.User, &k.Author.Name, &k.Author.Email, &k.Author.Home, &k.Follows, &k.Key, to(&k.Created), to(&k.Updated),
		&k.Version)
	facts.into(&k)
	return k, err
}

// Ticket implements support.Store. It looks everywhere, but answers nothing of
// a tenant that is not looked after.
func (s *Store) Ticket(ctx context.Context, t iam.TenantID, of iam.LinkKind, id iam.TicketID) (k support.Ticket, err error) {
	defer s.wrap(&err, "Ticket(%s, %q, %s)", t, of, id)
	if err := checkID("tenant", t); err != nil {
		return k, err
	}
	if err := checkID("ticket", id); err != nil {
		return k, err
	}
	where := &filter{}
	where.and("p.ticket_id = ?", id)
	if after, ok := lookedAfter[of]; ok {
		where.and("(p.tenant_id = ? OR EXISTS (SELECT 1 FROM "+after.from+" AND "+after.id+" = p.tenant_id))", t, t)
	} else {
		where.and("p.tenant_id = ?", t)
	}
	err = s.readIn(ctx, Everywhere, func(ctx context.Context, x *call) error {
		k, err = scanTicket(x.row(ctx, readTickets+where.where.String(), where.args...))
		return found("ticket", string(id), err)
	})
	return k, err
}

var tickets = listing[support.Ticket]{
	table:   "tickets",
	columns: ticketColumns,
	joins:   " JOIN tenants o ON o.tenant_id = p.tenant_id",
	id:      "ticket_id",
	idOf:    func(k support.Ticket) string { return string(k.ID) },
	sorts: map[string]ordering[support.Ticket]{
		"created": {column: "created_at", time: func(k support.Ticket) time.Time { return k.Created }},
	},
	sort: "created", latest: true,
	scan: scanTicket,
}

// Tickets implements support.Store. It looks everywhere, as Ticket does.
func (s *Store) Tickets(ctx context.Context, t iam.TenantID, of iam.LinkKind, p iam.Page) (l iam.List[support.Ticket], err error) {
	defer s.wrap(&err, "Tickets(%s, %q)", t, of)
	if err := checkID("tenant", t); err != nil {
		return l, err
	}
	where := &filter{}
	if after, ok := lookedAfter[of]; ok {
		where.and("tenant_id IN (SELECT m.tenant_id FROM tenants m WHERE m.tenant_id = ? UNION ALL SELECT "+after.id+" FROM "+after.from+")", t, t)
	} else {
		where.and("tenant_id = ?", t)
	}
	err = s.readIn(ctx, Everywhere, func(ctx context.Context, x *call) error {
		l, err = tickets.list(ctx, x, where, p)
		return err
	})
	return l, err
}

const (
	countOpenTickets = `SELECT COUNT(*) FROM tickets WHERE tenant_id = $1 AND ` + ticketIsOpen
	readFollowups    = `SELECT ticket_id FROM tickets WHERE tenant_id = $1 AND follows = $2 AND follows <> '' ORDER BY created_at, ticket_id`
)

// OpenTickets implements support.Store.
func (s *Store) OpenTickets(ctx context.Context, t iam.TenantID) (n int, err error) {
	defer s.wrap(&err, "OpenTickets(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		return x.row(ctx, countOpenTickets, t).Scan(&n)
	})
	return n, err
}

// KeyedTicket implements support.Store.
func (s *Store) KeyedTicket(ctx context.Context, t iam.TenantID, key string) (k support.Ticket, err error) {
	defer s.wrap(&err, "KeyedTicket(%s, %s)", t, key)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		k, err = scanTicket(x.row(ctx, readTickets+"p.tenant_id = $1 AND p.open_key = $2", t, key))
		return found("ticket", key, err)
	})
	return k, err
}

// Followups implements support.Store.
func (s *Store) Followups(ctx context.Context, t iam.TenantID, id iam.TicketID) (ids []iam.TicketID, err error) {
	defer s.wrap(&err, "Followups(%s, %s)", t, id)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		ids, err = all(ctx, x, scanOne[iam.TicketID], readFollowups, t, id)
		return err
	})
	return ids, err
}
