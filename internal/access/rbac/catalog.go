package rbac

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Endpoint is one operation of the server.
type Endpoint struct {
	Dialect string // the dialect's package name, such as "netapp"
	ID      string // the operation's id in the OpenAPI document
	// Method and Path are the spelling that rules are about. Path is a
	// template whose parameters each fill one segment, such as
	// "/v2.1/regions/{name}".
	Method string
	Path   string
	// Methods and Paths are all that it is served at, each method at each
	// path; where they are empty, Method and Path alone.
	Methods []string
	Paths   []string
	// Namespace is the parameter that says in which namespace the right is
	// needed, one of every path. Empty: it is needed in "system".
	Namespace string
	// Permission is the right that a caller needs. Empty means that none is
	// needed: the operation is public or for anybody who is signed in.
	Permission iam.Permission
	// Public is set where nobody is asked who they are.
	Public bool
}

// Catalog is every operation of the server, in a fixed order. An endpoint is
// known by its index in it.
type Catalog struct {
	endpoints []Endpoint
	shapes    []string // Path of each endpoint as shape makes it
	index     map[route]int
	routes    node
	open      Set // endpoints that need no right
	public    Set // endpoints that ask nobody who they are
}

// route is what no two endpoints have in common.
type route struct{ method, shape string }

// NewCatalog makes the catalogue. Two endpoints of one method whose templates
// match the same paths panic, as http.ServeMux does: that is a mistake in the
// program, which no input can cause.
func NewCatalog(endpoints []Endpoint) *Catalog {
	c := &Catalog{
		endpoints: slices.Clone(endpoints),
		shapes:    make([]string, len(endpoints)),
		index:     make(map[route]int, len(endpoints)),
		open:      newSet(len(endpoints)),
		public:    newSet(len(endpoints)),
	}
	for i := range c.endpoints {
		e := &c.endpoints[i]
		if len(e.Methods) == 0 {
			e.Methods = []string{e.Method}
		}
		if len(e.Paths) == 0 {
			e.Paths = []string{e.Path}
		}
		c.shapes[i] = shape(e.Path)
		for _, path := range e.Paths {
			for _, method := range e.Methods {
				c.claim(i, method, path)
			}
		}
		if e.Permission == "" {
			c.open.add(i)
		}
		if e.Public {
			c.public.add(i)
		}
	}
	return c
}

// claim puts one spelling of an endpoint into its place.
func (c *Catalog) claim(i int, method, path string) {
	r := route{method, shape(path)}
	if j, taken := c.index[r]; taken {
		panic(fmt.Sprintf("rbac: %s %s of %s is also %s of %s",
			method, path, c.endpoints[i].Dialect, c.endpoints[j].Path, c.endpoints[j].Dialect))
	}
	c.index[r] = i
	c.routes.insert(path, method, leaf{i, segmentOf(path, c.endpoints[i].Namespace)})
}

// Len answers the number of endpoints.
func (c *Catalog) Len() int { return len(c.endpoints) }

// Endpoint answers the i-th endpoint.
func (c *Catalog) Endpoint(i int) Endpoint { return c.endpoints[i] }

// Index finds an endpoint by a method and a template of its own, whatever the
// parameters in the template are called.
func (c *Catalog) Index(method, template string) (int, bool) {
	i, ok := c.index[route{method, shape(template)}]
	return i, ok
}

// Public reports whether endpoint i asks nobody who they are.
func (c *Catalog) Public(i int) bool { return c.public.Has(i) }

// WithPermission answers the endpoints that need exactly this permission. It
// is empty when none does, and every policy holds the empty set: a caller who
// asks Policy.AllowsIn with it must know that the permission is in use.
func (c *Catalog) WithPermission(p iam.Permission) Set {
	s := newSet(c.Len())
	if p == "" {
		return s
	}
	for i := range c.endpoints {
		if c.endpoints[i].Permission == p {
			s.add(i)
		}
	}
	return s
}

var parameter = regexp.MustCompile(`\{[^{}/]*\}`)

// shape is a template without the names of its parameters. Dialects, their
// documents and the roles that customers wrote against them call the same
// parameter by different names.
func shape(template string) string { return parameter.ReplaceAllLiteralString(template, "{}") }
