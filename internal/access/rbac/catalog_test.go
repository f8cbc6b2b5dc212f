package rbac

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// testCatalog has more than 64 endpoints, so that sets span two words.
func testCatalog() *Catalog {
	endpoints := []Endpoint{
		{Dialect: "netapp", ID: "signIn", Method: "POST", Path: "/v2.1/auth"},
		{Dialect: "netapp", ID: "listRegions", Method: "GET", Path: "/v2.1/regions", Permission: "regions.read"},
		{Dialect: "netapp", ID: "createRegion", Method: "POST", Path: "/v2.1/regions", Permission: "regions.create"},
		{Dialect: "netapp", ID: "getRegion", Method: "GET", Path: "/v2.1/regions/{name}", Permission: "regions.read"},
		{Dialect: "netapp", ID: "deleteRegion", Method: "DELETE", Path: "/v2.1/regions/{name}", Permission: "regions.delete"},
		{Dialect: "netapp", ID: "countRegions", Method: "GET", Path: "/v2.1/regions/count", Permission: "regions.read"},
		{Dialect: "netapp", ID: "listZones", Method: "GET", Path: "/v2.1/regions/{region}/zones", Permission: "zones.read"},
		{Dialect: "netapp", ID: "countZones", Method: "GET", Path: "/v2.1/regions/count/total", Permission: "zones.read"},
		{Dialect: "f5xc", ID: "getObject", Method: "GET", Path: "/api/config/namespaces/{namespace}/things/{name}", Permission: "things.read"},
	}
	for _, kind := range strings.Fields("users groups roles tokens sessions jobs tickets events objects providers zones tenants namespaces") {
		for _, verb := range [][2]string{{"read", "GET"}, {"create", "POST"}, {"update", "PUT"}, {"delete", "DELETE"}, {"things.read", "PATCH"}} {
			endpoints = append(endpoints, Endpoint{Dialect: "fess", ID: verb[0] + kind, Method: verb[1],
				Path: "/api/admin/" + kind + "/{id}", Permission: iam.Permission(kind + "." + verb[0])})
		}
	}
	return NewCatalog(endpoints)
}

func TestIndexIgnoresNamesOfParameters(t *testing.T) {
	c := testCatalog()
	i, ok := c.Index("GET", "/api/config/namespaces/{metadata.namespace}/things/{n}")
	if !ok || c.Endpoint(i).ID != "getObject" {
		t.Errorf("Index = %d, %v, want the endpoint getObject", i, ok)
	}
	if i, ok := c.Index("GET", "/v2.1/regions/seoul"); ok {
		t.Errorf("Index of a concrete path = %d, want none", i)
	}
}

func TestNewCatalogRefusesAmbiguity(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("two endpoints at one place did not panic")
		}
	}()
	NewCatalog([]Endpoint{{Method: "GET", Path: "/a/{x}"}, {Method: "GET", Path: "/a/{y}"}})
}

func TestWithPermission(t *testing.T) {
	c := testCatalog()
	if diff := cmp.Diff([]string{"listRegions", "getRegion", "countRegions"}, ids(c, c.WithPermission("regions.read"))); diff != "" {
		t.Errorf("regions.read (-want +got):\n%s", diff)
	}
	if s := c.WithPermission(""); !s.Empty() {
		t.Errorf("no permission: %v, want nothing", ids(c, s))
	}
	if s := c.WithPermission("regions.*"); !s.Empty() {
		t.Errorf("a pattern is not a permission: %v", ids(c, s))
	}
}

// ids names the endpoints of a set.
func ids(c *Catalog, s Set) []string {
	var names []string
	for i := range c.Len() {
		if s.Has(i) {
			names = append(names, c.Endpoint(i).ID)
		}
	}
	return names
}
