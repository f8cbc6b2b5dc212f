package storage_test

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/storage"
)

func TestInOrder(t *testing.T) {
	table := func(name string, refers ...string) storage.Table {
		t := storage.Table{Name: name}
		for _, other := range refers {
			t.Keys = append(t.Keys, storage.Key{Type: storage.KeyForeign, References: other})
		}
		return t
	}
	c := storage.Catalog{Tables: []storage.Table{
		table("a", "c", "b"), table("b", "c"), table("c", "c"), table("d"),
	}}
	ordered, err := c.InOrder()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, table := range ordered {
		names = append(names, table.Name)
	}
	if diff := cmp.Diff([]string{"c", "b", "a", "d"}, names); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}

	c.Tables[2] = table("c", "a")
	if _, err := c.InOrder(); err == nil {
		t.Error("tables that refer to each other in a circle have no order")
	}
}

func TestLatestMigration(t *testing.T) {
	for _, c := range []struct {
		files fstest.MapFS
		want  int64
		fails bool
	}{
		{files: fstest.MapFS{}},
		{files: fstest.MapFS{"00009_a.sql": nil, "00010_b.sql": nil, "00011_notes.txt": nil}, want: 10},
		{files: fstest.MapFS{"init.sql": nil}, fails: true},
	} {
		got, err := storage.LatestMigration(c.files)
		if got != c.want || c.fails != (err != nil) {
			t.Errorf("LatestMigration(%v) = %d, %v", c.files, got, err)
		}
	}
}
