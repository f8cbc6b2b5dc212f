package f5xc

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// group is a group with its users and roles.
type group struct {
	Description     string          `json:"description"`
	DisplayName     string          `json:"display_name"`
	ID              string          `json:"id"`
	Name            string          `json:"name"`
	NamespaceRoles  []namespaceRole `json:"namespace_roles"`
	ReferencesCount map[string]int  `json:"references_count" doc:"How many there are of what belongs to the group or refers to it, by kind."`
	SyncID          string          `json:"sync_id"`
	SyncMode        syncMode        `json:"sync_mode"`
	UID             string          `json:"uid"`
	Usernames       []string        `json:"usernames"`
}

type groupList struct {
	UserGroups []group `json:"user_groups"`
}

// groupForm is a group as a caller wants it.
type groupForm struct {
	Description    string          `json:"description"`
	DisplayName    string          `json:"display_name"`
	Name           string          `json:"name"`
	NamespaceRoles []namespaceRole `json:"namespace_roles"`
	SyncID         string          `json:"sync_id"`
	Usernames      []string        `json:"usernames"`
}

// attributes are what the form says that only this dialect shows; what is
// empty is none.
func (f groupForm) attributes() map[string]*string {
	m := map[string]*string{attrDisplayName: nil, attrSyncID: nil}
	if f.DisplayName != "" {
		m[attrDisplayName] = &f.DisplayName
	}
	if f.SyncID != "" {
		m[attrSyncID] = &f.SyncID
	}
	return m
}

// rolesIn are the roles of grants, in their scopes.
func rolesIn(grants []access.Grant) []iam.RoleIn {
	roles := make([]iam.RoleIn, len(grants))
	for i, g := range grants {
		roles[i] = iam.RoleIn{Role: iam.Ref[iam.RoleID]{ID: g.Role.ID, Name: g.Role.Name, Handle: g.Role.Handle}, Scope: g.Binding.Scope}
	}
	return roles
}

// showGroup shows one group.
func (d *dialect) showGroup(ctx context.Context, by iam.Actor, g iam.Group) (group, error) {
	grants, err := d.Access.GroupGrants(ctx, by, g.ID)
	if err != nil {
		return group{}, err
	}
	roles, err := d.rolesShown(ctx, by, rolesIn(grants))
	if err != nil {
		return group{}, err
	}
	members, err := d.Directory.Members(ctx, by, g.ID)
	if err != nil {
		return group{}, err
	}
	usernames := []string{}
	for _, m := range members {
		usernames = append(usernames, m.User.Name)
	}
	referrers, err := d.referrers(ctx, by, g)
	return groupOf(g, usernames, roles, kindsOf(referrers)), err
}

// showGroups shows all groups of the tenant, with few questions however many
// they are.
func (d *dialect) showGroups(ctx context.Context, by iam.Actor, groups []iam.Group) ([]group, error) {
	p, err := d.places(ctx, by)
	if err != nil {
		return nil, err
	}
	grants, err := d.Access.AllGrants(ctx, by)
	if err != nil {
		return nil, err
	}
	held := map[iam.GroupID][]access.Grant{}
	for _, g := range grants {
		if g.Binding.Group != "" {
			held[g.Binding.Group] = append(held[g.Binding.Group], g)
		}
	}
	members, err := d.Directory.Members(ctx, by)
	if err != nil {
		return nil, err
	}
	usernames := map[iam.GroupID][]string{}
	for _, m := range members {
		usernames[m.Group] = append(usernames[m.Group], m.User.Name)
	}
	all := make([]group, len(groups))
	for i, g := range groups {
		referrers, err := d.referrers(ctx, by, g)
		if err != nil {
			return nil, err
		}
		all[i] = groupOf(g, append([]string{}, usernames[g.ID]...), p.shown(rolesIn(held[g.ID])), kindsOf(referrers))
	}
	return all, nil
}

// groupOf shows a group; references are counted by kind.
func groupOf(g iam.Group, usernames []string, roles []namespaceRole, references map[string]int) group {
	if references == nil {
		references = map[string]int{}
	}
	references[kindUser], references[kindNamespaceRole] = len(usernames), len(roles)
	return group{Description: g.Description, DisplayName: g.Attributes[attrDisplayName], ID: string(g.ID), Name: g.Name, NamespaceRoles: roles,
		ReferencesCount: references, SyncID: g.Attributes[attrSyncID], SyncMode: syncModeOf(g.Attributes), UID: string(g.ID), Usernames: usernames}
}
