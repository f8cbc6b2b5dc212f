package f5xc

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

// Directory keeps users and groups. Package directory satisfies it.
type Directory interface {
	lifeDirectory
	settingsDirectory
	User(ctx context.Context, by iam.Actor, k directory.UserKey) (iam.User, error)
	Users(ctx context.Context, by iam.Actor, f directory.UserFilter, p iam.Page) (iam.List[iam.User], error)
	CreateUser(ctx context.Context, by iam.Actor, in directory.NewUser) (iam.User, error)
	UpdateUser(ctx context.Context, by iam.Actor, k directory.UserKey, ch directory.UserChange) (iam.User, error)
	DeleteUser(ctx context.Context, by iam.Actor, k directory.UserKey) (iam.User, error)
	AcceptTerms(ctx context.Context, by iam.Actor, version string, attributes map[string]*string) (iam.User, error)
	Sync(ctx context.Context, by iam.Actor) (iam.User, error)

	Group(ctx context.Context, by iam.Actor, k directory.GroupKey) (iam.Group, error)
	Groups(ctx context.Context, by iam.Actor, p iam.Page) (iam.List[iam.Group], error)
	Members(ctx context.Context, by iam.Actor, of ...iam.GroupID) ([]directory.Membership, error)
	CreateGroup(ctx context.Context, by iam.Actor, in directory.NewGroup) (iam.Group, error)
	UpdateGroup(ctx context.Context, by iam.Actor, k directory.GroupKey, ch directory.GroupChange) (iam.Group, error)
	DeleteFreedGroup(ctx context.Context, by iam.Actor, k directory.GroupKey, free func(iam.Group) error) (iam.Group, error)
}

// peopleTenancy is what users and groups need of tenants.
type peopleTenancy interface {
	Tenant(ctx context.Context, by iam.Actor) (iam.Tenant, error)
	Settings(ctx context.Context, t iam.TenantID) (iam.Settings, error)
	Namespaces(ctx context.Context, by iam.Actor) ([]iam.Namespace, error)
	NamespaceGroups(ctx context.Context, by iam.Actor) ([]iam.NamespaceGroup, error)
}

// peopleAccess is what they need of rights.
type peopleAccess interface {
	Role(ctx context.Context, by iam.Actor, k access.RoleKey) (iam.Role, error)
	Grants(ctx context.Context, by iam.Actor, user iam.UserID) ([]access.Grant, error)
	GroupGrants(ctx context.Context, by iam.Actor, group iam.GroupID) ([]access.Grant, error)
	AllGrants(ctx context.Context, by iam.Actor) ([]access.Grant, error)
	BindAll(ctx context.Context, by iam.Actor, role iam.RoleID, users []iam.UserID, scopes []iam.Scope) error
}

// peopleAuthn is what they need of signing in.
type peopleAuthn interface {
	Invite(ctx context.Context, by iam.Actor, u iam.UserID) error
	Tokens(ctx context.Context, by iam.Actor, u iam.UserID, p iam.Page) (iam.List[iam.APIToken], error)
	UsersWithCodes(ctx context.Context, by iam.Actor) ([]iam.UserID, error)
}

// peopleObjects is what they need of configuration objects.
type peopleObjects interface {
	Referring(ctx context.Context, by iam.Actor, to object.Target) ([]object.Referrer, error)
	CountReferrers(ctx context.Context, by iam.Actor, kind, namespace string) (map[string]map[string]int, error)
	CheckUnrefer(ctx context.Context, by iam.Actor, to object.Target) error
	Unrefer(ctx context.Context, by iam.Actor, to object.Target) error
}

// Attributes of users and groups that this dialect shows.
const (
	attrType        = name + ".type"
	attrIDMType     = name + ".idm_type"
	attrTOSVersion  = name + ".tos_version"
	attrTOSAccepted = name + ".tos_accepted"
	attrTOSAt       = name + ".tos_accepted_at" // seconds since 1970
	attrSyncMode    = "sync_mode"
	attrSyncID      = "sync_id"
	attrDisplayName = "display_name"
)

