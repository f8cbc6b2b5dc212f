package tenancy

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/cluster"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Queue takes durable work; package job satisfies it.
type Queue interface {
	// Enqueue writes a job and wakes a worker. Exists: a job with the same
	// Key is under way.
	Enqueue(ctx context.Context, t iam.TenantID, j iam.Job, events ...iam.Event) (iam.Job, error)
	// Prepare fills in a job that the Store writes with a change.
	Prepare(j iam.Job) iam.Job
}

// Service owns the rules of tenants and their places.
type Service struct {
	store    Store
	queue    Queue
	rights   Rights
	children Children
	env      iam.Env
	roles    func() []iam.Role
	settings *cluster.Cache[string, iam.Settings]
	images   *cluster.Cache[string, iam.Image] // by name
	sessions Sessions

	announcer Announcer
}

// maxSettings bounds the tenants whose settings are remembered.
const maxSettings = 10_000

// New makes the service. roles answers the built-in roles that every new
// tenant is born with, without ids.
func New(store Store, epochs *cluster.Epochs, queue Queue, rights Rights, env iam.Env, roles func() []iam.Role) *Service {
	return &Service{store: store, queue: queue, rights: rights, env: env, roles: roles,
		settings: cluster.NewCache[string, iam.Settings](epochs, maxSettings),
		images:   cluster.NewCache[string, iam.Image](epochs, maxImages)}
}

// Tenant answers the actor's tenant.
func (s *Service) Tenant(ctx context.Context, by iam.Actor) (iam.Tenant, error) {
	return s.store.Tenant(ctx, by.Tenant)
}

// ByCode resolves the code of a tenant before anybody is known. It is for
// authentication and for the operator; it answers NotFound like for a tenant
// that never was.
func (s *Service) ByCode(ctx context.Context, code string) (iam.Tenant, error) {
	if !validCode(code) {
		return iam.Tenant{}, iam.ErrNotFound("tenant", code)
	}
	return s.store.TenantByCode(ctx, code)
}

// All lists every tenant of the installation, for the operator only.
func (s *Service) All(ctx context.Context, by iam.Actor, p iam.Page) (iam.List[iam.Tenant], error) {
	if !by.IsSystem() {
		return iam.List[iam.Tenant]{}, iam.E(iam.Denied, "only the operator lists every tenant")
	}
	return s.store.AllTenants(ctx, p)
}

// Tenants lists the actor's tenant and all below it.
func (s *Service) Tenants(ctx context.Context, by iam.Actor, f TenantFilter, p iam.Page) (iam.List[iam.Tenant], error) {
	return s.store.Descendants(ctx, by.Tenant, f, p)
}

// Subtenants lists the tenants below one out of the actor's own and those
// below it, which is the actor's own when parent is empty. NotFound for any
// other.
func (s *Service) Subtenants(ctx context.Context, by iam.Actor, parent string, f TenantFilter, p iam.Page) (iam.List[iam.Tenant], error) {
	root := by.Tenant
	if parent != "" {
		t, err := s.Find(ctx, by, parent)
		if err != nil {
			return iam.List[iam.Tenant]{}, err
		}
		root = t.ID
	}
	f.ChildrenOnly = true
	return s.store.Descendants(ctx, root, f, p)
}

// Find answers one tenant out of the actor's own and those below it, by its
// id or the short form of it. NotFound for any other.
func (s *Service) Find(ctx context.Context, by iam.Actor, id string) (iam.Tenant, error) {
	f := TenantFilter{Short: id}
	switch {
	case id == "": // an empty filter would find any
		return iam.Tenant{}, iam.ErrNotFound("tenant", id)
	case iam.ValidID(id):
		f = TenantFilter{ID: iam.TenantID(id)}
	}
	found, err := s.store.Descendants(ctx, by.Tenant, f, iam.Page{Limit: 1})
	if err != nil {
		return iam.Tenant{}, err
	}
	if len(found.Items) == 0 {
		return iam.Tenant{}, iam.ErrNotFound("tenant", id)
	}
	return found.Items[0], nil
}

