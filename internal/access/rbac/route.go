package rbac

import (
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// node is a place in the tree of path segments.
type node struct {
	literals  map[string]*node
	parameter *node
	methods   map[string]leaf // endpoints whose template ends here
}

// leaf is a spelling of an endpoint.
type leaf struct {
	endpoint  int
	namespace int // which segment of the path is the namespace, 0 where none is
}

// insert puts an endpoint at the place that a template of it leads to.
func (n *node) insert(template, method string, l leaf) {
	for segment := range strings.SplitSeq(template, "/") {
		if strings.HasPrefix(segment, "{") {
			if n.parameter == nil {
				n.parameter = new(node)
			}
			n = n.parameter
			continue
		}
		next := n.literals[segment]
		if next == nil {
			next = new(node)
			if n.literals == nil {
				n.literals = make(map[string]*node)
			}
			n.literals[segment] = next
		}
		n = next
	}
	if n.methods == nil {
		n.methods = make(map[string]leaf)
	}
	n.methods[method] = l
}

// segmentOf answers which segment of a template is the parameter of this name,
// 0 where none is: the first is the empty one before the leading slash.
func segmentOf(template, name string) int {
	i := 0
	for segment := range strings.SplitSeq(template, "/") {
		if name != "" && segment == "{"+name+"}" {
			return i
		}
		i++
	}
	return 0
}

// Match finds the endpoint that serves a path as it is sent, percent-escaped or
// not and with or without a query, and the namespace in which it is then
// called. It finds what http.ServeMux would: in each segment from the left a
// literal beats a parameter, a parameter is never empty, segments are compared
// unescaped, and HEAD is served by GET. What would be redirected or refused
// before it reaches an endpoint matches none.
//
// A segment may stand for any, as "{name}", ":name" or "*". Where such a one
// stands for the namespace, that is answered as "".
func (c *Catalog) Match(method, path string) (endpoint int, namespace string, ok bool) {
	path, escaped, ok := sent(path)
	if !ok {
		return 0, "", false
	}
	if method == "HEAD" {
		method = "GET"
	}
	l, ok := c.routes.match(method, path, escaped)
	if !ok {
		return 0, "", false
	}
	if l.namespace == 0 {
		return l.endpoint, iam.NamespaceSystem, true
	}
	for range l.namespace {
		_, path, _ = strings.Cut(path, "/")
	}
	namespace, _, _ = strings.Cut(path, "/")
	if escaped {
		namespace = unescape(namespace)
	}
	if anySegment(namespace) {
		namespace = ""
	}
	return l.endpoint, namespace, true
}

func (n *node) match(method, path string, escaped bool) (leaf, bool) {
	segment, rest, more := strings.Cut(path, "/")
	if escaped {
		if segment = unescape(segment); segment == "/" {
			segment = "" // http.ServeMux takes it for the slash at the end of a path
		}
	}
	if next := n.literals[segment]; next != nil {
		if l, ok := next.follow(method, rest, more, escaped); ok {
			return l, true
		}
	}
	if n.parameter != nil && segment != "" {
		return n.parameter.follow(method, rest, more, escaped)
	}
	return leaf{}, false
}

// follow ends the match here, or goes on when there is more of the path.
func (n *node) follow(method, rest string, more, escaped bool) (leaf, bool) {
	if more {
		return n.match(method, rest, escaped)
	}
	l, ok := n.methods[method]
	return l, ok
}

// anySegment reports whether a segment stands for any.
func anySegment(s string) bool {
	return s == "*" || strings.HasPrefix(s, ":") || strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}")
}
