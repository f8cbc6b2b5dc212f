package f5xc_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

const guide = "../../../docs/f5xc.md"

var countLine = regexp.MustCompile(`(?m)^Gatehouse serves \d+ of the \d+ operations of the vendor's document,.*$`)

// TestOperationCount holds what the guide says of how much is served to what
// is. The test flag -update writes it anew.
func TestOperationCount(t *testing.T) {
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	said := countLine.Find(text)
	if said == nil {
		t.Fatalf("%s does not say how many operations are served", guide)
	}
	doc := loadReference(t)
	if doc == nil {
		return
	}
	all, paths := 0, map[string]bool{}
	doc.operations(func(_, path string, _ *openapi3.Operation) {
		all++
		paths[path] = true
	})
	served := len(doc.served(apptest.SQLite(t).Registry))
	is := fmt.Sprintf("Gatehouse serves %d of the %d operations of the vendor's document, at %d paths: counted by `go test ./internal/api/f5xc -run TestOperationCount -update`.",
		served, all, len(paths))
	if string(said) == is {
		return
	}
	if flag.Lookup("update").Value.String() != "true" {
		t.Fatalf("%s says\n%s\nand it is\n%s", guide, said, is)
	}
	if err := os.WriteFile(guide, countLine.ReplaceAll(text, []byte(is)), 0o644); err != nil {
		t.Fatal(err)
	}
}
