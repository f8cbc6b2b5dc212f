package directory

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// GroupChange says what to change in a group; nil members stay. Attributes are
// merged; a nil value removes the attribute. Version 0 takes the group as it is.
type GroupChange struct {
	Name        *string
	Description *string
	Attributes  map[string]*string
	Members     *[]string     // all of them, by username
	Bindings    *[]ScopedRole // all roles of the group
	Version     int64
}

// NewGroup is what a caller says of a group to be made.
type NewGroup struct {
	Name        string
	Description string
	Attributes  map[string]string
	Members     []string // usernames
	Bindings    []ScopedRole
}

// Group answers one group. NotFound.
func (s *Service) Group(ctx context.Context, by iam.Actor, k GroupKey) (iam.Group, error) {
	return s.store.Group(ctx, by.Tenant, k)
}

// Groups lists groups.
func (s *Service) Groups(ctx context.Context, by iam.Actor, p iam.Page) (iam.List[iam.Group], error) {
	return s.store.Groups(ctx, by.Tenant, p)
}

// CreateGroup makes a group. Invalid; Exists: the name is taken.
func (s *Service) CreateGroup(ctx context.Context, by iam.Actor, in NewGroup) (iam.Group, error) {
	now := s.env.Time()
	g := iam.Group{ID: iam.GroupID(s.env.NewID()), Handle: in.Name, Name: in.Name, Description: in.Description,
		Attributes: in.Attributes, Created: now, Updated: now, Version: 1}
	if err := checkGroup(g); err != nil {
		return iam.Group{}, err
	}
	return s.store.InsertGroup(ctx, by.Tenant, GroupWrite{Group: g}, s.env.Event(by, "group", "create", string(g.ID), g.Name))
}

// UpdateGroup changes a group. NotFound, Invalid, Exists, Conflict; Denied: the
// name changes, and the group gives a right that the actor lacks. Others add
// people to groups by name, so that who swaps two names gives rights away.
func (s *Service) UpdateGroup(ctx context.Context, by iam.Actor, k GroupKey, ch GroupChange) (iam.Group, error) {
	g, err := s.store.Group(ctx, by.Tenant, k)
	if err != nil {
		return iam.Group{}, err
	}
	if ch.Version != 0 && ch.Version != g.Version {
		return iam.Group{}, iam.ErrStale("group", g.Name)
	}
	if ch.Name != nil && *ch.Name != g.Name {
		if err := s.rights.CheckGroups(ctx, by, []iam.GroupID{g.ID}); err != nil {
			return iam.Group{}, err
		}
		g.Name = *ch.Name
	}
	if ch.Description != nil {
		g.Description = *ch.Description
	}
	g.Attributes = iam.Patch(g.Attributes, ch.Attributes)
	if err := checkGroup(g); err != nil {
		return iam.Group{}, err
	}
	g.Updated = s.env.Time()
	if err := s.store.UpdateGroup(ctx, by.Tenant, GroupWrite{Group: g}, s.env.Event(by, "group", "update", string(g.ID), g.Name)); err != nil {
		return iam.Group{}, err
	}
	g.Version++
	return g, nil
}

// DeleteGroup removes a group; its members stay. NotFound; Denied: the group
// gives a right that the actor lacks.
func (s *Service) DeleteGroup(ctx context.Context, by iam.Actor, k GroupKey) (iam.Group, error) {
	g, err := s.store.Group(ctx, by.Tenant, k)
	if err != nil {
		return iam.Group{}, err
	}
	if err := s.rights.CheckGroups(ctx, by, []iam.GroupID{g.ID}); err != nil {
		return iam.Group{}, err
	}
	return g, s.store.DeleteGroup(ctx, by.Tenant, g.ID, s.env.Event(by, "group", "delete", string(g.ID), g.Name))
}
