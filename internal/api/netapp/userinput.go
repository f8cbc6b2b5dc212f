package netapp

import (
	"fmt"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const providerLocal = "local"

// userBody is a user in a request. What is absent, or null, stays as it is.
type userBody struct {
	Username        *string         `json:"username,omitzero"`
	Password        *string         `json:"password,omitzero"`
	FirstName       *string         `json:"firstName,omitzero"`
	LastName        *string         `json:"lastName,omitzero"`
	DisplayName     *string         `json:"displayName,omitzero"`
	Email           *string         `json:"email,omitzero"`
	Phone           *string         `json:"phone,omitzero"`
	ProfileImageURL *string         `json:"profileImageURL,omitzero"`
	TenantID        string          `json:"tenant_id,omitzero" doc:"The caller's own when missing."`
	Tenancies       *[]tenancyInput `json:"tenancies,omitzero" doc:"The role in the user's tenant; replaced as a whole."`
	Provider        string          `json:"provider,omitzero" doc:"local"`
	ProviderData    *providerData   `json:"provider_data,omitzero"`
}

// tenancyInput is written with role_name and read with role; both are taken.
type tenancyInput struct {
	TenantID string `json:"tenant_id,omitzero" doc:"The user's tenant."`
	RoleName string `json:"role_name,omitzero"`
	ID       string `json:"id,omitzero" doc:"Taken where tenant_id is missing."`
	Role     string `json:"role,omitzero" doc:"Taken where role_name is missing."`
}

// userNames are the wire's words for members of a user.
var userNames = map[string]string{
	"given_name": "firstName", "family_name": "lastName", "display_name": "displayName", "roles": "tenancies.role_name",
	"attributes." + attrImage: "profileImageURL", "attributes." + attrProviderEmail: "provider_data.email",
	"attributes." + attrMemberOf: "provider_data.member_of",
}

// check holds the body against what can be honoured.
func (b userBody) check(home iam.Tenant) error {
	var c iam.Checker
	switch b.Provider {
	case "", providerLocal:
	case "activeDirectory":
		c.Add("provider", iam.ReasonFormat, "provider must be local: no Active Directory is connected")
	default:
		c.Add("provider", iam.ReasonFormat, "provider must be local")
	}
	if b.Tenancies == nil {
		return c.Err()
	}
	for i, t := range *b.Tenancies {
		at := fmt.Sprintf("tenancies.%d.", i)
		if id := either(t.TenantID, t.ID); id != "" && id != iam.Short(home.ID) {
			c.Add(at+"tenant_id", iam.ReasonFormat,
				"%stenant_id must be the user's own tenant: a role in another one takes a delegation", at)
		}
		required(&c, at+"role_name", t.role())
	}
	return c.Err()
}

func (t tenancyInput) role() string { return either(t.RoleName, t.Role) }

// roles lists the roles that the tenancies name.
func (b userBody) roles() []string {
	names := []string{}
	for _, t := range *b.Tenancies {
		names = append(names, t.role())
	}
	return names
}

// newUser is the user to be made. One without tenancies becomes a user by
// role too, since that is what its record will say.
func (b userBody) newUser() directory.NewUser {
	u := directory.NewUser{
		Username: deref(b.Username), Password: deref(b.Password), Email: deref(b.Email), Phone: deref(b.Phone),
		GivenName: deref(b.FirstName), FamilyName: deref(b.LastName), DisplayName: deref(b.DisplayName),
		Attributes: map[string]string{}, Roles: []string{access.RoleUser},
	}
	for name, value := range b.attributes() {
		if value != nil {
			u.Attributes[name] = *value
		}
	}
	if u.Email == "" {
		u.Email = u.Attributes[attrProviderEmail]
	}
	if b.Tenancies != nil {
		u.Roles = b.roles()
	}
	return u
}

// change is what the body asks of a user. Tenancies that say what the user's
// record says are not a change: they may be of a client that read the record,
// which has room for one role of several.
func (b userBody) change(u iam.User) directory.UserChange {
	ch := directory.UserChange{
		Username: b.Username, Password: b.Password, Email: b.Email, Phone: b.Phone,
		GivenName: b.FirstName, FamilyName: b.LastName, DisplayName: b.DisplayName,
		Attributes: b.attributes(), Version: u.Version,
	}
	if b.Tenancies != nil {
		if names := b.roles(); len(names) != 1 || iam.Fold(names[0]) != iam.Fold(highest(u.Roles)) {
			ch.Roles = &names
		}
	}
	return ch
}

// attributes are those that the body has; an empty one is to go.
func (b userBody) attributes() map[string]*string {
	m := map[string]*string{}
	put := func(name string, value *string) {
		switch {
		case value == nil:
		case *value == "":
			m[name] = nil
		default:
			m[name] = value
		}
	}
	put(attrImage, b.ProfileImageURL)
	if b.ProviderData != nil {
		put(attrProviderEmail, b.ProviderData.Email)
		put(attrMemberOf, b.ProviderData.MemberOf)
	}
	return m
}

// either answers the first that is not empty.
func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
