package rbac

import "strings"

// node is a place in the tree of path segments.
type node struct {
	literals  map[string]*node
	parameter *node
	methods   map[string]int // endpoints whose template ends here
}

// insert puts an endpoint at the place that its shape leads to.
func (n *node) insert(shape, method string, endpoint int) {
	for segment := range strings.SplitSeq(shape, "/") {
		if segment == "{}" {
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
		n.methods = make(map[string]int)
	}
	n.methods[method] = endpoint
}

// Match finds the endpoint that serves a concrete path, without a query. In
// each segment from the left a literal beats a parameter, and a parameter is
// never empty. Where the more literal template has no such method, or ends
// earlier, the next one is tried.
func (c *Catalog) Match(method, path string) (int, bool) {
	return c.routes.match(method, path)
}

func (n *node) match(method, path string) (int, bool) {
	segment, rest, more := strings.Cut(path, "/")
	if next := n.literals[segment]; next != nil {
		if i, ok := next.follow(method, rest, more); ok {
			return i, true
		}
	}
	if n.parameter != nil && segment != "" {
		return n.parameter.follow(method, rest, more)
	}
	return 0, false
}

// follow ends the match here, or goes on when there is more of the path.
func (n *node) follow(method, rest string, more bool) (int, bool) {
	if more {
		return n.match(method, rest)
	}
	i, ok := n.methods[method]
	return i, ok
}
