package scim

import (
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Config is what the service can do (RFC 7643 section 5).
type Config struct {
	Patch, Filter, ChangePassword, Sort, ETag, Bulk bool
	MaxResults                                      int
	// Schemes are the ways to authenticate, by their types.
	Schemes []string
}

// Configuration answers what the service can do.
func Configuration() Config {
	return Config{Patch: true, Filter: true, ChangePassword: true, ETag: true, MaxResults: MaxCount,
		Schemes: []string{"oauthbearertoken"}}
}

// TypeOf answers a type of resources by its name. NotFound.
func TypeOf(name string) (*ResourceType, error) {
	for _, t := range Types {
		if strings.EqualFold(t.Name, name) {
			return t, nil
		}
	}
	return nil, iam.ErrNotFound("resource type", iam.Cut(name, 64))
}

// SchemaDocument answers a schema by its URN, as a resource. NotFound.
func SchemaDocument(urn string) (Resource, error) {
	for _, s := range Schemas {
		if strings.EqualFold(s.ID, urn) {
			return s.document(), nil
		}
	}
	return nil, iam.ErrNotFound("schema", iam.Cut(urn, 64))
}

// SchemaDocuments answers all schemas as a list (RFC 7644 section 4).
func SchemaDocuments() Resource {
	all := make([]any, len(Schemas))
	for i, s := range Schemas {
		all[i] = s.document()
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
