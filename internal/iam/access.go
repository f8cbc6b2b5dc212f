package iam

import (
	"strings"
	"time"
)

// Permission names what an operation needs, as object and verb. All dialects
// share one set, so that a right refused in one is refused in all.
type Permission string

const (
	UsersRead     Permission = "users.read"
	UsersCreate   Permission = "users.create"
	UsersUpdate   Permission = "users.update"
	UsersDelete   Permission = "users.delete"
	UsersPassword Permission = "users.password" // set the password of another

	GroupsRead   Permission = "groups.read"
	GroupsCreate Permission = "groups.create"
	GroupsUpdate Permission = "groups.update"
	GroupsDelete Permission = "groups.delete"

	RolesRead   Permission = "roles.read"
	RolesCreate Permission = "roles.create"
	RolesUpdate Permission = "roles.update"
	RolesDelete Permission = "roles.delete"

	TenantsRead   Permission = "tenants.read"
	TenantsCreate Permission = "tenants.create"
	TenantsUpdate Permission = "tenants.update"
	TenantsDelete Permission = "tenants.delete"

	RegionsRead   Permission = "regions.read"
	RegionsCreate Permission = "regions.create"
	RegionsUpdate Permission = "regions.update"
	RegionsDelete Permission = "regions.delete"

	ZonesRead   Permission = "zones.read"
	ZonesCreate Permission = "zones.create"
	ZonesUpdate Permission = "zones.update"
	ZonesDelete Permission = "zones.delete"

	// Of the relations between tenants: who manages which children, which
	// tenants manage others, and what support may do.
	DelegationsRead   Permission = "delegations.read"
	DelegationsCreate Permission = "delegations.create"
	DelegationsUpdate Permission = "delegations.update"
	DelegationsDelete Permission = "delegations.delete"

	// Of support tickets, the tenant's own and those of tenants that it looks after.
	TicketsRead   Permission = "tickets.read"
	TicketsCreate Permission = "tickets.create"
	TicketsUpdate Permission = "tickets.update" // comment, escalate, close, reopen

	// Of the audit trail.
	EventsRead Permission = "events.read"

	JobsRead Permission = "jobs.read"

	// Of OpenID providers. Who writes one says who signs in as whom, and has to
	// hold everything in the tenant besides.
	ProvidersRead   Permission = "providers.read"
	ProvidersCreate Permission = "providers.create"
	ProvidersUpdate Permission = "providers.update"
	ProvidersDelete Permission = "providers.delete"

	// Of namespaces and of groups of namespaces.
	NamespacesRead   Permission = "namespaces.read"
	NamespacesCreate Permission = "namespaces.create"
	NamespacesUpdate Permission = "namespaces.update"
	NamespacesDelete Permission = "namespaces.delete"

	SettingsRead   Permission = "settings.read"
	SettingsUpdate Permission = "settings.update"

	// Of configuration objects, and of which of them are active in a namespace.
	ObjectsRead   Permission = "objects.read"
	ObjectsCreate Permission = "objects.create"
	ObjectsUpdate Permission = "objects.update"
	ObjectsDelete Permission = "objects.delete"
)

// Role is a named set of API groups.
type Role struct {
	ID          RoleID
	Handle      string // as for User
	Name        string // unique in the tenant without regard to case
	Description string
	Builtin     bool // belongs to the product: read only, in every tenant
	// Disabled roles give nobody a right while they are.
	Disabled   bool
	APIGroups  []APIGroupID
	Attributes map[string]string
	Created    time.Time
	Updated    time.Time
	Version    int64
}

// APIGroup is a named set of rules.
type APIGroup struct {
	ID          APIGroupID
	Name        string // unique in the tenant
	Description string
	Builtin     bool
	Rules       []Rule
	Created     time.Time
	Updated     time.Time
	Version     int64
}

// Rule allows operations. Exactly one of Permission and Path is set.
//
// Permission is a name or a pattern: "*" for all, "users.*" for every
// permission of users, "*.read" for every reading one. Path is an operation's
// path template or a prefix that ends in "*"; Methods restricts it, and is
// all methods when empty.
type Rule struct {
	Permission string
	Methods    []string
	Path       string
}

