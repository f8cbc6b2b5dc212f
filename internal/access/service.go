package access

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/access/rbac"
	"github.com/gatehouse-id/gatehouse/internal/cluster"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Service decides, and keeps roles, API groups and bindings.
type Service struct {
	store    Store
	env      iam.Env
	catalog  *rbac.Catalog
	subjects *cluster.Cache[iam.UserID, *subject]
	rules    *cluster.Cache[string, rulebook]
	scopes   scopes
}

// subject is what is remembered of one user under one epoch.
type subject struct {
	policy *rbac.Policy
	grants []rbac.Grant
}

// rulebook is a tenant's roles, compiled.
type rulebook map[iam.RoleID]*rbac.Role

// Sizes of the caches, in subjects and in tenants.
const (
	maxSubjects  = 100_000
	maxRulebooks = 10_000
)

// New makes the service. UseCatalog must be called before it decides.
func New(store Store, epochs *cluster.Epochs, env iam.Env) *Service {
	return &Service{
		store: store, env: env, catalog: rbac.NewCatalog(nil),
		subjects: cluster.NewCache[iam.UserID, *subject](epochs, maxSubjects),
		rules:    cluster.NewCache[string, rulebook](epochs, maxRulebooks),
	}
}

// UseCatalog tells the service the operations of this server. It is called
// once, when all dialects have registered theirs and before any is served.
func (s *Service) UseCatalog(c *rbac.Catalog) { s.catalog = c }

// Authorize answers nil when the actor may call the endpoint, an index of the
// catalogue, in a namespace of the tenant in which they act. Denied otherwise;
// Unavailable when the rights cannot be read.
func (s *Service) Authorize(ctx context.Context, by iam.Actor, endpoint int, namespace string) error {
	if by.IsSystem() {
		return nil
	}
	sub, err := s.subject(ctx, by.Home, by.User)
	if err != nil {
		return err
	}
	if !sub.policy.Allows(endpoint, namespace) {
		return iam.E(iam.Denied, "%s may not do this: the right %s in namespace %q is missing",
			by.Username, s.catalog.Endpoint(endpoint).Permission, namespace)
	}
	if narrow, ok := s.narrowed(by); ok && !narrow.Has(endpoint) {
		return iam.E(iam.Denied, "%s may not do this with a token of scope %q", by.Username, by.Scope)
	}
	return nil
}

// May reports whether the actor holds a permission in the whole tenant.
func (s *Service) May(ctx context.Context, by iam.Actor, p iam.Permission) (bool, error) {
	if by.IsSystem() {
		return true, nil
	}
	sub, err := s.subject(ctx, by.Home, by.User)
	if err != nil {
		return false, err
	}
	set := s.catalog.WithPermission(p)
	return !set.Empty() && sub.policy.AllowsIn(iam.ScopeTenant, set) && s.reaches(by, set), nil
}

// Enter answers the actor as they act in t, a tenant below their own that
// tenancy found for them. They keep the rights of their home, and can give
// away in t no more than those. Denied: they may not run tenants in the whole
// of their own; Precondition: t is being deleted.
func (s *Service) Enter(ctx context.Context, by iam.Actor, t iam.Tenant) (iam.Actor, error) {
	if t.ID == by.Tenant {
		return by, nil
	}
	may, err := s.May(ctx, by, iam.TenantsUpdate)
	if err != nil {
		return iam.Actor{}, err
	}
	if !may {
		return iam.Actor{}, iam.E(iam.Denied, "%s may not work in tenants below their own: the right %s in the whole tenant is missing",
			by.Username, iam.TenantsUpdate)
	}
	if t.State == iam.TenantDeleting {
		return iam.Actor{}, iam.E(iam.Precondition, "tenant %q is being deleted", t.Code).About(t.Code)
	}
	by.Tenant = t.ID
	return by, nil
}

