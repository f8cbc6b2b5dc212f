package f5xc

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// SCIM lays resources over the directory. Package scim satisfies it.
type SCIM interface {
	// TypeSet are the types with the schemas by which the tenant extends them, for
	// what filters and changes name, which this form alone could not say.
	TypeSet(ctx context.Context, by iam.Actor) (scim.TypeSet, error)
	List(ctx context.Context, by iam.Actor, t *scim.ResourceType, q scim.Query) (scim.List, error)
	Get(ctx context.Context, by iam.Actor, t *scim.ResourceType, id string, p scim.Projection) (scim.Resource, error)
	Create(ctx context.Context, by iam.Actor, t *scim.ResourceType, sent map[string]any) (scim.Resource, error)
	Replace(ctx context.Context, by iam.Actor, t *scim.ResourceType, id string, version int64, sent map[string]any, of ...string) (scim.Resource, error)
	Patch(ctx context.Context, by iam.Actor, t *scim.ResourceType, id string, version int64, operations []scim.Operation) (scim.Resource, error)
	Delete(ctx context.Context, by iam.Actor, t *scim.ResourceType, id string, version int64) error
}

const (
	scimBase = "/api/scim/namespaces/system/v2"
	tagSCIM  = "SCIM"
)

func (d *dialect) scimOperations() []api.Operation {
	const filters = "filter takes the whole grammar of the standard; page is the number of the first that is wanted, from 1, and count how many, up to 1000."
	users, groups := scimBase+scim.Users.Endpoint, scimBase+scim.Groups.Endpoint
	return append([]api.Operation{
		api.Handle(api.Op{
			ID: "scim.user.list", Methods: []string{http.MethodGet}, Paths: []string{users}, Access: api.Requires(iam.UsersRead),
			Tag: tagSCIM, Summary: "List users, those that make a filter true", Description: filters, ResponseExample: exampleSCIMUsers,
		}, d.listSCIMUsers),
		api.Handle(api.Op{
			ID: "scim.user.create", Methods: []string{http.MethodPost}, Paths: []string{users}, Access: api.Requires(iam.UsersCreate),
			Tag: tagSCIM, Summary: "Provision a user", Errors: []iam.Kind{iam.Exists}, RequestExample: exampleSCIMNewUser, ResponseExample: exampleSCIMUser,
		}, d.createSCIMUser),
		api.Handle(api.Op{
			ID: "scim.user.get", Methods: []string{http.MethodGet}, Paths: []string{users + "/{id}"}, Access: api.Requires(iam.UsersRead),
			Tag: tagSCIM, Summary: "Get a user", Errors: []iam.Kind{iam.NotFound}, ResponseExample: exampleSCIMUser,
		}, d.getSCIMUser),
		api.Handle(api.Op{
			ID: "scim.user.replace", Methods: []string{http.MethodPut}, Paths: []string{users + "/{id}"}, Access: api.Requires(iam.UsersUpdate),
			Tag: tagSCIM, Summary: "Write a user anew", Description: "What this form cannot say of a user stays, as do active, name and emails that are left out.",
			Errors: []iam.Kind{iam.NotFound, iam.Conflict}, RequestExample: exampleSCIMUserForm, ResponseExample: exampleSCIMUser,
		}, d.replaceSCIMUser),
		api.Handle(api.Op{
			ID: "scim.user.patch", Methods: []string{http.MethodPatch}, Paths: []string{users + "/{id}"}, Access: api.Requires(iam.UsersUpdate),
			Tag: tagSCIM, Summary: "Change a user", Description: "active false ends every session of the user at once.",
			Errors: []iam.Kind{iam.NotFound, iam.Conflict}, RequestExample: exampleSCIMPatch, ResponseExample: exampleSCIMUser,
		}, d.patchSCIMUser),
		api.Handle(api.Op{
			ID: "scim.user.delete", Methods: []string{http.MethodDelete}, Paths: []string{users + "/{id}"}, Access: api.Requires(iam.UsersDelete),
			Tag: tagSCIM, Summary: "Delete a user", Errors: []iam.Kind{iam.NotFound, iam.Precondition}, ResponseExample: empty{},
		}, d.deleteSCIM(scim.Users)),
		api.Handle(api.Op{
			ID: "scim.group.list", Methods: []string{http.MethodGet}, Paths: []string{groups}, Access: api.Requires(iam.GroupsRead),
			Tag: tagSCIM, Summary: "List groups, those that make a filter true", Description: filters, ResponseExample: exampleSCIMGroups,
		}, d.listSCIMGroups),
		api.Handle(api.Op{
			ID: "scim.group.create", Methods: []string{http.MethodPost}, Paths: []string{groups}, Access: api.Requires(iam.GroupsCreate),
			Tag: tagSCIM, Summary: "Provision a group", Errors: []iam.Kind{iam.Exists}, RequestExample: exampleSCIMNewGroup, ResponseExample: exampleSCIMGroup,
		}, d.createSCIMGroup),
		api.Handle(api.Op{
			ID: "scim.group.get", Methods: []string{http.MethodGet}, Paths: []string{groups + "/{id}"}, Access: api.Requires(iam.GroupsRead),
			Tag: tagSCIM, Summary: "Get a group", Errors: []iam.Kind{iam.NotFound}, ResponseExample: exampleSCIMGroup,
		}, d.getSCIMGroup),
		api.Handle(api.Op{
			ID: "scim.group.replace", Methods: []string{http.MethodPut}, Paths: []string{groups + "/{id}"}, Access: api.Requires(iam.GroupsUpdate),
			Tag: tagSCIM, Summary: "Write a group anew", Description: "members stay where they are left out, and are left out of the answer.",
			Errors: []iam.Kind{iam.NotFound, iam.Conflict}, RequestExample: exampleSCIMGroupForm, ResponseExample: exampleSCIMGroup,
		}, d.replaceSCIMGroup),
		api.Handle(api.Op{
			ID: "scim.group.patch", Methods: []string{http.MethodPatch}, Paths: []string{groups + "/{id}"}, Access: api.Requires(iam.GroupsUpdate),
			Tag: tagSCIM, Summary: "Change a group, such as who is in it", Description: "The answer has no members, of whom only those are looked at that are named.",
			Errors:         []iam.Kind{iam.NotFound, iam.Conflict},
			RequestExample: exampleSCIMGroupPatch, ResponseExample: exampleSCIMChangedGroup,
		}, d.patchSCIMGroup),
		api.Handle(api.Op{
			ID: "scim.group.delete", Methods: []string{http.MethodDelete}, Paths: []string{groups + "/{id}"}, Access: api.Requires(iam.GroupsDelete),
			Tag: tagSCIM, Summary: "Delete a group; its users stay", Errors: []iam.Kind{iam.NotFound}, ResponseExample: empty{},
		}, d.deleteSCIM(scim.Groups)),
	}, d.scimDiscoveryOperations()...)
}

