package storagetest

import (
	"fmt"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

func (f *fixture) anObject(kind, namespace, name string) object.Record {
	now := f.env.Time()
	return object.Record{ID: iam.ObjectID(f.env.NewID()), Kind: kind, Spec: []byte(`{"z":[1,"é"],"a":{}}`),
		Metadata: object.Metadata{Namespace: namespace, Name: name, Description: "For a test", Disabled: name == "disabled",
			Labels: map[string]string{"tier": "front"}, Annotations: map[string]string{"note": "x"}},
		CreatedBy: "someone", Created: now, Updated: now, Version: 1}
}

// newObject makes an object that refers to others, the n-th at path "/n".
func (f *fixture) newObject(kind, namespace, name string, to ...object.Target) object.Record {
	f.Helper()
	r := f.anObject(kind, namespace, name)
	f.ok(f.store.InsertObject(f.ctx(), f.tenant.ID, r, refsTo(to...), nil))
	return r
}

func refsTo(to ...object.Target) (refs []object.Reference) {
	for i, t := range to {
		refs = append(refs, object.Reference{Path: fmt.Sprint("/", i), Target: t})
	}
	return refs
}

func target(r object.Record) object.Target {
	return object.Target{Kind: r.Kind, Namespace: r.Namespace, Name: r.Name, ID: string(r.ID)}
}

func (f *fixture) aJob(key string) iam.Job {
	now := f.env.Time()
	return iam.Job{ID: iam.JobID(f.env.NewID()), Kind: "object.refresh", Status: iam.JobSuccessful, Payload: []byte(`{}`), Key: key,
		RunAt: now, Created: now, Updated: now}
}

func testObjects(f *fixture) {
	want := f.anObject("contact", "shared", "sales")
	want.Status = []byte(`{"state":"new"}`)
	e, j := f.event("contact", "create"), f.aJob("once")
	f.bumps(false, func() { f.ok(f.store.InsertObject(f.ctx(), f.tenant.ID, want, nil, []iam.Job{j}, e)) })
	f.logged(e)
	read := func(want object.Record) {
		f.Helper()
		got, err := f.store.Object(f.ctx(), f.tenant.ID, want.Kind, want.Namespace, want.Name)
		f.ok(err)
		same(f, got, want)
		got, err = f.store.ObjectByID(f.ctx(), f.tenant.ID, want.ID)
		f.ok(err)
		same(f, got, want)
	}
	read(want)
	if got, err := f.store.Job(f.ctx(), f.tenant.ID, string(j.ID)); err != nil || got.Key != "once" {
		f.Errorf("the job is %+v, %v", got, err)
	}

	for _, c := range []struct {
		tenant iam.TenantID
		of     object.Record
		want   iam.Kind
	}{
		{f.tenant.ID, f.anObject("contact", "shared", "sales"), iam.Exists},
		{f.tenant.ID, f.anObject("contact", "nowhere", "sales"), iam.NotFound},
		{f.tenant.ID, f.anObject("contact", "", "sales"), iam.NotFound},
		{iam.TenantID(f.env.NewID()), f.anObject("contact", "shared", "sales"), iam.NotFound},
		{"no id", f.anObject("contact", "shared", "sales"), iam.NotFound},
	} {
		job := f.aJob("")
		f.fails(f.store.InsertObject(f.ctx(), c.tenant, c.of, nil, []iam.Job{job}), c.want)
		_, err := f.store.Job(f.ctx(), f.tenant.ID, string(job.ID))
		f.fails(err, iam.NotFound)
	}
	f.newObject("contact", "default", "sales") // the same name elsewhere
	f.newObject("authentication", "shared", "sales")
	for _, k := range [][3]string{{"contact", "shared", "Sales"}, {"contact", "system", "sales"}, {"tenant", "shared", "sales"},
		{"contact", "", "sales"}, {"contact", "nowhere", "sales"}, {"", "shared", "sales"}, {"contact", "shared", "sa\x00les"}} {
		_, err := f.store.Object(f.ctx(), f.tenant.ID, k[0], k[1], k[2])
		f.fails(err, iam.NotFound)
	}

	change := want
	change.Description, change.Labels, change.Annotations, change.Disabled = "", nil, map[string]string{"other": ""}, true
	change.Spec, change.Updated = []byte(`{"b":2,"a":1}`), f.env.Time()
	e = f.event("contact", "replace")
	again, another := f.aJob("open"), f.aJob("open")
	again.Status = iam.JobPending
	ignored := change
	ignored.Kind, ignored.Namespace, ignored.Name, ignored.CreatedBy, ignored.Created, ignored.Status =
		"x", "system", "y", "z", f.env.Time(), []byte(`{}`)
	f.bumps(false, func() {
		f.ok(f.store.UpdateObject(f.ctx(), f.tenant.ID, ignored, nil, []iam.Job{again, another}, e))
	})
	f.logged(e)
	_, err := f.store.Job(f.ctx(), f.tenant.ID, string(another.ID)) // there is one of its key
	f.fails(err, iam.NotFound)
	change.Version++
	read(change)
	f.fails(f.store.UpdateObject(f.ctx(), f.tenant.ID, want, nil, nil), iam.Conflict)

	f.bumps(false, func() { f.ok(f.store.SetObjectStatus(f.ctx(), f.tenant.ID, want.ID, []byte(`{"state":"done"}`))) })
	change.Status = []byte(`{"state":"done"}`)
	read(change)

	for _, id := range []iam.ObjectID{"no id", iam.ObjectID(f.env.NewID())} {
		lost := change
		lost.ID = id
		f.fails(f.store.UpdateObject(f.ctx(), f.tenant.ID, lost, nil, nil), iam.NotFound)
		f.fails(f.store.SetObjectStatus(f.ctx(), f.tenant.ID, id, nil), iam.NotFound)
		f.fails(f.store.DeleteObject(f.ctx(), f.tenant.ID, id, false, nil), iam.NotFound)
		_, err := f.store.ObjectByID(f.ctx(), f.tenant.ID, id)
		f.fails(err, iam.NotFound)
	}
	e, j = f.event("contact", "delete"), f.aJob("")
	f.bumps(false, func() { f.ok(f.store.DeleteObject(f.ctx(), f.tenant.ID, want.ID, true, []iam.Job{j}, e)) })
	f.logged(e)
	_, err = f.store.Job(f.ctx(), f.tenant.ID, string(j.ID))
	f.ok(err)
	_, err = f.store.ObjectByID(f.ctx(), f.tenant.ID, want.ID)
	f.fails(err, iam.NotFound)
	f.settleAll()
}

// testObjectLists: by namespace, kind and name.
func testObjectLists(f *fixture) {
	for _, o := range [][3]string{{"b", "shared", "y"}, {"a", "shared", "z"}, {"a", "shared", "x"}, {"a", "default", "w"}, {"b", "system", "v"}} {
		f.newObject(o[0], o[1], o[2])
	}
	for _, c := range []struct {
		kind, namespace string
		want            []string
	}{
		{"", "", []string{"default/a/w", "shared/a/x", "shared/a/z", "shared/b/y", "system/b/v"}},
		{"a", "", []string{"default/a/w", "shared/a/x", "shared/a/z"}},
		{"", "shared", []string{"shared/a/x", "shared/a/z", "shared/b/y"}},
		{"a", "shared", []string{"shared/a/x", "shared/a/z"}},
		{"a", "system", nil}, {"c", "", nil}, {"", "nowhere", nil}, {"a", "nowhere", nil},
	} {
		found, err := f.store.Objects(f.ctx(), f.tenant.ID, c.kind, c.namespace)
		f.ok(err)
		var got []string
		for _, r := range found {
			got = append(got, r.Namespace+"/"+r.Kind+"/"+r.Name)
			whole, err := f.store.ObjectByID(f.ctx(), f.tenant.ID, r.ID)
			f.ok(err)
			same(f, r, whole)
		}
		same(f, got, c.want)
	}
}

// testDisabledNamespace: it takes no new objects and no changes, but they can
// be removed, and it stays as long as it has some.
func testDisabledNamespace(f *fixture) {
	n := f.newNamespace("shop")
	r := f.newObject("contact", "shop", "sales")
	n.Disabled = true
	f.ok(f.store.UpdateNamespace(f.ctx(), f.tenant.ID, n))
	n.Version++
	for _, err := range []error{
		f.store.InsertObject(f.ctx(), f.tenant.ID, f.anObject("contact", "shop", "other"), nil, nil),
		f.store.UpdateObject(f.ctx(), f.tenant.ID, r, nil, nil),
	} {
		if e := f.failure(err, iam.Precondition); e.Object != "shop" {
			f.Errorf("what is in the way is %q", e.Object)
		}
	}
	f.ok(f.store.SetObjectStatus(f.ctx(), f.tenant.ID, r.ID, []byte(`{}`)))

	before := f.rowsOf(f.tenant.ID)
	f.bumps(false, func() {
		e := f.failure(f.store.DeleteNamespace(f.ctx(), f.tenant.ID, n.ID, f.event("namespace", "delete")), iam.Precondition)
		if e.Code != iam.ReasonInUse || e.Object != "shop" {
			f.Errorf("a namespace with objects: %+v", e)
		}
	})
	same(f, f.rowsOf(f.tenant.ID), before)
	f.ok(f.store.DeleteObject(f.ctx(), f.tenant.ID, r.ID, true, nil))
	f.ok(f.store.DeleteNamespace(f.ctx(), f.tenant.ID, n.ID))
}

// populateObjects makes two objects, the second of which refers to the first.
func (f *fixture) populateObjects() (w objectPopulation) {
	f.Helper()
	w.contact = f.newObject("contact", "shared", "sales")
	w.policy = f.newObject("alert_policy", "shared", "alerts", target(w.contact))
	return w
}

// objectPopulation is what populateObjects makes.
type objectPopulation struct{ contact, policy object.Record }
