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
	Method  string
	// Path is a template whose parameters each fill one segment, such as
	// "/v2.1/regions/{name}".
	Path string
	// Permission is the right that a caller needs. Empty means that none is
	// needed: the operation is public or for anybody who is signed in.
	Permission iam.Permission
}

// Catalog is every operation of the server, in a fixed order. An endpoint is
// known by its index in it.
type Catalog struct {
	endpoints []Endpoint
	shapes    []string // Path of each endpoint as shape makes it
	index     map[route]int
	routes    node
	open      Set // endpoints that need no right
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
	}
	for i, e := range c.endpoints {
		c.shapes[i] = shape(e.Path)
		r := route{e.Method, c.shapes[i]}
		if j, taken := c.index[r]; taken {
			panic(fmt.Sprintf("rbac: %s %s of %s is also %s of %s",
				e.Method, e.Path, e.Dialect, c.endpoints[j].Path, c.endpoints[j].Dialect))
		}
		c.index[r] = i
		c.routes.insert(c.shapes[i], e.Method, i)
		if e.Permission == "" {
			c.open.add(i)
		}
	}
	return c
}

// Len answers the number of endpoints.
func (c *Catalog) Len() int { return len(c.endpoints) }

// Endpoint answers the i-th endpoint.
func (c *Catalog) Endpoint(i int) Endpoint { return c.endpoints[i] }

// Index finds an endpoint by its method and its template, whatever the
// parameters in the template are called.
func (c *Catalog) Index(method, template string) (int, bool) {
	i, ok := c.index[route{method, shape(template)}]
	return i, ok
}

// WithPermission answers the endpoints that need exactly this permission. It
// is empty when none does, and every policy holds the empty set: a caller who
// asks Policy.AllowsIn with it must know that the permission is in use.
func (c *Catalog) WithPermission(p iam.Permission) Set {
	s := newSet(c.Len())
	if p == "" {
		return s
	}
	for i, e := range c.endpoints {
		if e.Permission == p {
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
