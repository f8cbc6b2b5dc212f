package scim

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// kind is a type of resources, as the API has it. S is what its document shows of
// the attributes.
type kind[S any] struct {
	word   string // begins the ids of its operations
	plural string
	of     func(scim.TypeSet) *scim.ResourceType

	rights rights

	// patched is the status after PATCH where nobody has said which attributes
	// are wanted: a group may have a hundred thousand members.
	patched int
	notes   string // on PATCH

	maxBody int64 // of writes, in bytes; 0 is that of any other

	example, exampleNew S
	examplePatch        patchRequest
}

// rights are those that operations on a kind need.
type rights struct{ read, create, update, remove iam.Permission }

var (
	userKind = kind[user]{word: "user", plural: "users", of: func(t scim.TypeSet) *scim.ResourceType { return t.Users },
		rights:  rights{iam.UsersRead, iam.UsersCreate, iam.UsersUpdate, iam.UsersDelete},
		patched: http.StatusOK, notes: "active false ends every session of the user at once.",
		example: exampleUser, exampleNew: exampleNewUser, examplePatch: exampleUserPatch}
	groupKind = kind[group]{word: "group", plural: "groups", of: func(t scim.TypeSet) *scim.ResourceType { return t.Groups },
		rights:  rights{iam.GroupsRead, iam.GroupsCreate, iam.GroupsUpdate, iam.GroupsDelete},
		patched: http.StatusNoContent, maxBody: 4 << 20, // 10,000 members in full
		notes:   "The group is answered, with status 200, where attributes or excludedAttributes say what of it is wanted.",
		example: exampleGroup, exampleNew: exampleNewGroup, examplePatch: exampleGroupPatch}
)

// resources has the handlers of one kind.
type resources[S any] struct {
	*dialect
	kind[S]
}

func resourceOperations[S any](d *dialect, k kind[S]) []api.Operation {
	h := resources[S]{d, k}
	all := k.of(scim.Standard).Endpoint
	one := all + "/{id}"
	op := func(verb, method, path, summary string, right iam.Permission, errors ...iam.Kind) api.Op {
		return api.Op{ID: k.word + "." + verb, Methods: []string{method}, Paths: at(path), Access: api.Requires(right), Tag: k.plural,
			Summary: summary, Errors: errors, ResponseExample: k.example}
	}
	list := op("list", http.MethodGet, all, "List "+k.plural+", those that make a filter true", k.rights.read)
	list.Description, list.ResponseExample = listNotes, exampleList(k.example)
	search := op("search", http.MethodPost, all+"/.search", "List "+k.plural+", as the body says", k.rights.read)
	search.Description, search.RequestExample, search.ResponseExample = listNotes, exampleSearch, exampleList(k.example)
	create := op("create", http.MethodPost, all, "Make a "+k.word, k.rights.create, iam.Exists)
	create.Status, create.RequestExample, create.MaxBody = http.StatusCreated, k.exampleNew, k.maxBody
	replace := op("replace", http.MethodPut, one, "Write a "+k.word+" anew", k.rights.update, iam.NotFound, iam.Exists, iam.Conflict)
	replace.RequestExample, replace.MaxBody = k.exampleNew, k.maxBody
	patch := op("patch", http.MethodPatch, one, "Change a "+k.word, k.rights.update, iam.NotFound, iam.Exists, iam.Conflict)
	patch.Description, patch.Status, patch.RequestExample, patch.MaxBody = k.notes, k.patched, k.examplePatch, k.maxBody
	remove := op("delete", http.MethodDelete, one, "Delete a "+k.word, k.rights.remove, iam.NotFound, iam.Conflict, iam.Precondition)
	remove.ResponseExample = nil
	return []api.Operation{
		api.Handle(list, h.list),
		api.Handle(search, h.search),
		api.Handle(create, h.create),
		api.Handle(op("get", http.MethodGet, one, "Get a "+k.word, k.rights.read, iam.NotFound), h.get),
		api.Handle(replace, h.replace),
		api.Handle(patch, h.patch),
		api.Handle(remove, h.delete),
	}
}

// one is the resource that the path names.
type one struct {
	ID string `path:"id" doc:"The id of the resource."`
}

func (h resources[S]) get(ctx context.Context, c *api.Call, in struct {
	one
	wanted
	conditions
}) (answer[S], error) {
	return h.read(ctx, c, in.ID, in.wanted, in.conditions)
}

