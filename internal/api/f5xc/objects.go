package f5xc

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

// Objects keeps configuration objects. Package object satisfies it.
type Objects interface {
	Create(ctx context.Context, by iam.Actor, k *object.Kind, m object.Metadata, spec []byte) (object.Object, error)
	Replace(ctx context.Context, by iam.Actor, k *object.Kind, m object.Metadata, spec []byte, version int64) (object.Object, error)
	Get(ctx context.Context, by iam.Actor, k *object.Kind, namespace, name string) (object.Object, error)
	List(ctx context.Context, by iam.Actor, k *object.Kind, namespace, selector string) ([]object.Object, error)
	Delete(ctx context.Context, by iam.Actor, k *object.Kind, namespace, name string, failIfReferred bool) error
	Relations(ctx context.Context, by iam.Actor, o object.Object) (object.Relations, error)
	Empty(ctx context.Context, by iam.Actor, namespace string) ([]object.Removal, error)
	Refresh(ctx context.Context, by iam.Actor, namespace, name string) error
	Active(ctx context.Context, by iam.Actor, a object.Activity, namespace string) ([]object.ActiveObject, error)
	SetActive(ctx context.Context, by iam.Actor, a object.Activity, namespace string, targets []object.Target) error
	peopleObjects
	treeObjects
	inventories
}

// free names a kind whose spec is free.
type free struct {
	Kind string `path:"kind" doc:"The plural of the kind: its name and an s."`
}

func (d *dialect) objectOperations() []api.Operation {
	var all []api.Operation
	for _, k := range object.Kinds() {
		all = append(all, d.kindOperations(k)...)
	}
	for _, group := range []string{"config", "web"} {
		all = append(all, d.freeOperations(group)...)
	}
	return append(all, api.Handle(api.Op{
		ID: "authorization_server.update", Methods: []string{http.MethodPost},
		Paths:  []string{"/api/waf/namespaces/{namespace}/authorization_servers/{name}/update"},
		Access: api.Requires(iam.ObjectsUpdate), Namespace: "namespace", Tag: "Authorization server",
		Summary:     "Fetch the keys of an authorization server now",
		Description: "What came of it is in the object: a failure to fetch is no error.",
		Errors:      []iam.Kind{iam.NotFound}, RequestExample: objectName{Name: "example", Namespace: "shop"},
	}, d.refresh))
}

// objectsPath is where the objects of a kind are listed.
func objectsPath(k *object.Kind) string {
	if k.Spec == nil {
		return "/api/" + k.Group + "/namespaces/{namespace}/{kind}"
	}
	return "/api/" + k.Group + "/namespaces/{namespace}/" + k.Plural
}

// kindOperations are those of a kind whose spec is known: it has paths of its own.
func (d *dialect) kindOperations(k *object.Kind) []api.Operation {
	ops := objectOps{k, k.Name, k.Title, objectsPath(k), objectExamples[k.Name]}
	return []api.Operation{
		api.Handle(ops.list(), func(ctx context.Context, c *api.Call, in struct {
			inNamespace
			listing
		}) (listAnswer, error) {
			return d.listObjects(ctx, c, k, in.Namespace, in.listing)
		}),
		api.Handle(ops.create(), func(ctx context.Context, c *api.Call, in struct {
			inNamespace
			Body objectForm `body:"required"`
		}) (newObject, error) {
			return d.createObject(ctx, c, k, in.Namespace, in.Body)
		}),
		api.Handle(ops.get(), func(ctx context.Context, c *api.Call, in struct {
			named
			format
		}) (getAnswer, error) {
			return d.getObject(ctx, c, k, in.named, in.format)
		}),
		api.Handle(ops.replace(), func(ctx context.Context, c *api.Call, in struct {
			named
			matching
			Body objectForm `body:"required"`
		}) (replaced, error) {
			return d.replaceObject(ctx, c, k, in.named, in.matching, in.Body)
		}),
		api.Handle(ops.remove(), func(ctx context.Context, c *api.Call, in struct {
			named
			Body objectRemoval `body:"optional"`
		}) (empty, error) {
			return empty{}, d.deleteObject(ctx, c, k, in.named, in.Body)
		}),
	}
}

