package object

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Relations answers what refers to an object and what is wrong with what it
// refers to. Who may not read the objects of the whole tenant learns of those in
// the object's own namespace only.
func (s *Service) Relations(ctx context.Context, by iam.Actor, o Object) (Relations, error) {
	everywhere, err := s.Rights.May(ctx, by, iam.ObjectsRead)
	if err != nil {
		return Relations{}, err
	}
	var rel Relations
	add := func(to *[]Target, t Target) {
		if (everywhere || t.Namespace == o.Namespace) && !slices.Contains(*to, t) {
			*to = append(*to, t)
		}
	}
	referrers, err := s.Store.Referring(ctx, by.Tenant, o.Record.target())
	if err != nil {
		return Relations{}, err
	}
	for _, r := range referrers {
		add(&rel.Referring, r.Target)
	}
	refs, err := s.Store.References(ctx, by.Tenant, o.ID)
	if err != nil {
		return Relations{}, err
	}
	for _, r := range refs {
		switch {
		case r.Dead:
			add(&rel.Deleted, r.Target)
		case r.Disabled:
			add(&rel.Disabled, r.Target)
		}
	}
	for i, t := range rel.Referring {
		if rel.Referring[i], err = s.shown(ctx, by, t); err != nil {
			return Relations{}, err
		}
	}
	return rel, nil
}

// Referring answers the objects that refer to something of the tenant, also of
// a kind that is kept elsewhere, such as {"user_group", "system", name}.
func (s *Service) Referring(ctx context.Context, by iam.Actor, to Target) ([]Referrer, error) {
	found, err := s.Store.Referring(ctx, by.Tenant, to)
	if err != nil {
		return nil, err
	}
	for i := range found {
		if found[i].Target, err = s.shown(ctx, by, found[i].Target); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// CountReferrers answers how many objects of each kind refer to things of a kind
// in a namespace, by the name of the thing.
func (s *Service) CountReferrers(ctx context.Context, by iam.Actor, kind, namespace string) (map[string]map[string]int, error) {
	found, err := s.Store.CountReferrers(ctx, by.Tenant, kind, namespace)
	counts := map[string]map[string]int{}
	for _, c := range found {
		if counts[c.Name] == nil {
			counts[c.Name] = map[string]int{}
		}
		if isActivity(c.Kind) {
			c.Kind = "namespace"
		}
		counts[c.Name][c.Kind] += c.N
	}
	return counts, err
}

// shown answers who refers as callers know it: the list of what is active in a
// namespace is part of the namespace.
func (s *Service) shown(ctx context.Context, by iam.Actor, t Target) (Target, error) {
	if !isActivity(t.Kind) {
		return t, nil
	}
	n, err := s.Tenants.Namespace(ctx, by, t.Namespace)
	return Target{Kind: "namespace", Name: t.Namespace, ID: string(n.ID)}, err
}

// Unrefer takes references to something out of the objects that have them.
// Precondition with ReasonInUse: one cannot be taken out without breaking its
// object, or since its namespace is disabled; nothing has changed then. Denied:
// the actor may not update one of them, or may so in some namespaces only;
// Conflict: somebody else changes one.
func (s *Service) Unrefer(ctx context.Context, by iam.Actor, to Target) error {
	changes, err := s.unreferring(ctx, by, to)
	if err != nil {
		return err
	}
	for _, c := range changes {
		if _, err := s.update(ctx, by, c.kind, c.record.Metadata, c.record, c.relating); err != nil {
			return err
		}
	}
	return nil
}

// CheckUnrefer answers what stands in the way of Unrefer, and changes nothing.
func (s *Service) CheckUnrefer(ctx context.Context, by iam.Actor, to Target) error {
	_, err := s.unreferring(ctx, by, to)
	return err
}

// change is an object as it is to be written.
type change struct {
	relating
	kind   *Kind
	record Record
}

// unreferring answers the changes that take out all references to something, in
// the order of the objects.
func (s *Service) unreferring(ctx context.Context, by iam.Actor, to Target) ([]change, error) {
	found, err := s.Store.Referring(ctx, by.Tenant, to)
	if err != nil {
		return nil, err
	}
	var changes []change
	for len(found) > 0 { // those of one object are in a row
		t, drop := found[0].Target, []string(nil)
		for len(found) > 0 && found[0].Target == t {
			drop, found = append(drop, found[0].Path), found[1:]
		}
		c := change{kind: stored(t.Kind)}
		may, err := s.Rights.May(ctx, by, c.kind.Update)
		if err != nil {
			return nil, err
		}
		if !may {
			return nil, iam.E(iam.Denied, "%s may not change %s %q, which refers to %q: the right %s in the whole tenant is missing",
				by.Username, t.Kind, t.Name, to.Name, c.kind.Update)
		}
		n, err := s.Tenants.Namespace(ctx, by, t.Namespace)
		if err != nil {
			return nil, err
		}
		if n.Disabled {
			return nil, iam.E(iam.Precondition, "%s %q cannot be changed, since namespace %q is disabled", t.Kind, t.Name, n.Name).
				Because(iam.ReasonInUse).About(t.Name)
		}
		if c.record, err = s.Store.ObjectByID(ctx, by.Tenant, iam.ObjectID(t.ID)); err != nil {
			return nil, err
		}
		if c.relating, err = s.unbroken(ctx, by, c.kind, &c.record, drop); err != nil {
			return nil, err
		}
		changes = append(changes, c)
	}
	return changes, nil
}

// unbroken takes references out of the spec of r, unless it breaks the rules of
// its kind without them. Secrets are masked on the way, and so stay.
func (s *Service) unbroken(ctx context.Context, by iam.Actor, k *Kind, r *Record, drop []string) (relating, error) {
	old := *r
	r.Updated = s.Env.Time()
	shown, err := s.show(ctx, by.Tenant, k, old)
	if err != nil {
		return relating{}, err
	}
	spec, err := without(shown.Replacement, drop)
	if err != nil {
		return relating{}, err
	}
	to, err := s.read(ctx, by, k, r, spec, &old)
	if iam.Is(err, iam.Invalid) {
		return relating{}, iam.E(iam.Precondition, "%s %q cannot be without its reference", r.Kind, r.Name).Because(iam.ReasonInUse).About(r.Name)
	}
	return to, err
}
