package scim

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// People keeps users. It asks what the actor may, and answers Denied.
type People interface {
	// User answers a user by id. NotFound.
	User(ctx context.Context, by iam.Actor, id iam.UserID) (iam.User, error)
	// UserNamed answers a user by the username, without regard to case. NotFound.
	UserNamed(ctx context.Context, by iam.Actor, username string) (iam.User, error)
	// Users lists users by username; those of an e-mail address where it is
	// not empty, which is no pattern.
	Users(ctx context.Context, by iam.Actor, email string, p iam.Page) (iam.List[iam.User], error)
	// CreateUser makes a user who is provisioned. Exists, Invalid.
	CreateUser(ctx context.Context, by iam.Actor, p Person) (iam.User, error)
	// UpdateUser changes a user. NotFound, Conflict, Exists, Invalid.
	UpdateUser(ctx context.Context, by iam.Actor, id iam.UserID, ch UserChange) (iam.User, error)
	// DeleteUser removes a user. NotFound.
	DeleteUser(ctx context.Context, by iam.Actor, id iam.UserID) error
}

// Teams keeps groups. It asks what the actor may, and answers Denied.
type Teams interface {
	// Group answers a group by id. NotFound.
	Group(ctx context.Context, by iam.Actor, id iam.GroupID) (iam.Group, error)
	// GroupNamed answers a group by its name, without regard to case. NotFound.
	GroupNamed(ctx context.Context, by iam.Actor, name string) (iam.Group, error)
	// Groups lists groups by name.
	Groups(ctx context.Context, by iam.Actor, p iam.Page) (iam.List[iam.Group], error)
	// MembersOf answers the members of groups.
	MembersOf(ctx context.Context, by iam.Actor, ids ...iam.GroupID) (map[iam.GroupID][]iam.Ref[iam.UserID], error)
	// CreateGroup makes a group that is provisioned. Exists, Invalid.
	CreateGroup(ctx context.Context, by iam.Actor, t Team) (iam.Group, error)
	// UpdateGroup changes a group and answers it. NotFound, Conflict, Exists, Invalid.
	UpdateGroup(ctx context.Context, by iam.Actor, id iam.GroupID, ch GroupChange) (iam.Group, error)
	// DeleteGroup removes a group. NotFound.
	DeleteGroup(ctx context.Context, by iam.Actor, id iam.GroupID) error
}

// Service lays resources over the directory.
type Service struct {
	people People
	teams  Teams
}

// New makes the service.
func New(people People, teams Teams) *Service { return &Service{people, teams} }

// collection is what is at the endpoint of a type.
type collection interface {
	// get answers a document. NotFound. whole says that what costs a look-up of
	// its own is wanted too.
	get(ctx context.Context, by iam.Actor, id string, whole bool) (entry, error)
	// indexed answers all documents that make one comparison true, or more of
	// them; ok is false where no index knows.
	indexed(ctx context.Context, by iam.Actor, c Compare, whole bool) (all []Resource, ok bool, err error)
	list(ctx context.Context, by iam.Actor, p iam.Page, whole bool) (iam.List[Resource], error)
	insert(ctx context.Context, by iam.Actor, r Resource) (Resource, error)
	// update writes what differs between a document as it was got and as it is to be.
	update(ctx context.Context, by iam.Actor, old entry, r Resource) (Resource, error)
	remove(ctx context.Context, by iam.Actor, id string) error
}

// entry is a document and the version that it is of.
type entry struct {
	Resource
	version int64
}

func (s *Service) at(t *ResourceType) collection {
	if t == Groups {
		return groups{s.teams}
	}
	return users{s.people}
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
// that which the client read, 0 for whatever it is. NotFound, Invalid, Exists,
// Conflict, Denied.
func (s *Service) Replace(ctx context.Context, by iam.Actor, t *ResourceType, id string, version int64, sent map[string]any, of ...string) (Resource, error) {
	r, err := t.Read(sent)
	if err != nil {
		return nil, err
	}
	return s.change(ctx, by, t, id, version, func(old Resource) (Resource, error) { return t.replaced(old, r, of), nil })
}

// replaced answers what a document is after it was written anew.
func (t *ResourceType) replaced(old, sent Resource, of []string) Resource {
	now := sent.clone()
	for name, v := range old {
		if now[name] != nil {
			continue
		}
		if a := t.attribute(name); a != nil && (a.Mutability == ReadOnly || name == attrSchemas) || name == attrActive || len(of) > 0 && !slices.Contains(of, name) {
			now[name] = v
		}
	}
	return now
}

// Patch applies operations to a resource, all or none. Errors as for Replace
// and ResourceType.Patch.
func (s *Service) Patch(ctx context.Context, by iam.Actor, t *ResourceType, id string, version int64, operations []Operation) (Resource, error) {
	return s.change(ctx, by, t, id, version, func(old Resource) (Resource, error) { return t.Patch(old, operations) })
}

// tries is how often a change is made anew where somebody else has written
// between, which a client that named no version does not care about.
const tries = 8

// change writes what change makes of a resource.
func (s *Service) change(ctx context.Context, by iam.Actor, t *ResourceType, id string, version int64,
	change func(old Resource) (Resource, error)) (r Resource, err error) {
	at := s.at(t)
	for range tries {
		old, err := at.get(ctx, by, id, true)
		if err != nil {
			return nil, err
		}
		if version != 0 && version != old.version {
			return nil, iam.ErrStale(t.Name, id)
		}
		now, err := change(old.Resource)
		if err != nil {
			return nil, err
		}
		r, err = at.update(ctx, by, old, now)
		if version != 0 || !iam.Is(err, iam.Conflict) {
			return r, err
		}
	}
	return nil, iam.ErrStale(t.Name, id)
}

// Delete removes a resource. NotFound, Denied.
func (s *Service) Delete(ctx context.Context, by iam.Actor, t *ResourceType, id string) error {
	return s.at(t).remove(ctx, by, id)
}
