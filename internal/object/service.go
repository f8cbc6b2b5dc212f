package object

import (
	"context"
	"log/slog"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Deps are what the service needs of the rest.
type Deps struct {
	Store   Store
	Keys    Keys
	Tenants Tenants
	People  People
	Rights  Rights
	Queue   Queue
	Fetcher Fetcher
	Env     iam.Env
	Log     *slog.Logger
}

// Keys seals secrets; package keyring satisfies it.
type Keys interface {
	Seal(ctx context.Context, t iam.TenantID, plaintext []byte, what string) ([]byte, error)
}

// Tenants are the places of objects, and what a tenant decides for itself;
// package tenancy satisfies it.
type Tenants interface {
	Tenant(ctx context.Context, by iam.Actor) (iam.Tenant, error)
	// Namespace answers a namespace by name. NotFound.
	Namespace(ctx context.Context, by iam.Actor, name string) (iam.Namespace, error)
	// UpdateSettings replaces the settings at their version. Conflict.
	UpdateSettings(ctx context.Context, by iam.Actor, in iam.Settings) (iam.Settings, error)
	OtherTenants
}

// Rights are who may do what; package access satisfies it.
type Rights interface {
	// May reports whether the actor holds a permission in the whole tenant.
	May(ctx context.Context, by iam.Actor, p iam.Permission) (bool, error)
	// CheckAll answers Denied unless the actor holds every right in the whole
	// of their home.
	CheckAll(ctx context.Context, by iam.Actor) error
	// CheckGroups answers Denied when the actor lacks a right that being in one
	// of the groups gives.
	CheckGroups(ctx context.Context, by iam.Actor, groups []iam.GroupID) error
}

// Queue takes durable work; package job satisfies it.
type Queue interface {
	// Prepare fills in a job that Store is to write, and Wake is to be called
	// when it has.
	Prepare(j iam.Job) iam.Job
	Wake()
	// Enqueue writes a job. Exists: one with the same key is not done.
	Enqueue(ctx context.Context, t iam.TenantID, j iam.Job, events ...iam.Event) (iam.Job, error)
}

// Fetcher fetches documents; package outbound satisfies it.
type Fetcher interface {
	// Fetch answers a document of at most limit bytes. Invalid: it may not be
	// fetched; Unavailable: it cannot be.
	Fetch(ctx context.Context, url string, limit int64) ([]byte, error)
}

// Service owns configuration objects. Whoever calls it has been authorized to,
// in the namespace that is given.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) *Service { return &Service{d} }

// Create makes an object. Invalid, with paths below "metadata" and "spec";
// Exists; NotFound: the namespace is not there; Precondition: it is disabled, or
// a tenant can have but one object of the kind.
func (s *Service) Create(ctx context.Context, by iam.Actor, k *Kind, m Metadata, spec []byte) (Object, error) {
	now := s.Env.Time()
	r := Record{Metadata: m, ID: iam.ObjectID(s.Env.NewID()), Kind: k.Name, CreatedBy: by.User, Created: now, Updated: now, Version: 1}
	to, err := s.read(ctx, by, k, &r, spec, nil)
	if err != nil {
		return Object{}, err
	}
	if err := s.checkSingle(ctx, by.Tenant, k, r); err != nil {
		return Object{}, err
	}
	jobs, err := s.jobsOfNew(ctx, by, k, m, r)
	if err != nil {
		return Object{}, err
	}
	if err := s.Store.InsertObject(ctx, by.Tenant, r, to.refs, jobs, s.event(by, "create", r, to)); err != nil {
		return Object{}, err
	}
	// Two that were made at the same moment have not seen each other before.
	if err := s.checkSingle(ctx, by.Tenant, k, r); err != nil {
		if undo := s.remove(ctx, by, k, r, false); undo != nil {
			return Object{}, undo
		}
		return Object{}, err
	}
	s.follow(ctx, by, k, r.ID)
	return s.show(ctx, by.Tenant, k, r)
}

// checkSingle answers Precondition when there is another object of a kind that
// may have but one. One of the same name is left to Store, which says Exists.
func (s *Service) checkSingle(ctx context.Context, t iam.TenantID, k *Kind, r Record) error {
	if !k.hooks.single {
		return nil
	}
	found, err := s.Store.Objects(ctx, t, k.Name, r.Namespace)
	if err != nil {
		return err
	}
	for _, other := range found {
		if other.ID != r.ID && other.Name != r.Name {
			return iam.E(iam.Precondition, "a tenant has at most one %s, and has %q", k.Name, other.Name).Because(iam.ReasonLimit).About(other.Name)
		}
	}
	return nil
}

// Replace writes metadata and spec of an object anew. version 0 takes it as it
// is. A secret that is masked or missing stays. NotFound, Invalid, Conflict;
// Precondition: the namespace is disabled.
func (s *Service) Replace(ctx context.Context, by iam.Actor, k *Kind, m Metadata, spec []byte, version int64) (Object, error) {
	old, err := s.record(ctx, by, k, m.Namespace, m.Name)
	if err != nil {
		return Object{}, err
	}
	if version != 0 && version != old.Version {
		return Object{}, iam.ErrStale(k.Name, old.Name)
	}
	r := old
	r.Metadata, r.Updated = m, s.Env.Time()
	to, err := s.read(ctx, by, k, &r, spec, &old)
	if err != nil {
		return Object{}, err
	}
	return s.update(ctx, by, k, m, r, to)
}

// update writes what is new in a record, and does what follows. m is what the
// writer has said.
func (s *Service) update(ctx context.Context, by iam.Actor, k *Kind, m Metadata, r Record, to relating) (Object, error) {
	jobs, err := s.jobs(ctx, by.Tenant, k, r.ID)
	if err != nil {
		return Object{}, err
	}
	if err := s.Store.UpdateObject(ctx, by.Tenant, r, to.refs, jobs, s.event(by, "update", r, to)); err != nil {
		return Object{}, err
	}
	r.Version++
	s.follow(ctx, by, k, r.ID)
	if k.hooks.after != nil {
		if err := k.hooks.after(s, ctx, by, m, r); err != nil {
			return Object{}, err
		}
	}
	return s.show(ctx, by.Tenant, k, r)
}

// Get answers one object. NotFound.
func (s *Service) Get(ctx context.Context, by iam.Actor, k *Kind, namespace, name string) (Object, error) {
	r, err := s.record(ctx, by, k, namespace, name)
	if err != nil {
		return Object{}, err
	}
	return s.show(ctx, by.Tenant, k, r)
}

// List answers the objects of a kind in a namespace by name, those that match a
// label selector. Invalid: the selector is malformed; NotFound: the namespace.
func (s *Service) List(ctx context.Context, by iam.Actor, k *Kind, namespace, selector string) ([]Object, error) {
	wanted, err := ParseSelector(selector)
	if err != nil {
		return nil, err
	}
	if err := k.in(namespace); err != nil {
		return nil, err
	}
	if _, err := s.Tenants.Namespace(ctx, by, namespace); err != nil {
		return nil, err
	}
	found, err := s.Store.Objects(ctx, by.Tenant, k.Name, namespace)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(r Record) bool { return !wanted.Matches(r.Labels) })
	return s.showAll(ctx, by.Tenant, k, found)
}

