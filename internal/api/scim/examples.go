package scim

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// What the document shows.
var (
	exampleActive  = true
	exampleNewUser = user{Schemas: []string{scim.URNUser, scim.URNEnterprise}, ExternalID: "00u1a2b3c4", UserName: "hana.lee",
		Name: &personName{GivenName: "Hana", FamilyName: "Lee"}, DisplayName: "Hana Lee", Active: &exampleActive,
		Emails:     []value{{Value: "hana.lee@example.com", Type: "work", Primary: true}},
		Enterprise: &enterprise{EmployeeNumber: "4711", Department: "Research"}}
	exampleUser  = shownUser()
	exampleTeams = []reference{{Value: "0192e4a0-5b6c-7d8e-9f00-1a2b3c4d5e6f", Display: "operators", Type: "direct",
		Ref: base + "/Groups/0192e4a0-5b6c-7d8e-9f00-1a2b3c4d5e6f"}}
	exampleUserPatch = patchRequest{Schemas: []string{scim.URNPatch}, Operations: []operation{
		{Op: "replace", Path: "active", Value: false},
		{Op: "replace", Path: `emails[type eq "work"].value`, Value: "hana@example.com"}}}

	exampleMembers    = []reference{{Value: exampleUserID, Display: "hana.lee", Type: "User", Ref: base + "/Users/" + exampleUserID}}
	exampleNewGroup   = group{Schemas: []string{scim.URNGroup}, DisplayName: "operators", Members: []reference{{Value: exampleUserID}}}
	exampleGroup      = shownGroup()
	exampleGroupPatch = patchRequest{Schemas: []string{scim.URNPatch}, Operations: []operation{
		{Op: "add", Path: "members", Value: []reference{{Value: exampleUserID}}}}}

	exampleFilter = `userName sw "hana" and active eq true`
	exampleSearch = searchRequest{Schemas: []string{urnSearch}, Filter: &exampleFilter, Attributes: []string{"userName", "emails"}}
)

const exampleUserID = "0192e4a0-1111-7222-8333-444455556666"

func shownUser() user {
	u := exampleNewUser
	u.ID, u.Groups, u.Meta = exampleUserID, exampleTeams, exampleMeta("User", "/Users/"+exampleUserID)
	return u
}

func shownGroup() group {
	g := exampleNewGroup
	g.ID, g.Members = exampleTeams[0].Value, exampleMembers
	g.Meta = exampleMeta("Group", "/Groups/"+g.ID)
	return g
}

func exampleMeta(kind, path string) *metadata {
	return &metadata{ResourceType: kind, Created: "2024-11-01T09:30:00Z", LastModified: "2024-11-01T09:30:00Z", Location: base + path, Version: `W/"1"`}
}

// exampleList is a list of one.
func exampleList(one any) any {
	return struct {
		Schemas      []string `json:"schemas"`
		TotalResults int      `json:"totalResults"`
		ItemsPerPage int      `json:"itemsPerPage"`
		StartIndex   int      `json:"startIndex"`
		Resources    []any    `json:"Resources"`
	}{[]string{scim.URNListResponse}, 1, 1, 1, []any{one}}
}

func exampleSchema(d *dialect) resource[schema] {
	r, _ := scim.Standard.SchemaDocument(scim.URNGroup) // there is one
	return d.schema(context.Background(), r)
}
