package signup

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Store keeps sign-ups, of the tenant below which they make others. Every
// method is one transaction and writes the jobs and events it is given in it.
type Store interface {
	// InsertSignup writes a sign-up. NotFound: there is no such tenant.
	InsertSignup(ctx context.Context, t iam.TenantID, r Record, events ...iam.Event) error
	// Signup answers one sign-up, whether or not it has expired. NotFound.
	Signup(ctx context.Context, t iam.TenantID, id ID) (Record, error)
	// SignupNamed answers one by its name. NotFound.
	SignupNamed(ctx context.Context, t iam.TenantID, name string) (Record, error)
	// ProveSignup takes a sign-up from StateAsked to StateProved: of many that do
	// so at once exactly one succeeds. NotFound: it is not there, is not in that
	// state, or has expired at now.
	ProveSignup(ctx context.Context, t iam.TenantID, id ID, now time.Time, j iam.Job, events ...iam.Event) error
	// SettleSignup takes a sign-up from StateProved to the state that it has in
	// r, with its Reason, Tenant and Updated. NotFound: it is not there, or is
	// not in that state.
	SettleSignup(ctx context.Context, t iam.TenantID, r Signup, events ...iam.Event) error
	// PurgeSignups removes, of any tenant, sign-ups whose links expired before
	// the time, at most n, and answers how many it removed.
	PurgeSignups(ctx context.Context, before time.Time, n int) (int, error)
}
