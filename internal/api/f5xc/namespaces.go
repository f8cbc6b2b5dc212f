package f5xc

import (
	"context"
	"errors"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// Tenancy keeps tenants and namespaces. Package tenancy satisfies it.
type Tenancy interface {
	peopleTenancy
	whoamiTenancy
	lifeTenancy
	managedTenancy
	tenantSettings
	Alias(ctx context.Context, by iam.Actor) (string, error)
	Namespace(ctx context.Context, by iam.Actor, name string) (iam.Namespace, error)
	CreateNamespace(ctx context.Context, by iam.Actor, in tenancy.NewNamespace) (iam.Namespace, error)
	UpdateNamespace(ctx context.Context, by iam.Actor, name string, ch tenancy.NamespaceChange) (iam.Namespace, error)
	CheckNamespaceEnd(ctx context.Context, by iam.Actor, name string) (iam.Namespace, error)
	DeleteNamespace(ctx context.Context, by iam.Actor, name string) error
}

const (
	namespacesPath = "/api/web/namespaces"
	namespacePath  = namespacesPath + "/{name}"
)

func (d *dialect) namespaceOperations() []api.Operation {
	all, one := []string{namespacesPath}, []string{namespacePath}
	const tag = "Namespaces"
	return []api.Operation{
		api.Handle(api.Op{
			ID: "namespace.list", Methods: []string{http.MethodGet}, Paths: all, Access: api.SignedIn(),
			Tag: tag, Summary: "List the namespaces that the caller may see",
			Description: "Who may read namespaces in system sees all of them; anybody else those that they may read.", ResponseExample: namespaceExample.list(),
		}, d.listNamespaces),
		api.Handle(api.Op{
			ID: "namespace.create", Methods: []string{http.MethodPost}, Paths: all, Access: api.Requires(iam.NamespacesCreate),
			Tag: tag, Summary: "Create a namespace", Errors: []iam.Kind{iam.Exists, iam.Precondition},
			RequestExample: namespaceExample.form(), ResponseExample: namespaceExample.made(),
		}, d.createNamespace),
		api.Handle(api.Op{
			ID: "namespace.get", Methods: []string{http.MethodGet}, Paths: one, Access: api.Requires(iam.NamespacesRead), Namespace: "name",
			Tag: tag, Summary: "Get a namespace", Errors: []iam.Kind{iam.NotFound}, ResponseExample: namespaceExample.got(),
		}, d.getNamespace),
		api.Handle(api.Op{
			ID: "namespace.replace", Methods: []string{http.MethodPut}, Paths: one, Access: api.Requires(iam.NamespacesUpdate), Namespace: "name",
			Tag: tag, Summary: "Replace what is said of a namespace", Errors: []iam.Kind{iam.NotFound, iam.Conflict, iam.Precondition},
			RequestExample: namespaceExample.form(),
		}, d.replaceNamespace),
		api.Handle(api.Op{
			ID: "namespace.cascade-delete", Methods: []string{http.MethodPost}, Paths: []string{namespacePath + "/cascade_delete"},
			Access: api.Requires(iam.NamespacesDelete), Namespace: "name", Tag: tag, Summary: "Delete a namespace with all that is in it",
			Description: "Also deletes the roles that were given in it. Where an object could not be deleted, its item says why, and the namespace stays.",
			Errors:      []iam.Kind{iam.NotFound, iam.Precondition}, RequestExample: onlyName{"shop"},
			ResponseExample: cascadeAnswer{[]cascadeItem{{Name: "example", Type: "contact", UID: exampleSystem.UID}}},
		}, d.cascadeDelete),
		api.Handle(api.Op{
			ID: "namespace.advertise", Methods: []string{http.MethodPost},
			Paths: []string{"/api/config/namespaces/system/update_allow_advertise_on_public"}, Access: api.Requires(iam.NamespacesUpdate),
			Tag: tag, Summary: "Say whether what is in a namespace may be advertised on the public internet",
			Description: "The caller needs the right in the namespace of the body too.", Errors: []iam.Kind{iam.NotFound},
			RequestExample: advertiseForm{Choice: "Enable", Namespace: "shop"}, ResponseExample: advertiseAnswer{true},
		}, d.advertise),
	}
}

// namespaceExample is what the document shows of a namespace.
var namespaceExample = namespaceView{iam.Namespace{ID: iam.NamespaceID(exampleSystem.UID), Name: "shop", Description: "All that is sold",
	Labels: map[string]string{"team": "retail"}, Created: exampleTime, Updated: exampleTime}}

// namespaceView shows a namespace.
type namespaceView struct{ iam.Namespace }

// shown is the namespace as any other object: its own is none.
func (n namespaceView) shown(tenant, creator string) shown {
	s := shown{
		kind: kindNamespace, version: n.Version, spec: empty{}, form: empty{},
		meta: objectMeta{Name: n.Name, Labels: tags(n.Labels), Annotations: tags(n.Annotations), Description: n.Description, Disable: n.Disabled},
		system: systemMeta{UID: string(n.ID), Created: timeOf(n.Created), Modified: timeOf(n.Updated), Tenant: tenant,
			CreatorClass: creatorClass(n.CreatedBy), CreatorID: creator, Finalizers: []string{}},
		conditions: []object.Condition{{Type: "Operational", Status: "Success", Updated: n.Updated}},
	}
	if n.Disabled {
		s.conditions[0].Status = "Disabled"
	}
	return s
}

// The vendor's words for kinds of objects that several files of this package tell of.
const (
	kindNamespace     = "namespace"
	kindNamespaceRole = "namespace_role"
)

func (n namespaceView) example() shown   { return n.shown(exampleSystem.Tenant, exampleSystem.CreatorID) }
func (n namespaceView) list() listAnswer { return listing{}.list([]shown{n.example()}) }
func (n namespaceView) made() newObject {
	s := n.example()
	return newObject{Metadata: s.meta, Spec: s.spec, System: s.system}
}
func (n namespaceView) got() getAnswer {
	s := n.example()
	return getAnswer{Metadata: s.meta, Spec: s.spec, System: s.system}
}
func (n namespaceView) form() namespaceForm {
	return namespaceForm{Metadata: &objectMeta{Name: n.Name, Labels: n.Labels, Description: n.Description}}
}

// namespaceForm is a request to make a namespace, or to write it anew.
type namespaceForm struct {
	Metadata *objectMeta `json:"metadata" rule:"message.required=true"`
	Spec     empty       `json:"spec"`
	Version  string      `json:"resource_version,omitzero" doc:"The entity tag that reading answered, without its quotes: the write is refused when it is not the present one."`
}

// ofNamespaces is the namespace of namespaces, which clients give though there
// is none.
type ofNamespaces struct {
	Namespace string `query:"namespace" doc:"Empty, or system."`
}

func (n ofNamespaces) check() error { return ownNamespace("namespace", n.Namespace) }

// ownNamespace answers Invalid unless what is said to be the namespace of a
// namespace is none, or the one where clients look for what has none.
func ownNamespace(field, got string) error {
	if got != "" && got != iam.NamespaceSystem {
		return notAs(field, "empty", got)
	}
	return nil
}

func (d *dialect) listNamespaces(ctx context.Context, c *api.Call, in struct {
	ofNamespaces
	listing
}) (listAnswer, error) {
	if err := in.check(); err != nil {
		return listAnswer{}, err
	}
	selector, err := object.ParseSelector(in.LabelFilter)
	if err != nil {
		return listAnswer{}, err
	}
	found, err := d.readableNamespaces(ctx, c.Actor)
	if err != nil {
		return listAnswer{}, err
	}
	v, err := d.viewer(ctx, c.Actor)
	if err != nil {
		return listAnswer{}, err
	}
	all := []shown{}
	for _, n := range found {
		if !selector.Matches(n.Labels) {
			continue
		}
		var creator string
		if in.full() {
			if creator, err = v.creator(ctx, n.CreatedBy); err != nil {
				return listAnswer{}, err
			}
		}
		all = append(all, namespaceView{n}.shown(v.tenant, creator))
	}
	return in.list(all), nil
}

// readableNamespaces answers the namespaces that the caller may read.
func (d *dialect) readableNamespaces(ctx context.Context, by iam.Actor) ([]iam.Namespace, error) {
	found, err := d.Tenancy.Namespaces(ctx, by)
	if err != nil {
		return nil, err
	}
	if all, err := d.may(ctx, by, iam.NamespaceSystem, http.MethodGet, namespacePath); all || err != nil {
		return found, err
	}
	calls := make([]access.Call, len(found))
	for i, n := range found {
		calls[i] = access.Call{Method: http.MethodGet, Path: namespacesPath + "/" + n.Name}
	}
	decisions, err := d.Access.Evaluate(ctx, by, access.ByAll, iam.NamespaceSystem, calls)
	if err != nil {
		return nil, err
	}
	var readable []iam.Namespace
	for i, n := range found {
		if decisions[i].Allowed {
			readable = append(readable, n)
		}
	}
	return readable, nil
}

// may reports whether the caller could call an operation, named by its method
// and its path, in a namespace.
func (d *dialect) may(ctx context.Context, by iam.Actor, namespace, method, path string) (bool, error) {
	decisions, err := d.Access.Evaluate(ctx, by, access.ByAll, namespace, []access.Call{{Method: method, Path: path}})
	return err == nil && decisions[0].Allowed, err
}

// check answers Invalid when the form is for another namespace.
func (f namespaceForm) check(name string) error {
	if err := ownNamespace("metadata.namespace", f.Metadata.Namespace); err != nil {
		return err
	}
	return repeats("metadata.name", f.Metadata.Name, name)
}

func (d *dialect) createNamespace(ctx context.Context, c *api.Call, in struct {
	Body namespaceForm `body:"required"`
}) (newObject, error) {
	m := in.Body.Metadata
	if err := in.Body.check(m.Name); err != nil {
		return newObject{}, err
	}
	n, err := d.Tenancy.CreateNamespace(ctx, c.Actor, tenancy.NewNamespace{Name: m.Name, Description: m.Description, Labels: m.Labels,
		Annotations: m.Annotations, Disabled: m.Disable})
	if err != nil {
		return newObject{}, below("metadata", err)
	}
	s, err := d.namespaceShown(ctx, c.Actor, n)
	return newObject{Metadata: s.meta, Spec: s.spec, System: s.system, version: s.version}, err
}

// namespaceShown shows one namespace with its creator.
func (d *dialect) namespaceShown(ctx context.Context, by iam.Actor, n iam.Namespace) (shown, error) {
	v, err := d.viewer(ctx, by)
	if err != nil {
		return shown{}, err
	}
	creator, err := v.creator(ctx, n.CreatedBy)
	return namespaceView{n}.shown(v.tenant, creator), err
}

// oneNamespace is that of the path.
type oneNamespace struct {
	Name string `path:"name" doc:"The name of the namespace."`
}

func (d *dialect) getNamespace(ctx context.Context, c *api.Call, in struct {
	oneNamespace
	ofNamespaces
	format
}) (getAnswer, error) {
	wanted, err := in.read()
	if err == nil {
		err = in.check()
	}
	if err != nil {
		return getAnswer{}, err
	}
	n, err := d.Tenancy.Namespace(ctx, c.Actor, in.Name)
	if err != nil {
		return getAnswer{}, err
	}
	s, err := d.namespaceShown(ctx, c.Actor, n)
	if err != nil {
		return getAnswer{}, err
	}
	return s.get(wanted, func() (referring, disabled, deleted []objectRef, err error) {
		return d.namespaceRelations(ctx, c.Actor, n.Name, s.system.Tenant)
	})
}

// namespaceRelations answers what refers to a namespace, and what is wrong with
// what is active in it, which is what it refers to.
func (d *dialect) namespaceRelations(ctx context.Context, by iam.Actor, name, tenant string) (referring, disabled, deleted []objectRef, err error) {
	referring, disabled, deleted = []objectRef{}, []objectRef{}, []objectRef{}
	found, err := d.Objects.Referring(ctx, by, object.Target{Kind: kindNamespace, Name: name})
	if err != nil {
		return nil, nil, nil, err
	}
	for _, r := range found {
		referring = append(referring, refTo(r.Target, tenant))
	}
	for _, a := range []object.Activity{object.AlertPolicies, object.NetworkPolicies, object.ServicePolicies, object.FastACLs} {
		active, err := d.Objects.Active(ctx, by, a, name)
		if err != nil {
			return nil, nil, nil, err
		}
		for _, o := range active {
			switch {
			case o.Missing:
				deleted = append(deleted, refTo(o.Target, tenant))
			case o.Disabled:
				disabled = append(disabled, refTo(o.Target, tenant))
			}
		}
	}
	return referring, disabled, deleted, nil
}

func (d *dialect) replaceNamespace(ctx context.Context, c *api.Call, in struct {
	oneNamespace
	matching
	Body namespaceForm `body:"required"`
}) (replaced, error) {
	if err := in.Body.check(in.Name); err != nil {
		return replaced{}, err
	}
	version, err := in.version(in.Body.Version)
	if err != nil {
		return replaced{}, err
	}
	m := in.Body.Metadata
	n, err := d.Tenancy.UpdateNamespace(ctx, c.Actor, in.Name, tenancy.NamespaceChange{Description: &m.Description, Labels: &m.Labels,
		Annotations: &m.Annotations, Disabled: &m.Disable, Version: version})
	return replaced{n.Version}, below("metadata", err)
}

// onlyName is a body that repeats the name that the path has.
type onlyName struct {
	Name string `json:"name"`
}

// cascadeAnswer tells what became of all that was in a namespace.
type cascadeAnswer struct {
	Items []cascadeItem `json:"items"`
}

type cascadeItem struct {
	Error string `json:"error_message" doc:"Why it is still there; empty when it is gone."`
	Name  string `json:"object_name"`
	Type  string `json:"object_type"`
	UID   string `json:"object_uid"`
}

// cascadeDelete empties the namespace only when it may be removed then.
func (d *dialect) cascadeDelete(ctx context.Context, c *api.Call, in struct {
	oneNamespace
	Body onlyName `body:"optional"`
}) (cascadeAnswer, error) {
	if err := repeats("name", in.Body.Name, in.Name); err != nil {
		return cascadeAnswer{}, err
	}
	if _, err := d.Tenancy.CheckNamespaceEnd(ctx, c.Actor, in.Name); err != nil {
		return cascadeAnswer{}, err
	}
	removed, err := d.Objects.Empty(ctx, c.Actor, in.Name)
	if err != nil {
		return cascadeAnswer{}, err
	}
	a, emptied := cascadeAnswer{Items: make([]cascadeItem, len(removed))}, true
	for i, r := range removed {
		a.Items[i] = cascadeItem{Name: r.Target.Name, Type: r.Target.Kind, UID: r.Target.ID}
		if r.Err != nil {
			a.Items[i].Error, emptied = d.reason(ctx, c.Actor, r.Err), false
		}
	}
	if !emptied {
		return a, nil
	}
	return a, d.Tenancy.DeleteNamespace(ctx, c.Actor, in.Name)
}

// reason is what a caller may learn of an error that is only a part of an
// answer. What is our fault goes to the log.
func (d *dialect) reason(ctx context.Context, by iam.Actor, err error) string {
	if e, ok := errors.AsType[*iam.Error](err); ok && e.Kind != iam.Internal {
		return e.Message
	}
	d.Log.ErrorContext(ctx, "object not removed", "request_id", by.RequestID, "error", err)
	return "internal error"
}

// advertiseChoice is whether something may be advertised.
type advertiseChoice string

// Names implements message.Enum.
func (advertiseChoice) Names() []string { return []string{"Default", "Enable", "Disable"} }

type advertiseForm struct {
	Choice    advertiseChoice `json:"allow_advertise_on_public"`
	Namespace string          `json:"namespace" rule:"message.required=true"`
}

type advertiseAnswer struct {
	Result bool `json:"result"`
}

// advertise acts on the namespace of the body, unlike all else: it asks for the
// right in that one too.
func (d *dialect) advertise(ctx context.Context, c *api.Call, in struct {
	Body advertiseForm `body:"required"`
}) (advertiseAnswer, error) {
	may, err := d.may(ctx, c.Actor, in.Body.Namespace, http.MethodPut, namespacePath)
	if err != nil {
		return advertiseAnswer{}, err
	}
	if !may {
		return advertiseAnswer{}, iam.E(iam.Denied, "%s may not do this: the right %s in namespace %q is missing",
			c.Actor.Username, iam.NamespacesUpdate, in.Body.Namespace)
	}
	choice := string(in.Body.Choice)
	if choice == "" {
		choice = in.Body.Choice.Names()[0]
	}
	_, err = d.Tenancy.UpdateNamespace(ctx, c.Actor, in.Body.Namespace, tenancy.NamespaceChange{Advertise: &choice})
	return advertiseAnswer{err == nil}, err
}
