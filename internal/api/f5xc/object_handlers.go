package f5xc

import (
	"context"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

// objectForm is a request to make an object, or to write it anew.
type objectForm struct {
	Metadata *objectMeta    `json:"metadata,omitzero"`
	Spec     jsontext.Value `json:"spec"`
	Version  string         `json:"resource_version,omitzero" doc:"The entity tag that reading answered, without its quotes: the write is refused when it is not the present one."`
}

// objectRemoval is the body that a deletion may have.
type objectRemoval struct {
	FailIfReferred bool   `json:"fail_if_referred" doc:"Refuse when others refer to it."`
	Name           string `json:"name"`
	Namespace      string `json:"namespace"`
}

// newObject is the answer to a creation.
type newObject struct {
	Metadata objectMeta `json:"metadata"`
	Spec     any        `json:"spec"`
	System   systemMeta `json:"system_metadata"`

	version int64
}

// Headers tells the version.
func (a newObject) Headers(h http.Header) { entityTag(h, a.version) }

// replaced is the answer to a replacement: nothing but the new version.
type replaced struct {
	Version int64 `json:"-"`
}

// Headers tells it.
func (a replaced) Headers(h http.Header) { entityTag(h, a.Version) }

// objectName is a body that repeats what the path names.
type objectName struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
}

// check answers Invalid when it names another than the path, whose name may be
// left open. prefix is what stands before the members in the body.
func (n objectName) check(prefix string, path named) error {
	if err := repeats(prefix+"namespace", n.Namespace, path.Namespace); err != nil || path.Name == "" {
		return err
	}
	return repeats(prefix+"name", n.Name, path.Name)
}

// spec is that of the request, an empty one where it has none.
func (f objectForm) spec() []byte {
	if len(f.Spec) == 0 || f.Spec.Kind() == 'n' {
		return []byte("{}")
	}
	return f.Spec
}

// viewer shows things of one tenant to one caller.
type viewer struct {
	d        *dialect
	by       iam.Actor
	tenant   string
	creators map[iam.UserID]string
}

func (d *dialect) viewer(ctx context.Context, by iam.Actor) (*viewer, error) {
	t, err := d.Tenancy.Tenant(ctx, by)
	v := &viewer{d, by, t.Code, map[iam.UserID]string{}}
	if by.Home == by.Tenant {
		v.creators[by.User] = by.Username // most look at what they have made
	}
	return v, err
}

// creator answers the name of who made something: the id of one who is not
// there any more, and nothing of Gatehouse itself.
func (v *viewer) creator(ctx context.Context, id iam.UserID) (string, error) {
	name, known := v.creators[id]
	if known || id == "" {
		return name, nil
	}
	u, err := v.d.Directory.User(ctx, v.by, directory.UserKey{ID: id})
	switch {
	case err == nil:
		name = u.Username
	case iam.Is(err, iam.NotFound):
		name = string(id)
	default:
		return "", err
	}
	v.creators[id] = name
	return name, nil
}

// object shows a configuration object. The creator is told only where full.
func (v *viewer) object(ctx context.Context, k *object.Kind, o object.Object, full bool) (shown, error) {
	s := shown{
		kind: k.Name, bare: k.DefaultName != "", conditions: o.Conditions, version: o.Version,
		meta: objectMeta{Name: o.Name, Namespace: o.Namespace, Labels: tags(o.Labels), Annotations: tags(o.Annotations),
			Description: o.Description, Disable: o.Disabled},
		system: systemMeta{UID: string(o.ID), Created: timeOf(o.Created), Modified: timeOf(o.Updated), Tenant: v.tenant, Finalizers: []string{}},
		spec:   jsontext.Value(o.View), form: jsontext.Value(o.Spec), replacement: jsontext.Value(o.Replacement), stateless: k.Stateless,
	}
	if !full {
		return s, nil
	}
	var err error
	s.system.CreatorID, err = v.creator(ctx, o.CreatedBy)
	s.system.CreatorClass = creatorClass(o.CreatedBy)
	return s, err
}

// creatorClass is what kind of creator somebody is.
func creatorClass(id iam.UserID) string {
	if id == "" {
		return service
	}
	return "user"
}

// refs are targets as answers name them.
func (v *viewer) refs(targets []object.Target) []objectRef {
	refs := make([]objectRef, len(targets))
	for i, t := range targets {
		refs[i] = refTo(t, v.tenant)
	}
	return refs
}

func refTo(t object.Target, tenant string) objectRef {
	return objectRef{Kind: t.Kind, Name: t.Name, Namespace: t.Namespace, Tenant: tenant, UID: t.ID}
}