// Scope says where a binding holds.
type Scope string

const (
	// ScopeTenant is everything in the tenant.
	ScopeTenant Scope = ""
	// ScopeApplications is every namespace but "system".
	ScopeApplications Scope = "*"
	// ScopeGroupPrefix and the id of a namespace group are the namespaces that
	// the group has at the time of asking. Any other value is the name of one
	// namespace.
	ScopeGroupPrefix = "group:"
)

// GroupScope is the scope of the namespaces of a group.
func GroupScope(id NamespaceGroupID) Scope { return Scope(ScopeGroupPrefix + string(id)) }

// NamespaceGroup answers the group that the scope is of. ok is false when it
// is another kind of scope.
func (s Scope) NamespaceGroup() (id NamespaceGroupID, ok bool) {
	if rest, ok := strings.CutPrefix(string(s), ScopeGroupPrefix); ok {
		return NamespaceGroupID(rest), true
	}
	return "", false
}

// Namespace answers the one namespace that the scope is. ok is false when it
// is another kind of scope.
func (s Scope) Namespace() (name string, ok bool) {
	if _, group := s.NamespaceGroup(); group || s == ScopeTenant || s == ScopeApplications {
		return "", false
	}
	return string(s), true
}

// Binding gives a role to a user or to a group, in a scope. Exactly one of
// User and Group is set.
type Binding struct {
	ID        BindingID
	User      UserID
	Group     GroupID
	Role      RoleID
	Scope     Scope
	CreatedBy UserID
	Created   time.Time
}

// RoleIn is a role that is bound in a scope.
type RoleIn struct {
	Role  Ref[RoleID]
	Scope Scope
}

// Actor is who performs an operation: always a parameter, never hidden in a
// context.
type Actor struct {
	// Tenant is where the actor acts. Home is where the user lives. Where they
	// differ Reach says by which relation of the two, and HomeCode is the code
	// of the home.
	Tenant   TenantID
	Home     TenantID
	Reach    Reach
	HomeCode string
	User     UserID
	Username string
	Method   AuthMethod
	// Token, Key and Session name the credential that was used, when it was one.
	Token   TokenID
	Key     AccessKeyID
	Session SessionID
	// Scope narrows the user's rights, as that of an APIToken; empty is all.
	Scope string
	// Address is the client's, after trusted proxies; RequestID ties events
	// to the log.
	Address   string
	Client    string
	RequestID string
}

// IsSystem reports whether the actor is Gatehouse itself or its operator at
// the command line, who are above every tenant's rights.
func (a Actor) IsSystem() bool { return a.Method == MethodSystem }

// System is the actor for work that no user asked for, in one tenant.
func System(t TenantID, name string) Actor {
	return Actor{Tenant: t, Home: t, Username: name, Method: MethodSystem}
}

// AuthMethod says how an actor proved who they are, in the words of RFC 8176
// where it has one.
type AuthMethod string

const (
	MethodPassword AuthMethod = "pwd"
	MethodToken    AuthMethod = "token"   // an opaque API token
	MethodSession  AuthMethod = "session" // a session begun earlier with another method
	MethodSystem   AuthMethod = "system"

	MethodKey         AuthMethod = "key"      // a signature by an access key
	MethodCertificate AuthMethod = "cert"     // a client certificate
	MethodOTP         AuthMethod = "otp"      // a code of TOTP
	MethodEmail       AuthMethod = "email"    // a code or link by mail
	MethodPasskey     AuthMethod = "hwk"      // WebAuthn
	MethodRecovery    AuthMethod = "recovery" // one of the recovery codes
	MethodProvider    AuthMethod = "oidc"     // an ID token of an OpenID provider
	MethodMFA         AuthMethod = "mfa"      // that provider has asked for several factors
	MethodPresence    AuthMethod = "user"     // the device of a passkey has verified its user
)
