package scim

import (
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Bounds of the schemas of a tenant.
const (
	MaxExtensions = 32 // schemas

	maxDefined     = 64   // attributes of a schema, with those of complex ones
	maxSchemaName  = 64   // characters
	maxDescription = 1024 // characters
	maxUsual       = 64   // values that are usual, or types of a reference
	maxUsualValue  = 256  // characters
	maxKeptName    = 128  // bytes of URN and attribute, which are the name of what is kept in the directory
)

// reserved begin the URNs of schemas that are not a tenant's to define.
var reserved = []string{"urn:ietf:", "urn:gatehouse:"}

// define checks a schema of a tenant, which has others, and answers it as it is
// kept. Invalid, of ReasonValue.
func (s Schema) define(others []Extension) (Schema, error) {
	var d definer
	if d.id(s.ID, others); d.Err() == nil {
		s.ID = urnPrefix + s.ID[len(urnPrefix):]
	}
	d.Length("name", s.Name, 1, maxSchemaName)
	d.Length("description", s.Description, 0, maxDescription)
	s.Attributes = d.attributes("attributes", s.Attributes)
	if d.count > maxDefined {
		d.must("attributes", "must be at most %d, with those of complex ones", maxDefined)
	}
	for _, a := range s.Attributes {
		if len(keptName(&s, a.Name)) > maxKeptName {
			d.must("attributes", "must have names that have at most %d bytes together with the URN, unlike %s", maxKeptName, iam.Cut(a.Name, 64))
		}
	}
	return s, d.err()
}

// definer gathers what is wrong with a definition.
type definer struct {
	iam.Checker
	count int // of attributes
}

func (d *definer) must(path, must string, args ...any) {
	d.Add(path, ReasonValue, "%s "+must, append([]any{path}, args...)...)
}

// err answers what is wrong, as one error of ReasonValue.
func (d *definer) err() error {
	err := d.Err()
	if e, ok := err.(*iam.Error); ok { //nolint:errorlint // of Checker itself
		e.Code = ReasonValue
	}
	return err
}

// id checks the URN: a path may have it alone, and neither it nor one of its
// attributes may be called as one of another schema is.
func (d *definer) id(urn string, others []Extension) {
	if _, err := ParsePath(urn); err != nil || !validURN(urn) || strings.Contains(urn, "::") {
		d.must("id", "must be a URN such as urn:acme:hr:2.0:User, of letters, digits and :.-_")
		return
	}
	for _, prefix := range reserved {
		if strings.HasPrefix(strings.ToLower(urn), prefix) {
			d.must("id", "must not begin with %s", prefix)
		}
	}
	for _, o := range others {
		outer, inner := o.Schema.ID, urn
		if len(outer) > len(inner) {
			outer, inner = inner, outer
		}
		if strings.HasPrefix(strings.ToLower(inner), strings.ToLower(outer)+":") {
			d.must("id", "must not be below %s, as the attributes of that schema are", outer)
		}
	}
}

// attributes checks those at a path.
func (d *definer) attributes(path string, list []Attribute) []Attribute {
	if len(list) == 0 {
		d.Add(path, iam.ReasonRequired, "%s is required", path)
	}
	if d.count += len(list); d.count > maxDefined {
		return list // which is told of the whole
	}
	list = slices.Clone(list)
	for i := range list {
		a := &list[i]
		at := path + "[" + iam.Cut(a.Name, 64) + "]"
		switch {
		case !validName(a.Name) || a.Name[0] == '$':
			d.must(at, "must have a name of letters, digits, - and _ that begins with a letter")
		case named(list, a.Name) != a:
			d.must(at, "must be there once: case does not count")
		}
		d.attribute(at, a)
		if a.kind() != Complex {
			if len(a.Sub) > 0 {
				d.must(at, "must be complex, since it has sub-attributes")
			}
			continue
		}
		if path != "attributes" {
			d.must(at, "must be simple: there is one level of sub-attributes")
			continue
		}
		a.Sub = d.attributes(at+".subAttributes", a.Sub)
	}
	return list
}

// attribute checks what is said of one, and completes it.
func (d *definer) attribute(at string, a *Attribute) {
	words := func(name, word string, usual ...string) {
		if word != "" && !slices.Contains(usual, word) {
			d.must(at+"."+name, "must be one of %s", strings.Join(usual, ", "))
		}
	}
	about := func(name string) []string { return definitionType.attribute("attributes").sub(name).Canonical }
	words("type", string(a.Type), about("type")...)
	words("mutability", string(a.Mutability), about("mutability")...)
	words("returned", string(a.Returned), about("returned")...)
	if a.Uniqueness != "" && a.Uniqueness != "none" {
		d.must(at+".uniqueness", "must be none: nothing keeps values of these attributes apart")
	}
	a.Uniqueness = ""
	switch {
	case a.Mutability == ReadOnly && a.Required:
		d.must(at+".required", "must not be true of what is readOnly")
	case a.Mutability == WriteOnly && a.Returned != ReturnedNever:
		d.must(at+".returned", "must be never, since the attribute is writeOnly")
	case a.kind() != Reference && len(a.References) > 0:
		d.must(at+".referenceTypes", "must be of a reference")
	}
	// Of these the case counts always (RFC 7643 sections 2.3.6 and 2.3.7).
	a.CaseExact = a.CaseExact || a.kind() == Reference || a.kind() == Binary
	d.Length(at+".description", a.Description, 0, maxDescription)
	for name, values := range map[string][]string{"canonicalValues": a.Canonical, "referenceTypes": a.References} {
		if len(values) > maxUsual {
			d.must(at+"."+name, "must be at most %d", maxUsual)
		}
		for _, v := range values {
			d.Length(at+"."+name, v, 1, maxUsualValue)
		}
	}
}
