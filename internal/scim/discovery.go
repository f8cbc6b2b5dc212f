package scim

import (
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TypeSet are the types of resources of one tenant: with the schemas by which it
// extends them.
type TypeSet struct {
	Users, Groups *ResourceType
}

// All lists them.
func (t TypeSet) All() []*ResourceType { return []*ResourceType{t.Users, t.Groups} }

// Type answers one by its name. NotFound.
func (t TypeSet) Type(name string) (*ResourceType, error) {
	for _, one := range t.All() {
		if strings.EqualFold(one.Name, name) {
			return one, nil
		}
	}
	return nil, iam.ErrNotFound("resource type", iam.Cut(name, 64))
}

// Schemas lists the schemas of all types: those of the standard, then the tenant's.
func (t TypeSet) Schemas() []*Schema {
	all := []*Schema{t.Users.Schema, t.Groups.Schema}
	for _, one := range t.All() {
		all = append(all, one.Extensions...)
	}
	return all
}

// SchemaDocument answers a schema by its URN, as a resource. NotFound.
func (t TypeSet) SchemaDocument(urn string) (Resource, error) {
	for _, s := range t.Schemas() {
		if strings.EqualFold(s.ID, urn) {
			return s.Document(), nil
		}
	}
	return nil, iam.ErrNotFound("schema", iam.Cut(urn, 64))
}

// SchemaDocuments answers all schemas as a list (RFC 7644 section 4).
func (t TypeSet) SchemaDocuments() Resource {
	schemas := t.Schemas()
	all := make([]any, len(schemas))
	for i, s := range schemas {
		all[i] = s.Document()
	}
	return Resource{attrSchemas: []any{URNListResponse}, "totalResults": len(all), "itemsPerPage": len(all), "startIndex": 1, "Resources": all}
}

// URNs are those of the schemas that resources of the type may be of.
func (t *ResourceType) URNs() []string {
	urns := []string{t.Schema.ID}
	for _, x := range t.Extensions {
		urns = append(urns, x.ID)
	}
	return urns
}
