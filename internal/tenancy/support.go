package tenancy

import (
	"context"
	"fmt"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// SupportRights decides who lets support in. Package access satisfies it.
type SupportRights interface {
	// CheckSupport answers Denied when the actor lacks a right that the support
	// tenant would be given.
	CheckSupport(ctx context.Context, by iam.Actor, a iam.SupportAccess) error
}

// maxSupported bounds the namespaces of a SupportAccess, as the vendor's
// schema of F5 does.
const maxSupported = 32

// SupportAccess answers what the actor's tenant lets the support tenant do.
func (s *Service) SupportAccess(ctx context.Context, by iam.Actor) (iam.SupportAccess, error) {
	return s.store.SupportAccess(ctx, by.Tenant)
}

// SetSupportAccess says what the support tenant may do in the actor's tenant,
// with effect on the next request. By and Updated are filled in. Invalid;
// Denied: it is more than the actor may do.
func (s *Service) SetSupportAccess(ctx context.Context, by iam.Actor, a iam.SupportAccess) (iam.SupportAccess, error) {
	if err := s.checkSupportAccess(ctx, by, a); err != nil {
		return iam.SupportAccess{}, err
	}
	// What is off gives nothing: whoever turns it on is asked then.
	if !a.Disabled {
		if err := s.rights.CheckSupport(ctx, by, a); err != nil {
			return iam.SupportAccess{}, err
		}
	}
	a.By, a.Updated = by.Username, s.env.Time()
	return a, s.store.SetSupportAccess(ctx, by.Tenant, a, s.supportEvent(by, a))
}

// supportEvent tells what the support tenant may do from then on.
func (s *Service) supportEvent(by iam.Actor, a iam.SupportAccess) iam.Event {
	e := s.env.Event(by, "support-access", "update", string(by.Tenant), "")
	e.Details = iam.Merge(e.Details, a.Details())
	return e
}

func (s *Service) checkSupportAccess(ctx context.Context, by iam.Actor, a iam.SupportAccess) error {
	var c iam.Checker
	switch a.Mode {
	case iam.SupportNone, iam.SupportRead, iam.SupportWrite:
		if len(a.Namespaces) > 0 {
			c.Add("namespaces", iam.ReasonFormat, "namespaces must be empty where the mode is not %q", iam.SupportNamespaces)
		}
		return c.Err()
	case iam.SupportNamespaces:
	default:
		c.Add("mode", iam.ReasonFormat, "mode must be %q, %q or %q, or empty for none", iam.SupportRead, iam.SupportWrite, iam.SupportNamespaces)
		return c.Err()
	}
	if n := len(a.Namespaces); n < 1 || n > maxSupported {
		c.Add("namespaces", iam.ReasonLength, "namespaces must have 1 to %d members", maxSupported)
		return c.Err()
	}
	there, err := s.store.Namespaces(ctx, by.Tenant)
	if err != nil {
		return err
	}
	for i, name := range a.Namespaces {
		path := fmt.Sprintf("namespaces[%d]", i)
		switch {
		case !slices.ContainsFunc(there, func(n iam.Namespace) bool { return n.Name == name }):
			c.Add(path, iam.ReasonFormat, "%s must be the name of a namespace", path)
		case slices.Contains(a.Namespaces[:i], name):
			c.Add(path, iam.ReasonFormat, "%s must not be named twice", path)
		}
	}
	return c.Err()
}

// SupportTenant answers the tenant whose people look after all others, as far
// as those let them. NotFound: there is none.
func (s *Service) SupportTenant(ctx context.Context) (iam.Tenant, error) {
	id, err := s.store.SupportTenant(ctx)
	if err != nil {
		return iam.Tenant{}, err
	}
	if id == "" {
		return iam.Tenant{}, iam.E(iam.NotFound, "there is no support tenant")
	}
	return s.store.Tenant(ctx, id)
}

// SetSupportTenant makes the tenant with a code the support tenant, or leaves
// the installation without one when the code is empty. Denied: only the
// operator does; NotFound.
func (s *Service) SetSupportTenant(ctx context.Context, by iam.Actor, code string) error {
	if !by.IsSystem() {
		return iam.E(iam.Denied, "only the operator says which tenant supports the others")
	}
	if code == "" {
		return s.store.SetSupportTenant(ctx, "")
	}
	t, err := s.ByCode(ctx, code)
	if err != nil {
		return err
	}
	return s.store.SetSupportTenant(ctx, t.ID)
}

// SupportAddress answers where people of the actor's tenant ask for help: at its
// own address for questions, else at that of the nearest tenant above that has
// one, else at that of the support tenant. It is empty where nobody has any.
func (s *Service) SupportAddress(ctx context.Context, by iam.Actor) (string, error) {
	for at := by.Tenant; at != ""; {
		settings, err := s.Settings(ctx, at)
		if err != nil || settings.Branding.SupportEmail != "" {
			return settings.Branding.SupportEmail, err
		}
		t, err := s.store.Tenant(ctx, at)
		if err != nil {
			return "", err
		}
		at = t.Parent
	}
	support, err := s.store.SupportTenant(ctx)
	if err != nil || support == "" {
		return "", err
	}
	settings, err := s.Settings(ctx, support)
	return settings.Branding.SupportEmail, err
}
