package ncloud

import (
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// The operations are well described: the document of them is valid, each has a
// summary, an example of its answer and of its body, both spellings of its
// path, and a right that it takes.
func TestOperations(t *testing.T) {
	registry := api.NewRegistry(slog.New(slog.DiscardHandler), nil)
	d, ops := New(Deps{})
	registry.Add(d, ops...)
	if _, err := registry.OpenAPI(d.Name); err != nil {
		t.Error(err)
	}
	forms := 0
	for _, o := range registry.Operations() {
		if o.Op.Summary == "" || o.Op.ResponseExample == nil {
			t.Errorf("%s lacks a summary or an example", o.Op.ID)
		}
		if o.Op.RequestExample != nil {
			forms++
		}
		if len(o.Op.Paths) != 2 || o.Op.Paths[0] != base+o.Op.Paths[1] {
			t.Errorf("%s is served at %v", o.Op.ID, o.Op.Paths)
		}
		if o.Op.Access.Permission() == "" && o.Op.ID != "join.check-password" {
			t.Errorf("%s takes no right", o.Op.ID)
		}
		// What changes something takes no right to read, and the other way round.
		reads := slices.Contains(o.Op.Methods, "GET") || o.Op.ID == "policy.validate"
		if p := string(o.Op.Access.Permission()); p != "" && strings.HasSuffix(p, ".read") != reads {
			t.Errorf("%s takes the right %s", o.Op.ID, p)
		}
	}
	if len(registry.Operations()) != 51 || forms != 28 {
		t.Errorf("%d operations, %d of them with a body", len(registry.Operations()), forms)
	}
}

// Every kind of error has a place in the table, and one only: told either by
// the gateway or by the service.
func TestEveryKindIsAnswered(t *testing.T) {
	for _, k := range iam.Kinds() {
		a, ok := answers[k]
		if !ok || a.status == 0 || (a.gateway == "") == (a.service == 0) {
			t.Errorf("%s has the answer %+v", k, a)
		}
	}
	for rule, a := range exceptions {
		if a.status == 0 || (a.gateway == "") == (a.service == 0) || a.gateway == "" && a.phrase.korean == "" {
			t.Errorf("%v has the answer %+v", rule, a)
		}
	}
}
