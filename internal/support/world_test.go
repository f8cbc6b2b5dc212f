package support_test

import (
	"errors"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
	"github.com/gatehouse-id/gatehouse/internal/support"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// world is a server with a tenant that looks after two others, one below it and
// one that it manages, and with a stranger; each has an administrator.
type world struct {
	*apptest.Server
	t                               *testing.T
	desk, child, customer, stranger apptest.Member
	halves                          map[iam.LinkKind]object.Record // of the delegation
}

// each runs a test on both engines.
func each(t *testing.T, test func(w *world)) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) { test(newWorld(t, s)) })
}

func newWorld(t *testing.T, s *apptest.Server) *world {
	t.Helper()
	w := &world{Server: s, t: t, desk: s.NewTenant(t, "desk"), customer: s.NewTenant(t, "customer"), stranger: s.NewTenant(t, "stranger"),
		halves: map[iam.LinkKind]object.Record{}}
	below, err := s.Tenancy.CreateTenant(t.Context(), iam.System("", "test"), w.desk.Tenant.ID, tenancy.NewTenant{Code: "child"})
	w.ok(err)
	w.child = s.NewMember(t, below, "admin", access.RoleAdmin)
	for _, m := range []apptest.Member{w.desk, w.child, w.customer, w.stranger} {
		address := m.Tenant.Code + "@example.com"
		w.update(m, directory.UserChange{Email: &address})
	}
	w.link(w.desk, iam.LinkManaged, w.customer)
	w.link(w.customer, iam.LinkAllowed, w.desk)
	return w
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// update changes a user.
func (w *world) update(m apptest.Member, ch directory.UserChange) {
	w.t.Helper()
	_, err := w.Directory.UpdateUser(w.t.Context(), iam.System(m.Tenant.ID, "test"), directory.UserKey{ID: m.User.ID}, ch)
	w.ok(err)
}

// link makes a half of a relation to another tenant.
func (w *world) link(of apptest.Member, k iam.LinkKind, to apptest.Member) {
	w.t.Helper()
	now := w.Env().Time()
	r := object.Record{Metadata: object.Metadata{Namespace: iam.NamespaceSystem, Name: to.Tenant.Code}, ID: iam.ObjectID(w.Env().NewID()),
		Kind: string(k) + "_tenant", Spec: []byte("{}"), Created: now, Updated: now, Version: 1,
		Link: &iam.Link{Kind: k, Other: to.Tenant.ID, OtherCode: to.Tenant.Code}}
	w.ok(w.Store.InsertObject(w.t.Context(), of.Tenant.ID, r, nil, nil))
	w.halves[k] = r
}

// disable disables a half of the delegation, or enables it again.
func (w *world) disable(of apptest.Member, k iam.LinkKind, disabled bool) {
	w.t.Helper()
	r := w.halves[k]
	r.Disabled = disabled
	w.ok(w.Store.UpdateObject(w.t.Context(), of.Tenant.ID, r, nil, nil))
	r.Version++
	w.halves[k] = r
}

// open opens a ticket of somebody's own tenant.
func (w *world) open(by apptest.Member, subject string) support.Ticket {
	w.t.Helper()
	k, err := w.Support.Create(w.t.Context(), by.Actor(), "", support.NewTicket{Content: support.Content{Subject: subject}})
	w.ok(err)
	return k
}

// ticket answers a ticket as its own tenant has it.
func (w *world) ticket(k support.Ticket) support.Detail {
	w.t.Helper()
	d, err := w.Support.Ticket(w.t.Context(), iam.System(k.Tenant, "test"), "", string(k.ID))
	w.ok(err)
	return d
}

func (w *world) comment(by apptest.Member, of iam.LinkKind, k support.Ticket, text string) error {
	return w.Support.Comment(w.t.Context(), by.Actor(), of, string(k.ID), support.NewComment{Text: text})
}

// events answers the trail of a tenant about tickets, latest first.
func (w *world) events(t iam.Tenant) []iam.Event {
	w.t.Helper()
	l, err := w.Store.Events(w.t.Context(), t.ID, audit.Filter{Object: "ticket"}, iam.Page{})
	w.ok(err)
	return l.Items
}

// refused answers why something was, or kept from being seen; empty: it was not.
func refused(err error) iam.Reason {
	if e, ok := errors.AsType[*iam.Error](err); ok {
		return e.Code
	}
	if err != nil {
		return iam.Reason(err.Error())
	}
	return ""
}
