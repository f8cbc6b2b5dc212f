package object

import (
	"context"
	"strconv"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// viewRef names an object, or a group, of one's own tenant in namespace
// "system". Stored, it says so in full.
type viewRef struct {
	Name      string `json:"name" rule:"message.required=true;string.max_bytes=128;string.min_bytes=1"`
	Namespace string `json:"namespace" rule:"string.max_bytes=64"`
	Tenant    string `json:"tenant" rule:"string.max_bytes=64"`
}

// kindUserGroup is that of references to groups, which are kept elsewhere.
const kindUserGroup = "user_group"

// linking turns what a spec says by name into a Link, references, and names for
// the trail.
type linking struct {
	relating
	s   *Service
	by  iam.Actor
	own iam.Tenant
	// wanted are references to groups, in the order of the assignments that
	// they are for.
	wanted []wantedGroup
}

type wantedGroup struct {
	name, path string // in the words of callers
	assignment iam.Assignment
}

func (s *Service) linking(ctx context.Context, by iam.Actor) (*linking, error) {
	own, err := s.Tenants.Tenant(ctx, by)
	return &linking{s: s, by: by, own: own}, err
}

// refer notes a reference in a member of the spec, and writes it out in full.
// Invalid: it is to another tenant, or another namespace.
func (l *linking) refer(kind, pointer string, r *viewRef) error {
	path := dotted(pointer)
	if r.Namespace != "" && r.Namespace != iam.NamespaceSystem {
		return invalid(path+".namespace", iam.ReasonFormat, "be absent, or "+strconv.Quote(iam.NamespaceSystem)+",")
	}
	if r.Tenant != "" && r.Tenant != l.own.Code && r.Tenant != string(l.own.ID) {
		return invalid(path+".tenant", iam.ReasonFormat, "be absent, or one's own tenant,")
	}
	r.Namespace, r.Tenant = iam.NamespaceSystem, l.own.Code
	l.refs = append(l.refs, Reference{Path: pointer, Target: Target{Kind: kind, Namespace: r.Namespace, Name: r.Name}})
	return nil
}

// object notes a reference to an object, which must be there. A nil one is none.
func (l *linking) object(ctx context.Context, kind, pointer string, r *viewRef) (Record, error) {
	if r == nil {
		return Record{}, nil
	}
	if err := l.refer(kind, pointer, r); err != nil {
		return Record{}, err
	}
	found, err := l.s.Store.Object(ctx, l.by.Tenant, kind, iam.NamespaceSystem, r.Name)
	if iam.Is(err, iam.NotFound) {
		err = invalid(dotted(pointer)+".name", iam.ReasonFormat, "name a "+kind+" that there is")
	}
	return found, err
}

// group notes an assignment to a group, which assignments looks for.
func (l *linking) group(pointer string, r *viewRef, a iam.Assignment) error {
	if r == nil {
		return invalid(dotted(pointer), iam.ReasonRequired, "be not nil, got nil")
	}
	if err := l.refer(kindUserGroup, pointer, r); err != nil {
		return err
	}
	l.wanted = append(l.wanted, wantedGroup{r.Name, dotted(pointer) + ".name", a})
	return nil
}

// assignments answers what was noted, with the groups of one's own tenant that
// it is for. Invalid: one is not there.
func (l *linking) assignments(ctx context.Context) ([]iam.Assignment, error) {
	if len(l.wanted) == 0 {
		return nil, nil
	}
	names := make([]string, len(l.wanted))
	for i, w := range l.wanted {
		names[i] = w.name
	}
	found, err := l.s.Store.GroupsNamed(ctx, l.by.Tenant, names)
	if err != nil {
		return nil, err
	}
	byName := make(map[string]iam.GroupID, len(found))
	l.groups = make(map[iam.GroupID]string, len(found))
	for _, g := range found {
		byName[iam.Fold(g.Name)], l.groups[g.ID] = g.ID, g.Name
	}
	all := make([]iam.Assignment, len(l.wanted))
	for i, w := range l.wanted {
		id, ok := byName[iam.Fold(w.name)]
		if !ok {
			return nil, invalid(w.path, iam.ReasonFormat, "name a user group that there is")
		}
		all[i] = w.assignment
		all[i].Group = id
	}
	return all, nil
}

// other answers the link to another tenant, which a caller names by code or id.
// While the name is that of before, it is the tenant of before, whoever has the
// code by now. Invalid: there is none, or it is one's own.
func (l *linking) other(ctx context.Context, k iam.LinkKind, name, before string, old *Record) (*iam.Link, error) {
	if old != nil && name == before {
		link, err := l.s.Store.Link(ctx, l.by.Tenant, old.ID)
		if !iam.Is(err, iam.NotFound) {
			return &iam.Link{Kind: k, Other: link.Other, OtherCode: link.OtherCode}, err
		}
	}
	t, err := l.s.Tenants.KnownTenant(ctx, name)
	switch {
	case iam.Is(err, iam.NotFound):
		return nil, invalid("spec.tenant_id", iam.ReasonFormat, "name a tenant that there is")
	case err != nil:
		return nil, err
	case t.ID == l.by.Tenant:
		return nil, invalid("spec.tenant_id", iam.ReasonSelf, "name another tenant than one's own")
	}
	return &iam.Link{Kind: k, Other: t.ID, OtherCode: t.Code}, nil
}

// tellLink puts into a record that is to go to what other tenant it was linked,
// for its event: nobody is assigned anything any more.
func (s *Service) tellLink(ctx context.Context, t iam.TenantID, r *Record) error {
	link, err := s.Store.Link(ctx, t, r.ID)
	if iam.Is(err, iam.NotFound) {
		return nil
	}
	link.Assignments = nil
	r.Link = &link
	return err
}

// relationStatus is the state of a relation in the vendor's words.
type relationStatus string

// Names implements message.Enum.
func (relationStatus) Names() []string {
	return []string{"UNKNOWN", "NOT_APPLICABLE", "PENDING", "ACTIVE", "MANAGED_TENANT_DISABLED", "ORIGINAL_TENANT_DISABLED"}
}

// relationStatusOf is how a relation stands, as relationStanding has it.
func relationStatusOf(standing string) relationStatus {
	switch iam.RelationState(standing) {
	case iam.RelationPending:
		return "PENDING"
	case iam.RelationActive:
		return "ACTIVE"
	case iam.RelationManagedDisabled:
		return "MANAGED_TENANT_DISABLED"
	case iam.RelationManagerDisabled:
		return "ORIGINAL_TENANT_DISABLED"
	case iam.RelationUnknown:
		return "UNKNOWN"
	}
	return "NOT_APPLICABLE"
}

// relationStanding answers the RelationState of the tenants that objects link
// to, nothing of an object without.
func (s *Service) relationStanding(ctx context.Context, t iam.TenantID, of []Record) (map[iam.ObjectID]string, error) {
	all := make(map[iam.ObjectID]string, len(of))
	for _, r := range of {
		link, err := s.Store.Link(ctx, t, r.ID)
		if iam.Is(err, iam.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		manager, managed := t, link.Other
		if link.Kind == iam.LinkAllowed {
			manager, managed = managed, manager
		}
		state, err := s.Tenants.RelationState(ctx, manager, managed)
		if err != nil {
			return nil, err
		}
		all[r.ID] = string(state)
	}
	return all, nil
}

// relationCondition tells of a relation as a condition of the object.
func relationCondition(r Record, standing string) Condition {
	c := Condition{Status: StatusSuccess, Updated: r.Updated}
	switch iam.RelationState(standing) {
	case iam.RelationPending:
		c.Status, c.Reason = StatusIncomplete, "the other tenant has not said so yet"
	case iam.RelationManagedDisabled:
		c.Status, c.Reason = StatusDisabled, "the managed tenant is not active"
	case iam.RelationManagerDisabled:
		c.Status, c.Reason = StatusDisabled, "the managing tenant is not active"
	case iam.RelationUnknown:
		c.Status, c.Reason = StatusFailed, "the other tenant is not there any more"
	}
	return c
}