// Explain answers why a user of the actor's tenant may call an endpoint in a
// namespace, or that nothing allows it.
func (s *Service) Explain(ctx context.Context, by iam.Actor, user iam.UserID, endpoint int, namespace string) (rbac.Explanation, error) {
	sub, err := s.subject(ctx, by.Tenant, user)
	if err != nil {
		return rbac.Explanation{}, err
	}
	return rbac.Explain(s.catalog, sub.grants, endpoint, namespace), nil
}

// CheckRoles answers Denied when the actor lacks a right that one of the roles
// would give in the scope. Unknown roles are NotFound.
func (s *Service) CheckRoles(ctx context.Context, by iam.Actor, roles []iam.RoleID, scope iam.Scope) error {
	if by.IsSystem() || len(roles) == 0 {
		return nil
	}
	book, err := s.rulebook(ctx, by.Tenant)
	if err != nil {
		return err
	}
	for _, id := range roles {
		r, ok := book[id]
		if !ok { // perhaps another node made it a moment ago
			if book, err = s.readRulebook(ctx, by.Tenant); err != nil {
				return err
			}
			if r, ok = book[id]; !ok {
				return iam.ErrNotFound("role", string(id))
			}
		}
		if err := s.checkSet(ctx, by, scope, r.Set, "role "+r.Name); err != nil {
			return err
		}
	}
	return nil
}

// CheckGroups answers Denied when the actor lacks a right that being in one of
// the groups gives.
func (s *Service) CheckGroups(ctx context.Context, by iam.Actor, groups []iam.GroupID) error {
	if by.IsSystem() {
		return nil
	}
	for _, g := range groups {
		bindings, err := s.store.GroupBindings(ctx, by.Tenant, g)
		if err != nil {
			return err
		}
		for _, b := range bindings {
			if err := s.CheckRoles(ctx, by, []iam.RoleID{b.Role}, b.Scope); err != nil {
				return err
			}
		}
	}
	return nil
}

// CheckBindings answers Denied when the actor lacks a right, in one of the
// scopes, that a binding whose own scope is a certain namespace or group of
// namespaces gives: who could put a namespace into the group, or take it out,
// would give that right, or take it away.
func (s *Service) CheckBindings(ctx context.Context, by iam.Actor, of iam.Scope, in ...iam.Scope) error {
	if by.IsSystem() || len(in) == 0 {
		return nil
	}
	bindings, err := s.store.ScopeBindings(ctx, by.Tenant, of)
	if err != nil {
		return err
	}
	roles := rolesOf(bindings)
	for _, scope := range in {
		if err := s.CheckRoles(ctx, by, roles, scope); err != nil {
			return err
		}
	}
	return nil
}

// rolesOf answers the roles of bindings, each once.
func rolesOf(bindings []iam.Binding) []iam.RoleID {
	var roles []iam.RoleID
	for _, b := range bindings {
		if !slices.Contains(roles, b.Role) {
			roles = append(roles, b.Role)
		}
	}
	return roles
}

// CheckUser answers Denied when the actor lacks a right that a user of the
// tenant holds: who could set that user's password would gain it. Everybody
// passes for themselves, unless they came with a token that is narrower.
func (s *Service) CheckUser(ctx context.Context, by iam.Actor, user iam.UserID) error {
	if by.IsSystem() || by.Home == by.Tenant && by.User == user && by.Scope == "" {
		return nil
	}
	own, err := s.subject(ctx, by.Home, by.User)
	if err != nil {
		return err
	}
	// A disabled user holds nothing today and may be enabled tomorrow, so
	// this looks at what is bound, not at what holds.
	other, err := s.bound(ctx, by.Tenant, user)
	if err != nil {
		return err
	}
	narrow, ok := s.narrowed(by)
	if !own.policy.Covers(other.policy) || ok && !other.policy.Within(s.catalog, narrow) {
		return iam.E(iam.Denied, "%s may not do this to a user with more rights than their own", by.Username).Because(iam.ReasonGrant)
	}
	return nil
}

