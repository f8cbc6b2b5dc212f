package f5xc

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// The vendor keeps the API groups of a role in an rbac_policy to which the role
// refers. Here they are the role's own: the policy is a view of it, of the same
// name.

// maxPolicyRules is how many rules the vendor's policy can have, one an API group.
const maxPolicyRules = 256

func (d *dialect) rolePolicyOperations() []api.Operation {
	const all, one = "/api/web/namespaces/{namespace}/rbac_policys", "/api/web/namespaces/{namespace}/rbac_policys/{name}"
	example := roleLike(kindPolicy, iam.Tenant{Code: iam.DefaultTenant}, iam.Role{ID: iam.RoleID(exampleRole.system.UID), Name: exampleRole.meta.Name,
		Created: exampleTime, Updated: exampleTime})
	example.spec = policySpecOf([]string{"gatehouse-users-read"})
	return []api.Operation{
		api.Handle(api.Op{
			ID: "rbac-policy.list", Methods: []string{http.MethodGet}, Paths: []string{all}, Access: api.Requires(iam.RolesRead), Namespace: "namespace",
			Tag: "Roles", Summary: "List what roles allow, as policies", Description: "Each role has one policy, of its own name.",
			Errors: []iam.Kind{iam.NotFound}, ResponseExample: listing{Fields: []string{""}}.list([]shown{example}),
		}, d.listRolePolicies),
		api.Handle(api.Op{
			ID: "rbac-policy.get", Methods: []string{http.MethodGet}, Paths: []string{one}, Access: api.Requires(iam.RolesRead), Namespace: "namespace",
			Tag: "Roles", Summary: "Show what a role allows, as a policy", Errors: []iam.Kind{iam.NotFound},
			ResponseExample: getAnswer{Metadata: example.meta, Spec: example.spec, System: example.system},
		}, d.getRolePolicy),
	}
}

type policySpec struct {
	Rules []policyRule `json:"rules"`
}

type policyRule struct {
	APIGroup string `json:"api_group"`
}

func policySpecOf(groups []string) policySpec {
	s := policySpec{make([]policyRule, len(groups))}
	for i, g := range groups {
		s.Rules[i] = policyRule{g}
	}
	return s
}

func (d *dialect) listRolePolicies(ctx context.Context, c *api.Call, in struct {
	inNamespace
	listing
}) (listAnswer, error) {
	t, roles, err := d.rolesIn(ctx, c.Actor, in.Namespace)
	if err != nil {
		return listAnswer{}, err
	}
	names, err := d.apiGroupNames(ctx, c.Actor)
	if err != nil {
		return listAnswer{}, err
	}
	all := make([]shown, len(roles))
	for i, r := range roles {
		all[i] = roleLike(kindPolicy, t, r)
		all[i].spec = policySpecOf(names.of(r))
	}
	return in.pick(all)
}

func (d *dialect) getRolePolicy(ctx context.Context, c *api.Call, in namedFormat) (getAnswer, error) {
	f, t, r, err := d.roleToShow(ctx, c.Actor, in)
	if err != nil {
		return getAnswer{}, err
	}
	names, err := d.apiGroupNames(ctx, c.Actor)
	if err != nil {
		return getAnswer{}, err
	}
	s := roleLike(kindPolicy, t, r)
	s.spec = policySpecOf(names.of(r))
	return s.get(f, func() (referring, _, _ []objectRef, _ error) {
		return []objectRef{roleLike(kindRole, t, r).ref()}, nil, nil, nil
	})
}

// apiGroups answers the API groups of names, each once.
func (d *dialect) apiGroups(ctx context.Context, by iam.Actor, names []string) ([]iam.APIGroupID, error) {
	var c iam.Checker
	if len(names) > maxPolicyRules {
		c.Add("api_groups", iam.ReasonLimit, "Field api_groups should have at most %d items, as a policy has rules, got %d in request.",
			maxPolicyRules, len(names))
		return nil, c.Err()
	}
	if len(names) == 0 {
		return nil, nil
	}
	ids, err := d.Access.NamedAPIGroups(ctx, by, names)
	if err != nil {
		return nil, inWords(err, nil)
	}
	once := ids[:0]
	for _, id := range ids {
		if !slices.Contains(once, id) {
			once = append(once, id)
		}
	}
	return once, nil
}

// apiGroupNames know the API groups of roles by name.
type apiGroupNames struct {
	byID    map[iam.APIGroupID]string
	builtin []iam.APIGroup
}

// apiGroupNames answers those of the actor's tenant.
func (d *dialect) apiGroupNames(ctx context.Context, by iam.Actor) (apiGroupNames, error) {
	all, err := d.Access.AllAPIGroups(ctx, by)
	n := apiGroupNames{byID: make(map[iam.APIGroupID]string, len(all))}
	for _, g := range all {
		n.byID[g.ID] = g.Name
		if g.Builtin {
			n.builtin = append(n.builtin, g)
		}
	}
	return n, err
}

// of answers the API groups of a role, by name. A built-in role has none of its own: it
// is told in the built-in API groups that allow the same.
func (n apiGroupNames) of(r iam.Role) []string {
	names := make([]string, 0, len(r.APIGroups))
	for _, id := range r.APIGroups {
		names = append(names, n.byID[id])
	}
	if !r.Builtin {
		slices.Sort(names)
		return names
	}
	rules := access.BuiltinRules(r.Handle)
	for _, g := range n.builtin {
		if !within(g.Rules, rules) {
			continue
		}
		if slices.ContainsFunc(g.Rules, func(r iam.Rule) bool { return r.Permission == "*" }) {
			return []string{g.Name}
		}
		names = append(names, g.Name)
	}
	return names
}

// within reports whether rules, each about one permission, allow nothing that
// those of a role do not allow.
func within(rules, role []iam.Rule) bool {
	return !slices.ContainsFunc(rules, func(r iam.Rule) bool {
		return r.Permission == "" || !slices.ContainsFunc(role, func(p iam.Rule) bool { return matches(p.Permission, r.Permission) })
	})
}

// matches reports whether a pattern of permissions, as of iam.Rule, is of this one.
func matches(pattern, permission string) bool {
	if before, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(permission, before)
	}
	if after, ok := strings.CutPrefix(pattern, "*"); ok {
		return strings.HasSuffix(permission, after)
	}
	return pattern == permission
}
