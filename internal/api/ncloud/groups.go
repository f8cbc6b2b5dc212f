package ncloud

import (
	"context"
	"net/http"
	"regexp"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// groupRef is a group in a list.
type groupRef struct {
	GroupID   string `json:"groupId"`
	GroupName string `json:"groupName"`
	NRN       string `json:"nrn"`
}

func groupRefOf(t iam.TenantID, g iam.Group) groupRef {
	return groupRef{string(g.ID), g.Name, nrn(t, "Group", string(g.ID))}
}

// groupDetail is one group, with whom it has and what it may do.
type groupDetail struct {
	GroupID     string       `json:"groupId"`
	GroupName   string       `json:"groupName"`
	SubAccounts []accountRef `json:"subAccounts" doc:"The first 500, in the order of their login ids."`
	Policies    []policy     `json:"policies"`
	NRN         string       `json:"nrn"`
}

type groupForm struct {
	GroupName string            `json:"groupName" doc:"3 to 30 letters, digits and . _ -, the first a letter."`
	Tags      map[string]string `json:"tags,omitzero" doc:"At most 20."`
}

// objectName is what groups, policies and roles can be called: letters,
// digits, '.', '_' and '-', the first a letter.
var objectName = regexp.MustCompile(`^\p{L}[\p{L}\p{M}\p{Nd}._-]*$`)

// checkName checks the name of a group, a policy or a role.
func checkName(check *iam.Checker, member, name string, most int) {
	check.Length(member, name, 3, most)
	if name != "" && !objectName.MatchString(name) {
		check.Add(member, iam.ReasonFormat, "%s must have letters, digits and . _ - only, and begin with a letter", member)
	}
}

const maxGroupName = 30 // characters

func (d *dialect) groupOperations() []api.Operation {
	form := groupForm{GroupName: "developers"}
	return []api.Operation{
		api.Handle(api.Op{
			ID: "group.list", Methods: []string{http.MethodGet}, Paths: at("/groups"), Access: api.Requires(iam.GroupsRead),
			Tag: "Group", Summary: "List groups, by name", ResponseExample: pageOf([]groupRef{exampleGroup}, 1, examplePage, same[groupRef]),
		}, d.listGroups),
		api.Handle(api.Op{
			ID: "group.create", Methods: []string{http.MethodPost}, Paths: at("/groups"), Access: api.Requires(iam.GroupsCreate),
			Tag: "Group", Summary: "Make a group", Errors: []iam.Kind{iam.Exists, iam.Precondition}, RequestExample: form,
			ResponseExample: result{Success: true, ID: exampleGroup.GroupID},
		}, d.createGroup),
		api.Handle(api.Op{
			ID: "group.get", Methods: []string{http.MethodGet}, Paths: at("/groups/{id}"), Access: api.Requires(iam.GroupsRead),
			Tag: "Group", Summary: "Get a group, with its sub accounts and policies", Errors: []iam.Kind{iam.NotFound},
			ResponseExample: exampleGroupDetail,
		}, d.getGroup),
		api.Handle(api.Op{
			ID: "group.update", Methods: []string{http.MethodPut}, Paths: at("/groups/{id}"), Access: api.Requires(iam.GroupsUpdate),
			Tag: "Group", Summary: "Rename a group", Errors: []iam.Kind{iam.NotFound, iam.Exists}, RequestExample: form,
			ResponseExample: result{Success: true, ID: exampleGroup.GroupID},
		}, d.updateGroup),
		api.Handle(api.Op{
			ID: "group.delete", Methods: []string{http.MethodDelete}, Paths: at("/groups/{id}"), Access: api.Requires(iam.GroupsDelete),
			Tag: "Group", Summary: "Delete a group; its sub accounts stay", Errors: []iam.Kind{iam.NotFound}, ResponseExample: done,
		}, d.deleteGroup),
	}
}

// everyGroup answers all groups that keep says, by name. Groups of the core
// are groups and roles here, and the vendor has no more than hundreds of both.
func (d *dialect) everyGroup(ctx context.Context, by iam.Actor, keep func(iam.Group) bool) ([]iam.Group, error) {
	var all []iam.Group
	for p := (iam.Page{Limit: iam.MaxPage}); ; {
		found, err := d.Directory.Groups(ctx, by, p)
		if err != nil {
			return nil, err
		}
		for _, g := range found.Items {
			if keep(g) {
				all = append(all, g)
			}
		}
		if found.Next == (iam.Cursor{}) {
			return all, nil
		}
		p.After = found.Next
	}
}

func isRole(g iam.Group) bool { return strings.HasPrefix(g.Name, rolePrefix) }

func (d *dialect) listGroups(ctx context.Context, c *api.Call, in paging) (page[groupRef], error) {
	p, err := in.read()
	if err != nil {
		return page[groupRef]{}, err
	}
	groups, err := d.everyGroup(ctx, c.Actor, func(g iam.Group) bool { return !isRole(g) })
	return pageOf(cut(groups, p), len(groups), p, func(g iam.Group) groupRef { return groupRefOf(c.Actor.Tenant, g) }), err
}

func (d *dialect) createGroup(ctx context.Context, c *api.Call, in struct {
	Body groupForm `body:"required"`
}) (result, error) {
	var check iam.Checker
	checkName(&check, "groupName", in.Body.GroupName, maxGroupName)
	if err := check.Err(); err != nil {
		return result{}, err
	}
	tags, err := checkTags(in.Body.Tags)
	if err != nil {
		return result{}, err
	}
	g, err := d.Directory.CreateGroup(ctx, c.Actor, directory.NewGroup{Name: in.Body.GroupName, Attributes: tagAttributes(tags)})
	return result{Success: true, ID: string(g.ID)}, inWords(err, map[string]string{"name": "groupName"})
}

// tagAttributes are the attributes of something made with tags.
func tagAttributes(tags string) map[string]string {
	if tags == "" {
		return nil
	}
	return map[string]string{attrTags: tags}
}

// group answers one group. NotFound, also for a role.
func (d *dialect) group(ctx context.Context, by iam.Actor, id string) (iam.Group, error) {
	g, err := d.Directory.Group(ctx, by, directory.GroupKey{ID: iam.GroupID(id)})
	if err == nil && isRole(g) {
		err = iam.ErrNotFound("group", id)
	}
	return g, missing(err, reasonNoGroup)
}

func (d *dialect) getGroup(ctx context.Context, c *api.Call, in byID) (groupDetail, error) {
	g, err := d.group(ctx, c.Actor, in.ID)
	if err != nil {
		return groupDetail{}, err
	}
	grants, err := d.Access.GroupGrants(ctx, c.Actor, g.ID)
	if err != nil {
		return groupDetail{}, err
	}
	return d.groupDetail(ctx, c.Actor, iam.Ref[iam.GroupID]{ID: g.ID, Name: g.Name}, grants)
}

// groupDetail shows a group, with its policies out of grants.
func (d *dialect) groupDetail(ctx context.Context, by iam.Actor, g iam.Ref[iam.GroupID], grants []access.Grant) (groupDetail, error) {
	detail := groupDetail{GroupID: string(g.ID), GroupName: g.Name, SubAccounts: []accountRef{},
		Policies: policiesOfGroup(by.Tenant, g.ID, grants), NRN: nrn(by.Tenant, "Group", string(g.ID))}
	members, err := d.Directory.Users(ctx, by, directory.UserFilter{Group: g.ID}, iam.Page{Sort: "username", Limit: maxList})
	for _, u := range members.Items {
		detail.SubAccounts = append(detail.SubAccounts, accountRefOf(by.Tenant, u))
	}
	return detail, err
}

// groupsOfAccount shows the groups of a sub account.
func (d *dialect) groupsOfAccount(ctx context.Context, by iam.Actor, u iam.User) ([]groupDetail, error) {
	shown := []groupDetail{}
	groups := groupsOf(u.Groups)
	if len(groups) == 0 {
		return shown, nil
	}
	grants, err := d.Access.Grants(ctx, by, u.ID)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		detail, err := d.groupDetail(ctx, by, g, grants)
		if err != nil {
			return nil, err
		}
		shown = append(shown, detail)
	}
	return shown, nil
}

