package storagetest

import (
	"cmp"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/object"
)

func testObjectFacts(f *fixture) {
	write := func(kind, namespace, name, facts string) object.Record {
		r := f.anObject(kind, namespace, name)
		r.Facts = []byte(facts)
		f.ok(f.store.InsertObject(f.ctx(), f.tenant.ID, r, nil, nil))
		return r
	}
	a := write("http_loadbalancer", "shared", "a", `{"on":1}`)
	write("http_loadbalancer", "default", "a", `{"on":2}`)
	write("cdn_loadbalancer", "shared", "b", "")
	write("contact", "shared", "c", "")
	read := func(namespace string, want ...object.FactsOf) {
		f.Helper()
		got, err := f.store.ObjectFacts(f.ctx(), f.tenant.ID, []string{"http_loadbalancer", "cdn_loadbalancer", "none"}, namespace)
		f.ok(err)
		slices.SortFunc(got, func(a, b object.FactsOf) int {
			return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
		})
		same(f, got, want)
	}
	elsewhere := object.FactsOf{Kind: "http_loadbalancer", Namespace: "default", Name: "a", Facts: []byte(`{"on":2}`)}
	first := object.FactsOf{Kind: "http_loadbalancer", Namespace: "shared", Name: "a", Facts: []byte(`{"on":1}`)}
	old := object.FactsOf{Kind: "cdn_loadbalancer", Namespace: "shared", Name: "b", Spec: a.Spec}
	read("", elsewhere, first, old)
	read("shared", first, old)
	read("nowhere")

	a.Facts = []byte(`{"on":4}`)
	f.ok(f.store.UpdateObject(f.ctx(), f.tenant.ID, a, nil, nil))
	first.Facts = a.Facts
	read("shared", first, old)

	count := func(namespace string, want ...object.Count) {
		f.Helper()
		got, err := f.store.CountObjects(f.ctx(), f.tenant.ID, []string{"http_loadbalancer", "contact", "none"}, namespace)
		f.ok(err)
		slices.SortFunc(got, func(a, b object.Count) int {
			return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Kind, b.Kind))
		})
		same(f, got, want)
	}
	count("", object.Count{Kind: "http_loadbalancer", Namespace: "default", N: 1}, object.Count{Kind: "contact", Namespace: "shared", N: 1},
		object.Count{Kind: "http_loadbalancer", Namespace: "shared", N: 1})
	count("default", object.Count{Kind: "http_loadbalancer", Namespace: "default", N: 1})
	count("nowhere")
}
