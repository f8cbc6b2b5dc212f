package scim

import (
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Path names an attribute or a sub-attribute (RFC 7644 section 3.10).
type Path struct {
	Schema string // the URN before it; empty is none
	Name   string // empty is the schema as a whole
	Sub    string // empty is the attribute itself
}

// String writes the path as ParsePath reads it.
func (p Path) String() string {
	s := p.Name
	switch {
	case p.Name == "":
		return p.Schema
	case p.Schema != "":
		s = p.Schema + ":" + s
	}
	if p.Sub != "" {
		s += "." + p.Sub
	}
	return s
}

// maxPath bounds a path, in bytes.
const maxPath = 512

// ParsePath reads a path without a filter. A URN is the path of an attribute,
// unless what is behind its last colon cannot be the name of one: which of both
// it is, only a schema tells. Invalid, of ReasonPath.
func ParsePath(text string) (Path, error) {
	var p Path
	rest := text
	if i := strings.LastIndexByte(text, ':'); i >= 0 {
		p.Schema, rest = text[:i], text[i+1:]
	}
	name, sub, dotted := strings.Cut(rest, ".")
	p.Name, p.Sub = name, sub
	if p.Schema != "" && len(text) <= maxPath && (!validName(name) || dotted && !validName(sub)) && validURN(text) {
		return Path{Schema: text}, nil
	}
	if len(text) > maxPath || !validName(name) || dotted && !validName(sub) || p.Schema != "" && !validURN(p.Schema) {
		return Path{}, broken(ReasonPath, "path", "must be an attribute as in name.familyName, behind its schema's URN or without, unlike %q", iam.Cut(text, 64))
	}
	return p, nil
}

// validName reports whether s can be the name of an attribute: ATTRNAME, or one
// such as "$ref".
func validName(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', i == 0 && c == '$':
		case i > 0 && (c >= '0' && c <= '9' || c == '-' || c == '_'):
		default:
			return false
		}
	}
	return s != "" && s != "$"
}

// validURN reports whether s looks like a URN (RFC 8141), as far as a path can
// have one.
func validURN(s string) bool {
	if len(s) < len("urn:a:b") || !strings.EqualFold(s[:4], "urn:") || strings.HasSuffix(s, ":") {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte(":.-_", c) >= 0:
		default:
			return false
		}
	}
	return true
}

// place is where a path leads to in resources of a type.
type place struct {
	extension *Schema    // nil in the core schema
	attribute *Attribute // nil: the extension as a whole
	sub       *Attribute // nil: the attribute itself
}

// resolve finds what a path names. ok is false when the type has no such
// attribute.
func (t *ResourceType) resolve(p Path) (at place, ok bool) {
	if whole := t.extension(p.String()); whole != nil {
		return place{extension: whole}, true
	}
	switch at.extension = t.extension(p.Schema); {
	case at.extension != nil:
		at.attribute = named(at.extension.Attributes, p.Name)
	case p.Schema == "" || strings.EqualFold(p.Schema, t.Schema.ID):
		at.attribute = t.attribute(p.Name)
	}
	if at.attribute == nil && p.Schema == "" {
		at = t.unprefixed(p.Name)
	}
	if at.attribute == nil {
		return place{}, false
	}
	if p.Sub != "" {
		at.sub = at.attribute.sub(p.Sub)
		return at, at.sub != nil
	}
	return at, true
}

// unprefixed finds an attribute of the standard's own extension by its name alone,
// by which clients ask for the manager.
func (t *ResourceType) unprefixed(name string) place {
	for _, x := range t.Extensions {
		if !x.custom() {
			return place{extension: x, attribute: named(x.Attributes, name)}
		}
	}
	return place{}
}

// name is the place in the words of its schema.
func (at place) name() string {
	var s string
	if at.extension != nil {
		s = at.extension.ID
	}
	if at.attribute != nil {
		if s != "" {
			s += ":"
		}
		s += at.attribute.Name
	}
	if at.sub != nil {
		s += "." + at.sub.Name
	}
	return s
}
