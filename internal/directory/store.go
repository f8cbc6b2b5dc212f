package directory

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Store keeps users and groups. Every method is one transaction and writes the
// events it is given in it.
type Store interface {
	// InsertUser writes a user with memberships and bindings in the whole
	// tenant, and makes the groups and roles of w.NewGroups and w.NewRoles
	// first. It answers the user as stored: with a handle of its own where
	// the wanted one is taken. Exists: the username is taken, or the identity
	// is linked.
	InsertUser(ctx context.Context, t iam.TenantID, w UserWrite, events ...iam.Event) (iam.User, error)
	// UpdateUser writes a user where the stored version is w.User.Version,
	// and counts it up. It counts the epoch of the tenant up when w.Security
	// is set. NotFound, Conflict; Exists: the username is taken.
	UpdateUser(ctx context.Context, t iam.TenantID, w UserWrite, events ...iam.Event) (iam.User, error)
	// DeleteUser removes a user of a version, 0 for whatever it is, with
	// memberships, bindings, tokens and sessions, and counts the epoch up.
	// NotFound, Conflict.
	DeleteUser(ctx context.Context, t iam.TenantID, id iam.UserID, version int64, events ...iam.Event) error
	// User answers one user with its groups and roles. NotFound.
	User(ctx context.Context, t iam.TenantID, k UserKey) (iam.User, error)
	// Users lists users with their groups and roles. Sorts: "name" (the
	// listed name, the default), "username", "created", "email".
	Users(ctx context.Context, t iam.TenantID, f UserFilter, p iam.Page) (iam.List[iam.User], error)

	// Picture answers the picture of a user. NotFound.
	Picture(ctx context.Context, t iam.TenantID, u iam.UserID) (iam.Image, error)
	// SetPicture writes the picture of a user, or removes it when it is empty.
	// NotFound: there is no such user.
	SetPicture(ctx context.Context, t iam.TenantID, u iam.UserID, i iam.Image, events ...iam.Event) error

	// OwnSettings answers what a user has set; the zero OwnSettings where that
	// is nothing.
	OwnSettings(ctx context.Context, t iam.TenantID, u iam.UserID) (OwnSettings, error)
	// SetView writes how a user wants a console to look. NotFound.
	SetView(ctx context.Context, t iam.TenantID, u iam.UserID, v View, events ...iam.Event) error
	// RequestAccess notes that a user asks for rights, with the job that tells of
	// it. NotFound; Conflict: the user has asked after the time before.
	RequestAccess(ctx context.Context, t iam.TenantID, u iam.UserID, at, before time.Time, j iam.Job, events ...iam.Event) error
	// AccessMailed notes that somebody was told of what a user asked for at a
	// time; nothing where they have asked again since.
	AccessMailed(ctx context.Context, t iam.TenantID, u iam.UserID, at time.Time) error

	// InsertGroup writes a group and answers it as stored, with a handle of
	// its own where the wanted one is taken. Exists: the name is taken.
	InsertGroup(ctx context.Context, t iam.TenantID, w GroupWrite, events ...iam.Event) (iam.Group, error)
	// UpdateGroup writes name, description and attributes at w.Group.Version,
	// and counts the epoch up when members or bindings are written. NotFound,
	// also for a member or what a binding names; Conflict, Exists.
	UpdateGroup(ctx context.Context, t iam.TenantID, w GroupWrite, events ...iam.Event) error
	// ChangeMembers lets users join and leave a group, who are in one of the two,
	// whatever else is done to the group at the same time. Who is a member
	// already, or is none, stays so; where that is everybody, nothing is
	// written. Else it counts the version of the group and the epoch up. It
	// answers the group as it is then. NotFound, also for a user who joins.
	ChangeMembers(ctx context.Context, t iam.TenantID, g iam.GroupID, c MemberChange, events ...iam.Event) (iam.Group, error)
	// MembersAmong answers which of some users are members of a group.
	MembersAmong(ctx context.Context, t iam.TenantID, g iam.GroupID, users []iam.UserID) ([]iam.UserID, error)
	// MembersBeside answers the members of a group that are none of some users.
	MembersBeside(ctx context.Context, t iam.TenantID, g iam.GroupID, users []iam.UserID) ([]iam.UserID, error)
	// Synced answers those of some users whom a provisioning client looks after.
	Synced(ctx context.Context, t iam.TenantID, users []iam.UserID) ([]iam.UserID, error)
	// GroupBindings answers the bindings of a group itself.
	GroupBindings(ctx context.Context, t iam.TenantID, g iam.GroupID) ([]iam.Binding, error)
	// Members answers the members of groups, of all when none is named, by
	// group and username.
	Members(ctx context.Context, t iam.TenantID, of ...iam.GroupID) ([]Membership, error)
	// DeleteGroup removes a group of a version, 0 for whatever it is, with
	// memberships and bindings, and counts the epoch up. NotFound, Conflict.
	DeleteGroup(ctx context.Context, t iam.TenantID, id iam.GroupID, version int64, events ...iam.Event) error
	// Group answers one group. NotFound.
	Group(ctx context.Context, t iam.TenantID, k GroupKey) (iam.Group, error)
	// Groups lists groups. Sorts: "name" (the default), "created".
	Groups(ctx context.Context, t iam.TenantID, p iam.Page) (iam.List[iam.Group], error)

	// ImportUsers writes users of a file in one transaction: it makes those of
	// w.New whose username is free, and answers the places of the others, and
	// writes those of w.Old as UpdateUser does. The mark is written with them,
	// unless somebody of w.New was left out. Errors as of UpdateUser and of
	// InsertUser, but for Exists; w.NewGroups and w.NewRoles are ignored.
	ImportUsers(ctx context.Context, t iam.TenantID, w ImportWrite) (left []int, err error)
	// ImportMark answers how far a file has come, the zero ImportMark for one
	// that is not under way.
	ImportMark(ctx context.Context, t iam.TenantID, source string) (ImportMark, error)
	// ForgetImport removes the mark of a file.
	ForgetImport(ctx context.Context, t iam.TenantID, source string) error
	// ResolveUsers finds users by id or username, in the order given; one that is
	// not there has an empty id.
	ResolveUsers(ctx context.Context, t iam.TenantID, keys []UserKey) ([]iam.UserID, error)

	// Resolve finds groups and roles by their handle or name, in the order
	// given; one that is not there has an empty ID and its Name as given.
	Resolve(ctx context.Context, t iam.TenantID, groups, roles []string) ([]iam.Ref[iam.GroupID], []iam.Ref[iam.RoleID], error)
}

