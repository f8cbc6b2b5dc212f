package iam

import (
	"time"
)

// UserState says whether a user may act.
type UserState string

const (
	UserEnabled  UserState = "enabled"
	UserDisabled UserState = "disabled" // refused on the next request, everywhere within a second
	UserPending  UserState = "pending"  // made, has not signed in yet; the first sign-in enables
)

// User is a person or a program with a home in one tenant.
type User struct {
	ID UserID
	// Handle is the username at creation, unique in the tenant and stable for
	// life, while Username may change. Dialects whose ids are made of the
	// name are built on it. It differs from the name at creation only when an
	// earlier, since renamed, user holds that handle.
	Handle string
	// Username is what one signs in with: 1 to 100 characters, unique in the
	// tenant without regard to case.
	Username string
	// Label is a name that a dialect allowed several users to share, see
	// ListedName. Empty for nearly everybody.
	Label         string
	Email         string
	EmailVerified bool
	GivenName     string
	FamilyName    string
	DisplayName   string
	Phone         string
	State         UserState
	// Attributes are facts that only some dialects show. A write through a
	// dialect that cannot show one leaves it alone.
	Attributes map[string]string
	// MustChangePassword holds after an administrator set the password; the
	// next interactive sign-in asks for a new one.
	MustChangePassword bool
	HasPassword        bool      // read only
	PasswordChanged    time.Time // zero without one; read only
	// Number is the running number that some dialects show, unique in the
	// tenant and stable for life, below 2^53; read only.
	Number int64
	// Language ("en", "ko" or another BCP 47 tag), TimeZone (IANA) and Theme
	// ("light", "dark") are the user's choice; empty leaves it to the tenant,
	// to UTC and to the browser.
	Language  string
	TimeZone  string
	Theme     string
	Rules     UserRules
	LastLogin time.Time // zero before the first sign-in; read only
	Created   time.Time
	Updated   time.Time
	Version   int64 // 1 when made; a sign-in does not change it

	// Groups and Roles are filled where a read asks for them: names of the
	// groups that the user is a member of, and of the roles bound to the user
	// itself in the whole tenant. Sorted by name.
	Groups []Ref[GroupID]
	Roles  []Ref[RoleID]
	// Bindings are all roles bound to the user itself, in whatever scope,
	// sorted by scope and name; Roles are those in the whole tenant.
	Bindings []RoleIn
}

// AttributeSyncMode is the attribute that says who looks after a user: "SCIM"
// of one that a provisioning client made; AttributeIDMType where the user signs
// in: "SSO" of one whom an OpenID provider brought.
const (
	AttributeSyncMode = "sync_mode"
	AttributeIDMType  = "f5xc.idm_type"
)

// AttributeOwner is the attribute, "true", of users whose the tenant is: who are
// told of its life, and say who else is one.
const AttributeOwner = "domain_owner"

// Owner reports whether the user is one of those whose the tenant is.
func (u User) Owner() bool { return u.Attributes[AttributeOwner] == "true" }

// Synced reports whether a provisioning client looks after the user.
func (u User) Synced() bool { return u.Attributes[AttributeSyncMode] == SyncModeSCIM }

// Synced reports whether a provisioning client looks after the group.
func (g Group) Synced() bool { return g.Attributes[AttributeSyncMode] == SyncModeSCIM }

// SyncModeSCIM is the value of AttributeSyncMode of what a provisioning client
// looks after.
const SyncModeSCIM = "SCIM"

// ListedName is the name to show in a list of people.
func (u User) ListedName() string {
	if u.Label != "" {
		return u.Label
	}
	return u.Username
}

// Ref names an object that another one refers to. Handle is its stable name.
type Ref[T ~string] struct {
	ID     T
	Name   string
	Handle string
}

// Group is a set of users that bindings can name.
type Group struct {
	ID          GroupID
	Handle      string // as for User
	Name        string // unique in the tenant without regard to case
	Description string
	Attributes  map[string]string
	Created     time.Time
	Updated     time.Time
	Version     int64
}
