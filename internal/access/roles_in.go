package access

import (
	"context"
	"slices"
	"sort"

	"github.com/gatehouse-id/gatehouse/internal/access/rbac"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// RolesIn answers the roles that hold for the actor in each namespace of the
// tenant in which they act, and under "" those that hold in the whole of it:
// their own and those of their groups, that are not disabled, by name. Of an
// outsider they are those that the tenant gives them.
func (s *Service) RolesIn(ctx context.Context, by iam.Actor) (map[string][]iam.Role, error) {
	sub, err := s.held(ctx, by)
	if err != nil {
		return nil, err
	}
	namespaces, err := s.store.Namespaces(ctx, by.Tenant)
	if err != nil {
		return nil, err
	}
	var everywhere, applications []iam.Role
	named := map[string][]iam.Role{}
	for _, g := range rbac.Active(sub.grants) {
		switch g.Binding.Scope {
		case iam.ScopeTenant:
			everywhere = append(everywhere, g.Role.Role)
		case iam.ScopeApplications:
			applications = append(applications, g.Role.Role)
		default:
			for _, n := range g.Named() {
				named[n] = append(named[n], g.Role.Role)
			}
		}
	}
	everywhere = byName(everywhere)
	applications = byName(slices.Concat(everywhere, applications))
	in := make(map[string][]iam.Role, len(namespaces)+1)
	in[""] = everywhere
	for _, n := range namespaces {
		in[n.Name] = applications
		if n.Name == iam.NamespaceSystem {
			in[n.Name] = everywhere
		}
		if more := named[n.Name]; len(more) > 0 {
			in[n.Name] = byName(slices.Concat(in[n.Name], more))
		}
	}
	return in, nil
}

// byName sorts roles by name, each once.
func byName(roles []iam.Role) []iam.Role {
	sort.Slice(roles, func(i, j int) bool { return iam.Fold(roles[i].Name) < iam.Fold(roles[j].Name) })
	return slices.CompactFunc(roles, func(a, b iam.Role) bool { return a.ID == b.ID })
}