// scimWanted says which attributes are not wanted.
type scimWanted struct {
	Excluded []string `query:"excludedAttributes" doc:"Names of attributes to leave out, separated by commas or one in each parameter."`
}

func (w scimWanted) projection() scim.Projection {
	var p scim.Projection
	for _, list := range w.Excluded {
		for name := range strings.SplitSeq(list, ",") {
			p.Excluded = append(p.Excluded, strings.TrimSpace(name))
		}
	}
	return p
}

// scimListing are the parameters of a list.
type scimListing struct {
	scimWanted
	Filter string  `query:"filter" doc:"A filter as in RFC 7644 section 3.4.2.2, such as userName eq \"hana.lee@example.com\"."`
	Count  *uint64 `query:"count" doc:"How many are wanted: 100 where it is absent, 1000 at most."`
	Page   uint64  `query:"page" doc:"The number of the first that is wanted, from 1."`
}

func (l scimListing) query() scim.Query {
	const most = 1 << 31 // past all that there can be
	q := scim.Query{Filter: l.Filter, Start: int(min(l.Page, most)), Count: scim.DefaultCount, Projection: l.projection()}
	if l.Count != nil {
		q.Count = int(min(*l.Count, scim.MaxCount))
	}
	return q
}

// oneSCIM is the resource that the path names.
type oneSCIM struct {
	ID string `path:"id" doc:"The id of the resource."`
}

// matchingSCIM is the version that is to be written.
type matchingSCIM struct {
	IfMatch string `header:"If-Match" doc:"The entity tag that reading answered: the write is refused when it is not the present one."`
}

func (m matchingSCIM) version() (int64, error) {
	return matching{IfMatch: strings.TrimPrefix(strings.TrimSpace(m.IfMatch), "W/")}.version("")
}

func (d *dialect) deleteSCIM(t *scim.ResourceType) func(context.Context, *api.Call, struct {
	oneSCIM
	scimWanted
}) (empty, error) {
	return func(ctx context.Context, c *api.Call, in struct {
		oneSCIM
		scimWanted
	}) (empty, error) {
		return empty{}, d.SCIM.Delete(ctx, c.Actor, t, in.ID, 0)
	}
}

// scimLocation is where a resource is.
func (d *dialect) scimLocation(t *scim.ResourceType, id string) string {
	path := scimBase + t.Endpoint + "/" + url.PathEscape(id)
	if d.PublicURL == nil {
		return path
	}
	return d.PublicURL.JoinPath(path).String()
}
