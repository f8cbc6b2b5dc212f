package ncloud

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// rolePrefix begins the name of a group that is a role here: a set of policies,
// and who is trusted with them. Names of groups have no slash in them here.
const rolePrefix = "role/"

// Attributes of a role.
const (
	attrRoleType = "ncloud.roleType"
	attrSession  = "ncloud.sessionExpirationSec"
	attrEntities = "ncloud.entities" // of Server and Service: a JSON array of {type, id}
	attrAccount  = "ncloud.account"  // of Account: "own", or the id of a sub account
)

// Types of roles.
const (
	roleServer  = "Server"
	roleAccount = "Account"
	roleService = "Service"
)

// roleRef is a role in a list. A role is always active, and nobody switches to
// one: whom it trusts has its policies.
type roleRef struct {
	NRN                  string  `json:"nrn"`
	RoleNo               string  `json:"roleNo"`
	RoleName             string  `json:"roleName"`
	RoleType             string  `json:"roleType"`
	SessionExpirationSec *int    `json:"sessionExpirationSec"`
	DescCont             string  `json:"descCont"`
	Active               bool    `json:"active"`
	CreateTime           string  `json:"createTime"`
	ModifiedTime         string  `json:"modifiedTime"`
	LastUseTime          *string `json:"lastUseTime" doc:"Always null."`
}

func roleRefOf(t iam.TenantID, g iam.Group) roleRef {
	r := roleRef{NRN: nrn(t, "Role", string(g.ID)), RoleNo: string(g.ID), RoleName: strings.TrimPrefix(g.Name, rolePrefix),
		RoleType: typeOf(g), DescCont: g.Description, Active: true, CreateTime: stamp(g.Created), ModifiedTime: stamp(g.Updated)}
	if n, err := strconv.Atoi(g.Attributes[attrSession]); err == nil {
		r.SessionExpirationSec = &n
	}
	return r
}

// typeOf answers the type of a role. A group that another dialect gave such a
// name has members, and so trusts accounts.
func typeOf(g iam.Group) string {
	if kind := g.Attributes[attrRoleType]; kind != "" {
		return kind
	}
	return roleAccount
}

// roleDetail is one role.
type roleDetail struct {
	roleRef
	Policies []policy `json:"policies"`
	Entities []entity `json:"entities"`
}

// entity is somebody or something that is trusted with a role.
type entity struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// entitiesOf reads the servers and services of a role.
func entitiesOf(g iam.Group) []entity {
	entities := []entity{}
	if text := g.Attributes[attrEntities]; text != "" && json.Unmarshal([]byte(text), &entities) != nil {
		return []entity{}
	}
	return entities
}

type roleForm struct {
	RoleName             string            `json:"roleName" doc:"3 to 100 letters, digits and . _ -, the first a letter."`
	RoleType             string            `json:"roleType" doc:"Server, Account or Service."`
	SessionExpirationSec *integer          `json:"sessionExpirationSec,omitzero" doc:"600, 1800, 3600 or 10800; required for Account."`
	DescCont             string            `json:"descCont,omitzero" doc:"At most 300 bytes."`
	Tags                 map[string]string `json:"tags,omitzero" doc:"At most 20."`
}

const maxRoleName = 100 // characters

func (f *roleForm) check() error {
	var check iam.Checker
	checkName(&check, "roleName", f.RoleName, maxRoleName)
	switch f.RoleType {
	case "":
		check.Add("roleType", iam.ReasonRequired, "roleType is required")
	case roleServer, roleAccount, roleService:
	default:
		check.Add("roleType", iam.ReasonFormat, "roleType must be %s, %s or %s", roleServer, roleAccount, roleService)
	}
	switch n := f.SessionExpirationSec; {
	case n == nil && f.RoleType == roleAccount:
		check.Add("sessionExpirationSec", iam.ReasonRequired, "sessionExpirationSec is required for the type %s", roleAccount)
	case n != nil && *n != 600 && *n != 1800 && *n != 3600 && *n != 10800:
		check.Add("sessionExpirationSec", iam.ReasonFormat, "sessionExpirationSec must be 600, 1800, 3600 or 10800")
	}
	if len(f.DescCont) > maxDescription {
		check.Add("descCont", iam.ReasonLength, "descCont must have at most %d bytes", maxDescription)
	}
	return check.Err()
}