// Delete removes an object. NotFound; Precondition with ReasonInUse: others
// refer to it, and failIfReferred is set.
func (s *Service) Delete(ctx context.Context, by iam.Actor, k *Kind, namespace, name string, failIfReferred bool) error {
	r, err := s.record(ctx, by, k, namespace, name)
	if err != nil {
		return err
	}
	return s.remove(ctx, by, k, r, failIfReferred)
}

func (s *Service) remove(ctx context.Context, by iam.Actor, k *Kind, r Record, failIfReferred bool) error {
	if k.hooks.end != nil {
		return k.hooks.end(s, ctx, by, r, failIfReferred)
	}
	var jobs []iam.Job
	if k.hooks.atOnce { // a series of jobs finds out by itself that there is nothing to do any more
		var err error
		if jobs, err = s.jobs(ctx, by.Tenant, k, r.ID); err != nil {
			return err
		}
	}
	if k.hooks.link != nil {
		if err := s.tellLink(ctx, by.Tenant, &r); err != nil {
			return err
		}
	}
	if err := s.Store.DeleteObject(ctx, by.Tenant, r.ID, failIfReferred, jobs, s.event(by, "delete", r, relating{})); err != nil {
		return err
	}
	if k.hooks.atOnce {
		s.follow(ctx, by, k, r.ID)
	}
	return nil
}

// Empty removes all objects of a namespace, as far as it can, and answers what
// became of each. It is for who ends the namespace.
func (s *Service) Empty(ctx context.Context, by iam.Actor, namespace string) ([]Removal, error) {
	if _, err := s.Tenants.Namespace(ctx, by, namespace); err != nil {
		return nil, err
	}
	found, err := s.Store.Objects(ctx, by.Tenant, "", namespace)
	if err != nil {
		return nil, err
	}
	var all []Removal
	for _, r := range found {
		err := s.remove(ctx, by, stored(r.Kind), r, false)
		if iam.Is(err, iam.NotFound) {
			err = nil // somebody else was faster
		}
		if err != nil || !isActivity(r.Kind) { // a list of what is active is part of the namespace
			all = append(all, Removal{Target: r.target(), Err: err})
		}
	}
	return all, nil
}

// record answers an object as it is stored.
func (s *Service) record(ctx context.Context, by iam.Actor, k *Kind, namespace, name string) (Record, error) {
	if err := k.in(namespace); err != nil {
		return Record{}, err
	}
	return s.Store.Object(ctx, by.Tenant, k.Name, namespace, name)
}

// in answers NotFound for a namespace in which objects of the kind cannot be.
func (k *Kind) in(namespace string) error {
	if k.System && namespace != iam.NamespaceSystem {
		return iam.E(iam.NotFound, "objects of kind %s are in namespace %q only", k.Name, iam.NamespaceSystem).About(namespace)
	}
	return nil
}

// event tells of a change of an object: of its spec, what it says of another
// tenant, and nothing else.
func (s *Service) event(by iam.Actor, verb string, r Record, to relating) iam.Event {
	e := s.Env.Event(by, r.Kind, verb, string(r.ID), r.Name)
	e.Details = iam.Merge(map[string]string{"namespace": r.Namespace}, e.Details)
	if r.Link != nil {
		e.Details = iam.Merge(e.Details, iam.Told{Link: *r.Link, Disabled: r.Disabled, Groups: to.groups}.Details())
	}
	return e
}

// target names the object in the way that references do.
func (r Record) target() Target {
	return Target{Kind: r.Kind, Namespace: r.Namespace, Name: r.Name, ID: string(r.ID)}
}
