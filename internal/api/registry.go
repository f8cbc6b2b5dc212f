package api

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Authorizer decides whether an actor may perform an operation, known by its
// running number in the registry, in a namespace. It answers a Denied error
// when not.
type Authorizer interface {
	Authorize(ctx context.Context, actor iam.Actor, endpoint int, namespace string) error
}

// Registered is an operation in its place.
type Registered struct {
	Dialect *Dialect
	Op      *Op
	// Endpoint is the running number, from 0 in the order of registration.
	Endpoint int
}

// Registry holds all operations and serves them; it is the http.Handler of
// every dialect. Operations are added before the first request, by one
// goroutine.
type Registry struct {
	// Observe, when set, learns of every call of an operation: its status and
	// how long it took. Set it before the first request.
	Observe func(op Registered, status int, took time.Duration)
	// ByCertificate, when set, authenticates callers who bring nothing but a
	// client certificate. Set it before the first request.
	ByCertificate CertificateAuth
	// Reach, when set, answers the caller as they act in the tenant of a code,
	// for paths below /managed_tenant/<tenant>. NotFound: nothing lets them. Set
	// it before the first request; without it there is nothing below that path.
	Reach func(ctx context.Context, by iam.Actor, code string) (iam.Actor, error)

	log       *slog.Logger
	authz     Authorizer
	dialects  []*Dialect
	endpoints []*endpoint
	routes    map[string]*http.ServeMux // by method
	documents documents
}

// NewRegistry makes an empty registry.
func NewRegistry(log *slog.Logger, authz Authorizer) *Registry {
	return &Registry{log: log, authz: authz, routes: map[string]*http.ServeMux{}}
}

// Add registers operations of a dialect. It panics when the dialect or an
// operation is not well described, when an id is taken, or when two
// operations claim the same requests.
func (g *Registry) Add(d *Dialect, ops ...Operation) {
	if !slices.Contains(g.dialects, d) {
		if err := d.check(); err != nil {
			panic("api: " + err.Error())
		}
		for _, other := range g.dialects {
			if other.Name == d.Name || slices.ContainsFunc(d.Prefixes, func(p string) bool { return slices.Contains(other.Prefixes, p) }) {
				panic(fmt.Sprintf("api: dialects %s and %s share name or prefix", d.Name, other.Name))
			}
		}
		g.dialects = append(g.dialects, d)
	}
	for _, o := range ops {
		g.add(d, o)
	}
}

func (g *Registry) add(d *Dialect, o Operation) {
	e := &endpoint{
		Registered: Registered{Dialect: d, Op: &o.op, Endpoint: len(g.endpoints)},
		operation:  o,
		registry:   g,
		limits: limits{
			body:   cmp.Or(o.op.MaxBody, d.MaxBody, DefaultMaxBody),
			depth:  cmp.Or(d.MaxDepth, DefaultMaxDepth),
			decode: d.Decode,
		},
	}
	if e.limits.decode == nil {
		e.limits.decode = plain(d.AllowDuplicates)
	}
	if e.sibling(e.Op.ID) != nil {
		panic(fmt.Sprintf("api: %s has two operations %q", d.Name, e.Op.ID))
	}
	for _, path := range e.Op.Paths {
		if g.dialectAt(path) != d {
			panic(fmt.Sprintf("api: operation %q: path %s is not below a prefix of %s", e.Op.ID, path, d.Name))
		}
		for _, method := range e.Op.Methods {
			g.route(method, path, e)
		}
	}
	g.endpoints = append(g.endpoints, e)
}

// sibling answers an operation of the same dialect by its id, nil where there is
// none.
func (e *endpoint) sibling(id string) *endpoint {
	for _, other := range e.registry.endpoints {
		if other.Dialect == e.Dialect && other.Op.ID == id {
			return other
		}
	}
	return nil
}

// Operations lists all operations in the order of their running numbers.
func (g *Registry) Operations() []Registered {
	all := make([]Registered, len(g.endpoints))
	for i, e := range g.endpoints {
		all[i] = e.Registered
	}
	return all
}

// dialectAt answers the dialect that a path belongs to, nil when none.
func (g *Registry) dialectAt(path string) *Dialect {
	var found *Dialect
	longest := 0
	for _, d := range g.dialects {
		for _, p := range d.Prefixes {
			if len(p) > longest && (strings.HasPrefix(path, p) || path == strings.TrimSuffix(p, "/")) {
				found, longest = d, len(p)
			}
		}
	}
	return found
}