func (d *dialect) roleOperations() []api.Operation {
	example := roleRefOf(exampleTenant, exampleRole)
	return []api.Operation{
		api.Handle(api.Op{
			ID: "role.list", Methods: []string{http.MethodGet}, Paths: at("/roles"), Access: api.Requires(iam.GroupsRead),
			Tag: "Role", Summary: "List roles, by name", ResponseExample: pageOf([]roleRef{example}, 1, examplePage, same[roleRef]),
		}, d.listRoles),
		api.Handle(api.Op{
			ID: "role.create", Methods: []string{http.MethodPost}, Paths: at("/roles"), Access: api.Requires(iam.GroupsCreate),
			Tag: "Role", Summary: "Make a role", Description: "In other APIs of this server it is the group of the name role/ and its own.",
			Errors: []iam.Kind{iam.Exists, iam.Precondition}, RequestExample: roleForm{RoleName: "deployer", RoleType: roleServer},
			ResponseExample: result{Success: true, ID: example.RoleNo},
		}, d.createRole),
		api.Handle(api.Op{
			ID: "role.get", Methods: []string{http.MethodGet}, Paths: at("/roles/{id}"), Access: api.Requires(iam.GroupsRead),
			Tag: "Role", Summary: "Get a role, with its policies and whom it trusts", Errors: []iam.Kind{iam.NotFound},
			ResponseExample: roleDetail{example, []policy{examplePolicy}, []entity{{roleServer, "1000157"}}},
		}, d.getRole),
		api.Handle(api.Op{
			ID: "role.delete", Methods: []string{http.MethodDelete}, Paths: at("/roles/{id}"), Access: api.Requires(iam.GroupsDelete),
			Tag: "Role", Summary: "Delete a role", Errors: []iam.Kind{iam.NotFound}, ResponseExample: done,
		}, d.deleteRole),
	}
}

func (d *dialect) listRoles(ctx context.Context, c *api.Call, in struct {
	paging
	searching
}) (page[roleRef], error) {
	p, err := in.read()
	if err == nil {
		err = in.check("roleName", "roleType", "nrn")
	}
	if err != nil {
		return page[roleRef]{}, err
	}
	found, err := d.everyGroup(ctx, c.Actor, func(g iam.Group) bool {
		if !isRole(g) {
			return false
		}
		switch r := roleRefOf(c.Actor.Tenant, g); in.Column {
		case "roleType":
			return in.Word == "" || r.RoleType == in.Word
		case "nrn":
			return in.Word == "" || r.NRN == in.Word
		default:
			return contains(r.RoleName, in.Word)
		}
	})
	return pageOf(cut(found, p), len(found), p, func(g iam.Group) roleRef { return roleRefOf(c.Actor.Tenant, g) }), err
}

func (d *dialect) createRole(ctx context.Context, c *api.Call, in struct {
	Body roleForm `body:"required"`
}) (result, error) {
	f := &in.Body
	if err := f.check(); err != nil {
		return result{}, err
	}
	tags, err := checkTags(f.Tags)
	if err != nil {
		return result{}, err
	}
	attributes := map[string]string{attrRoleType: f.RoleType}
	if f.SessionExpirationSec != nil {
		attributes[attrSession] = strconv.Itoa(int(*f.SessionExpirationSec))
	}
	g, err := d.Directory.CreateGroup(ctx, c.Actor, directory.NewGroup{Name: rolePrefix + f.RoleName, Description: f.DescCont, Attributes: iam.Merge(attributes, tagAttributes(tags))})
	return result{Success: true, ID: string(g.ID)}, inWords(err, map[string]string{"name": "roleName", "description": "descCont"})
}

// role answers one role. NotFound, also for a group.
func (d *dialect) role(ctx context.Context, by iam.Actor, id string) (iam.Group, error) {
	g, err := d.Directory.Group(ctx, by, directory.GroupKey{ID: iam.GroupID(id)})
	if err == nil && !isRole(g) {
		err = iam.ErrNotFound("role", id)
	}
	return g, missing(err, reasonNoRole)
}

func (d *dialect) getRole(ctx context.Context, c *api.Call, in byID) (roleDetail, error) {
	g, err := d.role(ctx, c.Actor, in.ID)
	if err != nil {
		return roleDetail{}, err
	}
	grants, err := d.Access.GroupGrants(ctx, c.Actor, g.ID)
	if err != nil {
		return roleDetail{}, err
	}
	detail := roleDetail{roleRefOf(c.Actor.Tenant, g), policiesOfGroup(c.Actor.Tenant, g.ID, grants), entitiesOf(g)}
	if typeOf(g) != roleAccount {
		return detail, nil
	}
	members, err := d.Directory.Users(ctx, c.Actor, directory.UserFilter{Group: g.ID}, iam.Page{Sort: "username", Limit: maxList})
	for _, u := range members.Items {
		detail.Entities = append(detail.Entities, entity{roleAccount, string(u.ID)})
	}
	return detail, err
}

func (d *dialect) deleteRole(ctx context.Context, c *api.Call, in byID) (result, error) {
	g, err := d.role(ctx, c.Actor, in.ID)
	if err != nil {
		return result{}, err
	}
	_, err = d.Directory.DeleteGroup(ctx, c.Actor, directory.GroupKey{ID: g.ID})
	return done, missing(err, reasonNoRole)
}
