package access

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	maxName        = 256
	maxDescription = 1200
	maxAttribute   = 64 << 10 // a dialect may keep a whole policy document in one
)

// NewRole is what a caller says of a role to be made.
type NewRole struct {
	Name        string
	Description string
	Attributes  map[string]string
	APIGroups   []iam.APIGroupID
	Disabled    bool // gives nobody a right yet
}

// RoleChange says what to change in a role; nil members stay. Attributes are
// merged; a nil value removes the attribute. Version 0 takes the role as it is.
type RoleChange struct {
	Name        *string
	Description *string
	Attributes  map[string]*string
	APIGroups   *[]iam.APIGroupID
	Disabled    *bool
	Version     int64
}

// Role answers one role. NotFound.
func (s *Service) Role(ctx context.Context, by iam.Actor, k RoleKey) (iam.Role, error) {
	return s.store.Role(ctx, by.Tenant, k)
}

// Roles lists roles.
func (s *Service) Roles(ctx context.Context, by iam.Actor, p iam.Page) (iam.List[iam.Role], error) {
	return s.store.Roles(ctx, by.Tenant, p)
}

// CreateRole makes a role. Invalid; Exists; Denied: its API groups allow what
// the actor may not do.
func (s *Service) CreateRole(ctx context.Context, by iam.Actor, in NewRole) (iam.Role, error) {
	now := s.env.Time()
	r := iam.Role{ID: iam.RoleID(s.env.NewID()), Handle: in.Name, Name: in.Name, Description: in.Description,
		APIGroups: in.APIGroups, Attributes: in.Attributes, Disabled: in.Disabled, Created: now, Updated: now, Version: 1}
	if err := checkRole(r); err != nil {
		return iam.Role{}, err
	}
	if err := s.checkAPIGroups(ctx, by, r.APIGroups); err != nil {
		return iam.Role{}, err
	}
	return s.store.InsertRole(ctx, by.Tenant, r, s.env.Event(by, "role", "create", string(r.ID), r.Name))
}

// UpdateRole changes a role. NotFound; Precondition: it is built in; Invalid;
// Exists; Conflict; Denied: it allows, before or after, what the actor may not
// do.
func (s *Service) UpdateRole(ctx context.Context, by iam.Actor, k RoleKey, ch RoleChange) (iam.Role, error) {
	r, err := s.changeable(ctx, by, k, ch.Version)
	if err != nil {
		return iam.Role{}, err
	}
	if ch.APIGroups != nil && !slices.Equal(r.APIGroups, *ch.APIGroups) {
		if err := s.checkAPIGroups(ctx, by, *ch.APIGroups); err != nil {
			return iam.Role{}, err
		}
		r.APIGroups = *ch.APIGroups
	}
	if ch.Name != nil {
		r.Name = *ch.Name
	}
	if ch.Description != nil {
		r.Description = *ch.Description
	}
	if ch.Disabled != nil {
		r.Disabled = *ch.Disabled
	}
	r.Attributes = iam.Patch(r.Attributes, ch.Attributes)
	if err := checkRole(r); err != nil {
		return iam.Role{}, err
	}
	r.Updated = s.env.Time()
	if err := s.store.UpdateRole(ctx, by.Tenant, r, s.env.Event(by, "role", "update", string(r.ID), r.Name)); err != nil {
		return iam.Role{}, err
	}
	r.Version++
	return r, nil
}

// DeleteRole removes a role and takes it from all who have it. NotFound;
// Precondition: it is built in; Denied: it allows what the actor may not do.
func (s *Service) DeleteRole(ctx context.Context, by iam.Actor, k RoleKey) (iam.Role, error) {
	r, err := s.changeable(ctx, by, k, 0)
	if err != nil {
		return iam.Role{}, err
	}
	return r, s.store.DeleteRole(ctx, by.Tenant, r.ID, s.env.Event(by, "role", "delete", string(r.ID), r.Name))
}

// changeable answers a role that the actor may change or remove.
func (s *Service) changeable(ctx context.Context, by iam.Actor, k RoleKey, version int64) (iam.Role, error) {
	r, err := s.store.Role(ctx, by.Tenant, k)
	switch {
	case err != nil:
		return iam.Role{}, err
	case r.Builtin:
		return iam.Role{}, errBuiltin("role", r.Name)
	case version != 0 && version != r.Version:
		return iam.Role{}, iam.ErrStale("role", r.Name)
	}
	return r, s.checkAPIGroups(ctx, by, r.APIGroups)
}

func checkRole(r iam.Role) error {
	var c iam.Checker
	c.Length("name", r.Name, 1, maxName)
	if !iam.Printable(r.Name) {
		c.Add("name", iam.ReasonFormat, "name must not contain control characters")
	}
	c.Length("description", r.Description, 0, maxDescription)
	for k, v := range r.Attributes {
		c.Length("attributes."+k, v, 0, maxAttribute)
	}
	return c.Err()
}
