package tenancy

import (
	"context"
	"regexp"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// NamespaceStore keeps namespaces. The changes that can change a decision count
// the tenant's epoch up.
type NamespaceStore interface {
	// InsertNamespace writes a namespace. Exists: the name is taken.
	InsertNamespace(ctx context.Context, t iam.TenantID, n iam.Namespace, events ...iam.Event) error
	// UpdateNamespace writes all but the name at n.Version. NotFound, Conflict.
	UpdateNamespace(ctx context.Context, t iam.TenantID, n iam.Namespace, events ...iam.Event) error
	// DeleteNamespace removes a namespace, also out of its groups and of what
	// the support tenant may do, and the bindings in it. NotFound; Precondition:
	// it has objects.
	DeleteNamespace(ctx context.Context, t iam.TenantID, id iam.NamespaceID, events ...iam.Event) error
	// Namespace answers a namespace by name. NotFound.
	Namespace(ctx context.Context, t iam.TenantID, name string) (iam.Namespace, error)
	// Namespaces answers all namespaces, by name.
	Namespaces(ctx context.Context, t iam.TenantID) ([]iam.Namespace, error)
	// CountNamespaces answers how many there are.
	CountNamespaces(ctx context.Context, t iam.TenantID) (int, error)
}

// maxNamespaces bounds the namespaces of a tenant.
const maxNamespaces = 10_000

// Namespace answers a namespace by name. NotFound.
func (s *Service) Namespace(ctx context.Context, by iam.Actor, name string) (iam.Namespace, error) {
	return s.store.Namespace(ctx, by.Tenant, name)
}

// Namespaces answers all namespaces of the actor's tenant, by name. There are
// at most some ten thousand.
func (s *Service) Namespaces(ctx context.Context, by iam.Actor) ([]iam.Namespace, error) {
	return s.store.Namespaces(ctx, by.Tenant)
}

// NewNamespace is what a caller says of a namespace to be made.
type NewNamespace struct {
	Name        string // a DNS label (RFC 1035), 1 to 64 characters
	Description string
	Labels      map[string]string
	Annotations map[string]string
	Disabled    bool
}

// CreateNamespace makes a namespace. Invalid; Exists; Precondition: there are
// as many as there may be.
func (s *Service) CreateNamespace(ctx context.Context, by iam.Actor, in NewNamespace) (iam.Namespace, error) {
	now := s.env.Time()
	n := iam.Namespace{ID: iam.NamespaceID(s.env.NewID()), Name: in.Name, Description: in.Description, Labels: in.Labels,
		Annotations: in.Annotations, Disabled: in.Disabled, CreatedBy: by.User, Created: now, Updated: now, Version: 1}
	var c iam.Checker
	c.Length("name", n.Name, 1, maxNamespaceName)
	if n.Name != "" && !label.MatchString(n.Name) {
		c.Add("name", iam.ReasonFormat, "name must be lower-case letters, digits and '-', begin with a letter, and end with a letter or digit")
	}
	checkNamespace(&c, n)
	if err := c.Err(); err != nil {
		return iam.Namespace{}, err
	}
	present, err := s.store.CountNamespaces(ctx, by.Tenant)
	if err != nil {
		return iam.Namespace{}, err
	}
	if present >= maxNamespaces {
		return iam.Namespace{}, iam.E(iam.Precondition, "a tenant has at most %d namespaces", maxNamespaces).Because(iam.ReasonLimit)
	}
	if err := s.store.InsertNamespace(ctx, by.Tenant, n, s.env.Event(by, "namespace", "create", string(n.ID), n.Name)); err != nil {
		return iam.Namespace{}, err
	}
	return n, nil
}

// NamespaceChange says what to change in a namespace; nil members stay. The
// name is for life: scopes and paths are made of it. Version 0 takes the
// namespace as it is.
type NamespaceChange struct {
	Description *string
	Labels      *map[string]string
	Annotations *map[string]string
	Disabled    *bool
	Advertise   *string // "Default", "Enable" or "Disable"
	Version     int64
}

// UpdateNamespace changes a namespace. NotFound, Invalid, Conflict;
// Precondition: one that every tenant has cannot be disabled.
func (s *Service) UpdateNamespace(ctx context.Context, by iam.Actor, name string, ch NamespaceChange) (iam.Namespace, error) {
	n, err := s.store.Namespace(ctx, by.Tenant, name)
	if err != nil {
		return iam.Namespace{}, err
	}
	if ch.Version != 0 && ch.Version != n.Version {
		return iam.Namespace{}, iam.ErrStale("namespace", name)
	}
	set(&n.Description, ch.Description)
	set(&n.Labels, ch.Labels)
	set(&n.Annotations, ch.Annotations)
	set(&n.Disabled, ch.Disabled)
	set(&n.Advertise, ch.Advertise)
	var c iam.Checker
	checkNamespace(&c, n)
	if err := c.Err(); err != nil {
		return iam.Namespace{}, err
	}
	if n.Disabled && builtinNamespace(name) {
		return iam.Namespace{}, iam.E(iam.Precondition, "namespace %q is in every tenant and cannot be disabled", name).
			Because(iam.ReasonBuiltin).About(name)
	}
	n.Updated = s.env.Time()
	if err := s.store.UpdateNamespace(ctx, by.Tenant, n, s.env.Event(by, "namespace", "update", string(n.ID), n.Name)); err != nil {
		return iam.Namespace{}, err
	}
	n.Version++
	return n, nil
}

// DeleteNamespace removes a namespace and the bindings in it, and takes it out
// of its groups and of what support may do. NotFound; Precondition: it is one of those that every tenant
// has, or it has objects; Denied: a binding gives a right in it that the actor
// lacks there.
func (s *Service) DeleteNamespace(ctx context.Context, by iam.Actor, name string) error {
	n, err := s.CheckNamespaceEnd(ctx, by, name)
	if err != nil {
		return err
	}
	events := []iam.Event{s.env.Event(by, "namespace", "delete", string(n.ID), n.Name)}
	switch support, err := s.store.SupportAccess(ctx, by.Tenant); {
	case err != nil:
		return err
	case slices.Contains(support.Namespaces, n.Name):
		events = append(events, s.supportEvent(by, support.Without(n.Name)))
	}
	return s.store.DeleteNamespace(ctx, by.Tenant, n.ID, events...)
}

// CheckNamespaceEnd answers the namespace when the actor may remove it, for who
// has to empty it first. Errors as of DeleteNamespace.
func (s *Service) CheckNamespaceEnd(ctx context.Context, by iam.Actor, name string) (iam.Namespace, error) {
	if builtinNamespace(name) {
		return iam.Namespace{}, iam.E(iam.Precondition, "namespace %q is in every tenant and cannot be deleted", name).
			Because(iam.ReasonBuiltin).About(name)
	}
	n, err := s.store.Namespace(ctx, by.Tenant, name)
	if err != nil {
		return iam.Namespace{}, err
	}
	return n, s.checkEnd(ctx, by, n)
}

// checkEnd answers Denied when bindings would end with a namespace that the
// actor could not make.
func (s *Service) checkEnd(ctx context.Context, by iam.Actor, n iam.Namespace) error {
	here := iam.Scope(n.Name)
	if err := s.rights.CheckBindings(ctx, by, here, here); err != nil {
		return err
	}
	groups, err := s.store.NamespaceGroups(ctx, by.Tenant)
	if err != nil {
		return err
	}
	for _, g := range groups {
		if !slices.ContainsFunc(g.Namespaces, func(r iam.Ref[iam.NamespaceID]) bool { return r.ID == n.ID }) {
			continue
		}
		if err := s.rights.CheckBindings(ctx, by, iam.GroupScope(g.ID), here); err != nil {
			return err
		}
	}
	return nil
}

// maxNamespaceName is what F5's clients take for the longest label, in characters.
const maxNamespaceName = 64

// maxNamespaceDescription is that of any object, in characters.
const maxNamespaceDescription = 1200

// label is a DNS label (RFC 1035 section 2.3.1), in lower case.
var label = regexp.MustCompile(`^[a-z]([a-z0-9-]*[a-z0-9])?$`)

// advertising are the values of iam.Namespace.Advertise.
var advertising = []string{"", "Default", "Enable", "Disable"}

// checkNamespace checks what can change.
func checkNamespace(c *iam.Checker, n iam.Namespace) {
	c.Length("description", n.Description, 0, maxNamespaceDescription)
	c.Labels("labels", n.Labels)
	c.Annotations("annotations", n.Annotations)
	if !slices.Contains(advertising, n.Advertise) {
		c.Add("advertise", iam.ReasonFormat, "advertise must be one of Default, Enable and Disable")
	}
}

func builtinNamespace(name string) bool { return slices.Contains(iam.BuiltinNamespaces(), name) }