func (d *dialect) listObjects(ctx context.Context, c *api.Call, k *object.Kind, namespace string, l listing) (listAnswer, error) {
	found, err := d.Objects.List(ctx, c.Actor, k, namespace, l.LabelFilter)
	if err != nil {
		return listAnswer{}, err
	}
	return d.showObjects(ctx, c.Actor, k, found, l)
}

// showObjects shows objects of a kind as a list.
func (d *dialect) showObjects(ctx context.Context, by iam.Actor, k *object.Kind, found []object.Object, l listing) (listAnswer, error) {
	v, err := d.viewer(ctx, by)
	if err != nil {
		return listAnswer{}, err
	}
	all := make([]shown, len(found))
	for i, o := range found {
		if all[i], err = v.object(ctx, k, o, l.full()); err != nil {
			return listAnswer{}, err
		}
	}
	return l.list(all), nil
}

// metadata answers what a request says of the object at a path. Where its kind
// lets metadata be left out, ok is false when it was.
func (f objectForm) metadata(k *object.Kind, path named) (m object.Metadata, ok bool, err error) {
	if f.Metadata == nil {
		if k.DefaultName == "" {
			err = iam.E(iam.Invalid, "Field metadata should be not nil, got nil in request.").Because(iam.ReasonRequired)
		}
		return object.Metadata{Namespace: path.Namespace, Name: path.Name}, false, err
	}
	if err := (objectName{f.Metadata.Name, f.Metadata.Namespace}).check("metadata.", path); err != nil {
		return object.Metadata{}, false, err
	}
	return object.Metadata{Namespace: path.Namespace, Name: f.Metadata.Name, Description: f.Metadata.Description,
		Labels: f.Metadata.Labels, Annotations: f.Metadata.Annotations, Disabled: f.Metadata.Disable}, true, nil
}

func (d *dialect) createObject(ctx context.Context, c *api.Call, k *object.Kind, namespace string, f objectForm) (newObject, error) {
	m, _, err := f.metadata(k, named{inNamespace: inNamespace{namespace}})
	if err != nil {
		return newObject{}, err
	}
	o, err := d.Objects.Create(ctx, c.Actor, k, m, f.spec())
	if err != nil {
		return newObject{}, err
	}
	v, err := d.viewer(ctx, c.Actor)
	if err != nil {
		return newObject{}, err
	}
	s, err := v.object(ctx, k, o, true)
	return newObject{Metadata: s.meta, Spec: s.spec, System: s.system, version: s.version}, err
}

func (d *dialect) getObject(ctx context.Context, c *api.Call, k *object.Kind, at named, f format) (getAnswer, error) {
	wanted, err := f.read()
	if err != nil {
		return getAnswer{}, err
	}
	o, err := d.Objects.Get(ctx, c.Actor, k, at.Namespace, at.Name)
	if err != nil {
		return getAnswer{}, err
	}
	v, err := d.viewer(ctx, c.Actor)
	if err != nil {
		return getAnswer{}, err
	}
	s, err := v.object(ctx, k, o, true)
	if err != nil {
		return getAnswer{}, err
	}
	return s.get(wanted, func() (referring, disabled, deleted []objectRef, err error) {
		r, err := d.Objects.Relations(ctx, c.Actor, o)
		return v.refs(r.Referring), v.refs(r.Disabled), v.refs(r.Deleted), err
	})
}

// Of what may be written without metadata, the metadata stays as it is then.
func (d *dialect) replaceObject(ctx context.Context, c *api.Call, k *object.Kind, at named, match matching, f objectForm) (replaced, error) {
	version, err := match.version(f.Version)
	if err != nil {
		return replaced{}, err
	}
	m, ok, err := f.metadata(k, at)
	if err != nil {
		return replaced{}, err
	}
	if !ok {
		present, err := d.Objects.Get(ctx, c.Actor, k, at.Namespace, at.Name)
		if err != nil {
			return replaced{}, err
		}
		m = present.Metadata
	}
	o, err := d.Objects.Replace(ctx, c.Actor, k, m, f.spec(), version)
	return replaced{o.Version}, err
}

func (d *dialect) deleteObject(ctx context.Context, c *api.Call, k *object.Kind, at named, body objectRemoval) error {
	if err := (objectName{body.Name, body.Namespace}).check("", at); err != nil {
		return err
	}
	return d.Objects.Delete(ctx, c.Actor, k, at.Namespace, at.Name, body.FailIfReferred)
}

func (d *dialect) refresh(ctx context.Context, c *api.Call, in struct {
	named
	Body objectName `body:"optional"`
}) (empty, error) {
	if err := in.Body.check("", in.named); err != nil {
		return empty{}, err
	}
	return empty{}, d.Objects.Refresh(ctx, c.Actor, in.Namespace, in.Name)
}