// UserWrite is a user as it is to be stored, with what goes with it.
type UserWrite struct {
	User iam.User
	// PasswordHash replaces the stored one when it is not empty. Sessions
	// begun before end with it.
	PasswordHash string
	// Groups and Roles replace the memberships, and the bindings in the whole
	// tenant, when they are not nil. Bindings in other scopes stay.
	Groups *[]iam.GroupID
	Roles  *[]iam.RoleID
	// Bindings replace those of the user in all scopes when it is not nil, and
	// Roles is nil then. One that says the same as one that is there leaves
	// that as it is, with its id.
	Bindings *[]iam.Binding
	// NewGroups and NewRoles are made before, because Groups and Roles refer
	// to them. Where somebody else has made one of that name meanwhile, the
	// write is a Conflict with ReasonAppeared.
	NewGroups []iam.Group
	NewRoles  []iam.Role
	// Security is set when the change can alter a decision: state, username,
	// password, groups or roles.
	Security bool
	// EndSessions ends all sessions of the user.
	EndSessions bool
	// Identity is linked with a user that is made; nil for none. Its User is
	// filled in.
	Identity *iam.Identity
}

// GroupWrite is a group as it is to be stored, with what goes with it.
type GroupWrite struct {
	Group iam.Group
	// Members and Bindings replace those of the group when they are not nil.
	// A binding that says the same as one that is there leaves that as it is.
	Members  *[]iam.UserID
	Bindings *[]iam.Binding
	// Join and Leave, where Members is nil, are as of MemberChange.
	Join, Leave []iam.UserID
}

// MemberChange says who becomes a member of a group, and who is none any more.
// The others are not looked at, however many there are.
type MemberChange struct {
	Join, Leave []iam.UserID
	At          time.Time
}

// Membership is a user in a group. Name and Handle are those of the user.
type Membership struct {
	Group iam.GroupID
	User  iam.Ref[iam.UserID]
}

// ScopedRole names a role, by handle or name, in a scope.
type ScopedRole struct {
	Role  string
	Scope iam.Scope
}

// UserKey finds a user by exactly one of its members.
type UserKey struct {
	ID       iam.UserID
	Short    string // iam.Short of the id
	Handle   string
	Username string // without regard to case
	Number   int64
}

// GroupKey finds a group by exactly one of its members.
type GroupKey struct {
	ID     iam.GroupID
	Handle string
	Name   string // without regard to case
}

// UserFilter narrows a list of users; empty members do not narrow.
type UserFilter struct {
	Username    iam.Pattern
	Email       iam.Pattern
	Address     string      // the whole e-mail address, without regard to case
	Name        iam.Pattern // the listed name
	State       iam.UserState
	DisplayName iam.Pattern
	Group       iam.GroupID // its members
	Role        iam.RoleID  // those to whom it is bound in the whole tenant, not through a group
	Owner       bool        // those whose the tenant is, see iam.AttributeOwner
}
