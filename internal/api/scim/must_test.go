package scim_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

// must is one rule of RFC 7644 section 3 that says what a service provider MUST,
// MUST NOT, SHALL or SHALL NOT do.
type must struct {
	section, rule string
	test          func(c *client)
}

// TestMust holds the service to each of them.
func TestMust(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := admin(t, s)
		for _, m := range slices.Concat(creating, retrieving, filtering, sorting, paging, searching, replacing, patching, adding, removing,
			replacingPart, deleting, bulkRules, formats, notation, aliases, failing, versions) {
			t.Run(m.section+" "+m.rule, func(t *testing.T) { m.test(c.of(t)) })
		}
	})
}

var creating = []must{
	{"3.3", "what is read only is ignored", func(c *client) {
		u := c.want(201, "POST "+users, `{"userName":"`+unique("u")+`","id":"mine","meta":{"version":"W/\"9\"","resourceType":"Car"},"groups":[{"value":"x"}]}`)
		c.is(u, "groups", "<none>")
		c.is(u, "meta.version", `W/"1"`)
		if u["id"] == "mine" {
			c.Error("a client has chosen an id")
		}
	}},
	{"3.3", "a duplicate is 409 of uniqueness", func(c *client) {
		name := unique("twice")
		c.user(name)
		c.refused(409, "uniqueness", "POST "+users, `{"userName":"`+strings.ToUpper(name)+`"}`)
		c.group(name)
		c.refused(409, "uniqueness", "POST "+groups, `{"displayName":"`+name+`"}`)
	}},
	{"3.3", "201 with the location in header and body", func(c *client) {
		r := c.do("POST "+users, `{"userName":"`+unique("u")+`"}`)
		location := r.header.Get("Location")
		if r.status != http.StatusCreated || location != apptest.PublicURL+users+"/"+text(r.body, "id") {
			c.Errorf("%d %v", r.status, r.header)
		}
		c.is(r.body, "meta.location", location)
	}},
	{"3.3.1", "meta.resourceType is set by the endpoint", func(c *client) {
		c.is(c.want(201, "POST "+users, `{"userName":"`+unique("u")+`"}`), "meta.resourceType", "User")
		c.is(c.want(201, "POST "+groups, `{"displayName":"`+unique("g")+`"}`), "meta.resourceType", "Group")
	}},
}

var retrieving = []must{
	{"3.4.1", "a resource is answered as it was made", func(c *client) {
		made := c.do("POST "+users, `{"userName":"`+unique("u")+`","title":"Dr","emails":[{"value":"a@example.com","type":"work"}]}`)
		got := c.do("GET "+users+"/"+text(made.body, "id"), "")
		if got.status != http.StatusOK || got.text != made.text {
			c.Errorf("%d %s, made as %s", got.status, got.text, made.text)
		}
	}},
	{"3.4.2", "a list is a ListResponse", func(c *client) {
		c.is(c.want(200, "GET "+users, ""), "schemas", "[urn:ietf:params:scim:api:messages:2.0:ListResponse]")
	}},
	{"3.4.2", "nothing found is 200 with totalResults 0", func(c *client) {
		c.is(c.want(200, "GET "+users+query("filter", `userName eq "nobody at all"`), ""), "totalResults", "0")
	}},
	{"3.4.2.1", "a filter over several types is as of one, and what a type has not is without a value", func(c *client) {
		name := unique("both")
		c.user(name, `"displayName":"`+name+`"`)
		c.group(name)
		for filter, want := range map[string]string{
			`displayName eq "` + name + `"`:                                  "User Group of 2",
			`userName eq "` + name + `"`:                                     "User of 1",
			`displayName eq "` + name + `" and not (userName pr)`:            "Group of 1",
			`displayName eq "` + name + `" and meta.resourceType eq "Group"`: "Group of 1",
		} {
			if got := c.found("meta.resourceType", "GET "+root+query("filter", filter), ""); got != want {
				c.Errorf("%s finds %s, want %s", filter, got, want)
			}
		}
	}},
	{"3.4.2.5", "excludedAttributes has no effect on what is always returned", func(c *client) {
		path := c.user(unique("u"), `"title":"Dr"`)
		u := c.want(200, "GET "+path+query("excludedAttributes", "id,schemas,title"), "")
		c.is(u, "id", strings.TrimPrefix(path, users+"/"))
		c.is(u, "schemas", "[urn:ietf:params:scim:schemas:core:2.0:User]")
		c.is(u, "title", "<none>")
	}},
	{"3.9", "attributes are answered beside what is always returned", func(c *client) {
		path := c.user(unique("u"), `"title":"Dr","name":{"givenName":"A","familyName":"B"}`)
		u := c.want(200, "GET "+path+query("attributes", "name.givenName, TITLE"), "")
		c.is(u, "name", "map[givenName:A]")
		if len(u) != 4 || u["id"] == nil || u["schemas"] == nil || u["title"] != "Dr" {
			c.Errorf("%v", u)
		}
	}},
	{"3.9", "attributes and excludedAttributes are mutually exclusive", func(c *client) {
		c.refused(400, "invalidValue", "GET "+users+query("attributes", "userName", "excludedAttributes", "emails"), "")
	}},
	{"3.9", "a password is never returned", func(c *client) {
		const secret = "correct horse battery"
		r := c.do("POST "+users+query("attributes", "password,userName"), `{"userName":"`+unique("u")+`","password":"`+secret+`"}`)
		if r.status != http.StatusCreated || strings.Contains(r.text, secret) || r.body["password"] != nil {
			c.Errorf("%d %s", r.status, r.text)
		}
	}},
}

var searching = []must{
	{"3.4.3", "a search is the query that it says", func(c *client) {
		name := unique("search")
		c.user(name+"-a", `"displayName":"`+name+`"`)
		c.user(name+"-b", `"displayName":"`+name+`"`)
		c.group(name)
		body := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"attributes":["userName","displayName"],"filter":"displayName eq \"` + name +
			`\"","sortBy":"userName","sortOrder":"descending","startIndex":1,"count":10}`
		for path, want := range map[string]string{users: name + "-b " + name + "-a of 2", root: "<none> " + name + "-b " + name + "-a of 3"} {
			if got := c.found("userName", "POST "+path+"/.search", body); got != want {
				c.Errorf("%s finds %s, want %s", path, got, want)
			}
		}
	}},
	{"3.4.3", "another message is no search", func(c *client) {
		c.refused(400, "invalidSyntax", "POST "+users+"/.search", patch())
	}},
}

var deleting = []must{
	{"3.6", "204, and 404 for all that comes after", func(c *client) {
		for _, path := range []string{c.user(unique("gone")), c.group(unique("gone"))} {
			if r := c.do("DELETE "+path, ""); r.status != http.StatusNoContent || r.text != "" {
				c.Errorf("%d %s", r.status, r.text)
			}
			c.refused(404, "", "GET "+path, "")
			c.refused(404, "", "PUT "+path, `{"userName":"x","displayName":"x"}`)
			c.refused(404, "", "PATCH "+path, patch(op("add", "displayName", `"x"`)))
			c.refused(404, "", "DELETE "+path, "")
		}
	}},
	{"3.6", "what is deleted is in no list, and its name is free", func(c *client) {
		name := unique("gone")
		c.want(204, "DELETE "+c.user(name), "")
		if got := c.found("userName", "GET "+users+query("filter", `userName eq "`+name+`"`), ""); got != "of 0" {
			c.Errorf("found %s", got)
		}
		c.user(name)
	}},
}