// read answers a resource, or that the caller has it.
func (h resources[S]) read(ctx context.Context, c *api.Call, id string, w wanted, of conditions) (answer[S], error) {
	t, p, err := h.asked(ctx, c, w)
	if err != nil {
		return answer[S]{}, err
	}
	r, err := h.SCIM.Get(ctx, c.Actor, t, id, needed(t, p))
	if err != nil {
		return answer[S]{}, err
	}
	a := h.answer(ctx, http.StatusOK, t, r, p)
	switch {
	case of.IfNoneMatch != "" && of.known(a.tag):
		a.status = http.StatusNotModified
	case !(conditions{IfMatch: of.IfMatch}).hold(versionOf(r)):
		return answer[S]{}, iam.ErrStale(t.Name, id)
	}
	return a, nil
}

func (h resources[S]) create(ctx context.Context, c *api.Call, in struct {
	wanted
	Body document[S] `body:"required"`
}) (answer[S], error) {
	t, p, err := h.asked(ctx, c, in.wanted)
	if err == nil {
		err = in.Body.check(t)
	}
	if err != nil {
		return answer[S]{}, err
	}
	r, err := h.SCIM.Create(ctx, c.Actor, t, in.Body)
	if err != nil {
		return answer[S]{}, err
	}
	p.Written = scim.Named(in.Body)
	return h.answer(ctx, http.StatusCreated, t, r, p), nil
}

func (h resources[S]) replace(ctx context.Context, c *api.Call, in struct {
	one
	wanted
	conditions
	Body document[S] `body:"required"`
}) (answer[S], error) {
	return h.write(ctx, c, in.ID, in.wanted, in.conditions, scim.Named(in.Body), http.StatusOK,
		func(t *scim.ResourceType, _ scim.Projection, version int64) (scim.Resource, error) {
			if err := in.Body.check(t); err != nil {
				return nil, err
			}
			return h.SCIM.Replace(ctx, c.Actor, t, in.ID, version, in.Body)
		})
}

func (h resources[S]) patch(ctx context.Context, c *api.Call, in struct {
	one
	wanted
	conditions
	Body patchRequest `body:"required"`
}) (answer[S], error) {
	status := h.patched
	if in.wanted.given() {
		status = http.StatusOK
	}
	operations, err := in.Body.operations()
	if err != nil {
		return answer[S]{}, err
	}
	return h.write(ctx, c, in.ID, in.wanted, in.conditions, scim.NamedBy(operations), status, func(t *scim.ResourceType, p scim.Projection, version int64) (scim.Resource, error) {
		r, err := h.SCIM.Patch(ctx, c.Actor, t, in.ID, version, operations)
		if err != nil || status == h.patched || p.Leaves(t, members) {
			return r, err
		}
		return h.SCIM.Get(ctx, c.Actor, t, in.ID, needed(t, p)) // with those whom nobody has named
	})
}

// write changes a resource under conditions and answers it. written are the paths
// of what changes.
func (h resources[S]) write(ctx context.Context, c *api.Call, id string, w wanted, of conditions, written []string, status int,
	change func(t *scim.ResourceType, p scim.Projection, version int64) (scim.Resource, error)) (answer[S], error) {
	t, p, err := h.asked(ctx, c, w)
	if err != nil {
		return answer[S]{}, err
	}
	version, err := h.version(ctx, c, t, id, of)
	if err != nil {
		return answer[S]{}, err
	}
	r, err := change(t, p, version)
	if err != nil {
		return answer[S]{}, err
	}
	p.Written = written
	return h.answer(ctx, status, t, r, p), nil
}

func (h resources[S]) delete(ctx context.Context, c *api.Call, in struct {
	one
	conditions
}) (api.NoContent, error) {
	return api.NoContent{}, h.remove(ctx, c, in.ID, in.conditions)
}

// remove deletes a resource under conditions.
func (h resources[S]) remove(ctx context.Context, c *api.Call, id string, of conditions) error {
	types, err := h.SCIM.TypeSet(ctx, c.Actor)
	if err != nil {
		return err
	}
	t := h.of(types)
	version, err := h.version(ctx, c, t, id, of)
	if err != nil {
		return err
	}
	return h.SCIM.Delete(ctx, c.Actor, t, id, version)
}

// asked answers the type as the tenant has it, and what of a resource is wanted.
func (h resources[S]) asked(ctx context.Context, c *api.Call, w wanted) (*scim.ResourceType, scim.Projection, error) {
	p, err := w.projection()
	if err != nil {
		return nil, p, err
	}
	types, err := h.SCIM.TypeSet(ctx, c.Actor)
	if err != nil {
		return nil, p, err
	}
	return h.of(types), p, nil
}

// answer shows a resource that was got as needed says.
func (h resources[S]) answer(ctx context.Context, status int, t *scim.ResourceType, r scim.Resource, p scim.Projection) answer[S] {
	id := r.Text("id")
	return answer[S]{status: status, tag: tagOf(r), location: h.location(ctx, t.Endpoint[1:], id), resource: resource[S](h.show(ctx, t, r, p))}
}
