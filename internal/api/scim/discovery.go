package scim

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// documentation says what the service does, for people.
const documentation = "https://www.rfc-editor.org/rfc/rfc7644"

const tagDiscovery = "discovery"

// discoveryOperations tell what the service can do (RFC 7644 section 4), to
// anybody; what a tenant's resources are like takes the right to read users.
func (d *dialect) discoveryOperations() []api.Operation {
	const config, types, schemas = "/ServiceProviderConfig", "/ResourceTypes", "/Schemas"
	op := func(id, path, summary string, access api.Access, example any) api.Op {
		return api.Op{ID: id, Methods: []string{http.MethodGet}, Paths: at(path), Access: access, Tag: tagDiscovery, Summary: summary,
			Errors: []iam.Kind{iam.Denied, iam.NotFound}, ResponseExample: example}
	}
	reads := api.Requires(iam.UsersRead)
	return []api.Operation{
		api.Handle(op("config", config, "What the service can do", api.Public(), d.config(context.Background())),
			func(ctx context.Context, _ *api.Call, in unfiltered) (providerConfig, error) {
				return d.config(ctx), in.check()
			}),
		api.Handle(op("type.list", types, "List the types of resources", reads, d.types(context.Background(), scim.Standard)), d.listTypes),
		api.Handle(op("type.get", types+"/{id}", "Get a type of resources", reads, d.resourceType(context.Background(), scim.Standard.Users)), d.getType),
		api.Handle(op("schema.list", schemas, "List the schemas of resources", reads, d.schemas(context.Background(), scim.Standard)), d.listSchemas),
		api.Handle(op("schema.get", schemas+"/{id}", "Get a schema by its URN", reads, exampleSchema(d)), d.getSchema),
	}
}

// unfiltered refuses a filter, so that nobody takes the answer for a filtered one
// (RFC 7644 section 4). Sorting and paging are ignored.
type unfiltered struct {
	Filter *string `query:"filter" doc:"Not supported here."`
}

func (u unfiltered) check() error {
	if u.Filter == nil {
		return nil
	}
	return iam.E(iam.Denied, "what the service is like is not filtered")
}

// meta is what is said of a resource of discovery.
type meta struct {
	Location     string `json:"location"`
	ResourceType string `json:"resourceType"`
}

// providerConfig says what the service can do (RFC 7643 section 5, RFC 9865
// section 4).
type providerConfig struct {
	Schemas          []string   `json:"schemas"`
	DocumentationURI string     `json:"documentationUri"`
	Patch            supported  `json:"patch"`
	Bulk             bulk       `json:"bulk"`
	Filter           filters    `json:"filter"`
	ChangePassword   supported  `json:"changePassword"`
	Sort             supported  `json:"sort"`
	ETag             supported  `json:"etag"`
	Pagination       pagination `json:"pagination"`
	Schemes          []scheme   `json:"authenticationSchemes"`
	Meta             meta       `json:"meta"`
}

type supported struct {
	Supported bool `json:"supported"`
}

type bulk struct {
	supported
	MaxOperations  int `json:"maxOperations"`
	MaxPayloadSize int `json:"maxPayloadSize" doc:"In bytes."`
}

type filters struct {
	supported
	MaxResults int `json:"maxResults"`
}

// pagination has no cursorTimeout: a cursor is good for ever.
type pagination struct {
	Cursor      bool   `json:"cursor"`
	Index       bool   `json:"index"`
	Default     string `json:"defaultPaginationMethod"`
	DefaultSize int    `json:"defaultPageSize"`
	MaxSize     int    `json:"maxPageSize"`
}

type scheme struct {
	Type        string `json:"type"`
	Name        string `json:"name"`
	Description string `json:"description"`
	SpecURI     string `json:"specUri"`
	Primary     bool   `json:"primary"`
}

func (d *dialect) config(ctx context.Context) providerConfig {
	yes := supported{true}
	return providerConfig{Schemas: []string{scim.URNConfig}, DocumentationURI: documentation, Patch: yes, Bulk: bulk{yes, scim.MaxBulkOperations, scim.MaxBulkPayload},
		Filter: filters{yes, scim.MaxCount}, ChangePassword: yes, Sort: yes, ETag: yes,
		Pagination: pagination{Cursor: true, Index: true, Default: "index", DefaultSize: scim.DefaultCount, MaxSize: scim.MaxCount},
		Schemes: []scheme{{Type: "oauthbearertoken", Name: "Bearer token", Description: "A token of the tenant, in the header Authorization",
			SpecURI: "https://www.rfc-editor.org/rfc/rfc6750", Primary: true}},
		Meta: meta{d.location(ctx, "ServiceProviderConfig"), "ServiceProviderConfig"}}
}