// freeOperations are those of the kinds of a group whose spec is free.
func (d *dialect) freeOperations(group string) []api.Operation {
	every := &object.Kind{Group: group, Title: "Objects of other kinds", Read: iam.ObjectsRead, Create: iam.ObjectsCreate,
		Update: iam.ObjectsUpdate, Delete: iam.ObjectsDelete}
	ops := objectOps{every, "object." + group, every.Title, objectsPath(every), objectExamples[""]}
	return []api.Operation{
		api.Handle(ops.list(), func(ctx context.Context, c *api.Call, in struct {
			inNamespace
			free
			listing
		}) (listAnswer, error) {
			return withKind(group, in.Kind, func(k *object.Kind) (listAnswer, error) {
				return d.listObjects(ctx, c, k, in.Namespace, in.listing)
			})
		}),
		api.Handle(ops.create(), func(ctx context.Context, c *api.Call, in struct {
			inNamespace
			free
			Body objectForm `body:"required"`
		}) (newObject, error) {
			return withKind(group, in.Kind, func(k *object.Kind) (newObject, error) {
				return d.createObject(ctx, c, k, in.Namespace, in.Body)
			})
		}),
		api.Handle(ops.get(), func(ctx context.Context, c *api.Call, in struct {
			named
			free
			format
		}) (getAnswer, error) {
			return withKind(group, in.Kind, func(k *object.Kind) (getAnswer, error) {
				return d.getObject(ctx, c, k, in.named, in.format)
			})
		}),
		api.Handle(ops.replace(), func(ctx context.Context, c *api.Call, in struct {
			named
			free
			matching
			Body objectForm `body:"required"`
		}) (replaced, error) {
			return withKind(group, in.Kind, func(k *object.Kind) (replaced, error) {
				return d.replaceObject(ctx, c, k, in.named, in.matching, in.Body)
			})
		}),
		api.Handle(ops.remove(), func(ctx context.Context, c *api.Call, in struct {
			named
			free
			Body objectRemoval `body:"optional"`
		}) (empty, error) {
			return withKind(group, in.Kind, func(k *object.Kind) (empty, error) {
				return empty{}, d.deleteObject(ctx, c, k, in.named, in.Body)
			})
		}),
	}
}

// withKind does something with the kind that a path names.
func withKind[A any](group, plural string, do func(*object.Kind) (A, error)) (A, error) {
	k, err := object.KindOf(group, plural)
	if err != nil {
		var none A
		return none, err
	}
	return do(k)
}

// objectOps describes the operations of a kind, or of kinds that have them in
// common.
type objectOps struct {
	kind    *object.Kind
	id, tag string
	path    string // of the list
	example objectExample
}

func (o objectOps) op(verb, method, path, summary string, p iam.Permission) api.Op {
	return api.Op{ID: o.id + "." + verb, Methods: []string{method}, Paths: []string{path}, Access: api.Requires(p), Namespace: "namespace",
		Tag: o.tag, Summary: summary, Errors: []iam.Kind{iam.NotFound}}
}

func (o objectOps) list() api.Op {
	op := o.op("list", http.MethodGet, o.path, "List", o.kind.Read)
	op.ResponseExample = o.example.list()
	return op
}

func (o objectOps) create() api.Op {
	op := o.op("create", http.MethodPost, o.path, "Create", o.kind.Create)
	op.Errors = append(op.Errors, iam.Exists, iam.Precondition)
	op.RequestExample, op.ResponseExample = o.example.form(), o.example.made()
	if o.kind.Spec == nil {
		op.Description = "The spec is any JSON object, and is kept as it is. An object in it that has a name, and besides only kind, " +
			"namespace, tenant and uid, refers to another configuration object."
	}
	return op
}

func (o objectOps) get() api.Op {
	op := o.op("get", http.MethodGet, o.path+"/{name}", "Get", o.kind.Read)
	op.ResponseExample = o.example.got()
	return op
}

func (o objectOps) replace() api.Op {
	op := o.op("replace", http.MethodPut, o.path+"/{name}", "Replace", o.kind.Update)
	op.Description = "Metadata and spec are replaced as a whole. A secret that is left out, or masked as reading answers it, stays as it is."
	op.Errors = append(op.Errors, iam.Conflict, iam.Precondition)
	op.RequestExample = o.example.again()
	return op
}

func (o objectOps) remove() api.Op {
	op := o.op("delete", http.MethodDelete, o.path+"/{name}", "Delete", o.kind.Delete)
	op.Errors = append(op.Errors, iam.Precondition)
	op.RequestExample = objectRemoval{FailIfReferred: true, Name: o.example.name(), Namespace: o.example.namespace()}
	return op
}