// NewTenant is what a caller says of a tenant to be made.
type NewTenant struct {
	Code        string
	Name        string
	Description string
	Attributes  map[string]string
	// Parent is the id, or the short form of it, of the tenant right above:
	// the actor's own when empty, or one below that.
	Parent string
}

// RequestTenant asks for a tenant below the actor's own. It answers the job
// that makes it, and the tenant as it will be. Invalid, also for an unknown
// parent; Precondition: the parent is not active; Exists: the code is taken.
func (s *Service) RequestTenant(ctx context.Context, by iam.Actor, in NewTenant) (iam.Tenant, iam.Job, error) {
	parent := by.Tenant
	if in.Parent != "" {
		switch above, err := s.Find(ctx, by, in.Parent); {
		case iam.Is(err, iam.NotFound):
			var c iam.Checker
			c.Add("parent", iam.ReasonFormat, "parent must be one's own tenant or one below it")
			return iam.Tenant{}, iam.Job{}, c.Err()
		case err != nil:
			return iam.Tenant{}, iam.Job{}, err
		case above.State != iam.TenantActive:
			return iam.Tenant{}, iam.Job{}, iam.E(iam.Precondition, "tenant %q is not active", above.Code).About(in.Parent)
		default:
			parent = above.ID
		}
	}
	t, err := s.newTenant(ctx, parent, in)
	if err != nil {
		return iam.Tenant{}, iam.Job{}, err
	}
	j, err := s.enqueue(ctx, by, "tenant", "create", string(t.ID), t.Name, "tenant/"+t.Code, t)
	return t, j, err
}

// CreateTenant makes a tenant at once, for the operator. parent is empty for
// the root of a tree; in.Parent is not looked at.
func (s *Service) CreateTenant(ctx context.Context, by iam.Actor, parent iam.TenantID, in NewTenant) (iam.Tenant, error) {
	t, err := s.newTenant(ctx, parent, in)
	if err != nil {
		return iam.Tenant{}, err
	}
	if err := s.insertTenant(ctx, by, t); err != nil {
		return iam.Tenant{}, err
	}
	return t, s.adopt(ctx, by, t)
}

func (s *Service) newTenant(ctx context.Context, parent iam.TenantID, in NewTenant) (iam.Tenant, error) {
	if in.Name == "" {
		in.Name = in.Code
	}
	var c iam.Checker
	checkCode(&c, in.Code)
	checkText(&c, in.Name, in.Description)
	checkAttributes(&c, in.Attributes)
	if err := c.Err(); err != nil {
		return iam.Tenant{}, err
	}
	_, err := s.store.TenantByCode(ctx, in.Code)
	if err := free("tenant", in.Code, err); err != nil {
		return iam.Tenant{}, err
	}
	now := s.env.Time()
	return iam.Tenant{
		ID: iam.TenantID(s.env.NewID()), Parent: parent, Code: in.Code, Name: in.Name, Description: in.Description,
		State: iam.TenantActive, Own: iam.TenantActive, Attributes: in.Attributes, Created: now, Updated: now, Version: 1,
	}, nil
}

// insertTenant writes a tenant with what it is born with, and further
// namespaces. The event is the first of the new tenant's own trail, which names
// where the actor is at home.
func (s *Service) insertTenant(ctx context.Context, by iam.Actor, t iam.Tenant, namespaces ...string) error {
	by, err := s.below(ctx, by, t.ID)
	if err != nil {
		return err
	}
	var born Birth
	for _, name := range append(iam.BuiltinNamespaces(), namespaces...) {
		born.Namespaces = append(born.Namespaces, iam.Namespace{
			ID: iam.NamespaceID(s.env.NewID()), Name: name, Created: t.Created, Updated: t.Created, Version: 1})
	}
	for _, r := range s.roles() {
		r.ID, r.Created, r.Updated, r.Version = iam.RoleID(s.env.NewID()), t.Created, t.Created, 1
		born.Roles = append(born.Roles, r)
	}
	e := s.env.Event(by, "tenant", "create", string(t.ID), t.Name)
	e.Details = iam.Merge(e.Details, map[string]string{iam.DetailState: string(t.Own)})
	return s.store.InsertTenant(ctx, t, born, e)
}

