package tenancy

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// A tenant that is made together with what is in it is founded, which leaves it
// disabled, then furnished by whoever knows with what, and then enabled. Each
// step may find itself done by a run that was cut short.

// NewBelow answers a tenant as Found would make it below the actor's. Invalid;
// Exists: the code is taken.
func (s *Service) NewBelow(ctx context.Context, by iam.Actor, code, name string) (iam.Tenant, error) {
	return s.newTenant(ctx, by.Tenant, NewTenant{Code: code, Name: name})
}

// Found makes a tenant that is disabled, with namespaces besides those that all
// have. It is subscribed to what the one above it is, under another name for it
// where plan is not empty. Exists: the code is taken.
func (s *Service) Found(ctx context.Context, by iam.Actor, t iam.Tenant, namespaces []string, plan string) error {
	above, err := s.store.Tenant(ctx, t.Parent)
	if err != nil {
		return err
	}
	t.State, t.Own = iam.TenantDisabled, iam.TenantDisabled
	if err := s.insertOnce(ctx, by, t, namespaces...); err != nil {
		return err
	}
	p := above.Plan
	if plan != "" {
		p.Name = plan
	}
	if p.Name == "" && p.Type == "" && len(p.Withheld) == 0 {
		return nil
	}
	return s.SetPlan(ctx, iam.System(t.ID, by.Username), t.ID, p)
}

// insertOnce writes a tenant, unless an earlier run has.
func (s *Service) insertOnce(ctx context.Context, by iam.Actor, t iam.Tenant, namespaces ...string) error {
	err := s.insertTenant(ctx, by, t, namespaces...)
	if there, e := s.store.Tenant(ctx, t.ID); iam.Is(err, iam.Exists) && e == nil && there.Code == t.Code {
		return nil
	}
	return err
}

// Furnish writes what a tenant looks like; what is empty stays as it is. support
// lets the support tenant look at everything.
func (s *Service) Furnish(ctx context.Context, id iam.TenantID, logo, favicon []byte, supportEmail string, support bool) error {
	by := iam.System(id, "provisioning")
	if len(logo) > 0 {
		if _, err := s.SetLogo(ctx, by, logo); err != nil {
			return err
		}
	}
	if len(favicon) > 0 {
		if err := s.SetFavicon(ctx, by, favicon); err != nil {
			return err
		}
	}
	if supportEmail != "" {
		settings, err := s.store.Settings(ctx, id)
		if err != nil {
			return err
		}
		settings.Branding.SupportEmail = supportEmail
		if _, err := s.UpdateSettings(ctx, by, settings); err != nil {
			return err
		}
	}
	if support {
		_, err := s.SetSupportAccess(ctx, by, iam.SupportAccess{Mode: iam.SupportRead})
		return err
	}
	return nil
}

// IsBuiltinRole reports whether every tenant is born with a role.
func (s *Service) IsBuiltinRole(name string) bool {
	return slices.ContainsFunc(s.roles(), func(r iam.Role) bool { return r.Handle == name })
}
