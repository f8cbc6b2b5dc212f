package cloudforet

import (
	"context"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func (d *dialect) workspaceOperations() []api.Operation {
	return []api.Operation{
		api.Handle(d.op("user-profile/get-workspaces", api.Op{
			Access: api.SignedIn(), Tag: "Workspaces", Summary: "The caller's workspaces",
			Description: "Those in which the caller has a role, by name; all of them for domain administrators. " +
				"workspace_group_id narrows the list to those of a group.",
			RequestExample: empty{}, ResponseExample: workspacesExample,
		}), usersOnly(d.getWorkspaces)),
		api.Handle(d.op("user-profile/get-workspace-groups", api.Op{
			Access: api.SignedIn(), Tag: "Workspaces", Summary: "The caller's groups of workspaces",
			Description: "Those in which the caller has a role, by name; all of them for domain administrators. " +
				"Other users are shown to who may read users.",
			RequestExample: empty{}, ResponseExample: workspaceGroupsExample,
		}), usersOnly(d.getWorkspaceGroups)),
	}
}

// workspaceInfo is a workspace, and what the caller is in it.
type workspaceInfo struct {
	ID       iam.NamespaceID `json:"workspace_id"`
	Name     string          `json:"name"`
	State    string          `json:"state"`
	RoleName string          `json:"role_name,omitzero"`
	RoleType roleType        `json:"role_type,omitzero"`
	Tags     jsontext.Value  `json:"tags"`
	Tenant   iam.TenantID    `json:"domain_id"`
	RoleID   iam.RoleID      `json:"role_id,omitzero"`
	Created  wireTime        `json:"created_at"`
}

// list is a list as the vendor shows it: an empty one has no members at all.
type list[T any] struct {
	Results []T `json:"results,omitempty"`
	Total   int `json:"total_count,omitzero"`
}

func listOf[T any](items []T) list[T] { return list[T]{items, len(items)} }

func (d *dialect) getWorkspaces(ctx context.Context, c *api.Call, in struct {
	Body struct {
		Group iam.NamespaceGroupID `json:"workspace_group_id,omitzero"`
	} `body:"required"`
}) (list[workspaceInfo], error) {
	r, err := d.rolesOf(ctx, c.Actor)
	if err != nil {
		return list[workspaceInfo]{}, err
	}
	namespaces, err := d.Tenancy.Namespaces(ctx, c.Actor)
	if err != nil {
		return list[workspaceInfo]{}, err
	}
	if in.Body.Group != "" {
		groups, err := d.Tenancy.NamespaceGroups(ctx, c.Actor)
		if err != nil {
			return list[workspaceInfo]{}, err
		}
		namespaces = slices.DeleteFunc(slices.Clone(namespaces), func(n iam.Namespace) bool { return !inGroup(groups, in.Body.Group, n.ID) })
	}
	var all []workspaceInfo
	for _, n := range namespaces {
		b, member := r.in(n.Name)
		if !member && !r.admin {
			continue
		}
		w := workspaceInfo{ID: n.ID, Name: n.Name, State: mfaEnabled, Tags: jsontext.Value("{}"), Tenant: c.Actor.Tenant, Created: wireTime(n.Created)}
		if member && (!r.admin || b.near() > 1) { // of an administrator only what is about this workspace
			w.RoleName, w.RoleType, w.RoleID = b.Role.Name, b.kind(), b.Role.ID
		}
		all = append(all, w)
	}
	return listOf(all), nil
}

func inGroup(groups []iam.NamespaceGroup, id iam.NamespaceGroupID, n iam.NamespaceID) bool {
	return slices.ContainsFunc(groups, func(g iam.NamespaceGroup) bool {
		return g.ID == id && slices.ContainsFunc(g.Namespaces, func(r iam.Ref[iam.NamespaceID]) bool { return r.ID == n })
	})
}

// workspace finds a workspace by its id.
func (d *dialect) workspace(ctx context.Context, by iam.Actor, id string) (iam.Namespace, bool, error) {
	namespaces, err := d.Tenancy.Namespaces(ctx, by)
	i := slices.IndexFunc(namespaces, func(n iam.Namespace) bool { return string(n.ID) == id })
	if err != nil || i < 0 {
		return iam.Namespace{}, false, err
	}
	return namespaces[i], true, nil
}