// checkAPIGroups answers Denied when the actor lacks a right that one of the
// API groups allows, and NotFound for one that is not there.
func (s *Service) checkAPIGroups(ctx context.Context, by iam.Actor, ids []iam.APIGroupID) error {
	if len(ids) == 0 {
		return nil
	}
	_, groups, err := s.store.Rulebook(ctx, by.Tenant)
	if err != nil {
		return err
	}
	for _, id := range ids {
		i := slices.IndexFunc(groups, func(g iam.APIGroup) bool { return g.ID == id })
		if i < 0 {
			return iam.ErrNotFound("API group", string(id))
		}
		if err := s.checkSet(ctx, by, iam.ScopeTenant, s.catalog.Compile(groups[i].Rules), "API group "+groups[i].Name); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) checkSet(ctx context.Context, by iam.Actor, scope iam.Scope, set rbac.Set, what string) error {
	if by.IsSystem() {
		return nil
	}
	sub, err := s.subject(ctx, by.Home, by.User)
	if err != nil {
		return err
	}
	if !sub.policy.AllowsIn(scope, set) || !s.reaches(by, set) {
		return iam.E(iam.Denied, "%s may not give away %s, which allows more than they may do", by.Username, what).Because(iam.ReasonGrant)
	}
	return nil
}

// subject answers the rights that hold for a user now.
func (s *Service) subject(ctx context.Context, t iam.TenantID, u iam.UserID) (*subject, error) {
	return s.subjects.Get(ctx, t, u, func(ctx context.Context) (*subject, error) { return s.load(ctx, t, u, false) })
}

// bound answers the rights that are bound to a user, whatever its state.
func (s *Service) bound(ctx context.Context, t iam.TenantID, u iam.UserID) (*subject, error) {
	return s.load(ctx, t, u, true)
}

func (s *Service) load(ctx context.Context, t iam.TenantID, u iam.UserID, anyState bool) (*subject, error) {
	book, err := s.rulebook(ctx, t)
	if err != nil {
		return nil, err
	}
	holdings, err := s.store.Holdings(ctx, t, u, anyState)
	if err != nil {
		return nil, err
	}
	sub := &subject{grants: make([]rbac.Grant, 0, len(holdings))}
	for _, h := range holdings {
		role, ok := book[h.Binding.Role]
		if !ok {
			continue // the role was made after the rulebook was read; the next epoch has it
		}
		namespaces, _ := h.Binding.Scope.NamespaceGroup()
		sub.grants = append(sub.grants, rbac.Grant{Binding: h.Binding, Role: role,
			Group:          iam.Ref[iam.GroupID]{ID: h.Binding.Group, Name: h.GroupName},
			NamespaceGroup: iam.Ref[iam.NamespaceGroupID]{ID: namespaces, Name: h.NamespaceGroup},
			Namespaces:     h.Namespaces})
	}
	sub.policy = rbac.NewPolicy(s.catalog, sub.grants)
	return sub, nil
}

// rulebook answers the tenant's roles, compiled once an epoch.
func (s *Service) rulebook(ctx context.Context, t iam.TenantID) (rulebook, error) {
	return s.rules.Get(ctx, t, "", func(ctx context.Context) (rulebook, error) { return s.readRulebook(ctx, t) })
}

// readRulebook compiles the tenant's roles as they are now.
func (s *Service) readRulebook(ctx context.Context, t iam.TenantID) (rulebook, error) {
	roles, groups, err := s.store.Rulebook(ctx, t)
	if err != nil {
		return nil, err
	}
	byID := make(map[iam.APIGroupID]iam.APIGroup, len(groups))
	for _, g := range groups {
		byID[g.ID] = g
	}
	book := make(rulebook, len(roles))
	for _, r := range roles {
		var of []iam.APIGroup
		if r.Builtin {
			of = []iam.APIGroup{builtinGroup(r.Handle)}
		}
		for _, id := range r.APIGroups {
			of = append(of, byID[id])
		}
		book[r.ID] = s.catalog.CompileRole(r, of)
	}
	return book, nil
}