// userType is what a user is for.
type userType string

const (
	typeUser    userType = "USER"
	typeService userType = "SERVICE"
	typeDebug   userType = "DEBUG"
)

// Names implements message.Enum.
func (userType) Names() []string {
	return []string{string(typeUser), string(typeService), string(typeDebug)}
}

func typeOf(u iam.User) userType {
	return userType(oneOf(userType("").Names(), u.Attributes[attrType], string(typeUser)))
}

// idmType is who looks after a user.
type idmType string

const (
	idmSSO       idmType = "SSO"
	idmOwn       idmType = "VOLTERRA_MANAGED"
	idmUndefined idmType = "UNDEFINED"
)

// Names implements message.Enum.
func (idmType) Names() []string {
	return []string{string(idmSSO), string(idmOwn), string(idmUndefined)}
}

func idmTypeOf(u iam.User) idmType {
	return idmType(oneOf(idmType("").Names(), u.Attributes[attrIDMType], string(idmOwn)))
}

// syncMode is where a user or a group comes from.
type syncMode string

// Names implements message.Enum.
func (syncMode) Names() []string { return []string{"SELF", "SCIM"} }

func syncModeOf(attributes map[string]string) syncMode {
	return syncMode(oneOf(syncMode("").Names(), attributes[attrSyncMode], "SELF"))
}

// tenantType is what kind of customer a tenant is.
type tenantType string

// Names implements message.Enum.
func (tenantType) Names() []string { return []string{"UNKNOWN", "FREEMIUM", "ENTERPRISE"} }

func tenantTypeOf(t iam.Tenant) tenantType {
	switch t.Plan.Type {
	case "FREE", "INDIVIDUAL":
		return "FREEMIUM"
	default:
		return "ENTERPRISE"
	}
}

// userState is where a user is in its life.
type userState string

// Names implements message.Enum.
func (userState) Names() []string {
	return []string{"StateUndefined", "StateCreating", "StateCreateFailed", "StateActive", "StateDisabled"}
}

// Who has not signed in yet is active to the vendor: nothing is left to be done
// before they can.
func stateOf(u iam.User) userState {
	if u.State == iam.UserDisabled {
		return "StateDisabled"
	}
	return "StateActive"
}

// oneOf answers s when it is one of the names, else otherwise.
func oneOf(names []string, s, otherwise string) string {
	if slices.Contains(names, s) {
		return s
	}
	return otherwise
}

// acceptance is which terms of service a user has accepted, and when.
type acceptance struct {
	TOSAccepted   string     `json:"tos_accepted"`
	TOSAcceptedAt *timestamp `json:"tos_accepted_at,omitzero"`
	TOSVersion    string     `json:"tos_version"`
}

func acceptanceOf(u iam.User) acceptance {
	a := acceptance{TOSAccepted: u.Attributes[attrTOSAccepted], TOSVersion: u.Attributes[attrTOSVersion]}
	if seconds, err := strconv.ParseInt(u.Attributes[attrTOSAt], 10, 64); err == nil {
		a.TOSAcceptedAt = timeOf(time.Unix(seconds, 0))
	}
	return a
}

// namesOf are the names of what is referred to, in their order.
func namesOf[T ~string](refs []iam.Ref[T]) []string {
	all := make([]string, len(refs))
	for i, r := range refs {
		all[i] = r.Name
	}
	return all
}

// userNames are the vendor's words for what the core calls otherwise.
var userNames = map[string]string{"username": "name", "given_name": "first_name", "family_name": "last_name", "groups": "group_names",
	"bindings": "namespace_roles"}

// groupNames are those for groups.
var groupNames = map[string]string{"members": "usernames", "bindings": "namespace_roles", "attributes." + attrDisplayName: "display_name",
	"attributes." + attrSyncID: "sync_id"}

// folded is the form of user names and addresses here.
func folded(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
