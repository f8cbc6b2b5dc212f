package f5xc

import (
	"cmp"
	"context"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// userItem is a user in the list.
type userItem struct {
	Created        *timestamp      `json:"creation_timestamp,omitzero"`
	Disabled       bool            `json:"disabled"`
	DomainOwner    bool            `json:"domain_owner"`
	Email          string          `json:"email"`
	FirstName      string          `json:"first_name"`
	GroupNames     []string        `json:"group_names"`
	IDMType        idmType         `json:"idm_type"`
	LastLogin      *timestamp      `json:"last_login_timestamp,omitzero"`
	LastName       string          `json:"last_name"`
	Name           string          `json:"name"`
	Namespace      string          `json:"namespace"`
	NamespaceRoles []namespaceRole `json:"namespace_roles"`
	OTPEnabled     bool            `json:"otp_enabled"`
	SyncMode       syncMode        `json:"sync_mode"`
	Tenant         string          `json:"tenant"`
	TenantType     tenantType      `json:"tenant_type"`
	Type           userType        `json:"type"`
}

func userItemOf(t iam.Tenant, u iam.User, roles []namespaceRole, otp bool) userItem {
	return userItem{Created: timeOf(u.Created), Disabled: u.State == iam.UserDisabled, DomainOwner: u.Owner(), Email: u.Email,
		FirstName: u.GivenName, GroupNames: namesOf(u.Groups), IDMType: idmTypeOf(u), LastLogin: timeOf(u.LastLogin), LastName: u.FamilyName,
		Name: u.Username, Namespace: iam.NamespaceSystem, NamespaceRoles: roles, OTPEnabled: otp, SyncMode: syncModeOf(u.Attributes),
		Tenant: t.Code, TenantType: tenantTypeOf(t), Type: typeOf(u)}
}

// userForm is a user as a caller wants it. Lists that are nil say nothing.
type userForm struct {
	Email          string          `json:"email" rule:"message.required=true"`
	FirstName      string          `json:"first_name" rule:"message.required=true"`
	GroupNames     []string        `json:"group_names"`
	IDMType        idmType         `json:"idm_type"`
	LastName       string          `json:"last_name" rule:"message.required=true"`
	Name           string          `json:"name"`
	Namespace      string          `json:"namespace" rule:"string.const=system"`
	NamespaceRoles []namespaceRole `json:"namespace_roles"`
	Type           userType        `json:"type"`
}

// username is what the user is called: the name, or else the e-mail address.
func (f userForm) username() string { return folded(cmp.Or(f.Name, f.Email)) }

// attributes are what the form says that only this dialect shows.
func (f userForm) attributes() map[string]string {
	m := map[string]string{}
	if f.Type != "" {
		m[attrType] = string(f.Type)
	}
	if f.IDMType != "" {
		m[attrIDMType] = string(f.IDMType)
	}
	return m
}

// userObject is one user.
type userObject struct {
	Metadata       objectMeta `json:"metadata"`
	Spec           userSpec   `json:"spec"`
	SystemMetadata systemMeta `json:"system_metadata"`
}

type userSpec struct {
	GlobalSpec globalUserSpec `json:"gc_spec"`
}

type globalUserSpec struct {
	Contacts    []objectRef `json:"contacts"`
	DomainOwner bool        `json:"domain_owner"`
	Email       string      `json:"email"`
	FirstName   string      `json:"first_name"`
	Groups      []objectRef `json:"groups"`
	IDMType     idmType     `json:"idm_type"`
	LastLogin   *timestamp  `json:"last_login_timestamp,omitzero"`
	LastName    string      `json:"last_name"`
	Locale      string      `json:"locale"`
	State       userState   `json:"state"`
	SyncMode    syncMode    `json:"sync_mode"`
	acceptance
	Type userType `json:"type"`
}

// userObject shows one user.
func (d *dialect) userObject(ctx context.Context, by iam.Actor, u iam.User) (userObject, error) {
	t, err := d.Tenancy.Tenant(ctx, by)
	return userObjectOf(t, u), err
}

func userObjectOf(t iam.Tenant, u iam.User) userObject {
	groups := make([]objectRef, len(u.Groups))
	for i, g := range u.Groups {
		groups[i] = objectRef{Kind: kindGroup, Name: g.Name, Namespace: iam.NamespaceSystem, Tenant: t.Code, UID: string(g.ID)}
	}
	return userObject{
		Metadata: objectMeta{Name: u.Username, Namespace: iam.NamespaceSystem, Disable: u.State == iam.UserDisabled, Labels: tags(nil), Annotations: tags(nil)},
		Spec: userSpec{globalUserSpec{Contacts: []objectRef{}, DomainOwner: u.Owner(), Email: u.Email, FirstName: u.GivenName, Groups: groups,
			IDMType: idmTypeOf(u), LastLogin: timeOf(u.LastLogin), LastName: u.FamilyName, Locale: cmp.Or(u.Language, "en"), State: stateOf(u),
			SyncMode: syncModeOf(u.Attributes), acceptance: acceptanceOf(u), Type: typeOf(u)}},
		SystemMetadata: systemMeta{UID: string(u.ID), Created: timeOf(u.Created), Modified: timeOf(u.Updated), Tenant: t.Code, Finalizers: []string{}},
	}
}

// plainAddress reports whether s can be looked for among e-mail addresses as it
// is: what stands for other text there does not mean itself.
func plainAddress(s string) bool { return iam.ValidEmail(s) && !strings.ContainsAny(s, "*|") }
