package object

import (
	"cmp"
	"context"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// makeChild makes the tenant of an object, or goes on with it. Until all of it
// is there it is disabled.
func (s *Service) makeChild(ctx context.Context, t iam.TenantID, j iam.Job, w childWork) error {
	id := iam.ObjectID(j.ObjectID)
	c, err := s.childByID(ctx, t, id)
	switch {
	case iam.Is(err, iam.NotFound):
		return nil
	case err != nil:
		return err
	}
	switch childStatusOf(c.record).Phase {
	case childInitializing:
		if err := s.setChildStatus(ctx, t, id, childCreating, ""); err != nil {
			return err
		}
	case childCreating, childCreateFailed:
	default:
		return nil // done by an earlier run, or to be removed
	}
	if err := s.furnish(ctx, t, w, c); err != nil {
		return s.settleChild(ctx, t, id, j, childCreating, childCreateFailed, err)
	}
	// What has failed may be removed, also while it is tried again.
	now, err := s.Store.ObjectByID(ctx, t, id)
	switch {
	case iam.Is(err, iam.NotFound), err == nil && childStatusOf(now).Phase == childDeleting:
		return s.Tenants.RemoveTree(ctx, c.link.Other)
	case err != nil:
		return err
	}
	return s.setChildStatus(ctx, t, id, childMade, "")
}

// furnish makes a tenant as its object and its profile say.
func (s *Service) furnish(ctx context.Context, t iam.TenantID, w childWork, c child) error {
	profile, err := s.profileOf(ctx, t, c.spec.Profile)
	if err != nil {
		return err
	}
	plan := ""
	if profile.Plan != nil {
		plan = profile.Plan.Name
	}
	made := iam.Tenant{ID: c.link.Other, Parent: t, Code: c.link.OtherCode, Name: cmp.Or(c.spec.CompanyName, c.spec.Domain),
		Created: c.record.Created, Updated: c.record.Created, Version: 1}
	if err := s.Tenants.Found(ctx, w.By, made, profile.namespaces(), plan); err != nil {
		return err
	}
	by := iam.System(made.ID, "provisioning")
	for _, g := range profile.Groups {
		if err := s.People.MakeGroup(ctx, by, g.Name, g.scoped()); err != nil {
			return err
		}
	}
	err = s.Tenants.Furnish(ctx, made.ID, profile.Logo.content(), profile.Favicon.content(), profile.SupportEmail, profile.SupportAccess)
	if err != nil {
		return err
	}
	if !w.Disabled {
		if err := s.Tenants.Open(ctx, w.By, made.ID); err != nil {
			return err
		}
	}
	if o := c.spec.Customer; o != nil && o.Email != "" {
		return s.People.InviteOwner(ctx, by, iam.NewOwner{Email: o.Email, GivenName: o.FirstName, FamilyName: o.LastName, Info: o.Info})
	}
	return nil
}

// profileOf answers the profile that a child has; an empty one where it has none.
// Precondition: it has been removed.
func (s *Service) profileOf(ctx context.Context, t iam.TenantID, ref *viewRef) (p tenantProfileSpec, err error) {
	if ref == nil {
		return p, nil
	}
	r, err := s.Store.Object(ctx, t, tenantProfile, iam.NamespaceSystem, ref.Name)
	if iam.Is(err, iam.NotFound) {
		return p, iam.E(iam.Precondition, "tenant profile %q is not there any more", ref.Name).About(ref.Name)
	}
	if err != nil {
		return p, err
	}
	err = json.Unmarshal(r.Spec, &p)
	return p, err
}

// namespaces are those that the groups of a profile speak of, besides those that
// every tenant has.
func (p *tenantProfileSpec) namespaces() []string {
	var names []string
	for _, g := range p.Groups {
		for _, r := range g.Roles {
			if r.Namespace != string(iam.ScopeApplications) && !slices.Contains(iam.BuiltinNamespaces(), r.Namespace) &&
				!slices.Contains(names, r.Namespace) {
				names = append(names, r.Namespace)
			}
		}
	}
	return names
}

// scoped are the roles of a group in scopes. In "system" and in all others is in
// the whole tenant.
func (g profileGroup) scoped() []iam.RoleIn {
	const system, applications = iam.NamespaceSystem, string(iam.ScopeApplications)
	in := func(namespace, role string) bool { return slices.Contains(g.Roles, profileRole{namespace, role}) }
	var all []iam.RoleIn
	for _, r := range g.Roles {
		as := iam.RoleIn{Role: iam.Ref[iam.RoleID]{Handle: r.Role, Name: r.Role}, Scope: iam.Scope(r.Namespace)}
		if (r.Namespace == system || r.Namespace == applications) && in(system, r.Role) && in(applications, r.Role) {
			as.Scope = iam.ScopeTenant
		}
		if !slices.Contains(all, as) {
			all = append(all, as)
		}
	}
	return all
}
