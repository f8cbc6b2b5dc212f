package f5xc

import (
	"context"
	"net/http"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// scimDocumentation says what the service does, for people.
const scimDocumentation = "https://www.rfc-editor.org/rfc/rfc7644"

// What the service can do takes a right too, that to read users: a token of a
// narrower scope is good for nothing that is open to everybody signed in.
func (d *dialect) scimDiscoveryOperations() []api.Operation {
	schemas := scimFile(scim.Standard.SchemaDocuments(), "")
	return []api.Operation{
		api.Handle(api.Op{
			ID: "scim.config", Methods: []string{http.MethodGet}, Paths: []string{scimBase + "/ServiceProviderConfig"}, Access: api.Requires(iam.UsersRead),
			Tag: tagSCIM, Summary: "What the service can do", ResponseExample: scimAbilities(),
		}, func(context.Context, *api.Call, struct{}) (scimConfig, error) {
			return scimAbilities(), nil
		}),
		api.Handle(api.Op{
			ID: "scim.type.list", Methods: []string{http.MethodGet}, Paths: []string{scimBase + "/ResourceTypes"}, Access: api.Requires(iam.UsersRead),
			Tag: tagSCIM, Summary: "List the types of resources", ResponseExample: d.scimTypes(),
		}, func(context.Context, *api.Call, struct{}) (scimTypes, error) { return d.scimTypes(), nil }),
		api.Handle(api.Op{
			ID: "scim.type.get", Methods: []string{http.MethodGet}, Paths: []string{scimBase + "/ResourceTypes/{id}"}, Access: api.Requires(iam.UsersRead),
			Tag: tagSCIM, Summary: "Get a type of resources", Errors: []iam.Kind{iam.NotFound}, ResponseExample: d.scimType(scim.Users),
		}, func(_ context.Context, _ *api.Call, in struct {
			oneSCIM
			scimWanted
		}) (scimType, error) {
			t, err := scim.Standard.Type(in.ID)
			if err != nil {
				return scimType{}, err
			}
			return d.scimType(t), nil
		}),
		api.Handle(api.Op{
			ID: "scim.schema.list", Methods: []string{http.MethodGet}, Paths: []string{scimBase + "/Schemas"}, Access: api.Requires(iam.UsersRead),
			Tag: tagSCIM, Summary: "List the schemas", Description: "A document of the standard; where JSON alone is accepted, in an apiHttpBody.",
			ResponseExample: schemas,
		}, func(ctx context.Context, c *api.Call, in scimAccepting) (scimDocument, error) {
			types, err := d.SCIM.TypeSet(ctx, c.Actor)
			if err != nil {
				return scimDocument{}, err
			}
			return scimFile(types.SchemaDocuments(), in.Accept), nil
		}),
		api.Handle(api.Op{
			ID: "scim.schema.get", Methods: []string{http.MethodGet}, Paths: []string{scimBase + "/Schemas/{id}"}, Access: api.Requires(iam.UsersRead),
			Tag: tagSCIM, Summary: "Get a schema", Description: "As the list of them.", Errors: []iam.Kind{iam.NotFound}, ResponseExample: schemas,
		}, func(ctx context.Context, c *api.Call, in struct {
			oneSCIM
			scimWanted
			scimAccepting
		}) (scimDocument, error) {
			types, err := d.SCIM.TypeSet(ctx, c.Actor)
			if err != nil {
				return scimDocument{}, err
			}
			r, err := types.SchemaDocument(in.ID)
			if err != nil {
				return scimDocument{}, err
			}
			return scimFile(r, in.Accept), nil
		}),
	}
}

// scimAccepting says in which form a document is wanted.
type scimAccepting struct {
	Accept string `header:"Accept"`
}

// scimDocument is a document of the standard, as it is or in JSON.
type scimDocument struct {
	ContentType string `json:"content_type"`
	Data        []byte `json:"data"`

	json bool
}

func scimFile(r scim.Resource, accept string) scimDocument {
	text, _ := json.Marshal(r, json.Deterministic(true)) // of texts, numbers and truth values
	return scimDocument{ContentType: "application/scim+json", Data: text, json: asJSON(accept)}
}

// Raw is the document itself.
func (d scimDocument) Raw() []byte {
	if d.json {
		return nil
	}
	return d.Data
}

// Headers say what it is.
func (d scimDocument) Headers(h http.Header) {
	h.Set("Vary", "Accept")
	if !d.json {
		h.Set("Content-Type", d.ContentType)
	}
}

// scimConfig says what the service can do.
type scimConfig struct {
	Schemes          []string    `json:"authenticationSchemes"`
	Bulk             scimSupport `json:"bulk"`
	ChangePassword   scimSupport `json:"changePassword"`
	DocumentationURI string      `json:"documentationUri"`
	ETag             scimSupport `json:"etag"`
	Filter           scimFilter  `json:"filter"`
	Patch            scimSupport `json:"patch"`
	Schemas          []string    `json:"schemas"`
	Sort             scimSupport `json:"sort"`
}

type scimSupport struct {
	Supported bool `json:"supported"`
}

type scimFilter struct {
	MaxResults uint64 `json:"maxResults,string"`
	Supported  bool   `json:"supported"`
}

// scimAbilities are what this form can do: it has neither bulk requests nor order.
func scimAbilities() scimConfig {
	yes := scimSupport{true}
	return scimConfig{Schemes: []string{"oauthbearertoken"}, ChangePassword: yes, DocumentationURI: scimDocumentation, ETag: yes,
		Filter: scimFilter{scim.MaxCount, true}, Patch: yes, Schemas: []string{scim.URNConfig}}
}

// scimTypes is the list of the types of resources.
type scimTypes struct {
	Detail       string     `json:"detail,omitzero"`
	Resources    []scimType `json:"resources"`
	Schemas      []string   `json:"schemas"`
	Status       string     `json:"status,omitzero"`
	TotalResults uint64     `json:"totalResults,string"`
}

type scimType struct {
	Endpoint string       `json:"endpoint"`
	ID       string       `json:"id"`
	Meta     scimTypeMeta `json:"meta"`
	Name     string       `json:"name"`
	Schema   string       `json:"schema"`
	Schemas  []string     `json:"schemas"`
}

type scimTypeMeta struct {
	Location     string `json:"location"`
	ResourceType string `json:"resourceType"`
}

func (d *dialect) scimTypes() scimTypes {
	all := scim.Standard.All()
	a := scimTypes{Schemas: []string{scim.URNListResponse}, TotalResults: uint64(len(all))}
	for _, t := range all {
		a.Resources = append(a.Resources, d.scimType(t))
	}
	return a
}

func (d *dialect) scimType(t *scim.ResourceType) scimType {
	return scimType{Endpoint: t.Endpoint, ID: t.Name, Name: t.Name, Schema: t.Schema.ID, Schemas: []string{scim.URNResourceType},
		Meta: scimTypeMeta{Location: d.scimLocation(&scim.ResourceType{Endpoint: "/ResourceTypes"}, t.Name), ResourceType: "ResourceType"}}
}
