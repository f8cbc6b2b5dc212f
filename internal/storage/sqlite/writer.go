package sqlite

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// groupSize is how many requests share a commit at most.
const groupSize = 64

// errClosed answers a write after Close.
var errClosed = errors.New("sqlite: the database is closed")

// Write queues fn for the writer. Where ctx ends before its turn, fn does not
// run; once it runs, it runs to its end.
func (db *DB) Write(ctx context.Context, _ iam.TenantID, fn func(context.Context, storage.Tx) error) error {
	return db.writer.do(ctx, fn)
}

// request is one write. Whoever sets claimed first, the writer or a caller that
// no longer waits, decides what becomes of it.
type request struct {
	ctx     context.Context
	fn      func(context.Context, storage.Tx) error
	claimed atomic.Bool
	done    chan error // buffered: the writer never waits for a caller

	err   error // of fn, then of its commit
	panic *fromPanic
}

// fromPanic carries a panic over to the goroutine that asked for the write.
type fromPanic struct {
	value any
	stack []byte
}

// writer is the goroutine that has the one connection that writes.
type writer struct {
	queue chan *request
	open  func() (*session, error)
	wal   *walGuard

	closing sync.RWMutex // held for reading while a request is put into the queue
	closed  bool
	ended   chan struct{}

	session *session    // nil after a fault, until the next group
	failed  atomic.Bool // the disk failed the last group
}

func startWriter(first *session, wal *walGuard, open func() (*session, error)) *writer {
	w := &writer{
		queue: make(chan *request, groupSize), open: open, wal: wal,
		ended: make(chan struct{}), session: first,
	}
	go w.loop()
	return w
}

// do hands fn to the writer and waits for its commit.
func (w *writer) do(ctx context.Context, fn func(context.Context, storage.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err // else the queue may be quicker than to notice it
	}
	r := &request{ctx: ctx, fn: fn, done: make(chan error, 1)}
	if err := w.enqueue(r); err != nil {
		return err
	}
	var err error
	select {
	case err = <-r.done:
	case <-ctx.Done():
		if r.claimed.CompareAndSwap(false, true) {
			return ctx.Err()
		}
		err = <-r.done
	}
	if r.panic != nil {
		panic(fmt.Sprintf("%v\n\nin the writer:\n%s", r.panic.value, r.panic.stack))
	}
	return err
}

func (w *writer) enqueue(r *request) error {
	w.closing.RLock()
	defer w.closing.RUnlock()
	if w.closed {
		return errClosed
	}
	select {
	case w.queue <- r:
		return nil
	case <-r.ctx.Done():
		return r.ctx.Err()
	}
}

// close lets the queue run empty and closes the connection.
func (w *writer) close() error {
	w.closing.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
	}
	w.closing.Unlock()
	<-w.ended
	if w.session == nil {
		return nil
	}
	return w.session.close()
}

func (w *writer) loop() {
	defer close(w.ended)
	for first := range w.queue {
		w.commitGroup(first)
		w.tidy()
	}
}

// tidy is for between groups, when nobody waits for an answer.
func (w *writer) tidy() {
	if w.session == nil {
		return
	}
	w.session.trim()
	w.wal.check(w.session)
	if w.session.broken {
		w.abandon()
	}
}

// commitGroup runs first and what else is queued in one transaction, and
// answers all of them. Requests that arrive while others run still join; it
// never waits for any.
func (w *writer) commitGroup(first *request) {
	err := w.begin()
	group, ran := make([]*request, 0, groupSize), false
	for r := first; r != nil; r = w.next(len(group)) {
		group = append(group, r)
		// A group that cannot begin takes along who is queued: each would
		// wait for the lock as long, and in vain.
		if err == nil && r.claimed.CompareAndSwap(false, true) {
			err = w.runOne(r, ran)
			ran = true
		}
	}
	if err == nil {
		err = w.session.run("COMMIT")
	}
	if err != nil {
		w.abandon()
	}
	w.answer(group, err)
}

// next answers a queued request, or nil when there is none or no room for it.
func (w *writer) next(size int) *request {
	if size == groupSize {
		return nil
	}
	select {
	case r := <-w.queue: // nil when closed
		return r
	default:
		return nil
	}
}

// answer tells each request its own error, or else that of the group.
func (w *writer) answer(group []*request, err error) {
	failed := fault(err) == storage.FaultDown
	for _, r := range group {
		if r.err == nil {
			r.err = err
		}
		failed = failed || fault(r.err) == storage.FaultDown
		r.done <- r.err
	}
	w.failed.Store(failed)
}

// begin takes SQLite's write lock. Another process that has it is waited for,
// for as long as the busy timeout says.
func (w *writer) begin() error {
	if w.session == nil {
		s, err := w.open()
		if err != nil {
			return err
		}
		w.session = s
	}
	return w.session.run("BEGIN IMMEDIATE")
}

// runOne runs a request. Its own error is kept in it; the error that comes back
// ends the group. Behind others it runs behind a savepoint; the first one needs
// none, since nothing else is lost with it, and a long one is the faster for it.
func (w *writer) runOne(r *request, behind bool) error {
	if behind {
		if err := w.session.run("SAVEPOINT request"); err != nil {
			return err
		}
	}
	w.call(r)
	// A full or failing disk makes SQLite roll back the whole transaction, not
	// the statement. What ran after that would commit by itself, statement for
	// statement: there is nothing to roll back then, and so that fails.
	failed := r.err != nil || r.panic != nil
	switch {
	case !behind && failed:
		if err := w.session.run("ROLLBACK"); err != nil {
			return errors.Join(r.err, err)
		}
		return w.begin()
	case !behind:
		return nil
	case failed:
		if err := w.session.run("ROLLBACK TO request"); err != nil {
			return errors.Join(r.err, err)
		}
	}
	return w.session.run("RELEASE request")
}

// call runs fn, whose ctx cannot end any more.
func (w *writer) call(r *request) {
	defer func() {
		if v := recover(); v != nil {
			r.panic = &fromPanic{value: v, stack: debug.Stack()}
		}
	}()
	r.err = r.fn(context.WithoutCancel(r.ctx), w.session)
}

// abandon gives the connection up after a fault; closing it rolls back. The
// next group opens another one.
func (w *writer) abandon() {
	if w.session != nil {
		_ = w.session.close()
		w.session = nil
	}
}
