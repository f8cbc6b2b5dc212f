package scim

import (
	"errors"
	"maps"
	"reflect"
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
// ReasonMutability for what is read only, immutable and has a value, or required.
func (t *ResourceType) Patch(r Resource, operations []Operation) (Resource, error) {
	return t.patch(r, operations, nil)
}

// patch is Patch. Where there is a roster, the members of a group are not in the
// document but noted there.
func (t *ResourceType) patch(r Resource, operations []Operation, members *roster) (Resource, error) {
	if len(operations) == 0 || len(operations) > maxOperations {
		return nil, broken(ReasonSyntax, "Operations", "must have from 1 to %d items", maxOperations)
	}
	r = r.clone()
	for i, o := range operations {
		p := patch{t: t, r: r, verb: verb(strings.ToLower(o.Op)), roster: members}
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
	t      *ResourceType
	r      Resource
	verb   verb
	roster *roster // of a group whose members are not in r; nil where they are
	// strict says that the path was named by itself: then it has to lead somewhere,
	// and not to what is read only.
	strict bool
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
		p.strict = true
		return p.at(path, o.Value)
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
// or emails[type eq "work"].value. What is read only or unknown is left out, as
// it is in a resource that is sent.
func (p patch) members(prefix string, members map[string]any) error {
	p.strict = false
	for _, name := range slices.Sorted(maps.Keys(members)) {
		path, err := ParsePatchPath(prefix + name)
		switch {
		case err != nil && !strings.Contains(name, "["):
			continue // the name of no attribute
		case err != nil:
			return err
		}
		if err := p.at(path, members[name]); err != nil {
			return err
		}
	}
	return nil
}

// at applies the operation to what a path names.
func (p patch) at(path PatchPath, v any) error {
	at, ok := p.t.resolve(path.Path)
	a := at.attribute
	switch {
	case !ok && p.strict:
		return broken(ReasonPath, "path", "must be an attribute of a %s, unlike %q", p.t.Name, iam.Cut(path.String(), 64))
	case !ok:
		return nil
	case path.Filter != nil && (a == nil || !a.Multi):
		return broken(ReasonPath, "path", "must have brackets only behind what has several values, unlike %s", at.name())
	case a == nil:
		return p.extension(at.extension, v)
	case a.Mutability == ReadOnly || at.sub != nil && at.sub.Mutability == ReadOnly:
		if p.strict {
			return broken(ReasonMutability, "path", "must not be %s, which is read only", at.name())
		}
		return nil
	case at.extension == nil && a.Name == attrSchemas:
		// Says which extensions there are, which the document does by itself.
		if p.verb == remove && isNull(v) {
			return broken(ReasonMutability, "path", "must not be %s, which is required", attrSchemas)
		}
		return nil
	}
	c := p.container(at.extension)
	var old any
	if a.Mutability == Immutable {
		old = clone(c[a.Name])
	}
	had := c[a.Name] != nil
	apply := p.single
	switch {
	case p.roster != nil && at.extension == nil && a.Name == attrMembers:
		apply = p.roll
	case a.Multi:
		apply = p.values
	}
	if err := apply(c, at, path.Filter, v); err != nil {
		return err
	}
	switch now := c[a.Name]; {
	case old != nil && !reflect.DeepEqual(old, now):
		return broken(ReasonMutability, "path", "must not be %s, which is immutable and has a value", at.name())
	case had && now == nil && a.Required:
		return broken(ReasonMutability, "path", "must not be %s, which is required", at.name())
	}
	if at.extension != nil && len(c) == 0 {
		delete(p.r, at.extension.ID)
	}
	return a.complete(place{extension: at.extension, attribute: a}.name(), c[a.Name])
}

// isNull reports whether a value is none (RFC 7643 section 2.5), also as the empty
// text by which clients say so that know texts only.
func isNull(v any) bool {
	list, ok := v.([]any)
	return v == nil || v == "" || ok && len(list) == 0
}

// clears reports whether the operation leaves what has one value without it.
func (p patch) clears(v any) bool { return p.verb == remove || isNull(v) }

// container answers the object that attributes are in, made where it is missing.
func (p patch) container(extension *Schema) map[string]any {
	if c := p.r.members(extension); c != nil {
		return c
	}
	c := map[string]any{}
	p.r[extension.ID] = c
	return c
}

// extension applies the operation to an extension as a whole. What is read only
// in it stays.
func (p patch) extension(x *Schema, v any) error {
	if !p.clears(v) {
		members, ok := v.(map[string]any)
		if !ok {
			return broken(ReasonValue, "value", "must be an object for %s", x.ID)
		}
		return p.members(x.ID+":", members)
	}
	c := p.r.members(x)
	for i := range x.Attributes {
		switch a := &x.Attributes[i]; {
		case a.Mutability == ReadOnly || c[a.Name] == nil:
		case a.Mutability == Immutable:
			return broken(ReasonMutability, "path", "must not be %s, in which %s is immutable and has a value", x.ID, a.Name)
		default:
			delete(c, a.Name)
		}
	}
	if len(c) == 0 {
		delete(p.r, x.ID)
	}
	return nil
}

// single applies the operation to an attribute of one value. Of a complex one the
// sub-attributes that are given replace those that there are, and the rest stays
// (RFC 7644 sections 3.5.2.1 and 3.5.2.3).
func (p patch) single(c map[string]any, at place, _ Filter, v any) error {
	a := at.attribute
	old, _ := c[a.Name].(map[string]any)
	if at.sub != nil {
		if old == nil {
			old = map[string]any{}
		}
		if err := p.put(old, at, v); err != nil {
			return err
		}
		Resource(c).set(a.Name, notEmpty(old))
		return nil
	}
	if p.clears(v) {
		delete(c, a.Name)
		return nil
	}
	read, err := a.read(at.name(), v)
	if err != nil {
		return err
	}
	if now, ok := read.(map[string]any); ok && old != nil {
		return a.merge(old, now, at.name())
	}
	if read != nil || old == nil {
		Resource(c).set(a.Name, read)
	}
	return nil
}

// put sets the sub-attribute of a place in a value, or removes it.
func (p patch) put(in map[string]any, at place, v any) error {
	var now any
	if !p.clears(v) {
		read, err := at.sub.read(at.name(), v)
		if err != nil {
			return err
		}
		now = read
	}
	return at.sub.assign(in, at.name(), now)
}

// merge lays sub-attributes over those of a value.
func (a *Attribute) merge(m, now map[string]any, at string) error {
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(now))) { // $ref is last: assign removes it with what it leads to
		if err := a.sub(name).assign(m, at+"."+name, now[name]); err != nil {
			return err
		}
	}
	return nil
}

// assign sets the attribute in a value, or removes it where v is nil.
func (a *Attribute) assign(m map[string]any, at string, v any) error {
	switch old := m[a.Name]; {
	case reflect.DeepEqual(old, v):
		return nil
	case a.Mutability == Immutable && old != nil:
		return broken(ReasonMutability, "path", "must not be %s, which is immutable and has a value", at)
	}
	if a.Name == attrValue {
		delete(m, attrRef) // which led to what the value named
	}
	Resource(m).set(a.Name, v)
	return nil
}

// notEmpty answers the object, nil when nothing is in it.
func notEmpty(m map[string]any) any {
	if len(m) == 0 {
		return nil
	}
	return m
}
