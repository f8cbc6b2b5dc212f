package object

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json"
	"golang.org/x/sync/errgroup"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// migrating is how many children come to another manager at once. Their writes
// share commits, and leave room for those of others.
const migrating = 8

// Migration is what came of asking that children come to another manager.
type Migration struct {
	Begun int
	// Faults are why not all of them do.
	Faults []MigrationFault
}

// MigrationFault is why a child does not come to another manager.
type MigrationFault struct {
	Name string // as the caller gave it
	Err  *iam.Error
}

// MigrateChildren lets children, by the names of their objects, come to another
// manager: a job sees to those that can. from is the manager that they have;
// empty for any. Denied: the actor does not hold everything at home; NotFound:
// from is not there; Invalid: the other one is not.
func (s *Service) MigrateChildren(ctx context.Context, by iam.Actor, from, to string, names []string) (Migration, error) {
	if err := s.Rights.CheckAll(ctx, by); err != nil {
		return Migration{}, err
	}
	var source iam.ObjectID
	if from != "" {
		r, err := s.Store.Object(ctx, by.Tenant, childTenantManager, iam.NamespaceSystem, from)
		if err != nil {
			return Migration{}, err
		}
		source = r.ID
	}
	target, err := s.Store.Object(ctx, by.Tenant, childTenantManager, iam.NamespaceSystem, to)
	if iam.Is(err, iam.NotFound) {
		err = invalid(childTenantManager, iam.ReasonFormat, "name a child tenant manager that there is")
	}
	if err != nil {
		return Migration{}, err
	}
	states, err := s.Tenants.Children(ctx, by.Tenant, "")
	if err != nil {
		return Migration{}, err
	}
	var m Migration
	w := childWork{By: by, Manager: target.ID}
	for _, name := range names {
		id, err := s.migratable(ctx, by.Tenant, name, source, states)
		if e, known := asFault(err); known {
			m.Faults = append(m.Faults, MigrationFault{name, e})
			continue
		}
		if err != nil {
			return Migration{}, err
		}
		w.Children = append(w.Children, id)
	}
	if m.Begun = len(w.Children); m.Begun == 0 {
		return m, nil
	}
	j, err := childJob(jobMigrateChildren, target.ID, w)
	if err != nil {
		return Migration{}, err
	}
	j.Key = "" // each is about other children
	e := s.Env.Event(by, childTenantManager, "migrate", string(target.ID), target.Name)
	e.Details = iam.Merge(e.Details, map[string]string{"children": strconv.Itoa(m.Begun)})
	_, err = s.Queue.Enqueue(ctx, by.Tenant, j, e)
	return m, err
}

// asFault answers an error that is about one child only.
func asFault(err error) (*iam.Error, bool) {
	e, ok := errors.AsType[*iam.Error](err)
	return e, ok && (e.Kind == iam.NotFound || e.Kind == iam.Precondition)
}

// migratable answers the id of a child that can come to another manager.
// NotFound; Precondition: it is not active, or not of the manager that is given.
func (s *Service) migratable(ctx context.Context, t iam.TenantID, name string, of iam.ObjectID, states map[iam.ObjectID]iam.TenantState) (iam.ObjectID, error) {
	r, err := s.Store.Object(ctx, t, childTenant.Name, iam.NamespaceSystem, name)
	if iam.Is(err, iam.NotFound) {
		return "", iam.ErrNotFound("child tenant", iam.Cut(name, 64))
	}
	if err != nil {
		return "", err
	}
	if state := childStateOf(r, string(states[r.ID])); state != childActive && state != "StateConfiguringFailed" {
		return "", iam.E(iam.Precondition, "child tenant %q is not active", name).About(name)
	}
	if of != "" {
		link, err := s.Store.Link(ctx, t, r.ID)
		if err != nil {
			return "", err
		}
		if link.Manager != of {
			return "", iam.E(iam.Precondition, "child tenant %q has another manager", name).About(name)
		}
	}
	return r.ID, nil
}

// migrateChildren brings children to another manager, each in a transaction of
// its own.
func (s *Service) migrateChildren(ctx context.Context, t iam.TenantID, j iam.Job, w childWork) error {
	var mark errgroup.Group
	mark.SetLimit(migrating)
	for _, id := range w.Children {
		mark.Go(func() error {
			err := s.setChildStatus(ctx, t, id, childConfiguring, "")
			if iam.Is(err, iam.NotFound) {
				return nil
			}
			return err
		})
	}
	if err := mark.Wait(); err != nil {
		return err
	}
	var all errgroup.Group
	all.SetLimit(migrating)
	for _, id := range w.Children {
		all.Go(func() error {
			err := s.migrateChild(ctx, t, w, id)
			switch {
			case iam.Is(err, iam.NotFound):
				return nil // it has been removed
			case err != nil:
				return s.settleChild(ctx, t, id, j, childConfiguring, childConfiguringFailed, err)
			}
			return nil
		})
	}
	return all.Wait()
}

// migrateChild brings one child to another manager. NotFound: the child is gone;
// Precondition: the manager is.
func (s *Service) migrateChild(ctx context.Context, t iam.TenantID, w childWork, id iam.ObjectID) error {
	for {
		c, err := s.childByID(ctx, t, id)
		if err != nil {
			return err
		}
		switch childStatusOf(c.record).Phase {
		case childDeleting, childDeleteFailed:
			return nil
		}
		if c.link.Manager != w.Manager {
			err = s.changeManager(ctx, t, w, c)
			if iam.Is(err, iam.Conflict) {
				continue // somebody else has written it
			}
			if err != nil {
				return err
			}
		}
		return s.setChildStatus(ctx, t, id, childMade, "")
	}
}

func (s *Service) changeManager(ctx context.Context, t iam.TenantID, w childWork, c child) error {
	to, err := s.Store.ObjectByID(ctx, t, w.Manager)
	if iam.Is(err, iam.NotFound) {
		return iam.E(iam.Precondition, "the child tenant manager is not there any more")
	}
	if err != nil {
		return err
	}
	own, err := s.Tenants.Tenant(ctx, w.By)
	if err != nil {
		return err
	}
	c.spec.Manager = &viewRef{Name: to.Name, Namespace: iam.NamespaceSystem, Tenant: own.Code}
	c.link.Manager, c.record.Link, c.record.Updated = to.ID, &c.link, s.Env.Time()
	if c.record.Spec, err = json.Marshal(&c.spec, json.Deterministic(true)); err != nil {
		return err
	}
	refs := childReferences(&c.spec)
	return s.Store.UpdateObject(ctx, t, c.record, refs, nil, s.event(w.By, "update", c.record, relating{refs: refs}))
}

// ChildrenOf lists the child tenants that have a manager. NotFound: the manager.
// One that had another of its name, which is gone, has none.
func (s *Service) ChildrenOf(ctx context.Context, by iam.Actor, manager string) ([]Object, error) {
	if _, err := s.Store.Object(ctx, by.Tenant, childTenantManager, iam.NamespaceSystem, manager); err != nil {
		return nil, err
	}
	found, err := s.Store.Objects(ctx, by.Tenant, childTenant.Name, iam.NamespaceSystem)
	if err != nil {
		return nil, err
	}
	has, err := s.Tenants.Children(ctx, by.Tenant, manager)
	if err != nil {
		return nil, err
	}
	of := slices.DeleteFunc(found, func(r Record) bool {
		_, ok := has[r.ID]
		return !ok
	})
	return s.showAll(ctx, by.Tenant, childTenant, of)
}
