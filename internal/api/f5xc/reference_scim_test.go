package f5xc_test

// The exchanges of TestReference that a provisioning client has.

const (
	usersSCIM  = "/api/scim/namespaces/system/v2/Users"
	groupsSCIM = "/api/scim/namespaces/system/v2/Groups"
	patchOp    = `"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]`
)

var scimExchanges = []exchange{
	{request: "GET /api/scim/namespaces/system/v2/ServiceProviderConfig",
		want: `{"patch":{"supported":true},"filter":{"supported":true,"maxResults":"1000"},"etag":{"supported":true},"bulk":{"supported":false},"sort":{"supported":false}}`},
	{request: "GET /api/scim/namespaces/system/v2/ResourceTypes",
		want: `{"totalResults":"2","resources":[{"id":"User","endpoint":"/Users"},{"id":"Group","endpoint":"/Groups"}]}`},
	{request: "GET /api/scim/namespaces/system/v2/ResourceTypes/User", want: `{"schema":"urn:ietf:params:scim:schemas:core:2.0:User"}`},

	{request: "GET /api/scim/namespaces/system/v2/Schemas", want: `{"content_type":"application/scim+json"}`},
	{request: "GET /api/scim/namespaces/system/v2/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group", want: `{"content_type":"application/scim+json"}`},

	{request: "POST " + usersSCIM, keep: "scimuser=id",
		body: `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"Ines.Sol@example.com","externalId":"00u-1","active":true,
			"displayName":"Ines Sol","name":{"givenName":"Ines","familyName":"Sol","middleName":"M.","formatted":"Ines M. Sol"},
			"emails":[{"value":"ines@example.com","type":"work","primary":true},{"value":"ines@home.example","type":"home"}],
			"roles":["ves-io-monitor-role"],"userType":"SERVICE"}`,
		want: `{"userName":"Ines.Sol@example.com","externalId":"00u-1","active":true,"displayName":"Ines Sol","groups":[],"roles":["ves-io-monitor-role"],
			"name":{"givenName":"Ines","middleName":"M.","honorificPrefix":""},"userType":"SERVICE","nickName":"",
			"emails":[{"value":"ines@example.com","type":"work","primary":true},{"value":"ines@home.example","type":"home","primary":false}],
			"meta":{"resourceType":"User","version":"W/\"1\""}}`},
	{request: "GET " + usersSCIM + "?filter=userName+eq+%22ines.sol@EXAMPLE.com%22&count=10&page=1",
		want: `{"totalResults":"1","itemsPerPage":"1","startIndex":"1","Resources":[{"id":"$scimuser"}]}`},
	{request: "GET " + usersSCIM + "?filter=emails%5Btype+eq+%22home%22%5D.value+ew+%22home.example%22+and+not+(active+eq+false)",
		want: `{"totalResults":"1","Resources":[{"id":"$scimuser"}]}`},
	{request: "GET " + usersSCIM + "?count=0", want: `{"itemsPerPage":"0","Resources":[]}`},
	{request: "GET " + usersSCIM + "/$scimuser", want: `{"id":"$scimuser","externalId":"00u-1"}`},
	{request: "PATCH " + usersSCIM + "/$scimuser",
		body: `{"id":"$scimuser",` + patchOp + `,"Operations":[
			{"op":"Replace","value":{"name.givenName":"Inés","nickName":"Nines","active":"True"}},
			{"op":"Add","path":"emails[type eq \"other\"]","value":{"value":"ines@other.example"}},
			{"op":"DELETE","path":"emails[type eq \"home\"]"}]}`,
		want: `{"nickName":"Nines","name":{"givenName":"Inés","familyName":"Sol"},"active":true,
			"emails":[{"value":"ines@example.com","primary":true},{"value":"ines@other.example","type":"other"}]}`},

	{request: "POST " + groupsSCIM, keep: "scimgroup=id",
		body: `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Provisioned People","externalId":"g-1",
			"members":[{"value":"$scimuser"}]}`,
		want: `{"displayName":"Provisioned People","name":"Provisioned People","externalId":"g-1","members":[{"value":"$scimuser"}],"meta":{"resourceType":"Group"}}`},
	{request: "GET " + groupsSCIM + "?filter=displayName+eq+%22provisioned+people%22+and+members.value+eq+%22$scimuser%22&excludedAttributes=members",
		want: `{"totalResults":"1","startIndex":"1","Resources":[{"id":"$scimgroup"}]}`},
	{request: "GET " + groupsSCIM + "/$scimgroup", want: `{"members":[{"value":"$scimuser"}]}`},
	{request: "PUT " + usersSCIM + "/$scimuser",
		body: `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"$scimuser","userName":"ines.sol@example.com","externalId":"00u-2",
			"displayName":"Ines S.","groups":[{"id":"$scimgroup"}],"roles":["ves-io-monitor-role"]}`,
		want: `{"userName":"ines.sol@example.com","externalId":"00u-2","nickName":"","active":true,"name":{"familyName":"Sol"},"userType":"USER",
			"groups":[{"id":"$scimgroup","display":"Provisioned People"}],"emails":[{"value":"ines@example.com"}]}`},
	{request: "PATCH " + groupsSCIM + "/$scimgroup",
		body: `{"id":"$scimgroup",` + patchOp + `,"Operations":[{"op":"remove","path":"members[value eq \"$scimuser\"]"},
			{"op":"replace","value":{"displayName":"Provisioned"}}]}`,
		want: `{"displayName":"Provisioned"}`},
	{request: "GET " + groupsSCIM + "/$scimgroup", want: `{"members":[]}`},
	{request: "PUT " + groupsSCIM + "/$scimgroup",
		body: `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"name":"Provisioned again","externalId":"g-2","members":[{"value":"$scimuser"}]}`,
		want: `{"displayName":"Provisioned again","externalId":"g-2","members":[{"value":"$scimuser"}]}`},
	{request: "GET /api/web/custom/namespaces/system/user_groups/Provisioned%20again",
		want: `{"sync_mode":"SCIM","sync_id":"g-2","usernames":["ines.sol@example.com"]}`},
	{request: "DELETE " + groupsSCIM + "/$scimgroup", want: `{}`},
	{request: "DELETE " + usersSCIM + "/$scimuser", want: `{}`},
}
