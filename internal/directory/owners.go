package directory

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// maxOwners is how many owners of a tenant are heeded.
const maxOwners = 100

// Owners answers the users whose a tenant is, by name; none who is disabled.
func (s *Service) Owners(ctx context.Context, t iam.TenantID) ([]iam.User, error) {
	found, err := s.store.Users(ctx, t, UserFilter{Owner: true}, iam.Page{Limit: maxOwners, Sort: "username"})
	var all []iam.User
	for _, u := range found.Items {
		if u.State != iam.UserDisabled {
			all = append(all, u)
		}
	}
	return all, err
}

// AssignOwner makes a user one of those whose the tenant is: it has a role in
// the whole tenant from then on, and no other by itself. Only an owner does so;
// where there is none, who holds all that the role gives. attributes are set
// beside. NotFound; Denied, as of UpdateUser too; Precondition: the user is
// disabled.
func (s *Service) AssignOwner(ctx context.Context, by iam.Actor, k UserKey, role string, attributes map[string]*string) (iam.User, error) {
	if err := s.checkOwner(ctx, by); err != nil {
		return iam.User{}, err
	}
	u, err := s.store.User(ctx, by.Tenant, k)
	if err != nil {
		return iam.User{}, err
	}
	if u.State == iam.UserDisabled {
		return iam.User{}, iam.E(iam.Precondition, "%s is disabled", u.Username).About(u.Username)
	}
	yes := "true"
	return s.UpdateUser(ctx, by, UserKey{ID: u.ID}, UserChange{Version: u.Version, owner: true,
		Attributes: patched(attributes, iam.AttributeOwner, &yes), Bindings: &[]ScopedRole{{Role: role, Scope: iam.ScopeTenant}}})
}

// UnassignOwner takes that from a user again; the roles stay. attributes are set
// beside. NotFound; Denied: the actor is no owner either.
func (s *Service) UnassignOwner(ctx context.Context, by iam.Actor, k UserKey, attributes map[string]*string) (iam.User, error) {
	if err := s.checkOwner(ctx, by); err != nil {
		return iam.User{}, err
	}
	return s.UpdateUser(ctx, by, k, UserChange{owner: true, Attributes: patched(attributes, iam.AttributeOwner, nil)})
}

// checkOwner answers Denied unless the actor is an owner of the tenant, or there
// is none yet. Who comes from another tenant is none.
func (s *Service) checkOwner(ctx context.Context, by iam.Actor) error {
	if by.IsSystem() {
		return nil
	}
	denied := iam.E(iam.Denied, "only an owner of the tenant says who is one")
	if by.Home != by.Tenant {
		return denied
	}
	owners, err := s.Owners(ctx, by.Tenant)
	if err != nil {
		return err
	}
	for _, u := range owners {
		if u.ID == by.User {
			return nil
		}
	}
	if len(owners) > 0 {
		return denied
	}
	return nil
}

// checkOwnership answers Denied for a change of who is an owner by the way, as
// one attribute among others.
func checkOwnership(by iam.Actor, was, is bool) error {
	if was == is || by.IsSystem() {
		return nil
	}
	return iam.E(iam.Denied, "%s may not say who owns the tenant by the attribute %s", by.Username, iam.AttributeOwner)
}

// patched answers a patch of attributes with one more in it.
func patched(attributes map[string]*string, name string, value *string) map[string]*string {
	all := map[string]*string{name: value}
	for k, v := range attributes {
		all[k] = v
	}
	return all
}