// resourceType is a type of resources (RFC 7643 section 6).
type resourceType struct {
	Schemas     []string          `json:"schemas"`
	ID          string            `json:"id"`
	Name        string            `json:"name"`
	Endpoint    string            `json:"endpoint"`
	Description string            `json:"description"`
	Schema      string            `json:"schema"`
	Extensions  []schemaExtension `json:"schemaExtensions"`
	Meta        meta              `json:"meta"`
}

type schemaExtension struct {
	Schema   string `json:"schema"`
	Required bool   `json:"required"`
}

// discovered is the whole list of what there is of a kind.
type discovered[T any] struct {
	Schemas      []string `json:"schemas"`
	TotalResults int      `json:"totalResults"`
	ItemsPerPage int      `json:"itemsPerPage"`
	StartIndex   int      `json:"startIndex"`
	Resources    []T      `json:"Resources"`
}

func all[T any](list []T) discovered[T] {
	return discovered[T]{[]string{scim.URNListResponse}, len(list), len(list), 1, list}
}

func (d *dialect) types(ctx context.Context, types scim.TypeSet) discovered[resourceType] {
	var list []resourceType
	for _, t := range types.All() {
		list = append(list, d.resourceType(ctx, t))
	}
	return all(list)
}

func (d *dialect) resourceType(ctx context.Context, t *scim.ResourceType) resourceType {
	a := resourceType{Schemas: []string{scim.URNResourceType}, ID: t.Name, Name: t.Name, Endpoint: t.Endpoint, Description: t.Description,
		Schema: t.Schema.ID, Extensions: []schemaExtension{}, Meta: meta{d.location(ctx, "ResourceTypes", t.Name), "ResourceType"}}
	for _, x := range t.Extensions {
		a.Extensions = append(a.Extensions, schemaExtension{Schema: x.ID})
	}
	return a
}

func (d *dialect) listTypes(ctx context.Context, c *api.Call, in unfiltered) (discovered[resourceType], error) {
	types, err := d.SCIM.TypeSet(ctx, c.Actor)
	if err == nil {
		err = in.check()
	}
	return d.types(ctx, types), err
}

func (d *dialect) getType(ctx context.Context, c *api.Call, in struct {
	one
	unfiltered
}) (resourceType, error) {
	types, err := d.SCIM.TypeSet(ctx, c.Actor)
	if err == nil {
		err = in.check()
	}
	if err != nil {
		return resourceType{}, err
	}
	t, err := types.Type(in.ID)
	if err != nil {
		return resourceType{}, err
	}
	return d.resourceType(ctx, t), nil
}

func (d *dialect) schemas(ctx context.Context, types scim.TypeSet) discovered[resource[schema]] {
	var list []resource[schema]
	for _, s := range types.Schemas() {
		if r, err := types.SchemaDocument(s.ID); err == nil {
			list = append(list, d.schema(ctx, r))
		}
	}
	return all(list)
}

// schema says where one is.
func (d *dialect) schema(ctx context.Context, r scim.Resource) resource[schema] {
	r["meta"] = map[string]any{"resourceType": "Schema", "location": d.location(ctx, "Schemas", r.Text("id"))}
	return resource[schema](r)
}

func (d *dialect) listSchemas(ctx context.Context, c *api.Call, in unfiltered) (discovered[resource[schema]], error) {
	types, err := d.SCIM.TypeSet(ctx, c.Actor)
	if err == nil {
		err = in.check()
	}
	return d.schemas(ctx, types), err
}

func (d *dialect) getSchema(ctx context.Context, c *api.Call, in struct {
	one
	unfiltered
}) (resource[schema], error) {
	types, err := d.SCIM.TypeSet(ctx, c.Actor)
	if err == nil {
		err = in.check()
	}
	if err != nil {
		return nil, err
	}
	r, err := types.SchemaDocument(in.ID)
	if err != nil {
		return nil, err
	}
	return d.schema(ctx, r), nil
}
