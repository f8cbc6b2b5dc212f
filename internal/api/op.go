package api

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Op describes one operation, as data.
type Op struct {
	ID      string // unique in the dialect: "user.create"
	Methods []string
	// Paths are in the syntax of http.ServeMux without host, method and
	// "{name...}". The first is canonical, the others are spellings that real
	// clients use. A path with a trailing slash answers that spelling only
	// and never redirects, which is why its spelling without must be there too.
	Paths  []string
	Access Access
	// Namespace names the path parameter that carries the namespace in which
	// the permission is needed. Empty means iam.NamespaceSystem.
	Namespace string

	Tag         string // groups operations in the document
	Summary     string
	Description string

	// Status is that of success: 200 when zero, 204 where the answer is
	// NoContent.
	Status int
	// Errors are the kinds that this operation may answer besides those that
	// every operation may, for the document.
	Errors []iam.Kind
	// RequestExample and ResponseExample are Go values, or jsontext.Value
	// where the vendor's own text is shown.
	RequestExample  any
	ResponseExample any

	MaxBody int64 // bytes; zero is the dialect's limit
}

// Access says who may call an operation: made by Public, SignedIn, Proving or
// Requires. The zero value is refused at registration, so that no operation
// is open by omission.
type Access struct {
	level      accessLevel
	permission iam.Permission
}

type accessLevel uint8

const (
	accessUndeclared accessLevel = iota
	accessPublic
	accessSignedIn
	accessProving
	accessRequires
)

// Public lets anybody call; nobody is authenticated.
func Public() Access { return Access{level: accessPublic} }

// SignedIn lets every authenticated caller call.
func SignedIn() Access { return Access{level: accessSignedIn} }

// Proving is for callers in the middle of a sign-in, who have proved something
// but are no actor yet. The kit authenticates nobody: the handler finds out
// who calls, before anything else, and answers Unauthenticated.
func Proving() Access { return Access{level: accessProving} }

// Requires lets callers call whom the Authorizer grants the permission.
func Requires(p iam.Permission) Access { return Access{accessRequires, p} }

// IsPublic reports whether callers need no credential.
func (a Access) IsPublic() bool { return a.level == accessPublic }

// knowsCaller reports whether the kit finds out who calls.
func (a Access) knowsCaller() bool { return a.level != accessPublic && a.level != accessProving }

// Permission is the one that callers need, "" where none is needed.
func (a Access) Permission() iam.Permission { return a.permission }

// Call is what a handler learns of its request besides its input.
type Call struct {
	// Actor is who calls. Of the caller of a Public or Proving operation only
	// Address, Client and RequestID are known.
	Actor   iam.Actor
	Request *http.Request
	Op      *Op

	endpoint *endpoint
}

// May asks whether the caller may call another operation of the dialect, known by
// its id, as a request of its own would be asked: it is for operations that do
// what others do. Denied: they may not. It panics where there is no such
// operation, or its namespace is in its path.
func (c *Call) May(ctx context.Context, id string) error {
	other := c.endpoint.sibling(id)
	if other == nil || other.Op.Namespace != "" {
		panic(fmt.Sprintf("api: operation %q asks for %q", c.Op.ID, id))
	}
	return other.authorize(ctx, c.Actor, iam.NamespaceSystem)
}

// Explain answers what the caller may learn of an error: it is for operations that
// tell of several. What is our fault goes to the log and becomes a bare Internal.
func (c *Call) Explain(err error) *iam.Error {
	return c.endpoint.registry.explain(c.Request, c.endpoint.Dialect, c.Op.ID, err)
}

// NoContent is the answer of an operation that says nothing: 204.
type NoContent struct{}

// HTTPStatus is 204.
func (NoContent) HTTPStatus() int { return http.StatusNoContent }

// Statused is an answer that chooses its status, which is otherwise Op.Status.
type Statused interface{ HTTPStatus() int }

// Headed is an answer with headers of its own. It is given those of the kit
// and may replace them.
type Headed interface{ Headers(h http.Header) }

// Operation is an Op with its handler: made by Handle, taken by Registry.Add.
type Operation struct {
	op      Op
	binding *binding
	out     reflect.Type
	call    func(ctx context.Context, c *Call, b *binding, lim limits) (any, error)
}

// Op describes the operation.
func (o Operation) Op() Op { return o.op }

// Body is the type of the body that the operation takes, nil when it takes none.
func (o Operation) Body() reflect.Type {
	if o.binding.body == nil {
		return nil
	}
	return o.binding.body.typ
}

