package access

import (
	"context"
	"slices"
	"sort"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/access/rbac"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const maxRules = 1000

// AllAPIGroups answers the tenant's own API groups and the built-in ones, by
// name. A built-in one that no role of the tenant has ever had has no id.
func (s *Service) AllAPIGroups(ctx context.Context, by iam.Actor) ([]iam.APIGroup, error) {
	_, groups, err := s.store.Rulebook(ctx, by.Tenant)
	if err != nil {
		return nil, err
	}
	all := make([]iam.APIGroup, 0, len(groups)+len(s.builtin))
	taken := make(map[string]bool, len(groups))
	for _, g := range groups {
		all, taken[iam.Fold(g.Name)] = append(all, s.withRules(g)), true
	}
	for _, g := range s.builtin {
		if !taken[g.Name] {
			all = append(all, g)
		}
	}
	sort.Slice(all, func(i, j int) bool { return iam.Fold(all[i].Name) < iam.Fold(all[j].Name) })
	return all, nil
}

// OwnAPIGroup answers an API group of the tenant's own by its name, without
// regard to case. NotFound; Precondition: it is built in.
func (s *Service) OwnAPIGroup(ctx context.Context, by iam.Actor, name string) (iam.APIGroup, error) {
	all, err := s.AllAPIGroups(ctx, by)
	if err != nil {
		return iam.APIGroup{}, err
	}
	i := slices.IndexFunc(all, func(g iam.APIGroup) bool { return iam.Fold(g.Name) == iam.Fold(name) })
	switch {
	case i < 0:
		return iam.APIGroup{}, iam.ErrNotFound("API group", name)
	case all[i].Builtin:
		return iam.APIGroup{}, errBuiltin("API group", all[i].Name)
	}
	return all[i], nil
}

// NamedAPIGroups answers API groups by name, without regard to case, as rows to
// which roles can refer: a built-in one is made where the tenant has not used
// it yet. Invalid, with path "api_groups", for a name that none has; Denied
// where one that would have to be made allows what the actor may not do.
func (s *Service) NamedAPIGroups(ctx context.Context, by iam.Actor, names []string) ([]iam.APIGroupID, error) {
	if len(names) == 0 {
		return nil, nil
	}
	all, err := s.AllAPIGroups(ctx, by)
	if err != nil {
		return nil, err
	}
	found := make(map[string]iam.APIGroup, len(all))
	for _, g := range all {
		found[iam.Fold(g.Name)] = g
	}
	var c iam.Checker
	var missing []iam.APIGroup
	now := s.env.Time()
	for _, name := range names {
		switch g, ok := found[iam.Fold(name)]; {
		case !ok:
			c.Add("api_groups", iam.ReasonFormat, "api_groups: there is no API group %.64q", name)
		case g.ID == "":
			if err := s.checkAPIGroup(ctx, by, g); err != nil {
				return nil, err
			}
			missing = append(missing, iam.APIGroup{ID: iam.APIGroupID(s.env.NewID()), Name: g.Name, Builtin: true,
				Created: now, Updated: now, Version: 1})
		}
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	if len(missing) > 0 {
		made, err := s.store.EnsureAPIGroups(ctx, by.Tenant, missing)
		if err != nil {
			return nil, err
		}
		for _, g := range made {
			found[iam.Fold(g.Name)] = g
		}
	}
	ids := make([]iam.APIGroupID, len(names))
	for i, name := range names {
		ids[i] = found[iam.Fold(name)].ID
	}
	return ids, nil
}

// CreateAPIGroup makes an API group. Invalid; Exists; Denied: a rule allows
// what the actor may not do.
func (s *Service) CreateAPIGroup(ctx context.Context, by iam.Actor, name, description string, rules []iam.Rule) (iam.APIGroup, error) {
	now := s.env.Time()
	g := iam.APIGroup{ID: iam.APIGroupID(s.env.NewID()), Name: name, Description: description, Rules: rules,
		Created: now, Updated: now, Version: 1}
	if err := s.checkRules(ctx, by, g); err != nil {
		return iam.APIGroup{}, err
	}
	return g, s.store.InsertAPIGroup(ctx, by.Tenant, g, s.env.Event(by, "api-group", "create", string(g.ID), g.Name))
}

// UpdateAPIGroup replaces name, description and rules of an API group at
// g.Version. NotFound, Invalid, Exists, Conflict; Precondition: it is built in;
// Denied: it allows, before or after, what the actor may not do.
func (s *Service) UpdateAPIGroup(ctx context.Context, by iam.Actor, g iam.APIGroup) (iam.APIGroup, error) {
	if err := s.changeableAPIGroup(ctx, by, g.ID); err != nil {
		return iam.APIGroup{}, err
	}
	if err := s.checkRules(ctx, by, g); err != nil {
		return iam.APIGroup{}, err
	}
	g.Updated = s.env.Time()
	if err := s.store.UpdateAPIGroup(ctx, by.Tenant, g, s.env.Event(by, "api-group", "update", string(g.ID), g.Name)); err != nil {
		return iam.APIGroup{}, err
	}
	g.Version++
	return g, nil
}

// DeleteAPIGroup removes an API group. NotFound; Precondition: a role has it, or
// it is built in; Denied: it allows what the actor may not do.
func (s *Service) DeleteAPIGroup(ctx context.Context, by iam.Actor, id iam.APIGroupID) error {
	if err := s.changeableAPIGroup(ctx, by, id); err != nil {
		return err
	}
	return s.store.DeleteAPIGroup(ctx, by.Tenant, id, s.env.Event(by, "api-group", "delete", string(id), ""))
}

// changeableAPIGroup refuses an API group that the actor may not change or
// remove.
func (s *Service) changeableAPIGroup(ctx context.Context, by iam.Actor, id iam.APIGroupID) error {
	_, groups, err := s.store.Rulebook(ctx, by.Tenant)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(groups, func(g iam.APIGroup) bool { return g.ID == id })
	switch {
	case i < 0:
		return iam.ErrNotFound("API group", string(id))
	case groups[i].Builtin:
		return errBuiltin("API group", groups[i].Name)
	}
	return s.checkAPIGroup(ctx, by, groups[i])
}

// errBuiltin says that something belongs to the product.
func errBuiltin(what, name string) error {
	return iam.E(iam.Precondition, "%s %q is built in and cannot be changed", what, name).Because(iam.ReasonBuiltin).About(name)
}

func (s *Service) checkRules(ctx context.Context, by iam.Actor, g iam.APIGroup) error {
	var c iam.Checker
	c.Length("name", g.Name, 1, maxName)
	if !iam.Printable(g.Name) {
		c.Add("name", iam.ReasonFormat, "name must not contain control or invisible characters")
	}
	if strings.HasPrefix(iam.Fold(g.Name), ownPrefix) {
		c.Add("name", iam.ReasonFormat, "name must not begin with %q, as those of built-in API groups do", ownPrefix)
	}
	c.Length("description", g.Description, 0, maxDescription)
	if len(g.Rules) > maxRules {
		c.Add("rules", iam.ReasonLength, "rules must have at most %d items", maxRules)
	}
	if err := c.Err(); err != nil {
		return err
	}
	for _, r := range g.Rules {
		if err := rbac.ValidateRule(r); err != nil {
			return err
		}
	}
	return s.checkSet(ctx, by, iam.ScopeTenant, s.catalog.Compile(g.Rules), "API group "+g.Name)
}
