package scim

import (
	"strings"
)

// Type is that of an attribute's value (RFC 7643 section 2.3).
type Type string

const (
	String    Type = "string"
	Boolean   Type = "boolean"
	Integer   Type = "integer"
	Decimal   Type = "decimal"
	DateTime  Type = "dateTime"
	Binary    Type = "binary"
	Reference Type = "reference"
	Complex   Type = "complex"
)

// Mutability says who may write an attribute (RFC 7643 section 7).
type Mutability string

const (
	ReadWrite Mutability = "readWrite"
	ReadOnly  Mutability = "readOnly"
	Immutable Mutability = "immutable"
	WriteOnly Mutability = "writeOnly"
)

// Returned says when an attribute is answered (RFC 7643 section 7).
type Returned string

const (
	ReturnedDefault Returned = "default"
	ReturnedAlways  Returned = "always"
	ReturnedNever   Returned = "never"
	ReturnedRequest Returned = "request" // where it is named among the attributes that are wanted
)

// Attribute is one attribute of a schema, or of a complex attribute. The zero
// values of Type, Mutability and Returned are string, readWrite and default.
type Attribute struct {
	Name        string
	Description string
	Type        Type
	Multi       bool // has several values
	Required    bool
	CaseExact   bool
	Mutability  Mutability
	Returned    Returned
	Uniqueness  string   // "server"; empty is "none"
	Canonical   []string // the values that are usual
	References  []string // the types of what a Reference leads to
	Sub         []Attribute
}

func (a *Attribute) kind() Type {
	if a.Type == "" {
		return String
	}
	return a.Type
}

// sub answers a sub-attribute by its name, nil when there is none.
func (a *Attribute) sub(name string) *Attribute { return named(a.Sub, name) }

// named answers the attribute of a name, in which case does not count (RFC 7643
// section 2.1), nil when there is none.
func named(attributes []Attribute, name string) *Attribute {
	for i := range attributes {
		if strings.EqualFold(attributes[i].Name, name) {
			return &attributes[i]
		}
	}
	return nil
}

// Schema is a named set of attributes.
type Schema struct {
	ID          string // a URN
	Name        string
	Description string
	Attributes  []Attribute
}

// ResourceType is a kind of resources: what is at an endpoint.
type ResourceType struct {
	Name        string // "User"; its id too
	Endpoint    string // "/Users"
	Description string
	Schema      *Schema
	Extensions  []*Schema
}

// extension answers the extension of a URN, nil when the type has none such.
func (t *ResourceType) extension(urn string) *Schema {
	for _, s := range t.Extensions {
		if strings.EqualFold(s.ID, urn) {
			return s
		}
	}
	return nil
}

// attribute answers a core or common attribute by its name, nil when there is none.
func (t *ResourceType) attribute(name string) *Attribute {
	if a := named(common, name); a != nil {
		return a
	}
	return named(t.Schema.Attributes, name)
}

// common are the attributes that every resource has (RFC 7643 section 3.1).
// They are in no schema.
var common = []Attribute{
	{Name: "schemas", Type: Reference, Multi: true, Required: true, CaseExact: true, Returned: ReturnedAlways},
	{Name: "id", CaseExact: true, Mutability: ReadOnly, Returned: ReturnedAlways, Uniqueness: "server"},
	{Name: "externalId", CaseExact: true},
	{Name: "meta", Type: Complex, Mutability: ReadOnly, Sub: []Attribute{
		{Name: "resourceType", CaseExact: true, Mutability: ReadOnly},
		{Name: "created", Type: DateTime, Mutability: ReadOnly},
		{Name: "lastModified", Type: DateTime, Mutability: ReadOnly},
		{Name: "location", Type: Reference, CaseExact: true, Mutability: ReadOnly},
		{Name: "version", CaseExact: true, Mutability: ReadOnly},
	}},
}

// Document is a schema as a resource (RFC 7643 section 7), which ReadSchema reads.
func (s *Schema) Document() Resource {
	return Resource{"schemas": []any{urnSchema}, "id": s.ID, "name": s.Name, "description": s.Description,
		"attributes": definitions(s.Attributes), "meta": map[string]any{"resourceType": "Schema"}}
}

func definitions(attributes []Attribute) []any {
	all := make([]any, len(attributes))
	for i := range attributes {
		all[i] = attributes[i].definition()
	}
	return all
}

// definition is an attribute as a schema tells of it.
func (a *Attribute) definition() map[string]any {
	or := func(s, otherwise string) string {
		if s == "" {
			return otherwise
		}
		return s
	}
	d := map[string]any{"name": a.Name, "type": string(a.kind()), "multiValued": a.Multi, "description": a.Description, "required": a.Required,
		"caseExact": a.CaseExact, "mutability": or(string(a.Mutability), string(ReadWrite)),
		"returned": or(string(a.Returned), string(ReturnedDefault)), "uniqueness": or(a.Uniqueness, "none")}
	if len(a.Canonical) > 0 {
		d["canonicalValues"] = texts(a.Canonical)
	}
	if len(a.References) > 0 {
		d["referenceTypes"] = texts(a.References)
	}
	if a.kind() == Complex {
		d["subAttributes"] = definitions(a.Sub)
	}
	return d
}

func texts(all []string) []any {
	list := make([]any, len(all))
	for i, s := range all {
		list[i] = s
	}
	return list
}
