package directory

import (
	"context"
	"maps"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// GroupChange says what to change in a group; nil members stay. Attributes are
// merged; a nil value removes the attribute. Version 0 takes the group as it is.
type GroupChange struct {
	Name        *string
	Description *string
	Attributes  map[string]*string
	Members     *[]string     // all of them, by username
	MemberIDs   *[]iam.UserID // all of them, by id; Members are ignored then
	Join        []iam.UserID  // who joins and who leaves, where neither is given:
	Leave       []iam.UserID  // the others are not looked at, however many there are
	Bindings    *[]ScopedRole // all roles of the group
	Version     int64
	// Provisioning as for UserChange.
	Provisioning bool
}

// NewGroup is what a caller says of a group to be made.
type NewGroup struct {
	Name        string
	Description string
	Attributes  map[string]string
	Members     []string     // usernames
	MemberIDs   []iam.UserID // as for GroupChange
	Bindings    []ScopedRole
	// Provisioning as for UserChange.
	Provisioning bool
}

// Group answers one group. NotFound.
func (s *Service) Group(ctx context.Context, by iam.Actor, k GroupKey) (iam.Group, error) {
	return s.store.Group(ctx, by.Tenant, k)
}

// Groups lists groups.
func (s *Service) Groups(ctx context.Context, by iam.Actor, p iam.Page) (iam.List[iam.Group], error) {
	return s.store.Groups(ctx, by.Tenant, p)
}

// Members answers who is in groups, in any of the tenant when none is named, by
// group and username.
func (s *Service) Members(ctx context.Context, by iam.Actor, of ...iam.GroupID) ([]Membership, error) {
	return s.store.Members(ctx, by.Tenant, of...)
}

// CreateGroup makes a group. Invalid, also for a member or role that does not
// exist; NotFound: a scope does not; Exists: the name is taken; Denied: the
// group gives, or a member holds, a right that the actor lacks.
func (s *Service) CreateGroup(ctx context.Context, by iam.Actor, in NewGroup) (iam.Group, error) {
	now := s.env.Time()
	g := iam.Group{ID: iam.GroupID(s.env.NewID()), Handle: in.Name, Name: in.Name, Description: in.Description,
		Attributes: in.Attributes, Created: now, Updated: now, Version: 1}
	if err := checkGroup(g); err != nil {
		return iam.Group{}, err
	}
	w := GroupWrite{Group: g}
	var err error
	if w.Members, err = s.firstMembers(ctx, by, in); err != nil {
		return iam.Group{}, err
	}
	if w.Bindings, err = s.bindingsToWrite(ctx, by, iam.Binding{Group: g.ID}, nil, in.Bindings); err != nil {
		return iam.Group{}, err
	}
	e := s.env.Event(by, "group", "create", string(g.ID), g.Name)
	e.Details = iam.Merge(e.Details, w.changed())
	if w.Members != nil {
		e.Details = iam.Merge(e.Details, moved(*w.Members, nil))
	}
	return s.store.InsertGroup(ctx, by.Tenant, w, e)
}

// UpdateGroup changes a group. NotFound, also for a scope; Invalid, Exists,
// Conflict; Denied: the name or the members change, and the group gives a right
// that the actor lacks; or so does a role that it gains or loses; or somebody
// who joins or leaves holds one. Others add people to groups by name, so that
// who swaps two names gives rights away.
func (s *Service) UpdateGroup(ctx context.Context, by iam.Actor, k GroupKey, ch GroupChange) (iam.Group, error) {
	old, err := s.store.Group(ctx, by.Tenant, k)
	if err != nil {
		return iam.Group{}, err
	}
	g := old
	if ch.Version != 0 && ch.Version != g.Version {
		return iam.Group{}, iam.ErrStale("group", g.Name)
	}
	renamed := ch.Name != nil && *ch.Name != g.Name
	if renamed {
		g.Name = *ch.Name
	}
	if ch.Description != nil {
		g.Description = *ch.Description
	}
	g.Attributes = iam.Patch(g.Attributes, ch.Attributes)
	if err := checkGroup(g); err != nil {
		return iam.Group{}, err
	}
	w, told, err := s.membersToWrite(ctx, by, g, ch)
	if err != nil {
		return iam.Group{}, err
	}
	if renamed || w.fills() {
		if err := s.rights.CheckGroups(ctx, filler(by, g, ch.Provisioning && !renamed), []iam.GroupID{g.ID}); err != nil {
			return iam.Group{}, err
		}
	}
	if ch.Bindings != nil {
		held, err := s.heldByGroup(ctx, by.Tenant, g.ID)
		if err != nil {
			return iam.Group{}, err
		}
		if w.Bindings, err = s.bindingsToWrite(ctx, by, iam.Binding{Group: g.ID}, held, *ch.Bindings); err != nil {
			return iam.Group{}, err
		}
	}
	w.Group.Updated = s.env.Time()
	e := s.env.Event(by, "group", "update", string(g.ID), g.Name)
	e.Details = iam.Merge(iam.Merge(e.Details, w.changed()), told)
	switch {
	case ch.Provisioning && !w.fills() && w.Bindings == nil && sameGroup(old, g):
		return old, nil // not a change, and so not another version (RFC 7644 section 3.5.2.1)
	case w.fills() && w.Members == nil && ch.Version == 0 && ch.onlyMembers():
		return s.store.ChangeMembers(ctx, by.Tenant, g.ID, MemberChange{Join: w.Join, Leave: w.Leave, At: w.Group.Updated}, e)
	}
	if err := s.store.UpdateGroup(ctx, by.Tenant, w, e); err != nil {
		return iam.Group{}, err
	}
	w.Group.Version++
	return w.Group, nil
}

// sameGroup reports whether two states of a group say the same of it.
func sameGroup(a, b iam.Group) bool {
	return a.Name == b.Name && a.Description == b.Description && maps.Equal(a.Attributes, b.Attributes)
}

// onlyMembers reports whether nothing but members is to be changed.
func (ch GroupChange) onlyMembers() bool {
	return ch.Name == nil && ch.Description == nil && len(ch.Attributes) == 0 && ch.Bindings == nil
}

// changed names what a write touches beside the group itself, for the audit trail.
func (w GroupWrite) changed() map[string]string {
	m := map[string]string{}
	if w.fills() {
		m["members"] = "changed"
	}
	if w.Bindings != nil {
		m["roles"] = "changed"
	}
	return m
}

// DeleteGroup removes a group; its members stay. NotFound; Denied: the group
// gives a right that the actor lacks.
func (s *Service) DeleteGroup(ctx context.Context, by iam.Actor, k GroupKey) (iam.Group, error) {
	return s.DeleteFreedGroup(ctx, by, k, func(iam.Group) error { return nil })
}

// DeleteFreedGroup is DeleteGroup, and lets free see to what stands in its way
// when nothing else does. An actor who has their rights through what is freed
// loses them there, and the deletion is done all the same: half of it would be
// worse.
func (s *Service) DeleteFreedGroup(ctx context.Context, by iam.Actor, k GroupKey, free func(iam.Group) error) (iam.Group, error) {
	return s.deleteGroup(ctx, by, k, 0, false, free)
}

func (s *Service) deleteGroup(ctx context.Context, by iam.Actor, k GroupKey, version int64, provisioning bool,
	free func(iam.Group) error) (iam.Group, error) {
	g, err := s.store.Group(ctx, by.Tenant, k)
	if err != nil {
		return iam.Group{}, err
	}
	if err := s.rights.CheckGroups(ctx, filler(by, g, provisioning), []iam.GroupID{g.ID}); err != nil {
		return iam.Group{}, err
	}
	if err := free(g); err != nil {
		return iam.Group{}, err
	}
	return g, s.store.DeleteGroup(ctx, by.Tenant, g.ID, version, s.env.Event(by, "group", "delete", string(g.ID), g.Name))
}
