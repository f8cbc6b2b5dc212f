package scim

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// searchOperations list users and groups at once (RFC 7644 sections 3.4.2.1 and
// 3.4.3). They take the right to read users; groups are among what is found for
// who may read those too.
func (d *dialect) searchOperations() []api.Operation {
	const notes = "Users come before groups unless sortBy says otherwise, and groups only where the caller may read them. " + listNotes
	op := func(id, method, path, summary string) api.Op {
		return api.Op{ID: id, Methods: []string{method}, Paths: at(path), Access: api.Requires(iam.UsersRead), Tag: "search",
			Summary: summary, Description: notes, ResponseExample: exampleList(exampleUser)}
	}
	search := op("search", http.MethodPost, "/.search", "List users and groups, as the body says")
	search.RequestExample = exampleSearch
	return []api.Operation{
		api.Handle(op("list", http.MethodGet, "", "List users and groups, those that make a filter true"), d.list),
		api.Handle(search, d.search),
	}
}

// anything is what the document shows of a user or a group.
type anything struct {
	Schemas []string  `json:"schemas"`
	ID      string    `json:"id"`
	Meta    *metadata `json:"meta,omitzero"`
}

func (d *dialect) list(ctx context.Context, c *api.Call, in listing) (listAnswer[anything], error) {
	q, err := in.query()
	if err != nil {
		return listAnswer[anything]{}, err
	}
	types, err := d.SCIM.TypeSet(ctx, c.Actor)
	if err != nil {
		return listAnswer[anything]{}, err
	}
	of := types.All()
	if may, err := d.Access.May(ctx, c.Actor, iam.GroupsRead); err != nil || !may {
		if err != nil {
			return listAnswer[anything]{}, err
		}
		of = []*scim.ResourceType{types.Users}
	}
	p := q.Projection
	q.Projection = needed(types.Groups, p)
	l, err := d.SCIM.Search(ctx, c.Actor, of, q)
	if err != nil {
		return listAnswer[anything]{}, err
	}
	a := listOf[anything](l, q)
	for i, r := range l.Resources {
		t, err := typeOf(types, r)
		if err != nil {
			return listAnswer[anything]{}, err
		}
		a.Resources[i] = resource[anything](d.show(ctx, t, r, p))
	}
	return a, nil
}

// typeOf is the type that a resource says it is of.
func typeOf(types scim.TypeSet, r scim.Resource) (*scim.ResourceType, error) {
	meta, _ := r["meta"].(map[string]any)
	name, _ := meta["resourceType"].(string)
	return types.Type(name)
}

func (d *dialect) search(ctx context.Context, c *api.Call, in struct {
	Body searchRequest `body:"required"`
}) (listAnswer[anything], error) {
	l, err := in.Body.listing()
	if err != nil {
		return listAnswer[anything]{}, err
	}
	return d.list(ctx, c, l)
}
