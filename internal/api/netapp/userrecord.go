package netapp

import (
	"cmp"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Attributes of a user, and of a tenant, that only this dialect shows.
const (
	attrImage         = "netapp.profileImageURL"
	attrProviderEmail = "netapp.provider_data.email"
	attrMemberOf      = "netapp.provider_data.member_of"
	attrAccountName   = "netapp.zuora_account_name"
	attrAccountNumber = "netapp.zuora_account_number"
)

// userRecord is a user as every example of the vendor has it, and behind that
// what its list of attributes has more, for a user of whom any of it is known.
type userRecord struct {
	person    `json:",embed"`
	Tenancies []tenancyRecord `json:"tenancies"`
	more      `json:",embed"`
}

type person struct {
	ID          string `json:"id"`
	Username    string `json:"username"`
	FirstName   string `json:"firstName"`
	LastName    string `json:"lastName"`
	DisplayName string `json:"displayName"`
	Email       string `json:"email"`
}

type tenancyRecord struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Code string `json:"code"`
	Role string `json:"role"`
}

type more struct {
	Phone           string        `json:"phone,omitzero"`
	ProfileImageURL string        `json:"profileImageURL,omitzero"`
	TenantID        string        `json:"tenant_id,omitzero"`
	Provider        string        `json:"provider,omitzero"`
	ProviderData    *providerData `json:"provider_data,omitzero"`
}

type providerData struct {
	Email    *string `json:"email,omitzero"`
	MemberOf *string `json:"member_of,omitzero" doc:"Kept and shown; it makes nobody a member of anything."`
}

// newUserRecord is what a creation answers: its tenancies say role_name where
// all others say role.
type newUserRecord struct {
	person    `json:",embed"`
	Tenancies []newTenancyRecord `json:"tenancies"`
}

type newTenancyRecord struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Code     string `json:"code"`
	RoleName string `json:"role_name"`
}

func personOf(u iam.User) person {
	return person{ID: iam.Short(u.ID), Username: u.Username, FirstName: u.GivenName, LastName: u.FamilyName,
		DisplayName: u.DisplayName, Email: u.Email}
}

// shortUser is a user as sign-in and changes answer it.
func shortUser(u iam.User, home iam.Tenant) userRecord {
	return userRecord{person: personOf(u), Tenancies: []tenancyRecord{
		{ID: iam.Short(home.ID), Name: home.Name, Code: home.Code, Role: highest(u.Roles)}}}
}

// fullUser is a user as reading answers it.
func fullUser(u iam.User, home iam.Tenant) userRecord {
	r := shortUser(u, home)
	m := more{Phone: u.Phone, ProfileImageURL: u.Attributes[attrImage], ProviderData: providerDataOf(u)}
	if m != (more{}) {
		m.TenantID, m.Provider = iam.Short(home.ID), providerLocal
		r.more = m
	}
	return r
}

func providerDataOf(u iam.User) *providerData {
	var p providerData
	if s, ok := u.Attributes[attrProviderEmail]; ok {
		p.Email = &s
	}
	if s, ok := u.Attributes[attrMemberOf]; ok {
		p.MemberOf = &s
	}
	if p == (providerData{}) {
		return nil
	}
	return &p
}

func newUserOf(u iam.User, home iam.Tenant) newUserRecord {
	return newUserRecord{person: personOf(u), Tenancies: []newTenancyRecord{
		{ID: iam.Short(home.ID), Name: home.Name, Code: home.Code, RoleName: highest(u.Roles)}}}
}

// ranked are the vendor's roles, the highest first.
var ranked = []string{access.RoleRoot, access.RoleAdmin, access.RolePartner, access.RoleRead, access.RoleUser}

// highest names the one role that a tenancy has room for: the highest of those
// that the vendor knows, else the first by name. Who has none is a user.
func highest(roles []iam.Ref[iam.RoleID]) string {
	if len(roles) == 0 {
		return access.RoleUser
	}
	best := slices.MinFunc(roles, func(a, b iam.Ref[iam.RoleID]) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Name, b.Name))
	})
	return best.Name
}

func rank(r iam.Ref[iam.RoleID]) int {
	if i := slices.Index(ranked, r.Handle); i >= 0 {
		return i
	}
	return len(ranked)
}
