package cloudforet

import (
	"context"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// workspaceGroupInfo is a group of workspaces, and what the caller is in it.
type workspaceGroupInfo struct {
	ID        iam.NamespaceGroupID `json:"workspace_group_id"`
	Name      string               `json:"name"`
	Users     []groupUser          `json:"users,omitempty"`
	Tags      jsontext.Value       `json:"tags"`
	Binding   *roleBindingInfo     `json:"role_binding_info,omitzero"`
	CreatedBy string               `json:"created_by,omitzero"`
	UpdatedBy string               `json:"updated_by,omitzero"`
	Tenant    iam.TenantID         `json:"domain_id"`
	Created   wireTime             `json:"created_at"`
	Updated   wireTime             `json:"updated_at"`
}

type groupUser struct {
	ID       string     `json:"user_id"`
	RoleID   iam.RoleID `json:"role_id"`
	RoleType roleType   `json:"role_type"`
	Name     string     `json:"user_name,omitzero"`
	State    string     `json:"state"`
}

type roleBindingInfo struct {
	ID            iam.BindingID        `json:"role_binding_id"`
	RoleType      roleType             `json:"role_type"`
	ResourceGroup string               `json:"resource_group"`
	Tenant        iam.TenantID         `json:"domain_id"`
	Group         iam.NamespaceGroupID `json:"workspace_group_id"`
	RoleID        iam.RoleID           `json:"role_id"`
	User          string               `json:"user_id"`
	Created       wireTime             `json:"created_at"`
}

func (d *dialect) getWorkspaceGroups(ctx context.Context, c *api.Call, _ struct {
	Body empty `body:"required"`
}) (list[workspaceGroupInfo], error) {
	r, err := d.rolesOf(ctx, c.Actor)
	if err != nil {
		return list[workspaceGroupInfo]{}, err
	}
	groups, err := d.Tenancy.NamespaceGroups(ctx, c.Actor)
	if err != nil {
		return list[workspaceGroupInfo]{}, err
	}
	sees, err := d.Access.May(ctx, c.Actor, iam.UsersRead)
	if err != nil {
		return list[workspaceGroupInfo]{}, err
	}
	people := people{d: d, by: c.Actor, sees: sees, users: map[iam.UserID]iam.User{}, roles: map[iam.RoleID]iam.Role{}}
	var all []workspaceGroupInfo
	for _, g := range groups {
		b, member := r.inGroup(g.ID)
		if !member && !r.admin {
			continue
		}
		w := workspaceGroupInfo{ID: g.ID, Name: g.Name, Tags: tagsOf(g.Attributes), Tenant: c.Actor.Tenant,
			Created: wireTime(g.Created), Updated: wireTime(g.Updated)}
		if member {
			w.Binding = &roleBindingInfo{ID: b.Binding.ID, RoleType: b.kind(), ResourceGroup: scopeWorkspace, Tenant: c.Actor.Tenant,
				Group: g.ID, RoleID: b.Role.ID, User: c.Actor.Username, Created: wireTime(b.Binding.Created)}
		}
		if err := people.fill(ctx, &w, g); err != nil {
			return list[workspaceGroupInfo]{}, err
		}
		all = append(all, w)
	}
	return listOf(all), nil
}

// people finds the users of groups, each once. Who may not read users sees
// themselves only, where the vendor shows everybody in the group.
type people struct {
	d     *dialect
	by    iam.Actor
	sees  bool
	users map[iam.UserID]iam.User
	roles map[iam.RoleID]iam.Role
}

// fill puts the users of a group into what is shown of it.
func (p people) fill(ctx context.Context, w *workspaceGroupInfo, g iam.NamespaceGroup) error {
	var err error
	if w.CreatedBy, err = p.nameOf(ctx, g.CreatedBy); err != nil {
		return err
	}
	if w.UpdatedBy, err = p.nameOf(ctx, g.UpdatedBy); err != nil {
		return err
	}
	bindings, err := p.d.Access.ScopeBindings(ctx, p.by, iam.GroupScope(g.ID))
	if err != nil {
		return err
	}
	for _, b := range bindings {
		u, ok, err := p.user(ctx, b.User)
		if err != nil {
			return err
		}
		if !ok {
			continue // of a group of users, gone by now, or not to be seen
		}
		role, err := p.role(ctx, b.Role)
		if err != nil {
			return err
		}
		w.Users = append(w.Users, groupUser{ID: u.Username, RoleID: b.Role, RoleType: kindOf(role), Name: u.DisplayName, State: states[u.State]})
	}
	return nil
}

func (p people) nameOf(ctx context.Context, id iam.UserID) (string, error) {
	u, _, err := p.user(ctx, id)
	return u.Username, err
}

// user answers a user that the caller may see.
func (p people) user(ctx context.Context, id iam.UserID) (iam.User, bool, error) {
	if id == "" || !p.sees && id != p.by.User {
		return iam.User{}, false, nil
	}
	u, known := p.users[id]
	if !known {
		var err error
		if u, err = p.d.Directory.User(ctx, p.by, directory.UserKey{ID: id}); err != nil && !iam.Is(err, iam.NotFound) {
			return iam.User{}, false, err
		}
		p.users[id] = u
	}
	return u, u.ID != "", nil
}

func (p people) role(ctx context.Context, id iam.RoleID) (iam.Role, error) {
	r, known := p.roles[id]
	if !known {
		var err error
		if r, err = p.d.Access.Role(ctx, p.by, access.RoleKey{ID: id}); err != nil && !iam.Is(err, iam.NotFound) {
			return iam.Role{}, err
		}
		p.roles[id] = r
	}
	return r, nil
}
