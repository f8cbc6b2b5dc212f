package scim

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// References by bulkId (RFC 7644 section 3.7.2) stand where an id could: in the
// path of an operation, as a value in its data, and quoted in the path of a PATCH.
// A text that names no operation is only a text.

// refPrefix begins a reference.
const refPrefix = "bulkId:"

// quotedRef is a reference in the path of a PATCH: members[value eq "bulkId:1"].
var quotedRef = regexp.MustCompile(`"bulkId:[^"\\]*"`)

// needs finds the steps that make what one refers to.
func (b *bulk) needs(p *step) {
	seen := map[*step]bool{}
	note := func(maker *step) {
		if !seen[maker] {
			seen[maker] = true
			p.needs = append(p.needs, maker)
		}
	}
	if id, ok := strings.CutPrefix(p.ID, refPrefix); ok && b.makers[id] != nil {
		note(b.makers[id])
	}
	b.visit(p.Data, note)
	if p.Method == methodPatch {
		for _, quoted := range quotedRef.FindAllString(strings.Join(paths(p.Data), " "), -1) {
			if maker := b.maker(strings.Trim(quoted, `"`)); maker != nil {
				note(maker)
			}
		}
	}
}

// maker answers the step that makes what a text refers to, nil where it is no
// reference.
func (b *bulk) maker(text string) *step {
	if id, ok := strings.CutPrefix(text, refPrefix); ok {
		return b.makers[id]
	}
	return nil
}

// visit finds the references in data, in an order that is always the same.
func (b *bulk) visit(v any, found func(*step)) {
	switch v := v.(type) {
	case string:
		if maker := b.maker(v); maker != nil {
			found(maker)
		}
	case []any:
		for _, e := range v {
			b.visit(e, found)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			b.visit(v[name], found)
		}
	}
}

// resolve puts the ids of what is made into a step, and takes out of it what
// refers to what is made later. Precondition: something was not made.
func (b *bulk) resolve(p *step) (err error) {
	if strings.HasPrefix(p.ID, refPrefix) {
		if p.ID, err = b.idOf(p.ID); err != nil {
			return err
		}
	}
	if data, ok := p.Data.(map[string]any); ok && p.Method == methodPost {
		p.Data = b.without(p, data)
	}
	p.Data, err = b.named(p.Data)
	return err
}

// idOf answers the id of what a reference means. Precondition: nothing of it was
// made.
func (b *bulk) idOf(ref string) (string, error) {
	maker := b.maker(ref)
	if maker == nil || !maker.done || maker.Err != nil {
		return "", iam.E(iam.Precondition, "%s was not made", iam.Cut(ref, 64)).About(ref)
	}
	return maker.ID, nil
}

// named answers data with ids in the place of references.
func (b *bulk) named(v any) (any, error) {
	switch v := v.(type) {
	case string:
		if b.maker(v) != nil {
			return b.idOf(v)
		}
	case []any:
		all := make([]any, len(v))
		for i, e := range v {
			var err error
			if all[i], err = b.named(e); err != nil {
				return nil, err
			}
		}
		return all, nil
	case map[string]any:
		all := make(map[string]any, len(v))
		for name, e := range v {
			var err error
			if all[name], err = b.named(e); err != nil {
				return nil, err
			}
		}
		return all, nil
	}
	return v, nil
}

// without answers the data of what a step makes without the attributes that refer
// to what is made later, or to itself: of those it is told then.
func (b *bulk) without(p *step, data map[string]any) map[string]any {
	rest := make(map[string]any, len(data))
	for _, name := range slices.Sorted(maps.Keys(data)) {
		v := data[name]
		x, in := p.Type.extension(name), map[string]any(nil)
		if x != nil {
			in, _ = v.(map[string]any)
		}
		switch {
		case !b.early(p, v):
			rest[name] = v
		case in == nil:
			p.lacks = append(p.lacks, Operation{Op: string(add), Path: name, Value: v})
		default:
			some := maps.Clone(in)
			for _, sub := range slices.Sorted(maps.Keys(in)) {
				if b.early(p, in[sub]) {
					p.lacks = append(p.lacks, Operation{Op: string(add), Path: x.ID + ":" + sub, Value: in[sub]})
					delete(some, sub)
				}
			}
			rest[name] = some
		}
	}
	return rest
}

// early reports whether a value refers to what is not made before a step.
func (b *bulk) early(p *step, v any) (is bool) {
	b.visit(v, func(maker *step) { is = is || maker.rank >= p.rank })
	return is
}

// operations reads the operations of a PATCH. Invalid, of ReasonSyntax.
func (b *bulk) operations(data map[string]any) ([]Operation, error) {
	list, ok := member(data, "Operations").([]any)
	if !ok {
		return nil, broken(ReasonSyntax, "Operations", "must be a list")
	}
	all := make([]Operation, len(list))
	for i, v := range list {
		o, _ := v.(map[string]any)
		op, ok1 := member(o, "op").(string)
		path, ok2 := member(o, "path").(string)
		if !ok1 || !ok2 && member(o, "path") != nil {
			return nil, broken(ReasonSyntax, "Operations", "must be objects with op and path as strings")
		}
		var err error
		path = quotedRef.ReplaceAllStringFunc(path, func(quoted string) string {
			ref := strings.Trim(quoted, `"`)
			if b.maker(ref) == nil {
				return quoted
			}
			id, missing := b.idOf(ref)
			if missing != nil {
				err = missing
			}
			return `"` + id + `"`
		})
		if err != nil {
			return nil, err
		}
		all[i] = Operation{Op: op, Path: path, Value: member(o, "value")}
	}
	return all, nil
}

// paths are those of the operations of a PATCH.
func paths(data any) (all []string) {
	m, _ := data.(map[string]any)
	list, _ := member(m, "Operations").([]any)
	for _, v := range list {
		o, _ := v.(map[string]any)
		path, _ := member(o, "path").(string)
		all = append(all, path)
	}
	return all
}
