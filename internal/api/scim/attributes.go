package scim

// What the document shows of the attributes of resources. What there really is,
// a tenant's own included, is told by /Schemas.

// user is a User and an Enterprise User (RFC 7643 sections 4.1 and 4.3).
type user struct {
	Schemas           []string    `json:"schemas"`
	ID                string      `json:"id,omitzero" doc:"Never the client's to choose."`
	ExternalID        string      `json:"externalId,omitzero" doc:"The client's own id. It is no key, and several may have the same."`
	UserName          string      `json:"userName,omitzero" doc:"Required of a new user."`
	Name              *personName `json:"name,omitzero"`
	DisplayName       string      `json:"displayName,omitzero"`
	NickName          string      `json:"nickName,omitzero"`
	ProfileURL        string      `json:"profileUrl,omitzero"`
	Title             string      `json:"title,omitzero"`
	UserType          string      `json:"userType,omitzero"`
	PreferredLanguage string      `json:"preferredLanguage,omitzero"`
	Locale            string      `json:"locale,omitzero"`
	Timezone          string      `json:"timezone,omitzero"`
	Active            *bool       `json:"active,omitzero"`
	Password          string      `json:"password,omitzero" doc:"Taken, and never answered."`
	Emails            []value     `json:"emails,omitzero"`
	PhoneNumbers      []value     `json:"phoneNumbers,omitzero"`
	IMs               []value     `json:"ims,omitzero"`
	Photos            []value     `json:"photos,omitzero"`
	Addresses         []address   `json:"addresses,omitzero"`
	Groups            []reference `json:"groups,omitzero" doc:"Read only: who is in a group is written with the group."`
	Entitlements      []value     `json:"entitlements,omitzero"`
	Roles             []value     `json:"roles,omitzero"`
	Certificates      []value     `json:"x509Certificates,omitzero"`
	Enterprise        *enterprise `json:"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,omitzero"`
	Meta              *metadata   `json:"meta,omitzero" doc:"Read only."`
}

type personName struct {
	Formatted       string `json:"formatted,omitzero"`
	FamilyName      string `json:"familyName,omitzero"`
	GivenName       string `json:"givenName,omitzero"`
	MiddleName      string `json:"middleName,omitzero"`
	HonorificPrefix string `json:"honorificPrefix,omitzero"`
	HonorificSuffix string `json:"honorificSuffix,omitzero"`
}

// value is one of several.
type value struct {
	Value   string `json:"value"`
	Display string `json:"display,omitzero"`
	Type    string `json:"type,omitzero"`
	Primary bool   `json:"primary,omitzero"`
}

type address struct {
	Formatted     string `json:"formatted,omitzero"`
	StreetAddress string `json:"streetAddress,omitzero"`
	Locality      string `json:"locality,omitzero"`
	Region        string `json:"region,omitzero"`
	PostalCode    string `json:"postalCode,omitzero"`
	Country       string `json:"country,omitzero"`
	Type          string `json:"type,omitzero"`
	Primary       bool   `json:"primary,omitzero"`
}

type enterprise struct {
	EmployeeNumber string   `json:"employeeNumber,omitzero"`
	CostCenter     string   `json:"costCenter,omitzero"`
	Organization   string   `json:"organization,omitzero"`
	Division       string   `json:"division,omitzero"`
	Department     string   `json:"department,omitzero"`
	Manager        *manager `json:"manager,omitzero"`
}

type manager struct {
	Value       string `json:"value,omitzero"`
	Ref         string `json:"$ref,omitzero"`
	DisplayName string `json:"displayName,omitzero"`
}

// group is a Group (RFC 7643 section 4.2).
type group struct {
	Schemas     []string    `json:"schemas"`
	ID          string      `json:"id,omitzero" doc:"Never the client's to choose."`
	ExternalID  string      `json:"externalId,omitzero" doc:"The client's own id. It is no key, and several may have the same."`
	DisplayName string      `json:"displayName,omitzero" doc:"Required of a new group."`
	Members     []reference `json:"members,omitzero" doc:"Users of the tenant: groups do not contain groups."`
	Meta        *metadata   `json:"meta,omitzero" doc:"Read only."`
}

// reference names a resource.
type reference struct {
	Value   string `json:"value"`
	Ref     string `json:"$ref,omitzero"`
	Display string `json:"display,omitzero"`
	Type    string `json:"type,omitzero"`
}

// metadata is what the service says of a resource.
type metadata struct {
	ResourceType string `json:"resourceType"`
	Created      string `json:"created"`
	LastModified string `json:"lastModified"`
	Location     string `json:"location"`
	Version      string `json:"version" doc:"The entity tag."`
}

// schema is a Schema (RFC 7643 section 7).
type schema struct {
	Schemas     []string    `json:"schemas"`
	ID          string      `json:"id" doc:"A URN."`
	Name        string      `json:"name"`
	Description string      `json:"description"`
	Attributes  []attribute `json:"attributes"`
	Meta        meta        `json:"meta"`
}

type attribute struct {
	Name            string      `json:"name"`
	Type            string      `json:"type"`
	MultiValued     bool        `json:"multiValued"`
	Description     string      `json:"description"`
	Required        bool        `json:"required"`
	CaseExact       bool        `json:"caseExact"`
	Mutability      string      `json:"mutability"`
	Returned        string      `json:"returned"`
	Uniqueness      string      `json:"uniqueness"`
	CanonicalValues []string    `json:"canonicalValues,omitzero"`
	ReferenceTypes  []string    `json:"referenceTypes,omitzero"`
	SubAttributes   []attribute `json:"subAttributes,omitzero"`
}
