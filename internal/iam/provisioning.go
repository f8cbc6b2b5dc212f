package iam

import "strings"

// ScopeProvisioning is the scope of an APIToken by which a provisioning client
// looks after people (SCIM): users and groups, and what the built-in default
// role reads, which new people begin with.
const ScopeProvisioning = "users.* groups.* namespaces.read objects.read"

// provisionedAttributes are those of users that provisioning clients write,
// besides the ones that only they show and those of a tenant's own schemas.
// Where they have a name of LDAP it is theirs (RFC 2798, RFC 4519).
var provisionedAttributes = map[string]bool{AttributeSyncMode: true, "sync_id": true, "title": true, "departmentNumber": true,
	"employeeNumber": true, "f5xc.type": true}

// ProvisionedAttribute reports whether an attribute of a user whom a
// provisioning client looks after is for that client alone to change.
func ProvisionedAttribute(name string) bool {
	return provisionedAttributes[name] || strings.HasPrefix(name, "scim.") || strings.HasPrefix(name, "urn:")
}

// ProvisioningPath is where provisioning clients reach a tenant, below its
// address: <public URL>/t/<code>/scim/v2.
const ProvisioningPath = "/scim/v2"
