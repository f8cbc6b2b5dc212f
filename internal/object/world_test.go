package object_test

import (
	"encoding/json"
	"errors"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
	"github.com/gatehouse-id/gatehouse/internal/testpg"
)

// world is a server with the administrator of a tenant "acme", who works in
// namespace "default".
type world struct {
	*apptest.Server
	t      *testing.T
	tenant iam.Tenant
	by     iam.Actor
}

// each runs a test on both engines. Of all private addresses the server may
// fetch from 127.0.0.1 only.
func each(t *testing.T, test func(w world)) {
	start := func(t *testing.T, o app.Options) {
		o.Outbound = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
		s := apptest.Start(t, o)
		admin := s.NewTenant(t, "acme")
		test(world{s, t, admin.Tenant, admin.Actor()})
	}
	t.Run("sqlite", func(t *testing.T) { start(t, app.Options{}) })
	t.Run("postgres", func(t *testing.T) { start(t, app.Options{Database: testpg.URL(t), Migrate: true}) })
}

// kind answers the kind of a plural, wherever it is.
func kind(t *testing.T, plural string) *object.Kind {
	t.Helper()
	for _, group := range []string{"config", "web"} {
		if k, err := object.KindOf(group, plural); err == nil {
			return k
		}
	}
	t.Fatalf("there is no kind %s", plural)
	return nil
}

// named is metadata in namespace "default", or where objects of the kind are.
func named(k *object.Kind, name string) object.Metadata {
	m := object.Metadata{Namespace: iam.NamespaceDefault, Name: name}
	if k.System {
		m.Namespace = iam.NamespaceSystem
	}
	return m
}

// make makes an object that must be taken.
func (w world) make(plural, name, spec string) object.Object {
	w.t.Helper()
	k := kind(w.t, plural)
	o, err := w.Objects.Create(w.t.Context(), w.by, k, named(k, name), []byte(spec))
	if err != nil {
		w.t.Fatalf("create %s %s: %v", plural, name, err)
	}
	return o
}

func (w world) get(plural, name string) object.Object {
	w.t.Helper()
	k := kind(w.t, plural)
	o, err := w.Objects.Get(w.t.Context(), w.by, k, named(k, name).Namespace, name)
	if err != nil {
		w.t.Fatalf("get %s %s: %v", plural, name, err)
	}
	return o
}

func (w world) replace(plural, name, spec string) (object.Object, error) {
	k := kind(w.t, plural)
	return w.Objects.Replace(w.t.Context(), w.by, k, named(k, name), []byte(spec), 0)
}

func (w world) delete(plural, name string, free bool) error {
	k := kind(w.t, plural)
	return w.Objects.Delete(w.t.Context(), w.by, k, named(k, name).Namespace, name, free)
}

// events are the audit events of the tenant about objects, latest first.
func (w world) events() []iam.Event {
	w.t.Helper()
	found, err := w.Audit.Events(w.t.Context(), iam.System(w.tenant.ID, "test"), audit.Filter{}, iam.Page{Limit: 500})
	if err != nil {
		w.t.Fatal(err)
	}
	return found.Items
}

// namespace makes a namespace.
func (w world) namespace(name string) {
	w.t.Helper()
	if _, err := w.Tenancy.Namespace(w.t.Context(), w.by, name); err == nil {
		return
	}
	now := w.Env().Time()
	err := w.Store.InsertNamespace(w.t.Context(), w.tenant.ID, iam.Namespace{ID: iam.NamespaceID(w.Env().NewID()), Name: name,
		Created: now, Updated: now, Version: 1})
	if err != nil {
		w.t.Fatal(err)
	}
}

// disable disables or enables a namespace.
func (w world) disable(name string, disabled bool) {
	w.t.Helper()
	n, err := w.Tenancy.Namespace(w.t.Context(), w.by, name)
	if err != nil {
		w.t.Fatal(err)
	}
	n.Disabled, n.Updated = disabled, w.Env().Time()
	if err := w.Store.UpdateNamespace(w.t.Context(), w.tenant.ID, n); err != nil {
		w.t.Fatal(err)
	}
}

// names are those of objects.
func names(list []object.Object) []string {
	var all []string
	for _, o := range list {
		all = append(all, o.Name)
	}
	return all
}

// same reports whether two texts are the same JSON.
func same(t *testing.T, a []byte, b string) bool {
	t.Helper()
	var x, y any
	if err := json.Unmarshal(a, &x); err != nil {
		t.Fatalf("%s: %v", a, err)
	}
	if err := json.Unmarshal([]byte(b), &y); err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	return reflect.DeepEqual(x, y)
}

// refused checks that an error is Invalid, in words of the form that callers
// know, about a path.
func refused(t *testing.T, err error, path string) {
	t.Helper()
	var paths []string
	if e, ok := errors.AsType[*iam.Error](err); ok && e.Kind == iam.Invalid {
		for _, f := range e.Fields {
			paths = append(paths, f.Path)
			if !strings.HasPrefix(f.Message, "Field "+f.Path+" should ") {
				t.Errorf("told so: %s", f.Message)
			}
		}
		if !strings.HasPrefix(e.Message, "Field ") {
			t.Errorf("told so: %s", e.Message)
		}
	}
	if !slices.Contains(paths, path) {
		t.Errorf("%v, want Invalid about %s", err, path)
	}
}
