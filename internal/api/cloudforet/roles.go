package cloudforet

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// roleType is what a role, or its holder, is to the vendor.
type roleType string

const (
	roleDomainAdmin roleType = "DOMAIN_ADMIN"
	roleUser        roleType = "USER"
	roleOwner       roleType = "WORKSPACE_OWNER"
	roleMember      roleType = "WORKSPACE_MEMBER"
)

// attrRoleType is the attribute by which a role says that it is of owners, or
// of members.
const attrRoleType = "cloudforet.role_type"

// kindOf is what a role makes of who holds it in a workspace. One that does
// not say so is of owners when it is a built-in role that may do everything,
// and of members otherwise.
func kindOf(r iam.Role) roleType {
	switch said := roleType(r.Attributes[attrRoleType]); {
	case said == roleOwner || said == roleMember:
		return said
	case r.Builtin && (r.Handle == access.RoleAdmin || r.Handle == access.RoleRoot):
		return roleOwner
	default:
		return roleMember
	}
}

// held is a binding that somebody has.
type held struct{ access.UserBinding }

func (h held) kind() roleType { return kindOf(h.Role) }

// group answers the group of namespaces that is the scope, if it is one.
func (h held) group() (iam.NamespaceGroupID, bool) { return h.Binding.Scope.NamespaceGroup() }

// near tells how much of the tenant a binding is about: the less, the more it
// says of one workspace.
func (h held) near() int {
	switch s := h.Binding.Scope; {
	case s == iam.ScopeTenant:
		return 0
	case s == iam.ScopeApplications:
		return 1
	default:
		if _, ok := s.NamespaceGroup(); ok {
			return 2
		}
		return 3
	}
}

// roles are everything that somebody holds in a domain.
type roles struct {
	admin    bool // of the domain
	bindings []held
}

// adminOf are the rights that make a domain administrator: to run the tenant
// itself and the people in it.
var adminOf = []iam.Permission{iam.TenantsUpdate, iam.UsersUpdate}

// isAdmin reports whether the actor is a domain administrator.
func (d *dialect) isAdmin(ctx context.Context, by iam.Actor) (bool, error) {
	for _, p := range adminOf {
		if may, err := d.Access.May(ctx, by, p); err != nil || !may {
			return false, err
		}
	}
	return true, nil
}

// rolesOf reads what the actor holds.
func (d *dialect) rolesOf(ctx context.Context, by iam.Actor) (roles, error) {
	admin, err := d.isAdmin(ctx, by)
	if err != nil {
		return roles{}, err
	}
	r := roles{admin: admin}
	bindings, err := d.Access.UserBindings(ctx, by, by.User)
	for _, b := range bindings {
		r.bindings = append(r.bindings, held{b})
	}
	return r, err
}

// domainRole is what the holder is in the domain, with the role of an
// administrator.
func (r roles) domainRole() (roleType, iam.RoleID) {
	if !r.admin {
		return roleUser, ""
	}
	var id iam.RoleID
	for _, b := range r.bindings {
		if b.Binding.Scope == iam.ScopeTenant && (id == "" || b.kind() == roleOwner) {
			id = b.Role.ID
		}
	}
	return roleDomainAdmin, id
}

// in answers the binding that counts in a namespace: the one that is about
// least besides, and of owners before members.
func (r roles) in(namespace string) (held, bool) {
	var best held
	found := false
	for _, b := range r.bindings {
		if !b.reaches(namespace) {
			continue
		}
		if !found || b.near() > best.near() || b.near() == best.near() && b.kind() == roleOwner && best.kind() == roleMember {
			best, found = b, true
		}
	}
	return best, found
}

// inGroup answers the binding whose scope is a group, of owners before members.
func (r roles) inGroup(id iam.NamespaceGroupID) (held, bool) {
	var best held
	found := false
	for _, b := range r.bindings {
		if g, ok := b.group(); !ok || g != id {
			continue
		}
		if !found || b.kind() == roleOwner && best.kind() == roleMember {
			best, found = b, true
		}
	}
	return best, found
}

func (h held) reaches(namespace string) bool {
	for _, n := range h.Namespaces {
		if n == namespace {
			return true
		}
	}
	return false
}
