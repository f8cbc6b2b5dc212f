package access

import (
	"context"

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
	plans    *cluster.Cache[string, *plan]
	scopes   scopes
	// What decides about people of one tenant in another, see outsider.
	places    *cluster.Cache[string, *place]
	gifts     *cluster.Cache[string, gift]
	outsiders *cluster.Cache[string, *subject]
	nothing   *subject
	// all is all that a role can give.
	all rbac.Set
	// builtin are the built-in API groups, by name.
	builtin []iam.APIGroup
}

// subject is what is remembered of one user under one epoch.
type subject struct {
	policy *rbac.Policy
	grants []rbac.Grant // also those of roles that are disabled
}

// rulebook is a tenant's roles, compiled.
type rulebook map[iam.RoleID]*rbac.Role

// Sizes of the caches, in subjects and in tenants.
const (
	maxSubjects  = 100_000
	maxRulebooks = 10_000
	maxPlans     = 10_000
	maxPlaces    = 10_000
	maxGifts     = 100_000
)

// New makes the service. UseCatalog must be called before it decides.
func New(store Store, epochs *cluster.Epochs, env iam.Env) *Service {
	s := &Service{
		store: store, env: env,
		subjects:  cluster.NewCache[iam.UserID, *subject](epochs, maxSubjects),
		rules:     cluster.NewCache[string, rulebook](epochs, maxRulebooks),
		plans:     cluster.NewCache[string, *plan](epochs, maxPlans),
		places:    cluster.NewCache[string, *place](epochs, maxPlaces),
		gifts:     cluster.NewCache[string, gift](epochs, maxGifts),
		outsiders: cluster.NewCache[string, *subject](epochs, maxSubjects),
	}
	s.UseCatalog(rbac.NewCatalog(nil))
	return s
}

// UseCatalog tells the service the operations of this server. It is called
// once, when all dialects have registered theirs and before any is served.
func (s *Service) UseCatalog(c *rbac.Catalog) {
	s.catalog, s.builtin, s.nothing = c, builtinAPIGroups(c), nothing(c)
	s.all = c.Compile([]iam.Rule{{Permission: "*"}})
}

// held answers the rights that an actor holds in the tenant in which they act:
// those of their home, or where they came through a relation of the two
// tenants, those that it gives.
func (s *Service) held(ctx context.Context, by iam.Actor) (*subject, error) {
	if by.Reach.Delegated() {
		return s.outsider(ctx, by)
	}
	return s.subject(ctx, by.Home, by.User)
}

// subject answers the rights that hold for a user now.
func (s *Service) subject(ctx context.Context, t iam.TenantID, u iam.UserID) (*subject, error) {
	return s.subjects.Get(ctx, t, u, func(ctx context.Context) (*subject, error) { return s.load(ctx, t, u, false) })
}

// bound answers the rights that are bound to a user, whatever the state of the
// user and of the roles.
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
	sub := &subject{grants: grantsOf(book, holdings)}
	hold := sub.grants
	if !anyState {
		hold = rbac.Active(hold)
	}
	sub.policy = rbac.NewPolicy(s.catalog, hold)
	return sub, nil
}

// grantsOf answers holdings with the roles that they give.
func grantsOf(book rulebook, holdings []Holding) []rbac.Grant {
	grants := make([]rbac.Grant, 0, len(holdings))
	for _, h := range holdings {
		role, ok := book[h.Binding.Role]
		if !ok {
			continue // the role was made after the rulebook was read; the next epoch has it
		}
		namespaces, _ := h.Binding.Scope.NamespaceGroup()
		grants = append(grants, rbac.Grant{Binding: h.Binding, Role: role,
			Group:          iam.Ref[iam.GroupID]{ID: h.Binding.Group, Name: h.GroupName},
			NamespaceGroup: iam.Ref[iam.NamespaceGroupID]{ID: namespaces, Name: h.NamespaceGroup},
			Namespaces:     h.Namespaces})
	}
	return grants
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
			of = append(of, s.withRules(byID[id]))
		}
		book[r.ID] = s.catalog.CompileRole(r, of)
	}
	return book, nil
}
