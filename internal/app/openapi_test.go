package app_test

import (
	"net/http"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

// TestDocuments reads the OpenAPI document of each dialect, and that of all, as a
// client would: they follow the specification, and each example its schema.
func TestDocuments(t *testing.T) {
	s := apptest.SQLite(t)
	paths := map[string]bool{"/openapi.json": true}
	for _, op := range s.Registry.Operations() {
		paths["/openapi/"+op.Dialect.Name+".json"] = true
	}
	if len(paths) < 7 {
		t.Errorf("there are the documents %v only", paths)
	}
	for path := range paths {
		t.Run(path, func(t *testing.T) {
			a := s.Do(t, http.MethodGet, path, "", "")
			if a.Status != http.StatusOK {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
			doc, err := openapi3.NewLoader().LoadFromData([]byte(a.Body))
			if err != nil {
				t.Fatal(err)
			}
			if err := doc.Validate(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}
