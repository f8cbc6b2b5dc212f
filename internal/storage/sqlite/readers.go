package sqlite

import (
	"context"
	"errors"
	"sync"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// readers is a pool of read-only connections, opened when they are first
// needed. The one last used is lent first, so that its cache is warm and the
// memory of the others is never touched.
type readers struct {
	open  func(context.Context) (*session, error)
	slots chan struct{} // one element for each connection on loan

	mu   sync.Mutex
	idle []*session
}

func newReaders(n int, open func(context.Context) (*session, error)) *readers {
	return &readers{open: open, slots: make(chan struct{}, n)}
}

// lend lends a connection to use. One that saw the disk fail, or whose use
// panicked, is not lent again.
func (r *readers) lend(ctx context.Context, use func(*session) error) error {
	s, err := r.acquire(ctx)
	if err != nil {
		return err
	}
	returned := false
	defer func() { r.release(s, !returned || fault(err) == storage.FaultDown) }()
	err = use(s)
	returned = true
	return err
}

func (r *readers) acquire(ctx context.Context) (*session, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if s := r.takeIdle(); s != nil {
		return s, nil
	}
	s, err := r.open(ctx)
	if err != nil {
		<-r.slots
	}
	return s, err
}

func (r *readers) takeIdle() *session {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(r.idle)
	if n == 0 {
		return nil
	}
	s := r.idle[n-1]
	r.idle = r.idle[:n-1]
	return s
}

// release takes a connection back, or closes it.
func (r *readers) release(s *session, broken bool) {
	if broken || s.broken {
		_ = s.close() // it has failed before, and that is known
	} else {
		s.trim()
		r.mu.Lock()
		r.idle = append(r.idle, s)
		r.mu.Unlock()
	}
	<-r.slots
}

func (r *readers) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var errs []error
	for _, s := range r.idle {
		errs = append(errs, s.close())
	}
	r.idle = nil
	return errors.Join(errs...)
}

// Read runs fn on a connection of its own. SQLite has no walls between
// tenants: each statement names its tenant.
func (db *DB) Read(ctx context.Context, _ iam.TenantID, fn func(context.Context, storage.Tx) error) error {
	return db.readers.lend(ctx, func(s *session) error { return fn(ctx, s) })
}

// Snapshot runs fn in a transaction that sees one state of the database, and
// neither waits for the writer nor makes it wait.
func (db *DB) Snapshot(ctx context.Context, _ iam.TenantID, fn func(context.Context, storage.Tx) error) error {
	return db.readers.lend(ctx, func(s *session) error {
		if err := s.run("BEGIN"); err != nil {
			return err
		}
		if err := fn(ctx, s); err != nil {
			return errors.Join(err, s.run("ROLLBACK"))
		}
		return s.run("COMMIT")
	})
}

// Enter does nothing: SQLite has no walls between tenants.
func (db *DB) Enter(context.Context, storage.Tx, iam.TenantID) error { return nil }
