package scim

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/cluster"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// People keeps users. It asks what the actor may, and answers Denied.
type People interface {
	// User answers a user by id. NotFound.
	User(ctx context.Context, by iam.Actor, id iam.UserID) (iam.User, error)
	// CreateUser makes a user who is provisioned. Exists, Invalid.
	CreateUser(ctx context.Context, by iam.Actor, p Person) (iam.User, error)
	// UpdateUser changes a user. NotFound, Conflict, Exists, Invalid.
	UpdateUser(ctx context.Context, by iam.Actor, id iam.UserID, ch UserChange) (iam.User, error)
	// UpdateProfile changes the actor, who needs no right for it: names, phone,
	// language, time zone and attributes. NotFound, Conflict, Invalid.
	UpdateProfile(ctx context.Context, by iam.Actor, ch UserChange) (iam.User, error)
	// DeleteUser removes a user of a version, 0 for whatever it is. NotFound,
	// Conflict.
	DeleteUser(ctx context.Context, by iam.Actor, id iam.UserID, version int64) error
}

// Teams keeps groups. It asks what the actor may, and answers Denied.
type Teams interface {
	// Group answers a group by id. NotFound.
	Group(ctx context.Context, by iam.Actor, id iam.GroupID) (iam.Group, error)
	// MembersOf answers the members of groups.
	MembersOf(ctx context.Context, by iam.Actor, ids ...iam.GroupID) (map[iam.GroupID][]iam.Ref[iam.UserID], error)
	// CreateGroup makes a group that is provisioned. Exists, Invalid.
	CreateGroup(ctx context.Context, by iam.Actor, t Team) (iam.Group, error)
	// UpdateGroup changes a group and answers it. NotFound, Conflict, Exists, Invalid.
	UpdateGroup(ctx context.Context, by iam.Actor, id iam.GroupID, ch GroupChange) (iam.Group, error)
	// DeleteGroup removes a group; version and errors as for DeleteUser.
	DeleteGroup(ctx context.Context, by iam.Actor, id iam.GroupID, version int64) error
}

// Service lays resources over the directory.
type Service struct {
	people People
	teams  Teams
	store  Store
	env    iam.Env
	types  *cluster.Cache[string, TypeSet]
}

// maxCached bounds the cache of types, in tenants.
const maxCached = 10_000

// New makes the service.
func New(people People, teams Teams, store Store, epochs *cluster.Epochs, env iam.Env) *Service {
	return &Service{people, teams, store, env, cluster.NewCache[string, TypeSet](epochs, maxCached)}
}

// collection is what is at the endpoint of a type, as one tenant has it.
type collection interface {
	// get answers a document. NotFound. whole says that what costs a look-up of
	// its own is wanted too.
	get(ctx context.Context, by iam.Actor, id string, whole bool) (entry, error)
	// find answers a part of a list; whole as for get.
	find(ctx context.Context, by iam.Actor, f Find, whole bool) (Found[Resource], error)
	insert(ctx context.Context, by iam.Actor, r Resource) (Resource, error)
	// replace writes a document anew, patch changes it and remove removes it, each
	// at a version; 0 is whatever it is. The first two answer a group without the
	// members whom nobody has named.
	replace(ctx context.Context, by iam.Actor, id string, version int64, sent Resource, of []string) (Resource, error)
	patch(ctx context.Context, by iam.Actor, id string, version int64, operations []Operation) (Resource, error)
	remove(ctx context.Context, by iam.Actor, id string, version int64) error
}

// entry is a document and the version that it is of.
type entry struct {
	Resource
	version int64
}

func (s *Service) at(t *ResourceType) collection {
	if t.Name == Groups.Name {
		return groups{s.teams, s.store, t}
	}
	return users{s.people, s.store, t}
}

// Get answers one resource. NotFound.
func (s *Service) Get(ctx context.Context, by iam.Actor, t *ResourceType, id string, p Projection) (Resource, error) {
	e, err := s.at(t).get(ctx, by, id, !p.Leaves(t, attrMembers))
	if err != nil {
		return nil, err
	}
	return t.Project(e.Resource, p), nil
}

// Create makes a resource out of what a client sent. Invalid; Exists: the name
// is taken; Denied.
func (s *Service) Create(ctx context.Context, by iam.Actor, t *ResourceType, sent map[string]any) (Resource, error) {
	r, err := t.Read(sent)
	if err != nil {
		return nil, err
	}
	return s.at(t).insert(ctx, by, r)
}

// Replace writes a resource anew: what a client sent does not have is removed,
// but for what it cannot have. of names the attributes that the client's form
// can have, none for all; active stays where nothing is said of it. version is
// that which the client read, 0 for whatever it is. A group whose members the form
// cannot have is answered without them. NotFound, Invalid, Exists, Conflict, Denied.
func (s *Service) Replace(ctx context.Context, by iam.Actor, t *ResourceType, id string, version int64, sent map[string]any, of ...string) (Resource, error) {
	r, err := t.Read(sent)
	if err != nil {
		return nil, err
	}
	return s.at(t).replace(ctx, by, id, version, r, of)
}

// Patch applies operations to a resource, all or none. A group is answered without
// its members: only those whom the operations name are looked at, however many
// there are. Errors as for Replace and ResourceType.Patch.
func (s *Service) Patch(ctx context.Context, by iam.Actor, t *ResourceType, id string, version int64, operations []Operation) (Resource, error) {
	return s.at(t).patch(ctx, by, id, version, operations)
}

// Delete removes a resource of a version, 0 for whatever it is. NotFound, Conflict,
// Denied.
func (s *Service) Delete(ctx context.Context, by iam.Actor, t *ResourceType, id string, version int64) error {
	return s.at(t).remove(ctx, by, id, version)
}
