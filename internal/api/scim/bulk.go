package scim

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// The URNs of bulk messages (RFC 7644 section 3.7).
const (
	urnBulkRequest  = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
	urnBulkResponse = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
)

type bulkRequest struct {
	Schemas      []string        `json:"schemas,case:ignore"`
	FailOnErrors int             `json:"failOnErrors,case:ignore,omitzero" doc:"After how many errors to stop; 0 is never."`
	Operations   []bulkOperation `json:"Operations,case:ignore"`
}

type bulkOperation struct {
	Method  string `json:"method,case:ignore" doc:"POST, PUT, PATCH or DELETE."`
	BulkID  string `json:"bulkId,case:ignore,omitzero" doc:"By what others refer to the resource that a POST makes, as bulkId:<bulkId>."`
	Version string `json:"version,case:ignore,omitzero" doc:"The entity tag that the resource has to have."`
	Path    string `json:"path,case:ignore" doc:"/Users, /Groups, or one of those with an id behind it."`
	Data    any    `json:"data,case:ignore,omitzero" doc:"The body of the operation."`
}

type bulkResponse struct {
	Schemas    []string     `json:"schemas"`
	Operations []bulkAnswer `json:"Operations"`
}

type bulkAnswer struct {
	Location string   `json:"location,omitzero"`
	Method   string   `json:"method"`
	BulkID   string   `json:"bulkId,omitzero"`
	Version  string   `json:"version,omitzero"`
	Status   string   `json:"status"`
	Response *failure `json:"response,omitzero" doc:"The error of an operation that has failed."`
}

func (d *dialect) bulkOperations() []api.Operation {
	return []api.Operation{
		api.Handle(api.Op{
			ID: "bulk", Methods: []string{http.MethodPost}, Paths: at("/Bulk"), Access: api.Requires(iam.UsersRead), Tag: "bulk",
			Summary: "Do many things at once",
			Description: "Each operation needs the right that it needs by itself, and one that fails leaves the others. " +
				"At most 1000 operations and 1 MiB. An operation comes after those that make what it refers to by bulkId, in whatever order they are sent.",
			RequestExample: exampleBulk, ResponseExample: exampleBulked, MaxBody: scim.MaxBulkPayload,
		}, d.bulk),
	}
}

func (d *dialect) bulk(ctx context.Context, c *api.Call, in struct {
	Body bulkRequest `body:"required"`
}) (bulkResponse, error) {
	operations, err := in.Body.read()
	if err != nil {
		return bulkResponse{}, err
	}
	results, err := d.SCIM.Bulk(ctx, c.Actor, in.Body.FailOnErrors, operations,
		func(ctx context.Context, o scim.BulkOperation, t *scim.ResourceType) error {
			return mayBulk(ctx, c, o, t)
		})
	if err != nil {
		return bulkResponse{}, err
	}
	a := bulkResponse{Schemas: []string{urnBulkResponse}, Operations: make([]bulkAnswer, len(results))}
	for i, r := range results {
		a.Operations[i] = d.bulkAnswer(ctx, c, r)
	}
	return a, nil
}

// read answers the operations. Invalid: the message is another one, or has none.
func (b bulkRequest) read() ([]scim.BulkOperation, error) {
	if err := checkSchemas(b.Schemas, urnBulkRequest); err != nil {
		return nil, err
	}
	var c iam.Checker
	if len(b.Operations) == 0 {
		c.Add("Operations", scim.ReasonSyntax, "Operations must have at least one item")
	}
	if b.FailOnErrors < 0 {
		c.Add("failOnErrors", scim.ReasonValue, "failOnErrors must not be less than 0")
	}
	all := make([]scim.BulkOperation, len(b.Operations))
	for i, o := range b.Operations {
		all[i] = scim.BulkOperation{Method: strings.ToUpper(o.Method), BulkID: o.BulkID, Path: o.Path, Data: o.Data}
		if o.Version != "" {
			versions, _ := tags(o.Version)
			if len(versions) != 1 {
				c.Add("version", scim.ReasonValue, "version must be one entity tag")
				break
			}
			all[i].Version = versions[0]
		}
	}
	return all, c.Err()
}

// bulkVerbs are the ids of the operations that do by themselves what those of a
// bulk request do, behind the word of the type.
var bulkVerbs = map[string]string{http.MethodPost: ".create", http.MethodPut: ".replace", http.MethodPatch: ".patch", http.MethodDelete: ".delete"}

// mayBulk asks what would be asked of an operation by itself.
func mayBulk(ctx context.Context, c *api.Call, o scim.BulkOperation, t *scim.ResourceType) error {
	if err := c.May(ctx, strings.ToLower(t.Name)+bulkVerbs[o.Method]); err != nil {
		return err
	}
	data, _ := o.Data.(map[string]any)
	if o.Method == http.MethodPatch {
		return checkSchemas(schemasOf(data), scim.URNPatch)
	}
	return checkSchemas(schemasOf(data), t.Schema.ID)
}

// bulkAnswer tells what became of an operation. What has failed to be made is
// nowhere (RFC 7644 section 3.7.3).
func (d *dialect) bulkAnswer(ctx context.Context, c *api.Call, r scim.BulkResult) bulkAnswer {
	a := bulkAnswer{Method: r.Method, BulkID: r.BulkID}
	if r.Type != nil && iam.ValidID(r.ID) {
		a.Location = d.location(ctx, r.Type.Endpoint[1:], r.ID)
	}
	if r.Err != nil {
		e := c.Explain(r.Err)
		status := statusOf(e, r.Version != 0)
		told := failureOf(status, e)
		a.Status, a.Response = told.Status, &told
		return a
	}
	a.Version = tagOf(r.Resource)
	a.Status = strconv.Itoa(bulkStatus(r))
	return a
}

func bulkStatus(r scim.BulkResult) int {
	switch {
	case r.Method == http.MethodPost:
		return http.StatusCreated
	case r.Method == http.MethodDelete, r.Method == http.MethodPatch && r.Type.Name == scim.Groups.Name:
		return http.StatusNoContent
	default:
		return http.StatusOK
	}
}

// What the document shows: a user and the group that it is to be in.
var (
	exampleBulk = bulkRequest{Schemas: []string{urnBulkRequest}, FailOnErrors: 1, Operations: []bulkOperation{
		{Method: http.MethodPost, Path: "/Users", BulkID: "hana", Data: map[string]any{"schemas": []string{scim.URNUser}, "userName": "hana.lee"}},
		{Method: http.MethodPatch, Path: "/Groups/" + exampleTeams[0].Value, Data: patchRequest{Schemas: []string{scim.URNPatch},
			Operations: []operation{{Op: "add", Path: "members", Value: []reference{{Value: "bulkId:hana"}}}}}},
	}}
	exampleBulked = bulkResponse{Schemas: []string{urnBulkResponse}, Operations: []bulkAnswer{
		{Location: base + "/Users/" + exampleUserID, Method: http.MethodPost, BulkID: "hana", Version: `W/"1"`, Status: "201"},
		{Location: base + "/Groups/" + exampleTeams[0].Value, Method: http.MethodPatch, Version: `W/"2"`, Status: "204"},
	}}
)
