package api

import "github.com/go-json-experiment/json/jsontext"

// What follows are the objects of an OpenAPI 3.0.3 document, as far as ours have
// them, in the words of the specification. A library that reads documents as
// well takes 1.5 MB of the binary, 2 MB of memory and 15 ms of every start; the
// tests read ours with one.

type openAPI struct {
	OpenAPI    string              `json:"openapi"`
	Info       info                `json:"info"`
	Servers    []serverObject      `json:"servers"`
	Tags       []tag               `json:"tags,omitempty"`
	Paths      map[string]pathItem `json:"paths"`
	Components componentsObject    `json:"components"`
}

type info struct {
	Title       string `json:"title"`
	Description string `json:"description,omitzero"`
	Version     string `json:"version"`
}

type serverObject struct {
	URL         string                    `json:"url"`
	Description string                    `json:"description,omitzero"`
	Variables   map[string]serverVariable `json:"variables,omitempty"`
}

type serverVariable struct {
	Default string `json:"default"`
}

type tag struct {
	Name string `json:"name"`
}

// pathItem has the operations of a path by method, in lower case.
type pathItem map[string]*operationObject

type componentsObject struct {
	Schemas         map[string]*schema        `json:"schemas,omitempty"`
	SecuritySchemes map[string]securityScheme `json:"securitySchemes,omitempty"`
}

type securityScheme struct {
	Type         string `json:"type"`
	Description  string `json:"description,omitzero"`
	Name         string `json:"name,omitzero"`
	In           string `json:"in,omitzero"`
	Scheme       string `json:"scheme,omitzero"`
	BearerFormat string `json:"bearerFormat,omitzero"`
}

// securityRequirement is a scheme by which one may be let in, by its name.
type securityRequirement map[string][]string

type operationObject struct {
	Tags        []string                  `json:"tags,omitempty"`
	Summary     string                    `json:"summary,omitzero"`
	Description string                    `json:"description,omitzero"`
	OperationID string                    `json:"operationId"`
	Parameters  []parameter               `json:"parameters,omitempty"`
	RequestBody *requestBody              `json:"requestBody,omitzero"`
	Responses   map[string]responseObject `json:"responses"`
	Security    []securityRequirement     `json:"security"` // empty: anybody
	Permission  string                    `json:"x-gatehouse-permission,omitzero"`
	Aliases     []string                  `json:"x-gatehouse-aliases,omitempty"`
}

type parameter struct {
	Name        string  `json:"name"`
	In          string  `json:"in"`
	Description string  `json:"description,omitzero"`
	Required    bool    `json:"required,omitzero"`
	Schema      *schema `json:"schema"`
}

type requestBody struct {
	Required bool                 `json:"required,omitzero"`
	Content  map[string]mediaType `json:"content"`
}

type responseObject struct {
	Description string               `json:"description"`
	Content     map[string]mediaType `json:"content,omitempty"`
}

type mediaType struct {
	Schema   *schema            `json:"schema"`
	Example  jsontext.Value     `json:"example,omitzero"`
	Examples map[string]example `json:"examples,omitempty"`
}

type example struct {
	Value jsontext.Value `json:"value"`
}

// schema is a schema object, or, with Ref alone, a reference to one.
type schema struct {
	Ref                  string             `json:"$ref,omitzero"`
	Type                 string             `json:"type,omitzero"`
	Format               string             `json:"format,omitzero"`
	Description          string             `json:"description,omitzero"`
	Nullable             bool               `json:"nullable,omitzero"`
	Items                *schema            `json:"items,omitzero"`
	Properties           map[string]*schema `json:"properties,omitempty"`
	Required             []string           `json:"required,omitempty"`
	AdditionalProperties *schema            `json:"additionalProperties,omitzero"`
	AllOf                []*schema          `json:"allOf,omitempty"`
	AnyOf                []*schema          `json:"anyOf,omitempty"`
}