// Handle joins an operation with its function. In is a struct that says where
// its values come from:
//
//	ID     string    `path:"id" doc:"The user's id."`
//	Page   int       `query:"page"`
//	Lang   string    `header:"Accept-Language"`
//	Body   userInput `body:"required"`
//
// Embedded structs without a tag are looked into. Parameters are strings,
// booleans, integers, types made of these, pointers to them (nil when absent)
// and, in a query, slices of them. A number that is present but empty counts
// as absent; a flag without value as true. Of a scalar given twice the first
// counts. A body is JSON with whatever method; `body:"optional"` leaves the
// zero value where there is none. Unknown parameters and members are ignored.
//
// Out is written as JSON, see Statused, Headed and NoContent. Handle panics
// when In or op cannot work.
func Handle[In, Out any](op Op, fn func(ctx context.Context, c *Call, in In) (Out, error)) Operation {
	out := reflect.TypeFor[Out]()
	// An answer that is a value is passed on by address: one allocation less
	// in the encoder, and methods on the pointer are seen too.
	direct := out.Kind() == reflect.Pointer || out.Kind() == reflect.Interface
	return handle(&op, reflect.TypeFor[In](), out, func(ctx context.Context, c *Call, b *binding, lim limits) (any, error) {
		var in In
		if err := b.bind(c.Request, reflect.ValueOf(&in).Elem(), lim); err != nil {
			return nil, err
		}
		answer, err := fn(ctx, c, in)
		switch {
		case err != nil:
			return nil, err
		case direct:
			return answer, nil
		}
		return &answer, nil
	})
}

// handle is what Handle does whatever the types: there are hundreds of those, and
// all that is said there the program has as many times.
func handle(op *Op, in, out reflect.Type, call func(context.Context, *Call, *binding, limits) (any, error)) Operation {
	b, err := compile(in)
	if err == nil {
		err = op.check(b)
	}
	if err != nil {
		panic(fmt.Sprintf("api: operation %q: %v", op.ID, err))
	}
	if op.Status == 0 {
		op.Status = http.StatusOK
		if out == reflect.TypeFor[NoContent]() {
			op.Status = http.StatusNoContent
		}
	}
	return Operation{op: *op, binding: b, out: out, call: call}
}

// check tells what in op cannot work with its input.
func (op *Op) check(b *binding) error {
	switch {
	case op.ID == "":
		return fmt.Errorf("no ID")
	case len(op.Methods) == 0 || len(op.Paths) == 0:
		return fmt.Errorf("no method or no path")
	case op.Access.level == accessUndeclared:
		return fmt.Errorf("access is not declared")
	case op.Access.level == accessRequires && op.Access.permission == "":
		return fmt.Errorf("Requires without a permission")
	case op.Status != 0 && (op.Status < 200 || op.Status > 299):
		return fmt.Errorf("status %d is not one of success", op.Status)
	case op.RequestExample != nil && b.body == nil:
		return fmt.Errorf("an example of a request without a body")
	}
	for _, m := range op.Methods {
		if m == "" || strings.ToUpper(m) != m || m == http.MethodHead || m == http.MethodOptions || m == http.MethodConnect {
			return fmt.Errorf("method %q is not to be declared", m)
		}
	}
	for _, p := range op.Paths {
		if err := op.checkPath(p, b); err != nil {
			return fmt.Errorf("path %s: %w", p, err)
		}
	}
	return nil
}

// checkPath demands that a path's parameters are exactly those that are bound,
// beside the namespace.
func (op *Op) checkPath(p string, b *binding) error {
	if !strings.HasPrefix(p, "/") || unclean(p) {
		return fmt.Errorf("not a clean absolute path")
	}
	if bare := strings.TrimSuffix(p, "/"); bare != p && bare != "" && !slices.Contains(op.Paths, bare) {
		return fmt.Errorf("its spelling without the trailing slash is missing")
	}
	names, err := pathParameters(p)
	if err != nil {
		return err
	}
	if op.Namespace != "" && !slices.Contains(names, op.Namespace) {
		return fmt.Errorf("no parameter {%s}, the namespace", op.Namespace)
	}
	for _, f := range b.fields {
		if f.in == inPath && !slices.Contains(names, f.name) {
			return fmt.Errorf("no parameter {%s}", f.name)
		}
	}
	for _, n := range names {
		bound := slices.ContainsFunc(b.fields, func(f field) bool { return f.in == inPath && f.name == n })
		if !bound && n != op.Namespace {
			return fmt.Errorf("nothing takes parameter {%s}", n)
		}
	}
	return nil
}

// pathParameters lists the names in braces.
func pathParameters(p string) (names []string, err error) {
	for s := range strings.SplitSeq(p, "/") {
		name, ok := strings.CutPrefix(s, "{")
		switch name, closed := strings.CutSuffix(name, "}"); {
		case !ok && !strings.ContainsAny(s, "{}"):
		case !ok || !closed || name == "" || strings.ContainsAny(name, "{}.$"):
			return nil, fmt.Errorf("segment %q: a parameter is a whole segment, {name}", s)
		default:
			names = append(names, name)
		}
	}
	return names, nil
}
