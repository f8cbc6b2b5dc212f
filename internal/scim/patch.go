package scim

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Operation is one of a PATCH (RFC 7644 section 3.5.2).
type Operation struct {
	Op    string // "add", "remove" or "replace", in whatever case
	Path  string // empty: Value is an object of what to add or replace
	Value any    // as Go decodes JSON
}

// maxOperations bounds one PATCH.
const maxOperations = 1000

// Patch answers a copy of a document with operations applied to it in their
// order, all of them or, where one is refused, none. Invalid: of
// ReasonSyntax, ReasonPath, ReasonFilter, ReasonNoTarget, ReasonValue, or of
// ReasonMutability for what is read only or required.
func (t *ResourceType) Patch(r Resource, operations []Operation) (Resource, error) {
	if len(operations) == 0 || len(operations) > maxOperations {
		return nil, broken(ReasonSyntax, "Operations", "must have from 1 to %d items", maxOperations)
	}
	r = r.clone()
	for i, o := range operations {
		p := patch{t: t, r: r, verb: verb(strings.ToLower(o.Op))}
		if err := p.apply(o); err != nil {
			return nil, within("Operations["+strconv.Itoa(i)+"]", err)
		}
	}
	return r, nil
}

// within tells of a broken rule that it is about a part of the request.
func within(part string, err error) error {
	e, ok := errors.AsType[*iam.Error](err)
	if !ok {
		return err
	}
	told := *e
	told.Message = part + ": " + e.Message
	told.Fields = slices.Clone(e.Fields)
	for i, f := range told.Fields {
		told.Fields[i].Path, told.Fields[i].Message = part+"."+f.Path, part+"."+f.Message
	}
	return &told
}

type verb string

const (
	add     verb = "add"
	replace verb = "replace"
	remove  verb = "remove"
)

// patch is one operation on a resource.
type patch struct {
	t    *ResourceType
	r    Resource
	verb verb
}

func (p patch) apply(o Operation) error {
	switch {
	case p.verb != add && p.verb != replace && p.verb != remove:
		return broken(ReasonSyntax, "op", "must be add, remove or replace")
	case o.Path != "":
		path, err := ParsePatchPath(o.Path)
		if err != nil {
			return err
		}
		return p.at(path, o.Value, true)
	case p.verb == remove:
		return broken(ReasonNoTarget, "path", "must name what to remove")
	}
	members, ok := o.Value.(map[string]any)
	if !ok {
		return broken(ReasonValue, "value", "must be an object where there is no path")
	}
	return p.members("", members)
}

// members applies what an object says, member by member. Each name is a path,
// which is what clients make of what is inside another attribute: name.givenName,
// or emails[type eq "work"].value. What is read only is left out, as it is in a
// resource that is sent.
func (p patch) members(prefix string, members map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(members)) {
		path, err := ParsePatchPath(prefix + name)
		if err != nil {
			return err
		}
		if err := p.at(path, members[name], false); err != nil {
			return err
		}
	}
	return nil
}

// at applies the operation to what a path names. strict says that it was named
// by itself: then it has to be there, and may not be read only.
func (p patch) at(path PatchPath, v any, strict bool) error {
	at, ok := p.t.resolve(path.Path)
	if !ok {
		if strict {
			return broken(ReasonPath, "path", "must be an attribute of a %s, unlike %q", p.t.Name, iam.Cut(path.String(), 64))
		}
		return nil
	}
	if at.attribute == nil {
		return p.extension(at.extension, v)
	}
	if at.attribute.Name == attrSchemas {
		return nil // says which extensions there are, which the document does by itself
	}
	if at.attribute.Mutability == ReadOnly || at.sub != nil && at.sub.Mutability == ReadOnly {
		if strict {
			return broken(ReasonMutability, "path", "must not be %s, which is read only", at.name())
		}
		return nil
	}
	if p.verb != remove && isNull(v) {
		p.verb = remove // no value (RFC 7643 section 2.5)
	}
	if p.verb == remove && at.attribute.Required && at.sub == nil && path.Filter == nil {
		return broken(ReasonMutability, "path", "must not be %s, which is required", at.name())
	}
	c := p.container(at.extension)
	var err error
	switch {
	case at.attribute.Multi:
		err = p.values(c, at, path.Filter, v)
	case path.Filter != nil:
		return broken(ReasonPath, "path", "must have brackets only behind what has several values, unlike %s", at.name())
	default:
		err = p.single(c, at, v)
	}
	if at.extension != nil && len(c) == 0 {
		delete(p.r, at.extension.ID)
	}
	return err
}

func isNull(v any) bool {
	list, ok := v.([]any)
	return v == nil || v == "" || ok && len(list) == 0
}

// container answers the object that attributes are in, made where it is missing.
func (p patch) container(extension *Schema) map[string]any {
	if c := p.r.members(extension); c != nil {
		return c
	}
	c := map[string]any{}
	p.r[extension.ID] = c
	return c
}

// extension applies the operation to an extension as a whole.
func (p patch) extension(x *Schema, v any) error {
	if p.verb == remove || v == nil {
		delete(p.r, x.ID)
		return nil
	}
	members, ok := v.(map[string]any)
	if !ok {
		return broken(ReasonValue, "value", "must be an object for %s", x.ID)
	}
	return p.members(x.ID+":", members)
}

// single applies the operation to an attribute of one value.
func (p patch) single(c map[string]any, at place, v any) error {
	a := at.attribute
	if at.sub != nil {
		m, _ := c[a.Name].(map[string]any)
		if m == nil {
			m = map[string]any{}
		}
		if err := p.put(m, at.sub, at.name(), v); err != nil {
			return err
		}
		Resource(c).set(a.Name, notEmpty(m))
		return nil
	}
	old, _ := c[a.Name].(map[string]any)
	if p.verb == remove || old == nil {
		return p.put(c, a, at.name(), v)
	}
	// The members that are given replace those that there are, and the rest
	// stays (RFC 7644 sections 3.5.2.1 and 3.5.2.3).
	read, err := a.readOne(at.name(), v)
	if err != nil {
		return err
	}
	now, _ := read.(map[string]any)
	maps.Copy(old, now)
	return nil
}

// put sets an attribute in an object, or removes it.
func (p patch) put(in map[string]any, a *Attribute, at string, v any) error {
	if p.verb == remove {
		delete(in, a.Name)
		return nil
	}
	read, err := a.read(at, v)
	if err == nil {
		Resource(in).set(a.Name, read)
	}
	return err
}

// notEmpty answers the object, nil when nothing is in it.
func notEmpty(m map[string]any) any {
	if len(m) == 0 {
		return nil
	}
	return m
}
