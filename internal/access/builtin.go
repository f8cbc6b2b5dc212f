package access

import "github.com/gatehouse-id/gatehouse/internal/iam"

// Handles of the built-in roles, which every tenant is born with. Their rules
// are part of the program, so that a new version of it changes them in every
// tenant at once; their rows exist so that bindings can refer to them.
const (
	RoleAdmin   = "admin"   // everything in the tenant and below it
	RoleRoot    = "root"    // the same, by the name that some clients use
	RolePartner = "partner" // runs tenants below its own, reads the rest
	RoleRead    = "read"    // sees everything, changes nothing
	RoleUser    = "user"    // uses what the tenant offers
	RoleGuest   = "guest"   // only what is one's own
)

var builtins = []struct {
	handle, description string
	rules               []iam.Rule
}{
	{RoleAdmin, "Everything in the tenant and in the tenants below it", []iam.Rule{{Permission: "*"}}},
	{RoleRoot, "Everything in the tenant and in the tenants below it", []iam.Rule{{Permission: "*"}}},
	{RolePartner, "Runs the tenants below the own one, sees everything", []iam.Rule{{Permission: "*.read"}, {Permission: "tenants.*"}}},
	{RoleRead, "Sees everything, changes nothing", []iam.Rule{{Permission: "*.read"}}},
	{RoleUser, "Uses what the tenant offers", []iam.Rule{
		{Permission: string(iam.RegionsRead)}, {Permission: string(iam.ZonesRead)}, {Permission: string(iam.JobsRead)}}},
	{RoleGuest, "Only what is one's own", nil},
}

// Builtin answers the built-in roles, without ids and times.
func Builtin() []iam.Role {
	roles := make([]iam.Role, len(builtins))
	for i, b := range builtins {
		roles[i] = iam.Role{Handle: b.handle, Name: b.handle, Description: b.description, Builtin: true}
	}
	return roles
}

// builtinGroup is the API group that a built-in role stands for.
func builtinGroup(handle string) iam.APIGroup {
	for _, b := range builtins {
		if b.handle == handle {
			return iam.APIGroup{Name: handle, Builtin: true, Rules: b.rules}
		}
	}
	return iam.APIGroup{}
}
