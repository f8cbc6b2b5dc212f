package f5xc

import (
	"context"
	"fmt"
	"net/http"
	"regexp"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func (d *dialect) groupOperations() []api.Operation {
	const groups = "/api/web/custom/namespaces/system/user_groups"
	roles := rolesForm{Name: exampleGroup.Name, NamespaceRoles: exampleGroup.NamespaceRoles}
	return append([]api.Operation{
		api.Handle(api.Op{
			ID: "group.list", Methods: []string{http.MethodGet}, Paths: []string{groups}, Access: api.Requires(iam.GroupsRead),
			Tag: "User groups", Summary: "List groups with their users and roles", ResponseExample: groupList{[]group{exampleGroup}},
		}, d.listGroups),
		api.Handle(api.Op{
			ID: "group.create", Methods: []string{http.MethodPost}, Paths: []string{groups}, Access: api.Requires(iam.GroupsCreate),
			Tag: "User groups", Summary: "Make a group with users and roles", Errors: []iam.Kind{iam.NotFound, iam.Exists},
			RequestExample: exampleGroupForm, ResponseExample: exampleGroup,
		}, d.createGroup),
		api.Handle(api.Op{
			ID: "group.get", Methods: []string{http.MethodGet}, Paths: []string{groups + "/{name}"}, Access: api.Requires(iam.GroupsRead),
			Tag: "User groups", Summary: "Get a group with its users and roles", Errors: []iam.Kind{iam.NotFound}, ResponseExample: exampleGroup,
		}, d.getGroup),
		api.Handle(api.Op{
			ID: "group.replace", Methods: []string{http.MethodPut}, Paths: []string{groups + "/{name}"}, Access: api.Requires(iam.GroupsUpdate),
			Tag: "User groups", Summary: "Write a group anew", Description: "What the body leaves out is removed, but for the name, which stays.",
			Errors: []iam.Kind{iam.NotFound, iam.Conflict}, RequestExample: exampleGroupForm, ResponseExample: exampleGroup,
		}, d.replaceGroup),
		api.Handle(api.Op{
			ID: "group.delete", Methods: []string{http.MethodDelete}, Paths: []string{groups + "/{name}"}, Access: api.Requires(iam.GroupsDelete),
			Tag: "User groups", Summary: "Delete a group; its users stay",
			Description: "While objects refer to the group it is refused, unless attempt_remove_references is set, which takes the references out of them first.",
			Errors:      []iam.Kind{iam.NotFound, iam.Precondition}, ResponseExample: empty{},
		}, d.deleteGroup),
		api.Handle(api.Op{
			ID: "group.assign-roles", Methods: []string{http.MethodPut}, Paths: []string{groups + "/{name}/assign_namespace_roles"},
			Access: api.Requires(iam.GroupsUpdate), Tag: "User groups", Summary: "Bind roles to a group",
			Errors: []iam.Kind{iam.NotFound, iam.Conflict}, RequestExample: roles, ResponseExample: exampleGroup,
		}, d.assignGroupRoles),
		api.Handle(api.Op{
			ID: "group.remove-roles", Methods: []string{http.MethodPut}, Paths: []string{groups + "/{name}/remove_namespace_roles"},
			Access: api.Requires(iam.GroupsUpdate), Tag: "User groups", Summary: "Take roles from a group", Description: "Roles that the group does not have change nothing.",
			Errors: []iam.Kind{iam.NotFound, iam.Conflict}, RequestExample: roles, ResponseExample: exampleGroup,
		}, d.removeGroupRoles),
	}, d.groupViewOperations()...)
}

// groupNamed answers a group by its name, or else by its handle. NotFound.
func (d *dialect) groupNamed(ctx context.Context, by iam.Actor, name string) (iam.Group, error) {
	g, err := d.Directory.Group(ctx, by, directory.GroupKey{Name: name})
	if iam.Is(err, iam.NotFound) && name != "" {
		g, err = d.Directory.Group(ctx, by, directory.GroupKey{Handle: name})
	}
	return g, err
}

// groupHandles answers the stable names of the groups that a body names as
// group_names. Invalid: one is not there.
func (d *dialect) groupHandles(ctx context.Context, by iam.Actor, names []string) ([]string, error) {
	handles := make([]string, len(names))
	for i, name := range names {
		g, err := d.groupNamed(ctx, by, name)
		if iam.Is(err, iam.NotFound) {
			return nil, notAs(fmt.Sprintf("group_names[%d]", i), "the name of a group", name)
		}
		if err != nil {
			return nil, err
		}
		handles[i] = g.Handle
	}
	return handles, nil
}

// oneGroup is the group that the path names.
type oneGroup struct {
	Name string `path:"name" doc:"The group's name."`
}

func (d *dialect) listGroups(ctx context.Context, c *api.Call, _ struct{}) (groupList, error) {
	groups, err := d.allGroups(ctx, c.Actor)
	if err != nil {
		return groupList{}, err
	}
	shown, err := d.showGroups(ctx, c.Actor, groups)
	return groupList{shown}, err
}

// allGroups answers every group, by name.
func (d *dialect) allGroups(ctx context.Context, by iam.Actor) ([]iam.Group, error) {
	var all []iam.Group
	for p := (iam.Page{Limit: userPage}); ; {
		found, err := d.Directory.Groups(ctx, by, p)
		if err != nil {
			return nil, err
		}
		all = append(all, found.Items...)
		if found.Next == (iam.Cursor{}) {
			return all, nil
		}
		p.After = found.Next
	}
}

func (d *dialect) getGroup(ctx context.Context, c *api.Call, in oneGroup) (group, error) {
	g, err := d.groupNamed(ctx, c.Actor, in.Name)
	if err != nil {
		return group{}, err
	}
	return d.showGroup(ctx, c.Actor, g)
}

// dnsLabel is what a group that is made here can be called (RFC 1035 section
// 2.3.1, with one character more, as the vendor has it).
var dnsLabel = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,62}[a-z0-9])?$`)

func (d *dialect) createGroup(ctx context.Context, c *api.Call, in struct {
	Body groupForm `body:"required"`
}) (group, error) {
	f := in.Body
	if !dnsLabel.MatchString(f.Name) {
		return group{}, notAs("name", "a DNS-1035 label of at most 64 characters", f.Name)
	}
	bindings, err := d.scopesOf(ctx, c.Actor, f.NamespaceRoles, nil)
	if err != nil {
		return group{}, err
	}
	attributes := map[string]string{}
	for k, v := range f.attributes() {
		if v != nil {
			attributes[k] = *v
		}
	}
	g, err := d.Directory.CreateGroup(ctx, c.Actor, directory.NewGroup{Name: f.Name, Description: f.Description, Attributes: attributes,
		Members: f.Usernames, Bindings: bindings})
	if err != nil {
		return group{}, inWords(err, groupNames)
	}
	return d.showGroup(ctx, c.Actor, g)
}

func (d *dialect) replaceGroup(ctx context.Context, c *api.Call, in struct {
	oneGroup
	Body groupForm `body:"required"`
}) (group, error) {
	f := in.Body
	if err := repeats("name", f.Name, in.Name); err != nil {
		return group{}, err
	}
	return d.changeGroup(ctx, c.Actor, in.Name, func(g iam.Group, old []iam.RoleIn) (directory.GroupChange, error) {
		bindings, err := d.scopesOf(ctx, c.Actor, f.NamespaceRoles, old)
		return directory.GroupChange{Description: &f.Description, Attributes: f.attributes(), Members: &f.Usernames, Bindings: &bindings}, err
	})
}

// rolesForm names roles that a group is to get or to lose.
type rolesForm struct {
	Name           string          `json:"name"`
	NamespaceRoles []namespaceRole `json:"namespace_roles"`
}

type rolesInput struct {
	oneGroup
	Body rolesForm `body:"required"`
}

func (d *dialect) assignGroupRoles(ctx context.Context, c *api.Call, in rolesInput) (group, error) {
	return d.changeRoles(ctx, c.Actor, in, d.scopesWith)
}

func (d *dialect) removeGroupRoles(ctx context.Context, c *api.Call, in rolesInput) (group, error) {
	return d.changeRoles(ctx, c.Actor, in, d.scopesWithout)
}

// changeRoles writes the roles of a group that scopes makes of those it has and
// of those that are named.
func (d *dialect) changeRoles(ctx context.Context, by iam.Actor, in rolesInput,
	scopes func(context.Context, iam.Actor, []namespaceRole, []iam.RoleIn) ([]directory.ScopedRole, error)) (group, error) {
	if err := repeats("name", in.Body.Name, in.Name); err != nil {
		return group{}, err
	}
	return d.changeGroup(ctx, by, in.Name, func(_ iam.Group, old []iam.RoleIn) (directory.GroupChange, error) {
		bindings, err := scopes(ctx, by, in.Body.NamespaceRoles, old)
		return directory.GroupChange{Bindings: &bindings}, err
	})
}

// changeGroup makes a change of a group out of the roles that it has. Where
// somebody else has changed the group meanwhile, it asks again.
func (d *dialect) changeGroup(ctx context.Context, by iam.Actor, name string,
	change func(g iam.Group, old []iam.RoleIn) (directory.GroupChange, error)) (group, error) {
	for {
		g, err := d.groupNamed(ctx, by, name)
		if err != nil {
			return group{}, err
		}
		grants, err := d.Access.GroupGrants(ctx, by, g.ID)
		if err != nil {
			return group{}, err
		}
		ch, err := change(g, rolesIn(grants))
		if err != nil {
			return group{}, err
		}
		ch.Version = g.Version
		g, err = d.Directory.UpdateGroup(ctx, by, directory.GroupKey{ID: g.ID}, ch)
		switch {
		case err == nil:
			return d.showGroup(ctx, by, g)
		case !iam.Is(err, iam.Conflict):
			return group{}, inWords(err, groupNames)
		}
	}
}

func (d *dialect) deleteGroup(ctx context.Context, c *api.Call, in struct {
	oneGroup
	Attempt bool `query:"attempt_remove_references" doc:"Take references to the group out of the objects that have them."`
}) (empty, error) {
	g, err := d.groupNamed(ctx, c.Actor, in.Name)
	if err != nil {
		return empty{}, err
	}
	_, err = d.Directory.DeleteFreedGroup(ctx, c.Actor, directory.GroupKey{ID: g.ID}, func(g iam.Group) error {
		return d.freeGroup(ctx, c.Actor, g, in.Attempt)
	})
	return empty{}, err
}
