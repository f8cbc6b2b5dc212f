package f5xc

import (
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// What the document shows of users and groups. The people in it are invented.
var (
	exampleMoment = time.Date(2024, 11, 1, 9, 30, 0, 0, time.UTC)
	examplePlace  = iam.Tenant{Code: "acme"}
	exampleGroup  = groupOf(exampleTeam, []string{exampleHana.Username}, exampleRoles, map[string]int{})
	exampleTeam   = iam.Group{ID: "01932f6d-8a00-7000-8000-5c0de5c0de13", Name: "operations", Description: "Keeps things running",
		Attributes: map[string]string{attrDisplayName: "Operations"}, Created: exampleMoment, Updated: exampleMoment}
	exampleHana = iam.User{ID: "01932f6d-8a00-7000-8000-5c0de5c0de12", Username: "hana.lee@example.com", Email: "hana.lee@example.com",
		GivenName: "Hana", FamilyName: "Lee", State: iam.UserEnabled, LastLogin: exampleMoment, Created: exampleMoment, Updated: exampleMoment,
		Groups: []iam.Ref[iam.GroupID]{{ID: exampleTeam.ID, Name: exampleTeam.Name}}}
	exampleRoles = []namespaceRole{{"shop", "ves-io-power-developer-role"}}

	exampleUserItem   = userItemOf(examplePlace, exampleHana, exampleRoles, true)
	exampleUserObject = userObjectOf(examplePlace, exampleHana)
	exampleUserForm   = userForm{Email: exampleHana.Email, FirstName: exampleHana.GivenName, LastName: exampleHana.FamilyName,
		GroupNames: []string{exampleTeam.Name}, IDMType: idmOwn, Name: exampleHana.Username, Namespace: iam.NamespaceSystem,
		NamespaceRoles: exampleRoles, Type: typeUser}
	exampleDeletedUser = deletedUser{true, []deletedItem{
		{ObjectName: exampleHana.Username, ObjectType: kindUser, ObjectUID: string(exampleHana.ID)},
		{ObjectName: exampleBinding, ObjectType: kindNamespaceRole, ObjectUID: exampleBinding}}}
	exampleGroupForm = groupForm{Description: exampleTeam.Description, DisplayName: "Operations", Name: exampleTeam.Name,
		NamespaceRoles: exampleRoles, Usernames: []string{exampleHana.Username}}
	exampleGroupView = groupView(examplePlace, exampleTeam)
	exampleAnalyzed  = analyzed{map[string][]objectRef{}, deletable, map[string][]objectRef{kindUser: {
		{kindUser, exampleHana.Username, iam.NamespaceSystem, examplePlace.Code, string(exampleHana.ID)}}}}
)

const exampleBinding = "01932f6d-8a00-7000-8000-5c0de5c0de14"