// TenantChange says what to change; nil members stay. Attributes are merged.
type TenantChange struct {
	Name        *string
	Description *string
	Attributes  map[string]string
	// Code may be repeated but not changed.
	Code *string
}

// UpdateTenant changes the actor's tenant or one below it. NotFound, Invalid,
// Conflict.
func (s *Service) UpdateTenant(ctx context.Context, by iam.Actor, id string, ch TenantChange) (iam.Tenant, error) {
	t, err := s.Find(ctx, by, id)
	if err != nil {
		return iam.Tenant{}, err
	}
	set(&t.Name, ch.Name)
	set(&t.Description, ch.Description)
	t.Attributes = iam.Merge(t.Attributes, ch.Attributes)
	var c iam.Checker
	if ch.Code != nil && *ch.Code != t.Code {
		c.Add("code", iam.ReasonFormat, "code cannot be changed")
	}
	checkText(&c, t.Name, t.Description)
	checkAttributes(&c, t.Attributes)
	if err := c.Err(); err != nil {
		return iam.Tenant{}, err
	}
	t.Updated = s.env.Time()
	by.Tenant = t.ID
	if err := s.store.UpdateTenant(ctx, t.ID, t, s.env.Event(by, "tenant", "update", string(t.ID), t.Name)); err != nil {
		return iam.Tenant{}, err
	}
	t.Version++
	return t, nil
}

// RequestTenantDeletion asks for the end of a tenant below the actor's own:
// nobody signs in to it from now on, and a job removes what it holds. NotFound;
// Precondition: it has children, or it is the actor's own.
func (s *Service) RequestTenantDeletion(ctx context.Context, by iam.Actor, id string) (iam.Job, error) {
	t, err := s.Find(ctx, by, id)
	if err != nil {
		return iam.Job{}, err
	}
	if t.ID == by.Tenant {
		return iam.Job{}, iam.E(iam.Precondition, "a tenant cannot delete itself").Because(iam.ReasonSelf).About(id)
	}
	below, err := s.HasChildren(ctx, t.ID)
	if err != nil {
		return iam.Job{}, err
	}
	if below {
		return iam.Job{}, iam.E(iam.Precondition, "tenant %q has tenants below it", t.Code).Because(iam.ReasonInUse).About(id)
	}
	if err := s.CloseTree(ctx, by, t.ID); err != nil {
		return iam.Job{}, err
	}
	return s.enqueue(ctx, by, "tenant", "delete", string(t.ID), t.Name, "tenant/"+t.Code, t)
}

// enqueue writes the job that does verb to an object, and its event.
func (s *Service) enqueue(ctx context.Context, by iam.Actor, what, verb, id, name, key string, payload any) (iam.Job, error) {
	raw, err := json.Marshal(work{By: by, Object: payload})
	if err != nil {
		return iam.Job{}, err
	}
	return s.queue.Enqueue(ctx, by.Tenant, iam.Job{
		Kind: what + "." + verb, Action: verb, ObjectType: what + "s", ObjectID: id, ObjectName: name,
		Summary: strings.ToUpper(verb[:1]) + verb[1:] + " request is successfully submitted",
		User:    by.User, Key: key, Payload: raw,
		Tasks: []iam.JobTask{{ID: s.env.NewID(), Action: verb, Resource: what, Status: iam.JobPending,
			Payload: map[string]string{"name": name}}},
	}, s.env.Event(by, what, "request-"+verb, id, name))
}