// policiesOfGroup are those of the grants that a group has in the whole tenant.
func policiesOfGroup(t iam.TenantID, g iam.GroupID, grants []access.Grant) []policy {
	policies := []policy{}
	for _, grant := range grants {
		if grant.Group.ID == g && grant.Binding.Scope == iam.ScopeTenant {
			policies = append(policies, policyOf(t, grant.Role))
		}
	}
	return policies
}

func (d *dialect) updateGroup(ctx context.Context, c *api.Call, in struct {
	byID
	Body groupForm `body:"required"`
}) (result, error) {
	var check iam.Checker
	checkName(&check, "groupName", in.Body.GroupName, maxGroupName)
	if err := check.Err(); err != nil {
		return result{}, err
	}
	g, err := d.group(ctx, c.Actor, in.ID)
	if err != nil {
		return result{}, err
	}
	_, err = d.Directory.UpdateGroup(ctx, c.Actor, directory.GroupKey{ID: g.ID}, directory.GroupChange{Name: &in.Body.GroupName})
	return result{Success: true, ID: string(g.ID)}, inWords(missing(err, reasonNoGroup), map[string]string{"name": "groupName"})
}

func (d *dialect) deleteGroup(ctx context.Context, c *api.Call, in byID) (result, error) {
	g, err := d.group(ctx, c.Actor, in.ID)
	if err != nil {
		return result{}, err
	}
	_, err = d.Directory.DeleteGroup(ctx, c.Actor, directory.GroupKey{ID: g.ID})
	return done, missing(err, reasonNoGroup)
}
