package access

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// ScopeBindings answers the bindings, of users and of groups, whose scope is
// one namespace or one group of namespaces of the actor's tenant. It is empty
// for a scope that is not there.
func (s *Service) ScopeBindings(ctx context.Context, by iam.Actor, scope iam.Scope) ([]iam.Binding, error) {
	return s.store.ScopeBindings(ctx, by.Tenant, scope)
}
