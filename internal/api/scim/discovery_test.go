package scim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

// TestDiscovery: what the service can do is told to anybody, what its resources
// are like to whoever may read users; all of it as the standard has it, and
// unfiltered.
func TestDiscovery(t *testing.T) {
	s := apptest.SQLite(t)
	c := admin(t, s)
	nobody := client{t, s, ""}
	config := nobody.want(200, "GET /t/default"+root+"/ServiceProviderConfig", "")
	for _, feature := range []string{"patch", "bulk", "filter", "changePassword", "sort", "etag"} {
		c.is(config, feature+".supported", "true")
	}
	c.is(config, "pagination", "map[cursor:true defaultPageSize:100 defaultPaginationMethod:index index:true maxPageSize:1000]")
	c.is(config, "bulk.maxOperations", "1000")
	c.is(config, "authenticationSchemes.0.type", "oauthbearertoken")
	c.is(config, "meta.location", apptest.PublicURL+"/t/default"+root+"/ServiceProviderConfig")
	nobody.refused(401, "", "GET "+root+"/Schemas", "")

	types := c.want(200, "GET "+root+"/ResourceTypes", "")
	c.is(types, "Resources.0.endpoint", "/Users")
	c.is(types, "Resources.0.schemaExtensions.0", "map[required:false schema:urn:ietf:params:scim:schemas:extension:enterprise:2.0:User]")
	c.is(c.want(200, "GET "+root+"/ResourceTypes/Group", ""), "meta.location", apptest.PublicURL+root+"/ResourceTypes/Group")

	list := c.want(200, "GET "+root+"/Schemas?startIndex=2&count=1&sortBy=id", "")
	if n := len(list["Resources"].([]any)); n != 3 {
		t.Errorf("%d schemas", n)
	}
	for _, r := range list["Resources"].([]any) {
		id := text(r, "id")
		one := c.want(200, "GET "+root+"/Schemas/"+id, "")
		c.is(one, "meta", "map[location:"+apptest.PublicURL+root+"/Schemas/"+id+" resourceType:Schema]")
		c.is(one, "name", text(r, "name"))
	}
	for _, path := range []string{"/ServiceProviderConfig", "/ResourceTypes", "/ResourceTypes/User", "/Schemas", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User"} {
		c.refused(403, "", "GET "+root+path+"?filter=id%20pr", "")
		c.refused(405, "", "POST "+root+path, "{}")
	}
	c.refused(404, "", "GET "+root+"/Schemas/urn:none", "")
}

// TestShownAttributes: the document of the API tells of every attribute of the
// standard schemas, and of no other.
func TestShownAttributes(t *testing.T) {
	s := apptest.SQLite(t)
	c := admin(t, s)
	document := c.want(200, "GET /openapi/scim.json", "")
	shown := func(component string) map[string]any {
		m, _ := document["components"].(map[string]any)["schemas"].(map[string]any)[component].(map[string]any)["properties"].(map[string]any)
		return m
	}
	extra := map[string]bool{"schemas": true, "id": true, "externalId": true, "meta": true}
	for component, urn := range map[string]string{"User": "core:2.0:User", "Group": "core:2.0:Group", "Enterprise": "extension:enterprise:2.0:User"} {
		in := shown(component)
		schema := c.want(200, "GET "+root+"/Schemas/urn:ietf:params:scim:schemas:"+urn, "")
		for _, a := range schema["attributes"].([]any) {
			name := text(a, "name")
			if in[name] == nil {
				t.Errorf("%s lacks %s", component, name)
			}
			delete(in, name)
		}
		for name := range in {
			if !extra[name] && !strings.HasPrefix(name, "urn:") {
				t.Errorf("%s has %s, which no schema has", component, name)
			}
		}
	}
	post, _ := document["paths"].(map[string]any)[users].(map[string]any)["post"].(map[string]any)
	for _, in := range []any{post["requestBody"], post["responses"].(map[string]any)["201"], post["responses"].(map[string]any)["409"]} {
		content, _ := in.(map[string]any)["content"].(map[string]any)
		if content["application/scim+json"] == nil || content["application/json"] == nil {
			t.Errorf("a body is of %v", content)
		}
	}
	if a := s.Do(t, http.MethodOptions, users, "", ""); a.Status != http.StatusNoContent || !strings.Contains(a.Header.Get("Allow"), "POST") {
		t.Errorf("%d %v", a.Status, a.Header)
	}
}
