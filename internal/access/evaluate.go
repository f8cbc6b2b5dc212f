package access

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/access/rbac"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Control is what a decision looks at.
type Control uint8

const (
	ByRole Control = iota // what roles give (RBAC), and how far the credential reaches
	ByPlan                // what the plan of the tenant includes (PBAC)
	ByAll                 // both, as the guard of every operation does
)

// Call is a request that somebody might make: a method, and a path as it is
// sent, or as a template of an operation.
type Call struct{ Method, Path string }

// Decision says whether a call is allowed.
type Decision struct {
	Allowed bool
	// Addons are the add-on services that the plan would have to include.
	Addons []string
}

// Evaluate answers whether the actor may make each of the calls: what Authorize
// answers for the operation that would serve it. A path that names a namespace
// is decided in that one, a template of one in the namespace given. A call that
// no operation serves is not allowed.
func (s *Service) Evaluate(ctx context.Context, by iam.Actor, c Control, namespace string, calls []Call) ([]Decision, error) {
	panic("unfinished")
}

// CallExplanation says why a call is allowed or not.
type CallExplanation struct {
	rbac.Explanation
	Endpoint  rbac.Endpoint
	Served    bool   // whether any operation serves the call; the rest is empty when not
	Namespace string // in which it was decided
	Withheld  *iam.Withheld
	TokenOK   bool // whether the credential of the actor reaches so far; true when another user is explained
}

// ExplainCall answers why a user of the actor's tenant may make a call, or what
// is in the way. NotFound: there is no such user.
func (s *Service) ExplainCall(ctx context.Context, by iam.Actor, user iam.UserID, namespace string, c Call) (CallExplanation, error) {
	panic("unfinished")
}

// RolesIn answers the roles that hold for a user in each namespace, "" for the
// whole tenant: its own and those of its groups, that are not disabled, by name.
func (s *Service) RolesIn(ctx context.Context, by iam.Actor, user iam.UserID) (map[string][]iam.Role, error) {
	panic("unfinished")
}

// AllGrants answers every binding of the tenant with its role, in the order in
// which they were made.
func (s *Service) AllGrants(ctx context.Context, by iam.Actor) ([]Grant, error) { panic("unfinished") }

// BindAll gives a role to several users in several scopes, all or nothing.
// Those who have it keep it. Errors as of Bind.
func (s *Service) BindAll(ctx context.Context, by iam.Actor, role iam.RoleID, users []iam.UserID, scopes []iam.Scope) error {
	panic("unfinished")
}

// AllAPIGroups answers the tenant's own API groups and the built-in ones, by name.
func (s *Service) AllAPIGroups(ctx context.Context, by iam.Actor) ([]iam.APIGroup, error) {
	panic("unfinished")
}

// NamedAPIGroups answers API groups by name, without regard to case, as rows to
// which roles can refer: a built-in one is made where the tenant has not used
// it yet. Invalid, with path "api_groups", for a name that none has.
func (s *Service) NamedAPIGroups(ctx context.Context, by iam.Actor, names []string) ([]iam.APIGroupID, error) {
	panic("unfinished")
}
