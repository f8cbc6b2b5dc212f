package access

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/access/rbac"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	maxName        = 256
	maxDescription = 1024
	maxAttribute   = 64 << 10 // a dialect may keep a whole policy document in one
	maxRules       = 1000
)

// NewRole is what a caller says of a role to be made.
type NewRole struct {
	Name        string
	Description string
	Attributes  map[string]string
	APIGroups   []iam.APIGroupID
}

// RoleChange says what to change in a role; nil members stay. Attributes are
// merged; a nil value removes the attribute. Version 0 takes the role as it is.
type RoleChange struct {
	Name        *string
	Description *string
	Attributes  map[string]*string
	APIGroups   *[]iam.APIGroupID
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
		APIGroups: in.APIGroups, Attributes: in.Attributes, Created: now, Updated: now, Version: 1}
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
		return iam.Role{}, iam.E(iam.Precondition, "role %q is built in and cannot be changed", r.Name).Because(iam.ReasonBuiltin).About(r.Name)
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

// CreateAPIGroup makes an API group. Invalid; Exists; Denied: a rule allows
// what the actor may not do.
func (s *Service) CreateAPIGroup(ctx context.Context, by iam.Actor, name, description string, rules []iam.Rule) (iam.APIGroup, error) {
	now := s.env.Time()
	g := iam.APIGroup{ID: iam.APIGroupID(s.env.NewID()), Name: name, Description: description, Rules: rules,
		Created: now, Updated: now, Version: 1}
	if err := s.checkRules(ctx, by, g); err != nil {
		return iam.APIGroup{}, err
	}
	return g, s.store.InsertAPIGroup(ctx, by.Tenant, g, s.env.Event(by, "api-group", "create", string(g.ID), g.Name))
}

// UpdateAPIGroup replaces name, description and rules of an API group at
// g.Version. NotFound, Invalid, Exists, Conflict; Denied: it allows, before or
// after, what the actor may not do.
func (s *Service) UpdateAPIGroup(ctx context.Context, by iam.Actor, g iam.APIGroup) (iam.APIGroup, error) {
	if err := s.checkAPIGroups(ctx, by, []iam.APIGroupID{g.ID}); err != nil {
		return iam.APIGroup{}, err
	}
	if err := s.checkRules(ctx, by, g); err != nil {
		return iam.APIGroup{}, err
	}
	g.Updated = s.env.Time()
	if err := s.store.UpdateAPIGroup(ctx, by.Tenant, g, s.env.Event(by, "api-group", "update", string(g.ID), g.Name)); err != nil {
		return iam.APIGroup{}, err
	}
	g.Version++
	return g, nil
}

// DeleteAPIGroup removes an API group. NotFound; Precondition: a role has it.
func (s *Service) DeleteAPIGroup(ctx context.Context, by iam.Actor, id iam.APIGroupID) error {
	if err := s.checkAPIGroups(ctx, by, []iam.APIGroupID{id}); err != nil {
		return err
	}
	return s.store.DeleteAPIGroup(ctx, by.Tenant, id, s.env.Event(by, "api-group", "delete", string(id), ""))
}

func (s *Service) checkRules(ctx context.Context, by iam.Actor, g iam.APIGroup) error {
	var c iam.Checker
	c.Length("name", g.Name, 1, maxName)
	if !iam.Printable(g.Name) {
		c.Add("name", iam.ReasonFormat, "name must not contain control or invisible characters")
	}
	c.Length("description", g.Description, 0, maxDescription)
	if len(g.Rules) > maxRules {
		c.Add("rules", iam.ReasonLength, "rules must have at most %d items", maxRules)
	}
	if err := c.Err(); err != nil {
		return err
	}
	for _, r := range g.Rules {
		if err := rbac.ValidateRule(r); err != nil {
			return err
		}
	}
	return s.checkSet(ctx, by, iam.ScopeTenant, s.catalog.Compile(g.Rules), "API group "+g.Name)
}
