package storage_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// TestUpgradeTree: tenants of before the tree had links are children of those
// above them, as others are, and stopped where one of those is.
func TestUpgradeTree(t *testing.T) {
	tenant := func(n int) iam.TenantID { return iam.TenantID(fmt.Sprintf("0190a000-000%d-7000-8000-00000000000a", n)) }
	root, off, below, farBelow, going := tenant(0), tenant(1), tenant(2), tenant(3), tenant(4)
	tree := []struct {
		id, parent iam.TenantID
		was        string
		state, own iam.TenantState
	}{
		{root, "", "active", iam.TenantActive, iam.TenantActive},
		{off, root, "disabled", iam.TenantDisabled, iam.TenantDisabled},
		{below, off, "active", iam.TenantSuspended, iam.TenantActive},
		{farBelow, below, "active", iam.TenantSuspended, iam.TenantActive},
		{going, root, "deleting", iam.TenantDeleting, iam.TenantDeleting},
	}
	for name, open := range olds {
		t.Run(name, func(t *testing.T) {
			o := open(t)
			o.first(t)
			for _, n := range tree {
				parent := "NULL"
				if n.parent != "" {
					parent = "'" + string(n.parent) + "'"
				}
				o.in(t, n.id, func() {
					must(t, o.owner, fmt.Sprintf(`INSERT INTO tenants VALUES ('%s', %s, 'c%s', 'Name "quoted"', 'name', '', '%s', '{}', 7, 8, 3)`,
						n.id, parent, n.id, n.was),
						fmt.Sprintf("INSERT INTO tenant_epochs VALUES ('%s', 1, 1)", n.id),
						fmt.Sprintf("INSERT INTO namespaces VALUES ('%s', '%s', 'system', '', 1, 1, 1)", n.id, id(kindNamespace, 0)))
				})
			}
			e, err := o.open()
			store := storage.New(migrated(t, e, err), iam.Env{Now: time.Now, Rand: rand.Reader})

			children := map[iam.TenantID]iam.TenantID{}
			for _, n := range tree {
				got, err := store.Tenant(t.Context(), n.id)
				if err != nil || got.State != n.state || got.Own != n.own || got.Ending != nil || got.Version != 3 {
					t.Errorf("tenant %+v, %v; want states %s and %s", got, err, n.state, n.own)
				}
				objects, err := store.Objects(t.Context(), n.id, "", "")
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range objects {
					l, err := store.Link(t.Context(), n.id, r.ID)
					if err != nil {
						t.Fatal(err)
					}
					other, err := store.Tenant(t.Context(), l.Other)
					if err != nil {
						t.Fatal(err)
					}
					if r.Kind != "child_tenant" || r.Namespace != "system" || r.Name != other.Code || r.Version != 1 || r.Created.UnixMicro() != 7 ||
						r.Disabled != (other.Own == iam.TenantDisabled) || !iam.ValidID(string(r.ID)) || r.ID[14] != '7' {
						t.Errorf("object %+v", r)
					}
					var spec map[string]string
					if err := json.Unmarshal(r.Spec, &spec); err != nil || !cmp.Equal(spec, map[string]string{"company_name": other.Name, "domain": other.Code}) {
						t.Errorf("spec %s, %v", r.Spec, err)
					}
					if id, disabled, err := store.Half(t.Context(), n.id, iam.LinkChild, l.Other); err != nil || id != r.ID || disabled != r.Disabled ||
						l.OtherCode != other.Code || l.Manager != "" || len(l.Assignments) > 0 {
						t.Errorf("link %+v, %v", l, err)
					}
					children[l.Other] = n.id
				}
			}
			want := map[iam.TenantID]iam.TenantID{off: root, below: off, farBelow: below} // one that goes is nobody's any more
			if d := cmp.Diff(want, children); d != "" {
				t.Error(d)
			}
		})
	}
}
