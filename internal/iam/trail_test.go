package iam

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestTold: what is told of a relation is read as it was.
func TestTold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := Told{Link: Link{Kind: rapid.SampledFrom([]LinkKind{LinkChild, LinkManager, LinkManaged, LinkAllowed}).Draw(t, "kind"),
			Other: TenantID(rapid.StringMatching(`[0-9a-f-]{0,36}`).Draw(t, "other")), OtherCode: rapid.StringMatching(`[a-z0-9_-]*`).Draw(t, "code"),
			Manager: ObjectID(rapid.StringMatching(`[0-9a-f-]{0,36}`).Draw(t, "manager"))},
			Disabled: rapid.Bool().Draw(t, "disabled"), Groups: map[GroupID]string{}}
		for _, id := range rapid.SliceOfNDistinct(rapid.StringMatching(`[0-9a-f-]{36}`), 0, 3, rapid.ID[string]).Draw(t, "groups") {
			a := Assignment{Group: GroupID(id), Owner: rapid.Bool().Draw(t, "owner")}
			for range rapid.IntRange(0, 3).Draw(t, "number") {
				a.Theirs = append(a.Theirs, rapid.String().Draw(t, "theirs"))
			}
			w.Assignments = append(w.Assignments, a)
			w.Groups[a.Group] = rapid.String().Draw(t, "name")
		}
		got, ok := ToldOf(w.Details())
		if d := cmp.Diff(w, got); d != "" || !ok {
			t.Errorf("%v (-told +read):\n%s", ok, d)
		}
	})
	for _, details := range []map[string]string{nil, {}, {DetailState: "active"}, {detailLink: "child", detailAssignments: `x "a" b`},
		{detailLink: "child", detailAssignments: `x "a`}} {
		if w, ok := ToldOf(details); ok {
			t.Errorf("%v is read as %+v", details, w)
		}
	}
}

func TestSupportTold(t *testing.T) {
	for _, a := range []SupportAccess{{}, {Mode: SupportRead}, {Mode: SupportWrite, Disabled: true},
		{Mode: SupportNamespaces, Namespaces: []string{"shop", "inn"}}} {
		if d := cmp.Diff(a, SupportAccessOf(a.Details())); d != "" {
			t.Errorf("(-told +read):\n%s", d)
		}
	}
}
