package fess

import (
	"context"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// entry is what groups and roles have in common, which is all that Fess shows
// of them.
type entry struct {
	handle, name, description string
	attributes                map[string]string
	version                   int64
}

// entryChange says what to change in an entry; nil members stay, nil
// attributes are removed.
type entryChange struct {
	name, description *string
	attributes        map[string]*string
	version           int64
}

// shelf keeps entries of one kind.
type shelf interface {
	byHandle(ctx context.Context, by iam.Actor, handle string) (entry, error)
	byName(ctx context.Context, by iam.Actor, name string) (entry, error)
	page(ctx context.Context, by iam.Actor, p iam.Page) ([]entry, int, error)
	create(ctx context.Context, by iam.Actor, name, description string, attributes map[string]string) (entry, error)
	change(ctx context.Context, by iam.Actor, handle string, ch entryChange) error
	remove(ctx context.Context, by iam.Actor, handle string) error
}

// entries holds the handlers for one kind of entry.
type entries struct {
	*dialect
	shelf
	kind   string         // for messages: "group"
	longs  []string       // attributes that must be integers
	update iam.Permission // which overwriting takes, too
}

// operations are the five for one kind of entry.
func (e *entries) operations(read, create, remove iam.Permission) []api.Operation {
	many, one := "/api/admin/"+e.kind+"/settings", "/api/admin/"+e.kind+"/setting"
	return []api.Operation{
		api.Handle(api.Op{
			ID: e.kind + ".list", Methods: []string{http.MethodGet, http.MethodPut, http.MethodPost}, Paths: []string{many},
			Access: api.Requires(read), Tag: e.kind, Summary: "List " + e.kind + "s, by name", Description: listing,
			RequestExample: jsontext.Value(`{"page": 1, "size": 25}`), ResponseExample: listOf([]entrySetting{sampleEntry.setting()}, 1),
		}, e.list),
		api.Handle(api.Op{
			ID: e.kind + ".get", Methods: []string{http.MethodGet}, Paths: []string{one + "/{id}"},
			Access: api.Requires(read), Tag: e.kind, Summary: "Get a " + e.kind,
			Errors: []iam.Kind{iam.NotFound}, ResponseExample: foundOne(sampleEntry.setting()),
		}, e.get),
		api.Handle(api.Op{
			ID: e.kind + ".create", Methods: []string{http.MethodPost}, Paths: []string{one},
			Access: api.Requires(create), Tag: e.kind, Summary: "Create a " + e.kind + ", or overwrite the one of that name",
			Description: "To overwrite takes the right to update, too.", Errors: []iam.Kind{iam.Exists},
			RequestExample:  jsontext.Value(`{"name": "editor", "attributes": {"gidNumber": "1000"}}`),
			ResponseExample: created(sampleEntry.handle),
		}, e.add),
		api.Handle(api.Op{
			ID: e.kind + ".update", Methods: []string{http.MethodPut}, Paths: []string{one},
			Access: api.Requires(e.update), Tag: e.kind, Summary: "Update a " + e.kind,
			Description: "What is absent stays as it is.", Errors: []iam.Kind{iam.NotFound, iam.Conflict, iam.Precondition},
			RequestExample:  jsontext.Value(`{"id": "ZWRpdG9y", "name": "editor", "attributes": {"gidNumber": "1001"}, "version_no": 1}`),
			ResponseExample: updated(sampleEntry.handle),
		}, e.edit),
		api.Handle(api.Op{
			ID: e.kind + ".delete", Methods: []string{http.MethodDelete}, Paths: []string{one + "/{id}"},
			Access: api.Requires(remove), Tag: e.kind, Summary: "Delete a " + e.kind + "; the users who have it stay",
			Errors: []iam.Kind{iam.NotFound, iam.Precondition}, ResponseExample: updated(sampleEntry.handle),
		}, e.delete),
	}
}

func (e *entries) list(ctx context.Context, c *api.Call, in listInput) (envelope[listed[entrySetting]], error) {
	page, total, err := e.page(ctx, c.Actor, in.page())
	if err != nil {
		return envelope[listed[entrySetting]]{}, err
	}
	rows := make([]entrySetting, len(page))
	for i, x := range page {
		rows[i] = x.setting()
	}
	return listOf(rows, total), nil
}

func (e *entries) get(ctx context.Context, c *api.Call, in byID) (envelope[found[entrySetting]], error) {
	x, err := e.entry(ctx, c.Actor, in.ID)
	if err != nil {
		return envelope[found[entrySetting]]{}, err
	}
	return foundOne(x.setting()), nil
}

// entry answers the one with an id. NotFound, with that id.
func (e *entries) entry(ctx context.Context, by iam.Actor, id string) (entry, error) {
	handle, ok := handleOf(id)
	if !ok {
		return entry{}, iam.ErrNotFound(e.kind, id)
	}
	x, err := e.byHandle(ctx, by, handle)
	if iam.Is(err, iam.NotFound) {
		return entry{}, iam.ErrNotFound(e.kind, id)
	}
	return x, err
}

// add makes an entry. Like the real server it overwrites one that has the very
// same name; one whose name differs in case is in the way.
func (e *entries) add(ctx context.Context, c *api.Call, in struct {
	Body entryForm `body:"required"`
}) (envelope[changed], error) {
	var check iam.Checker
	checkName(&check, in.Body.Name)
	if err := check.Err(); err != nil {
		return envelope[changed]{}, err
	}
	w, err := e.wanted(entry{}, &in.Body)
	if err != nil {
		return envelope[changed]{}, err
	}
	description := w["description"]
	x, err := e.create(ctx, c.Actor, in.Body.Name, description, w.attributes())
	if iam.Is(err, iam.Exists) {
		x, err = e.overwrite(ctx, c.Actor, &in.Body, err)
	}
	if err != nil {
		return envelope[changed]{}, err
	}
	return created(x.handle), nil
}

// overwrite gives the entry of the name that a form has the attributes in it.
// It answers taken when the name is not in just that spelling.
func (e *entries) overwrite(ctx context.Context, by iam.Actor, f *entryForm, taken error) (entry, error) {
	old, err := e.byName(ctx, by, f.Name)
	if iam.Is(err, iam.NotFound) || err == nil && old.name != f.Name {
		return entry{}, taken
	}
	if err != nil {
		return entry{}, err
	}
	if err := e.mayUpdate(ctx, by, e.update); err != nil {
		return entry{}, err
	}
	w, err := e.wanted(old, f)
	if err != nil {
		return entry{}, err
	}
	ch := w.change(old.version)
	if old.listedName() != f.Name {
		ch.attributes[attrName] = nil
	}
	if ch.description == nil && len(ch.attributes) == 0 {
		return old, nil // what is built in may be written as it is
	}
	return old, e.change(ctx, by, old.handle, ch)
}

// edit changes an entry. What is absent stays.
func (e *entries) edit(ctx context.Context, c *api.Call, in struct {
	Body entryEdit `body:"required"`
}) (envelope[changed], error) {
	f := &in.Body
	var check iam.Checker
	f.check(&check)
	checkName(&check, f.Name)
	if err := check.Err(); err != nil {
		return envelope[changed]{}, err
	}
	old, err := e.entry(ctx, c.Actor, f.ID)
	if err != nil {
		return envelope[changed]{}, err
	}
	if f.version() != old.version {
		return envelope[changed]{}, iam.ErrStale(e.kind, old.name)
	}
	w, err := e.wanted(old, &f.entryForm)
	if err != nil {
		return envelope[changed]{}, err
	}
	if err := e.changeNamed(ctx, c.Actor, old, f.Name, w.change(old.version)); err != nil {
		return envelope[changed]{}, err
	}
	return updated(old.handle), nil
}

// changeNamed writes a change together with the name that a form has. As with
// users, several may be given one name: all but the first keep their own and
// are only listed under the other.
func (e *entries) changeNamed(ctx context.Context, by iam.Actor, old entry, name string, ch entryChange) error {
	switch name {
	case old.listedName():
	case old.name:
		ch.attributes[attrName] = nil
	default:
		ch.name, ch.attributes[attrName] = &name, nil
	}
	err := e.change(ctx, by, old.handle, ch)
	if ch.name != nil && iam.Is(err, iam.Exists) {
		ch.name, ch.attributes[attrName] = nil, &name
		err = e.change(ctx, by, old.handle, ch)
	}
	return err
}

func (e *entries) delete(ctx context.Context, c *api.Call, in byID) (envelope[changed], error) {
	x, err := e.entry(ctx, c.Actor, in.ID)
	if err != nil {
		return envelope[changed]{}, err
	}
	if err := e.remove(ctx, c.Actor, x.handle); err != nil {
		return envelope[changed]{}, err
	}
	return updated(x.handle), nil
}

// wanted answers what a form changes in an entry's attributes.
func (e *entries) wanted(old entry, f *entryForm) (wanted, error) {
	w, err := attributesWanted(old.attribute, &person[*string]{}, f.Attributes)
	if err != nil {
		return nil, err
	}
	var check iam.Checker
	w.checkLong(&check, e.longs...)
	return w, check.Err()
}
