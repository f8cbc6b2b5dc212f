package access

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// supportRoles are the built-in roles, by handle, of which the support tenant
// has what they allow.
var supportRoles = map[iam.SupportMode]string{
	iam.SupportRead:       RoleF5Monitor,
	iam.SupportWrite:      RoleAdmin,
	iam.SupportNamespaces: RoleAdmin,
}

// CheckSupport answers Denied when the actor lacks a right that the support
// tenant would be given.
func (s *Service) CheckSupport(ctx context.Context, by iam.Actor, a iam.SupportAccess) error {
	handle, ok := supportRoles[a.Mode]
	if !ok {
		return nil
	}
	set := s.catalog.Compile(BuiltinRules(handle))
	for _, scope := range supportScopes(a) {
		if err := s.checkSet(ctx, by, scope, set, "support access"); err != nil {
			return err
		}
	}
	return nil
}

// supportScopes are where support access holds.
func supportScopes(a iam.SupportAccess) []iam.Scope {
	if a.Mode != iam.SupportNamespaces {
		return []iam.Scope{iam.ScopeTenant}
	}
	scopes := make([]iam.Scope, len(a.Namespaces))
	for i, name := range a.Namespaces {
		scopes[i] = iam.Scope(name)
	}
	return scopes
}
