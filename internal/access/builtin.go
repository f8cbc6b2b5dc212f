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

	// Those that clients of F5 name.
	RoleF5Admin          = "ves-io-admin-role"
	RoleF5Monitor        = "ves-io-monitor-role"
	RoleF5PowerDeveloper = "ves-io-power-developer-role"
	RoleF5UserAdmin      = "ves-io-uam-admin-role"
	RoleF5Developer      = "ves-io-developer-role"
	RoleF5Default        = "ves-io-default-role"
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
	{RoleF5Admin, "Everything in the tenant and in the tenants below it", []iam.Rule{{Permission: "*"}}},
	{RoleF5Monitor, "Sees everything, changes nothing", []iam.Rule{{Permission: "*.read"}}},
	{RoleF5PowerDeveloper, "Runs namespaces and the configuration in them", []iam.Rule{
		{Permission: "objects.*"}, {Permission: "namespaces.*"}, {Permission: string(iam.RegionsRead)}, {Permission: string(iam.ZonesRead)},
		{Permission: string(iam.JobsRead)}, {Permission: string(iam.UsersRead)}, {Permission: string(iam.GroupsRead)},
		{Permission: string(iam.RolesRead)}}},
	{RoleF5UserAdmin, "Runs users, groups and roles", []iam.Rule{
		{Permission: "users.*"}, {Permission: "groups.*"}, {Permission: "roles.*"}, {Permission: string(iam.NamespacesRead)},
		{Permission: string(iam.SettingsRead)}}},
	{RoleF5Developer, "Runs the configuration in namespaces", []iam.Rule{{Permission: "objects.*"}, {Permission: string(iam.NamespacesRead)}}},
	{RoleF5Default, "Sees namespaces and what is in them", []iam.Rule{
		{Permission: string(iam.ObjectsRead)}, {Permission: string(iam.NamespacesRead)}}},
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

// BuiltinRules answers what a built-in role allows, by its handle.
func BuiltinRules(handle string) []iam.Rule { return builtinGroup(handle).Rules }
