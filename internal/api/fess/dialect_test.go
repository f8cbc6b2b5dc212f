package fess

import (
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/api"
)

func TestTokenOf(t *testing.T) {
	tests := map[string]struct {
		token string
		ok    bool
	}{
		"":             {},
		"Bearer abc":   {"abc", true},
		"abc":          {"abc", true},
		"bearer abc":   {},
		"Basic abc":    {},
		"Bearer  abc":  {},
		"Bearer a b":   {},
		"Bearer":       {"Bearer", true}, // a bare token, that nobody has
		"Bearer\tabc":  {"Bearer\tabc", true},
		"Bearer a\tbc": {"a\tbc", true},
	}
	for header, want := range tests {
		if token, ok := tokenOf(header); token != want.token || ok != want.ok {
			t.Errorf("%q: got %q %v, want %q %v", header, token, ok, want.token, want.ok)
		}
	}
}

// The operations are well described: the document of them is valid, and has
// an example of every request and answer.
func TestOperations(t *testing.T) {
	registry := api.NewRegistry(slog.New(slog.DiscardHandler), nil)
	d, ops := New(Deps{})
	registry.Add(d, ops...)
	if _, err := registry.OpenAPI(d.Name); err != nil {
		t.Error(err)
	}
	var ids []string
	for _, o := range registry.Operations() {
		ids = append(ids, o.Op.ID)
		writes := slices.ContainsFunc([]string{".list", ".create", ".update"}, func(s string) bool { return strings.HasSuffix(o.Op.ID, s) })
		if o.Op.Summary == "" || o.Op.ResponseExample == nil || writes && o.Op.RequestExample == nil {
			t.Errorf("%s lacks a summary or an example", o.Op.ID)
		}
		if public := strings.HasPrefix(o.Op.ID, "health."); o.Op.Access.IsPublic() != public || public != (o.Op.Access.Permission() == "") {
			t.Errorf("%s may be called by %+v", o.Op.ID, o.Op.Access)
		}
	}
	want := []string{"user.list", "user.get", "user.create", "user.update", "user.delete",
		"group.list", "group.get", "group.create", "group.update", "group.delete",
		"role.list", "role.get", "role.create", "role.update", "role.delete", "health.v1", "health.v2"}
	if diff := cmp.Diff(want, ids); diff != "" {
		t.Errorf("operations (-want +got):\n%s", diff)
	}
}
