package access

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Bind gives a role to a user or a group in a scope. Invalid; NotFound, also
// for a namespace or a group of namespaces that is not there; Exists; Denied:
// the actor may not do there what the role allows.
func (s *Service) Bind(ctx context.Context, by iam.Actor, b iam.Binding) (iam.Binding, error) {
	var c iam.Checker
	if (b.User == "") == (b.Group == "") {
		c.Add("user", iam.ReasonRequired, "a binding names either a user or a group")
	}
	if b.Role == "" {
		c.Add("role", iam.ReasonRequired, "role is required")
	}
	if err := c.Err(); err != nil {
		return iam.Binding{}, err
	}
	if err := s.CheckRoles(ctx, by, []iam.RoleID{b.Role}, b.Scope); err != nil {
		return iam.Binding{}, err
	}
	b.ID, b.Created, b.CreatedBy = iam.BindingID(s.env.NewID()), s.env.Time(), by.User
	return b, s.store.InsertBinding(ctx, by.Tenant, b, s.bindingEvent(by, "create", b))
}

// BindAll gives a role to several users in several scopes, all or nothing.
// Those who have it keep it. Errors as of Bind, but for Exists.
func (s *Service) BindAll(ctx context.Context, by iam.Actor, role iam.RoleID, users []iam.UserID, scopes []iam.Scope) error {
	for _, scope := range scopes {
		if err := s.CheckRoles(ctx, by, []iam.RoleID{role}, scope); err != nil {
			return err
		}
	}
	all, err := s.store.AllBindings(ctx, by.Tenant)
	if err != nil {
		return err
	}
	type place struct {
		user  iam.UserID
		scope iam.Scope
	}
	has := map[place]bool{}
	for _, b := range all {
		if b.Role == role && b.User != "" {
			has[place{b.User, b.Scope}] = true
		}
	}
	var bindings []iam.Binding
	var events []iam.Event
	for _, u := range users {
		for _, scope := range scopes {
			if has[place{u, scope}] {
				continue
			}
			has[place{u, scope}] = true
			b := iam.Binding{ID: iam.BindingID(s.env.NewID()), User: u, Role: role, Scope: scope, Created: s.env.Time(), CreatedBy: by.User}
			bindings, events = append(bindings, b), append(events, s.bindingEvent(by, "create", b))
		}
	}
	if len(bindings) == 0 {
		return nil
	}
	return s.store.InsertBindings(ctx, by.Tenant, bindings, events...)
}

// Unbind takes a role away. NotFound; Denied: the actor may not do there what
// the role allows, and so could not give it back.
func (s *Service) Unbind(ctx context.Context, by iam.Actor, id iam.BindingID) error {
	b, err := s.store.Binding(ctx, by.Tenant, id)
	if err != nil {
		return err
	}
	if err := s.CheckRoles(ctx, by, []iam.RoleID{b.Role}, b.Scope); err != nil {
		return err
	}
	return s.store.DeleteBinding(ctx, by.Tenant, id, s.bindingEvent(by, "delete", b))
}

func (s *Service) bindingEvent(by iam.Actor, verb string, b iam.Binding) iam.Event {
	e := s.env.Event(by, "binding", verb, string(b.ID), "")
	e.Details = iam.Merge(e.Details, map[string]string{
		"user": string(b.User), "group": string(b.Group), "role": string(b.Role), "scope": string(b.Scope)})
	return e
}
