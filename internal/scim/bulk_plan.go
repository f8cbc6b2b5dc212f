package scim

import (
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// plan reads the operations, and puts them into the order in which they are
// carried out: that in which they were sent, save that what one refers to is made
// before it.
func (b *bulk) plan(types TypeSet, operations []BulkOperation) {
	for _, o := range operations {
		p := &step{BulkResult: BulkResult{BulkOperation: o}}
		b.steps = append(b.steps, p)
		p.Err = p.read(types)
		switch {
		case o.Method != methodPost || o.BulkID == "":
		case b.makers[o.BulkID] != nil:
			p.Err = broken(ReasonValue, "bulkId", "must be that of one operation only")
		default:
			b.makers[o.BulkID] = p
		}
	}
	for _, p := range b.steps {
		b.needs(p)
	}
	planned := make(map[*step]bool, len(b.steps))
	for _, p := range b.steps {
		b.after(p, planned)
	}
	for i, p := range b.order {
		p.rank = i
	}
}

// after puts a step into the order, after those that it needs. In a circle it
// comes before one that it needs, and lacks what that makes.
func (b *bulk) after(p *step, planned map[*step]bool) {
	if planned[p] {
		return
	}
	planned[p] = true
	for _, n := range p.needs {
		b.after(n, planned)
	}
	b.order = append(b.order, p)
}

// read finds out what an operation is about. Invalid.
func (p *step) read(types TypeSet) error {
	endpoint, id, one := strings.Cut(strings.TrimPrefix(p.Path, "/"), "/")
	for _, t := range types.All() {
		if t.Endpoint == "/"+endpoint && strings.HasPrefix(p.Path, "/") {
			p.Type = t
		}
	}
	if p.Method != methodPost {
		p.ID = id
	}
	_, isObject := p.Data.(map[string]any)
	switch {
	case p.Type == nil:
		return broken(ReasonPath, "path", "must be /Users or /Groups, with an id behind it or without, unlike %q", iam.Cut(p.Path, 64))
	case p.Method == methodPost:
		switch {
		case one:
			return broken(ReasonPath, "path", "must have no id behind %s for POST", p.Type.Endpoint)
		case p.BulkID == "":
			return broken(ReasonSyntax, "bulkId", "must be given for POST")
		}
	case p.Method != methodPut && p.Method != methodPatch && p.Method != methodDelete:
		return broken(ReasonSyntax, "method", "must be POST, PUT, PATCH or DELETE")
	case id == "":
		return broken(ReasonPath, "path", "must have an id behind %s for %s", p.Type.Endpoint, p.Method)
	}
	if p.Method != methodDelete && !isObject {
		return broken(ReasonSyntax, "data", "must be an object for %s", p.Method)
	}
	return nil
}

// together answers how many of the steps that are next can be done at once:
// those that make resources, of different names, and refer to none of each other.
// Where errors stop the rest, that is one.
func (b *bulk) together(next []*step) int {
	if b.failOnErrors > 0 {
		return 1
	}
	names := map[string]bool{}
	for i, p := range next {
		if p.Method != methodPost || p.Type == nil || names[p.name()] || b.waits(p) {
			return max(i, 1)
		}
		names[p.name()] = true
	}
	return len(next)
}

// waits reports whether a step refers to what was to be made before it and is not
// yet.
func (b *bulk) waits(p *step) bool {
	for _, n := range p.needs {
		if !n.done && n.rank < p.rank {
			return true
		}
	}
	return false
}

// name is what two resources cannot both have: who comes first has it.
func (p *step) name() string {
	attribute := "displayName"
	if p.Type.Name == Users.Name {
		attribute = "userName"
	}
	data, _ := p.Data.(map[string]any)
	text, _ := member(data, attribute).(string)
	return p.Type.Name + " " + iam.Fold(text)
}

// member answers a member of an object by its name, whose case does not count.
func member(of map[string]any, name string) any {
	if v, ok := of[name]; ok {
		return v
	}
	for k, v := range of {
		if strings.EqualFold(k, name) {
			return v
		}
	}
	return nil
}
