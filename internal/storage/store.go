package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/cluster"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/federation"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/job"
	"github.com/gatehouse-id/gatehouse/internal/keyring"
	"github.com/gatehouse-id/gatehouse/internal/notice"
	"github.com/gatehouse-id/gatehouse/internal/object"
	"github.com/gatehouse-id/gatehouse/internal/scim"
	"github.com/gatehouse-id/gatehouse/internal/signup"
	"github.com/gatehouse-id/gatehouse/internal/support"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// Store keeps everything that Gatehouse knows in one database.
type Store struct {
	engine Engine
	env    iam.Env
	users  unchanged[userKey, iam.User]
	linked linkIndexes
	epochs epochStatements
	// objects are the statements that lock.
	objects objectStatements
	tenants tenantStatements

	// OnEpoch is told the epoch of a tenant after each write that counted it
	// up, before the method that wrote it returns: this node then believes
	// nothing older. It may be nil, and is set before the Store is used.
	OnEpoch func(iam.TenantID, int64)
}

var (
	_ tenancy.Store   = (*Store)(nil)
	_ directory.Store = (*Store)(nil)
	_ access.Store    = (*Store)(nil)
	_ authn.Store     = (*Store)(nil)
	_ audit.Store     = (*Store)(nil)
	_ job.Store       = (*Store)(nil)
	_ cluster.Store   = (*Store)(nil)
	_ keyring.Store   = (*Store)(nil)
	_ notice.Store    = (*Store)(nil)
	_ object.Store    = (*Store)(nil)
	_ support.Store   = (*Store)(nil)
	_ signup.Store    = (*Store)(nil)

	_ federation.Store = (*Store)(nil)
	_ scim.Store       = (*Store)(nil)
)

// New makes a Store on an engine whose schema is up to date.
func New(e Engine, env iam.Env) *Store {
	return &Store{engine: e, env: env, epochs: epochsSQL(e.Clock()), objects: objectsSQL(e), tenants: tenantsSQL(e)}
}

// call runs the statements of one method. It puts arguments into the forms
// that columns have, see bind.
type call struct {
	Tx
	store  *Store
	tenant iam.TenantID
	epochs map[iam.TenantID]int64 // the new ones of those tenants whose this call counted up
	// schemas are the tenants' own, where this call has asked for them.
	schemas map[iam.TenantID][]scim.Extension
}

// enter lets the rest of a transaction see what another scope does.
func (x *call) enter(ctx context.Context, scope iam.TenantID) error {
	x.tenant = scope
	return x.store.engine.Enter(ctx, x.Tx, scope)
}

// exec answers how many rows a statement changed.
func (x *call) exec(ctx context.Context, query string, args ...any) (int64, error) {
	return x.execBound(ctx, query, bind(args))
}

// execBound is exec with arguments as bind answers them.
func (x *call) execBound(ctx context.Context, query string, args []any) (int64, error) {
	r, err := x.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (x *call) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return x.QueryContext(ctx, query, bind(args)...)
}

func (x *call) row(ctx context.Context, query string, args ...any) *sql.Row {
	return x.QueryRowContext(ctx, query, bind(args)...)
}

// failed reports whether a statement failed for this reason.
func (x *call) failed(err error, f Fault) bool {
	return err != nil && x.store.engine.Fault(err) == f
}

type work func(context.Context, *call) error

// read runs fn on what one tenant sees. A tenant id that cannot be one, also
// Everywhere, is NotFound before it reaches the database.
func (s *Store) read(ctx context.Context, t iam.TenantID, fn work) error {
	if err := checkID("tenant", t); err != nil {
		return err
	}
	return s.readIn(ctx, t, fn)
}

// readIn is read for any scope.
func (s *Store) readIn(ctx context.Context, scope iam.TenantID, fn work) error {
	return s.engine.Read(ctx, scope, func(ctx context.Context, q Tx) error {
		return fn(ctx, &call{Tx: q, store: s, tenant: scope})
	})
}

// snapshot is read, with all its statements on one state of the database.
func (s *Store) snapshot(ctx context.Context, t iam.TenantID, fn work) error {
	if err := checkID("tenant", t); err != nil {
		return err
	}
	return s.engine.Snapshot(ctx, t, func(ctx context.Context, q Tx) error {
		return fn(ctx, &call{Tx: q, store: s, tenant: t})
	})
}

// write runs fn in a transaction of one tenant; tenant ids as for read. fn may
// run more than once.
func (s *Store) write(ctx context.Context, t iam.TenantID, fn work) error {
	if err := checkID("tenant", t); err != nil {
		return err
	}
	return s.writeIn(ctx, t, fn)
}

// writeIn is write for any scope.
func (s *Store) writeIn(ctx context.Context, scope iam.TenantID, fn work) error {
	var epochs map[iam.TenantID]int64
	err := s.engine.Write(ctx, scope, func(ctx context.Context, q Tx) error {
		x := &call{Tx: q, store: s, tenant: scope}
		err := fn(ctx, x)
		epochs = x.epochs
		return err
	})
	if err == nil && s.OnEpoch != nil {
		for t, epoch := range epochs {
			s.OnEpoch(t, epoch)
		}
	}
	return err
}

// checkID answers NotFound for an id that cannot be one, so that PostgreSQL
// never has to refuse it.
func checkID[T ~string](what string, id T) error {
	if !iam.ValidID(string(id)) {
		return iam.ErrNotFound(what, string(id))
	}
	return nil
}

// wrap makes what a method answers out of what went wrong in it. An iam.Error
// stays; a database that cannot be reached is Unavailable; the rest is told to
// the log, with the call that met it. The arguments must not be secrets.
func (s *Store) wrap(errp *error, format string, args ...any) {
	err := *errp
	if err == nil {
		return
	}
	if _, ok := errors.AsType[*iam.Error](err); ok {
		return
	}
	err = fmt.Errorf("storage: "+format+": %w", append(args, err)...)
	if f := s.engine.Fault(err); f == FaultDown || f == FaultRetry || errors.Is(err, context.DeadlineExceeded) {
		err = &iam.Error{Kind: iam.Unavailable, Message: "the directory cannot be reached at the moment", Err: err}
	}
	*errp = err
}
