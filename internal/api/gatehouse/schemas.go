package gatehouse

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// SCIM keeps the schemas by which tenants extend users and groups. Package scim
// satisfies it.
type SCIM interface {
	Extensions(ctx context.Context, by iam.Actor) ([]scim.Extension, error)
	Extension(ctx context.Context, by iam.Actor, urn string) (scim.Extension, error)
	SetExtension(ctx context.Context, by iam.Actor, of string, definition map[string]any, version int64) (scim.Extension, error)
	DeleteExtension(ctx context.Context, by iam.Actor, urn string) error
}

func (d *dialect) schemaOperations() []api.Operation {
	const (
		all, one = "/api/gatehouse/v1/scim/schemas", "/api/gatehouse/v1/scim/schemas/{urn}"
		tag      = "Schemas of SCIM"
	)
	return []api.Operation{
		api.Handle(api.Op{
			ID: "scim_schema.list", Methods: []string{http.MethodGet}, Paths: []string{all}, Access: api.Requires(iam.SettingsRead),
			Tag: tag, Summary: "List the schemas by which the tenant extends users and groups",
			Description:     "Those of the standard are at /scim/v2/Schemas, and so are these for whoever uses SCIM.",
			ResponseExample: schemaListExample,
		}, d.schemas),
		api.Handle(api.Op{
			ID: "scim_schema.get", Methods: []string{http.MethodGet}, Paths: []string{one}, Access: api.Requires(iam.SettingsRead),
			Tag: tag, Summary: "Get one of them", Errors: []iam.Kind{iam.NotFound}, ResponseExample: schemaExample,
		}, d.schema),
		api.Handle(api.Op{
			ID: "scim_schema.set", Methods: []string{http.MethodPut}, Paths: []string{one}, Access: api.Requires(iam.SettingsUpdate),
			Tag: tag, Summary: "Make or replace a schema",
			Description: "The definition is a Schema resource (RFC 7643 section 7). What users or groups have values of can neither be left out " +
				"nor become of another type, and its case goes on counting or not.",
			Errors:         []iam.Kind{iam.NotFound, iam.Conflict, iam.Precondition},
			RequestExample: schemaRequestExample, ResponseExample: schemaExample,
		}, d.setSchema),
		api.Handle(api.Op{
			ID: "scim_schema.delete", Methods: []string{http.MethodDelete}, Paths: []string{one}, Access: api.Requires(iam.SettingsUpdate),
			Tag: tag, Summary: "Delete a schema of which nobody has a value", Errors: []iam.Kind{iam.NotFound, iam.Precondition},
		}, d.deleteSchema),
	}
}

// schema is one by which a tenant extends users or groups.
type schema struct {
	URN          string         `json:"urn"`
	ResourceType string         `json:"resource_type" doc:"User or Group."`
	Definition   map[string]any `json:"definition" doc:"A Schema resource (RFC 7643 section 7)."`
	Created      time.Time      `json:"created"`
	Updated      time.Time      `json:"updated"`
	Version      int64          `json:"version"`
}

func schemaOf(e scim.Extension) schema {
	return schema{URN: e.Schema.ID, ResourceType: e.Of, Definition: e.Schema.Document(), Created: e.Created, Updated: e.Updated, Version: e.Version}
}

type schemaList struct {
	Items []schema `json:"items"`
}

func (d *dialect) schemas(ctx context.Context, c *api.Call, _ struct{}) (schemaList, error) {
	all, err := d.SCIM.Extensions(ctx, c.Actor)
	list := schemaList{Items: make([]schema, len(all))}
	for i, e := range all {
		list.Items[i] = schemaOf(e)
	}
	return list, err
}

// oneSchema names one.
type oneSchema struct {
	URN string `path:"urn"`
}

func (d *dialect) schema(ctx context.Context, c *api.Call, in oneSchema) (schema, error) {
	e, err := d.SCIM.Extension(ctx, c.Actor, in.URN)
	if err != nil {
		return schema{}, err
	}
	return schemaOf(e), nil
}

type schemaRequest struct {
	ResourceType string         `json:"resource_type,omitzero" doc:"User or Group. Absent: as it is, User of a new one."`
	Definition   map[string]any `json:"definition" doc:"A Schema resource (RFC 7643 section 7). Its id may be absent, since it is that of the path."`
	Version      int64          `json:"version,omitzero" doc:"The one that is replaced. Absent: whichever there is, or none."`
}

func (d *dialect) setSchema(ctx context.Context, c *api.Call, in struct {
	oneSchema
	Body schemaRequest `body:"required"`
}) (schema, error) {
	definition := map[string]any{"id": in.URN}
	maps.Copy(definition, in.Body.Definition)
	if id, ok := definition["id"].(string); !ok || !strings.EqualFold(id, in.URN) {
		var check iam.Checker
		check.Add("definition.id", iam.ReasonFormat, "definition.id must be that of the path, or absent")
		return schema{}, check.Err()
	}
	e, err := d.SCIM.SetExtension(ctx, c.Actor, in.Body.ResourceType, definition, in.Body.Version)
	if err != nil {
		return schema{}, inRequest(err)
	}
	return schemaOf(e), nil
}

// inRequest tells of what is wrong with a definition as the request has it.
func inRequest(err error) error {
	e, ok := errors.AsType[*iam.Error](err)
	if !ok || e.Kind != iam.Invalid {
		return err
	}
	var check iam.Checker
	for _, f := range e.Fields {
		path := "definition." + f.Path
		if f.Path == "resourceType" {
			path = "resource_type"
		}
		check.Add(path, f.Reason, "%s", strings.Replace(f.Message, f.Path, path, 1))
	}
	return check.Err()
}

func (d *dialect) deleteSchema(ctx context.Context, c *api.Call, in oneSchema) (api.NoContent, error) {
	return api.NoContent{}, d.SCIM.DeleteExtension(ctx, c.Actor, in.URN)
}
