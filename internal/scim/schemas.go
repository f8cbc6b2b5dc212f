package scim

// The URNs of schemas and messages (RFC 7643 section 8.7, RFC 7644 section 3).
const (
	URNUser         = "urn:ietf:params:scim:schemas:core:2.0:User"
	URNGroup        = "urn:ietf:params:scim:schemas:core:2.0:Group"
	URNEnterprise   = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	URNConfig       = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
	URNListResponse = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	URNPatch        = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

	urnSchema       = "urn:ietf:params:scim:schemas:core:2.0:Schema"
	URNResourceType = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
)

// The types of resources as the standard has them.
var (
	Users = &ResourceType{Name: "User", Endpoint: "/Users", Description: "People and programs that sign in",
		Schema: userSchema, Extensions: []*Schema{enterpriseSchema}}
	Groups = &ResourceType{Name: "Group", Endpoint: "/Groups", Description: "Groups of users, which give them rights", Schema: groupSchema}

	// Standard are both, as they are where a tenant has no schemas of its own.
	Standard = TypeSet{Users, Groups}
)

// plural is an attribute with several values, of the usual sub-attributes (RFC
// 7643 section 2.4).
func plural(name, description string, value Attribute, types ...string) Attribute {
	value.Name, value.Description = "value", "The value itself"
	return Attribute{Name: name, Description: description, Type: Complex, Multi: true, Sub: []Attribute{
		value,
		{Name: "display", Description: "A name for people"},
		{Name: "type", Description: "What the value is for", Canonical: types},
		{Name: "primary", Type: Boolean, Description: "Whether this is the preferred value; true of one at most"},
	}}
}

var userSchema = &Schema{ID: URNUser, Name: "User", Description: "User account", Attributes: []Attribute{
	{Name: "userName", Required: true, Uniqueness: "server", Description: "What one signs in with, without regard to case"},
	{Name: "name", Type: Complex, Description: "The parts of the name", Sub: []Attribute{
		{Name: "formatted", Description: "The whole name"},
		{Name: "familyName", Description: "The family name"},
		{Name: "givenName", Description: "The given name"},
		{Name: "middleName", Description: "The middle names"},
		{Name: "honorificPrefix", Description: "What stands before the name, such as Dr."},
		{Name: "honorificSuffix", Description: "What stands behind the name, such as III"},
	}},
	{Name: "displayName", Description: "The name to be shown"},
	{Name: "nickName", Description: "What the person is called"},
	{Name: "profileUrl", Type: Reference, References: []string{"external"}, CaseExact: true, Description: "A page about the person"},
	{Name: "title", Description: "The title, such as Vice President"},
	{Name: "userType", Description: "What the user is for, or is to the organization"},
	{Name: "preferredLanguage", Description: "The language of pages and mails (RFC 9110 section 12.5.4)"},
	{Name: "locale", Description: "The locale for dates and numbers (RFC 5646)"},
	{Name: "timezone", Description: "The time zone (IANA), such as Asia/Seoul"},
	{Name: "active", Type: Boolean, Description: "Whether the user may act; false ends every session at once"},
	{Name: "password", CaseExact: true, Mutability: WriteOnly, Returned: ReturnedNever, Description: "The password, never answered"},
	plural("emails", "E-mail addresses; the primary one, or else the first, is that of the account", Attribute{}, "work", "home", "other"),
	plural("phoneNumbers", "Telephone numbers", Attribute{}, "work", "home", "mobile", "fax", "pager", "other"),
	plural("ims", "Addresses of instant messaging", Attribute{}),
	plural("photos", "Pictures", Attribute{Type: Reference, References: []string{"external"}, CaseExact: true}, "photo", "thumbnail"),
	{Name: "addresses", Type: Complex, Multi: true, Description: "Postal addresses", Sub: []Attribute{
		{Name: "formatted", Description: "The whole address"},
		{Name: "streetAddress", Description: "Street and number"},
		{Name: "locality", Description: "City"},
		{Name: "region", Description: "State or province"},
		{Name: "postalCode", Description: "Postal code"},
		{Name: "country", Description: "Country (ISO 3166-1 alpha-2)"},
		{Name: "type", Description: "What the address is for", Canonical: []string{"work", "home", "other"}},
		{Name: "primary", Type: Boolean, Description: "Whether this is the preferred address; true of one at most"},
	}},
	{Name: "groups", Type: Complex, Multi: true, Mutability: ReadOnly, Description: "The groups that the user is a member of", Sub: []Attribute{
		{Name: "value", CaseExact: true, Mutability: ReadOnly, Description: "The id of the group"},
		{Name: "$ref", Type: Reference, References: []string{"Group"}, CaseExact: true, Mutability: ReadOnly, Description: "Where the group is"},
		{Name: "display", Mutability: ReadOnly, Description: "The name of the group"},
		{Name: "type", Mutability: ReadOnly, Canonical: []string{"direct"}, Description: "How the user is a member"},
	}},
	plural("entitlements", "What the user may have", Attribute{}),
	plural("roles", "The roles of the user itself in the whole tenant, by name", Attribute{}),
	plural("x509Certificates", "Certificates", Attribute{Type: Binary, CaseExact: true}),
}}

var groupSchema = &Schema{ID: URNGroup, Name: "Group", Description: "Group", Attributes: []Attribute{
	{Name: "displayName", Required: true, Uniqueness: "server", Description: "The name of the group"},
	{Name: "members", Type: Complex, Multi: true, Description: "The users of the group", Sub: []Attribute{
		{Name: "value", CaseExact: true, Mutability: Immutable, Description: "The id of the user"},
		{Name: "$ref", Type: Reference, References: []string{"User"}, CaseExact: true, Mutability: Immutable, Description: "Where the user is"},
		{Name: "display", Mutability: ReadOnly, Description: "The name of the user"},
		{Name: "type", Mutability: Immutable, Canonical: []string{"User"}, Description: "What kind of member it is"},
	}},
}}

var enterpriseSchema = &Schema{ID: URNEnterprise, Name: "EnterpriseUser", Description: "Enterprise User", Attributes: []Attribute{
	{Name: "employeeNumber", Description: "The number by which the organization knows the person"},
	{Name: "costCenter", Description: "The cost center"},
	{Name: "organization", Description: "The organization"},
	{Name: "division", Description: "The division"},
	{Name: "department", Description: "The department"},
	{Name: "manager", Type: Complex, Description: "Whom the person reports to", Sub: []Attribute{
		{Name: "value", CaseExact: true, Description: "The id of the manager"},
		{Name: "$ref", Type: Reference, References: []string{"User"}, CaseExact: true, Description: "Where the manager is"},
		{Name: "displayName", Mutability: ReadOnly, Description: "The name of the manager"},
	}},
}}
