package storage

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TestRefsRoundTrip does in Go what refText does in SQL.
func TestRefsRoundTrip(t *testing.T) {
	text := func(s string) string { return fmt.Sprint(utf8.RuneCountInString(s), ":", s) }
	name := rapid.StringN(0, 8, -1)
	ref := rapid.Custom(func(t *rapid.T) iam.Ref[iam.GroupID] {
		return iam.Ref[iam.GroupID]{
			ID:   iam.GroupID(fmt.Sprintf("01900000-0000-7000-8000-%012d", rapid.Uint32().Draw(t, "id"))),
			Name: name.Draw(t, "name"), Handle: name.Draw(t, "handle"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfDistinct(ref, func(r iam.Ref[iam.GroupID]) iam.GroupID { return r.ID }).Draw(t, "refs")
		var column strings.Builder
		for _, r := range want {
			column.WriteString(string(r.ID) + text(r.Handle) + text(r.Name))
		}
		var got []iam.Ref[iam.GroupID]
		if err := (refsTo[iam.GroupID]{&got}).Scan(column.String()); err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(want, func(a, b iam.Ref[iam.GroupID]) int { return strings.Compare(a.Name+string(a.ID), b.Name+string(b.ID)) })
		byID := cmpopts.SortSlices(func(a, b iam.Ref[iam.GroupID]) bool { return a.ID < b.ID })
		if d := cmp.Diff(want, got, byID, cmpopts.EquateEmpty()); d != "" {
			t.Fatal(d)
		}
		if !slices.IsSortedFunc(got, func(a, b iam.Ref[iam.GroupID]) int { return strings.Compare(a.Name, b.Name) }) {
			t.Fatalf("not by name: %q", got)
		}
	})
}

// TestRolesRoundTrip does in Go what roleText does in SQL.
func TestRolesRoundTrip(t *testing.T) {
	text := func(s string) string { return fmt.Sprint(utf8.RuneCountInString(s), ":", s) }
	name := rapid.StringN(0, 4, -1)
	role := rapid.Custom(func(t *rapid.T) iam.RoleIn {
		return iam.RoleIn{
			Role: iam.Ref[iam.RoleID]{
				ID:   iam.RoleID(fmt.Sprintf("01900000-0000-7000-8000-%012d", rapid.Uint8().Draw(t, "id"))),
				Name: name.Draw(t, "name"), Handle: name.Draw(t, "handle"),
			},
			Scope: iam.Scope(rapid.SampledFrom([]string{"", "*", "shop", "group:1", " ", "가"}).Draw(t, "scope")),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOf(role).Draw(t, "roles")
		var column strings.Builder
		for _, r := range want {
			column.WriteString(text(string(r.Scope)) + string(r.Role.ID) + text(r.Role.Handle) + text(r.Role.Name))
		}
		var got []iam.RoleIn
		var whole []iam.Ref[iam.RoleID]
		if err := (rolesTo{&got, &whole}).Scan(column.String()); err != nil {
			t.Fatal(err)
		}
		order := func(r iam.RoleIn) []string { return []string{string(r.Scope), r.Role.Name} }
		if !slices.IsSortedFunc(got, func(a, b iam.RoleIn) int { return slices.Compare(order(a), order(b)) }) {
			t.Fatalf("not by scope and name: %v", got)
		}
		var inWhole []iam.Ref[iam.RoleID]
		for _, r := range got {
			if r.Scope == iam.ScopeTenant {
				inWhole = append(inWhole, r.Role)
			}
		}
		if !slices.Equal(inWhole, whole) {
			t.Fatalf("in the whole tenant are %v of %v", whole, got)
		}
		anyOrder := cmpopts.SortSlices(func(a, b iam.RoleIn) int {
			return slices.Compare(append(order(a), string(a.Role.ID), a.Role.Handle), append(order(b), string(b.Role.ID), b.Role.Handle))
		})
		if d := cmp.Diff(want, got, anyOrder, cmpopts.EquateEmpty()); d != "" {
			t.Fatal(d)
		}
	})
}

func TestBrokenText(t *testing.T) {
	id := "01900000-0000-7000-8000-000000000001"
	for _, s := range []string{"x", id, id + "1", id + ":", id + "1:a", id + "1:a2:b", id + "-1:" + "0:", id + "9999999999999999999:a0:"} {
		var refs []iam.Ref[iam.RoleID]
		if err := (refsTo[iam.RoleID]{&refs}).Scan(s); err == nil {
			t.Errorf("%q is read as %q", s, refs)
		}
	}
	for _, s := range []string{"x", "0:", "0:" + id, "1:" + id + "0:0:", "0:" + id + "0:0:x", "0:" + id + "0:2:x", "-1:" + id + "0:0:"} {
		var roles []iam.RoleIn
		var whole []iam.Ref[iam.RoleID]
		if err := (rolesTo{&roles, &whole}).Scan(s); err == nil {
			t.Errorf("%q is read as %q", s, roles)
		}
	}
	var ids []iam.APIGroupID
	if err := (idsTo[iam.APIGroupID]{&ids}).Scan(id + "x"); err == nil {
		t.Error("a broken list of ids is read")
	}
	var texts []string
	for _, src := range []any{"2:x", nil, 1} {
		if err := (textsTo{&texts}).Scan(src); err == nil {
			t.Errorf("%v is read as %q", src, texts)
		}
	}
}

func TestBind(t *testing.T) {
	type name string
	got := bind([]any{name("a\x00"), "ok", map[string]string(nil), map[string]string{"k": "v"}, nil, true, int64(7), []byte("raw"),
		iam.UserRules{}, iam.UserRules{NoAPI: true}})
	want := []any{"a\ufffd", "ok", "{}", `{"k":"v"}`, nil, true, int64(7), []byte("raw"),
		"{}", encodeJSON(iam.UserRules{NoAPI: true})}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(want, bind(got)); d != "" {
		t.Error("a second time:", d)
	}
}
