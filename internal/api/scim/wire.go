package scim

import (
	"net/http"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// The URNs of messages (RFC 7644 sections 3.4.3 and 3.12).
const (
	urnError  = "urn:ietf:params:scim:api:messages:2.0:Error"
	urnSearch = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
)

// document is a resource as it is sent. Which attributes there are is data, that
// of package scim: S is what the document of the API shows of them.
type document[S any] map[string]any

// DocumentedAs shows the attributes.
func (document[S]) DocumentedAs() any {
	var s S
	return s
}

// check answers Invalid where it says to be something else than a resource of the
// type. A client that does not say what it sends means that.
func (d document[S]) check(t *scim.ResourceType) error {
	return checkSchemas(schemasOf(d), t.Schema.ID)
}

// schemasOf answers the schemas that a document says to be of.
func schemasOf(document map[string]any) (schemas []string) {
	for name, v := range document {
		if !strings.EqualFold(name, "schemas") {
			continue
		}
		list, _ := v.([]any)
		for _, v := range list {
			s, _ := v.(string)
			schemas = append(schemas, s)
		}
	}
	return schemas
}

// checkSchemas answers Invalid where a message says that it is something else
// than one of a schema.
func checkSchemas(said []string, urn string) error {
	if len(said) == 0 || slices.ContainsFunc(said, func(s string) bool { return strings.EqualFold(s, urn) }) {
		return nil
	}
	var c iam.Checker
	c.Add("schemas", scim.ReasonSyntax, "schemas must have %s", urn)
	return c.Err()
}

// resource is one as it is answered, in a list.
type resource[S any] map[string]any

// DocumentedAs shows the attributes.
func (resource[S]) DocumentedAs() any {
	var s S
	return s
}

// answer is one resource, or none, with what headers say of it.
type answer[S any] struct {
	resource[S]
	status   int
	tag      string
	location string
}

// MarshalJSONTo writes the resource.
func (a answer[S]) MarshalJSONTo(e *jsontext.Encoder) error {
	return json.MarshalEncode(e, map[string]any(a.resource))
}

// HTTPStatus is that of the answer.
func (a answer[S]) HTTPStatus() int { return a.status }

// Headers say which version it is and where it stays. Content-Location is the
// same as meta.location (RFC 7643 section 3.1).
func (a answer[S]) Headers(h http.Header) {
	h.Set("ETag", a.tag)
	h.Set("Location", a.location)
	h.Set("Content-Location", a.location)
}

// patchRequest are changes of a resource (RFC 7644 section 3.5.2). Clients write
// its members, as all names of attributes, in the case they like.
type patchRequest struct {
	Schemas    []string    `json:"schemas,case:ignore"`
	Operations []operation `json:"Operations,case:ignore"`
}

type operation struct {
	Op    string `json:"op,case:ignore" doc:"add, replace or remove, in whatever case."`
	Path  string `json:"path,case:ignore,omitzero" doc:"An attribute, or values of one: emails[type eq \"work\"].value. Without it value is an object."`
	Value any    `json:"value,case:ignore,omitzero"`
}

// operations are the changes. Invalid: the message is another one.
func (p patchRequest) operations() ([]scim.Operation, error) {
	all := make([]scim.Operation, len(p.Operations))
	for i, o := range p.Operations {
		all[i] = scim.Operation{Op: o.Op, Path: o.Path, Value: o.Value}
	}
	return all, checkSchemas(p.Schemas, scim.URNPatch)
}
