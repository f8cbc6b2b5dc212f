package f5xc

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// What the document shows of provisioning. The people are those of the other
// examples.
var (
	exampleSCIMActive = true
	exampleSCIMPerson = scimPerson{Active: &exampleSCIMActive, DisplayName: "Hana Lee", Roles: []string{"ves-io-monitor-role"}, UserType: typeUser,
		Emails: []scimEmail{{Primary: true, Type: "work", Value: exampleHana.Email}},
		Name:   &scimName{GivenName: exampleHana.GivenName, FamilyName: exampleHana.FamilyName}}
	exampleSCIMNewUser = scimNewUser{scimPerson: exampleSCIMPerson, ExternalID: "00u1a2b3c4", Schemas: []string{scim.URNUser},
		UserName: exampleHana.Username}
	exampleSCIMUserForm = scimUserForm{scimPerson: exampleSCIMPerson, ExternalID: "00u1a2b3c4", ID: string(exampleHana.ID),
		Groups: []scimUserGroup{{exampleTeam.Name, string(exampleTeam.ID)}}, Schemas: []string{scim.URNUser}, UserName: exampleHana.Username}
	exampleSCIMDisplay = "Hana Lee"
	exampleSCIMKind    = typeUser
	exampleSCIMNick    = ""
	exampleSCIMUser    = scimUser{Active: &exampleSCIMActive, DisplayName: &exampleSCIMDisplay, Emails: exampleSCIMPerson.Emails,
		ExternalID: &exampleSCIMNewUser.ExternalID, Groups: exampleSCIMUserForm.Groups, ID: string(exampleHana.ID), Name: exampleSCIMPerson.Name,
		NickName: &exampleSCIMNick, Roles: exampleSCIMPerson.Roles, Schemas: []string{scim.URNUser}, UserName: &exampleSCIMNewUser.UserName,
		UserType: &exampleSCIMKind, Meta: exampleSCIMMeta("/Users/"+string(exampleHana.ID), "User")}
	exampleSCIMUsers = scimUsers{Resources: []scimUser{exampleSCIMUser}, ItemsPerPage: 1, Schemas: []string{scim.URNListResponse}, StartIndex: 1,
		TotalResults: 1}
	exampleSCIMPatch = scimPatch{ID: string(exampleHana.ID), Schemas: []string{scim.URNPatch},
		Operations: []scimOperation{{Op: "replace", Path: "active", Value: jsontext.Value("false")}}}

	exampleSCIMMembers  = []scimGroupMember{{Ref: scimBase + "/Users/" + string(exampleHana.ID), Value: string(exampleHana.ID)}}
	exampleSCIMNewGroup = scimNewGroup{DisplayName: exampleTeam.Name, ExternalID: "00g5d6e7f8", Members: exampleSCIMMembers,
		Schemas: []string{scim.URNGroup}}
	exampleSCIMGroupForm = scimGroupForm{scimNewGroup: exampleSCIMNewGroup}
	exampleSCIMGroup     = scimGroup{DisplayName: &exampleTeam.Name, ExternalID: &exampleSCIMNewGroup.ExternalID, ID: string(exampleTeam.ID),
		Members: exampleSCIMMembers, Name: &exampleTeam.Name, Schemas: []string{scim.URNGroup},
		Meta: exampleSCIMMeta("/Groups/"+string(exampleTeam.ID), "Group")}
	exampleSCIMChangedGroup = scimGroup{DisplayName: &exampleTeam.Name, ExternalID: &exampleSCIMNewGroup.ExternalID, ID: string(exampleTeam.ID),
		Name: &exampleTeam.Name, Schemas: []string{scim.URNGroup}, Meta: exampleSCIMMeta("/Groups/"+string(exampleTeam.ID), "Group")}
	exampleSCIMGroups = scimGroups{Resources: []scimGroup{exampleSCIMGroup}, ItemsPerPage: 1, Schemas: []string{scim.URNListResponse}, StartIndex: 1,
		TotalResults: 1}
	exampleSCIMGroupPatch = scimPatch{ID: string(exampleTeam.ID), Schemas: []string{scim.URNPatch},
		Operations: []scimOperation{{Op: "add", Path: "members", Value: jsontext.Value(`[{"value":"` + string(exampleHana.ID) + `"}]`)}}}
)

func exampleSCIMMeta(path, kind string) *scimMeta {
	return &scimMeta{Created: "2024-11-01T09:30:00Z", LastModified: "2024-11-01T09:30:00Z", Location: scimBase + path, ResourceType: kind, Version: `W/"1"`}
}
