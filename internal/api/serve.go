package api

import (
	"context"
	"errors"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// endpoint is a registered operation, ready to serve.
type endpoint struct {
	Registered
	operation Operation
	registry  *Registry
	limits    limits
}

// errPanicked stands for a panic that is in the log already.
var errPanicked = errors.New("panic")

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	observe := e.registry.Observe
	var start time.Time
	if observe != nil {
		start = time.Now()
	}
	status, err := e.serve(w, r)
	if err != nil {
		status = e.registry.fail(w, r, e.Dialect, e.Op.ID, err)
	}
	if observe != nil {
		observe(e.Registered, status, time.Since(start))
	}
}

// serve performs the operation and answers; an error means that nothing has
// been sent yet.
func (e *endpoint) serve(w http.ResponseWriter, r *http.Request) (status int, err error) {
	defer func() {
		p := recover()
		if abort, ok := p.(error); ok && errors.Is(abort, http.ErrAbortHandler) {
			panic(p) // the way to drop a connection on purpose
		}
		if p != nil {
			e.registry.log.ErrorContext(r.Context(), "panic", "operation", e.Op.ID, "dialect", e.Dialect.Name,
				"request_id", RequestOf(r.Context()).ID, "panic", p, "stack", string(debug.Stack()))
			err = errPanicked
		}
	}()
	ctx := r.Context()
	actor, err := e.admit(ctx, r)
	if err != nil {
		return 0, err
	}
	body, err := e.operation.call(ctx, &Call{Actor: actor, Request: r, Op: e.Op, endpoint: e}, e.operation.binding, e.limits)
	if err != nil {
		return 0, err
	}
	status = e.Op.Status
	if own, ok := body.(Statused); ok {
		status = own.HTTPStatus()
	}
	e.Dialect.share(w.Header())
	return status, write(w, status, e.Dialect.mediaType(r), body)
}

// admit finds out who calls and whether they may.
func (e *endpoint) admit(ctx context.Context, r *http.Request) (actor iam.Actor, err error) {
	access := e.Op.Access
	other := managedOf(ctx)
	if other != "" && (!access.knowsCaller() || e.registry.Reach == nil) {
		return actor, errNoPath()
	}
	if access.knowsCaller() {
		if actor, err = e.authenticate(ctx, r); err != nil {
			return actor, err
		}
	}
	info := RequestOf(ctx)
	actor.Address, actor.Client, actor.RequestID = info.Address, info.Client, info.ID
	if other != "" {
		if actor, err = e.registry.Reach(ctx, actor, other); err != nil {
			return actor, err
		}
	}
	namespace := iam.NamespaceSystem
	if e.Op.Namespace != "" {
		namespace = r.PathValue(e.Op.Namespace)
	}
	return actor, e.authorize(ctx, actor, namespace)
}

// authorize asks whether a caller who is known may call the operation.
func (e *endpoint) authorize(ctx context.Context, actor iam.Actor, namespace string) error {
	// Who is narrowed to some permissions asks for all that is not open to anybody.
	if e.Op.Access.level != accessRequires && actor.Scope == "" {
		return nil
	}
	return e.registry.authz.Authorize(ctx, actor, e.Endpoint, namespace)
}

// fail answers an error in the dialect's envelope. op is the operation's id,
// "" where none was reached.
func (g *Registry) fail(w http.ResponseWriter, r *http.Request, d *Dialect, op string, err error) (status int) {
	d.share(w.Header())
	status, body := d.Fail(r, g.explain(r, d, op, err))
	if err := write(w, status, d.mediaType(r), body); err != nil {
		g.log.ErrorContext(r.Context(), "error cannot be encoded", "operation", op, "dialect", d.Name,
			"request_id", RequestOf(r.Context()).ID, "error", err)
		status = http.StatusInternalServerError
		http.Error(w, http.StatusText(status), status)
	}
	return status
}

// explain is what a caller may learn of an error. What is our fault goes to
// the log and becomes a bare Internal.
func (g *Registry) explain(r *http.Request, d *Dialect, op string, err error) *iam.Error {
	ctx := r.Context()
	known, ok := errors.AsType[*iam.Error](err)
	ours := !ok || known.Kind == iam.Internal
	facts := []any{"operation", op, "dialect", d.Name, "request_id", RequestOf(ctx).ID, "error", err}
	switch {
	case errors.Is(err, errPanicked):
	case ctx.Err() != nil && (ours || known.Kind == iam.Unavailable):
		// The client is gone or its time is over: whatever failed, failed of that.
		g.log.DebugContext(ctx, "request given up", facts...)
		return iam.E(iam.Unavailable, "the request was given up")
	case ours:
		g.log.ErrorContext(ctx, "operation failed", facts...)
	case known.Kind == iam.Unavailable:
		g.log.WarnContext(ctx, "unavailable", facts...)
		return known
	default:
		return known
	}
	return iam.E(iam.Internal, "internal error")
}
