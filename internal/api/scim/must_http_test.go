package scim_test

import (
	"net/http"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

var formats = []must{
	{"3.8", "application/scim+json, taken and answered, as application/json is", func(c *client) {
		path := c.user(unique("json"))
		for accept, want := range map[string]string{"": "application/scim+json", "*/*": "application/scim+json", "application/scim+json": "application/scim+json",
			"application/json": "application/json", "application/json, application/scim+json": "application/scim+json"} {
			if r := c.do("GET "+path, "", "Accept: "+accept); r.status != http.StatusOK || r.header.Get("Content-Type") != want {
				c.Errorf("%q is answered with %d %s", accept, r.status, r.header.Get("Content-Type"))
			}
		}
		for _, kind := range []string{"application/scim+json", "application/json", "application/scim+json; charset=utf-8"} {
			c.want(200, "PATCH "+path, patch(op("add", "title", `"x"`)), "Content-Type: "+kind)
		}
	}},
	{"3.8", "UTF-8", func(c *client) {
		c.is(c.want(200, "GET "+c.user(unique("이하나"), `"displayName":"이하나 🙂"`), ""), "displayName", "이하나 🙂")
		c.refused(400, "invalidSyntax", "POST "+users, "{\"userName\":\"\xff\"}")
	}},
}

var notation = []must{
	{"3.10", "an attribute is its name, or that behind the URN of its schema", func(c *client) {
		const urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
		name := unique("urn")
		path := c.user(name, `"`+urn+`":{"department":"Research"}`)
		u := c.want(200, "GET "+path+query("attributes", "urn:ietf:params:scim:schemas:core:2.0:User:userName,"+urn+":department"), "")
		c.is(u, "userName", name)
		if in, _ := u[urn].(map[string]any); in["department"] != "Research" {
			c.Errorf("%v", u)
		}
		c.patched(path, op("replace", urn+":department", `"Sales"`), op("replace", "urn:ietf:params:scim:schemas:core:2.0:User:title", `"Dr"`))
		filter := urn + `:department eq "sales" and urn:ietf:params:scim:schemas:core:2.0:User:name.givenName pr or userName eq "` + name + `"`
		if got := c.found("title", "GET "+users+query("filter", filter), ""); got != "Dr of 1" {
			c.Errorf("found %s", got)
		}
	}},
}

var aliases = []must{
	{"3.13", "another version of the protocol is refused", func(c *client) {
		if a := c.server.Do(c, http.MethodGet, "/scim/v1/Users", c.token, ""); a.Status != http.StatusNotFound {
			c.Errorf("%d %s", a.Status, a.Body)
		}
	}},
	{"3.11", "/Me says where it stays", func(c *client) {
		r := c.do("GET "+root+"/Me", "")
		want := apptest.PublicURL + users + "/" + string(c.server.Admin.ID)
		if r.status != http.StatusOK || r.header.Get("Location") != want || text(r.body, "meta.location") != want {
			c.Errorf("%d %v %s", r.status, r.header, r.text)
		}
	}},
}

var failing = []must{
	{"3.12", "an error has a body", func(c *client) {
		path := c.user(unique("error"))
		c.refused(404, "", "GET "+users+"/nobody", "")
		c.refused(404, "", "GET "+root+"/Nothing", "")
		c.refused(404, "", "GET "+root+"/ResourceTypes/Car", "")
		c.refused(400, "invalidSyntax", "POST "+users, `{"userName":`)
		c.refused(400, "invalidSyntax", "POST "+users, ``)
		c.refused(400, "invalidSyntax", "POST "+users, `[]`)
		c.refused(400, "invalidSyntax", "POST "+users, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"userName":"x"}`)
		c.refused(400, "invalidValue", "POST "+users, `{"displayName":"no name"}`)
		c.refused(400, "invalidValue", "GET "+users+"?count=many", "")
		c.refused(400, "invalidValue", "GET "+users+"?sortBy=userName&sortOrder=up", "")
		c.refused(400, "invalidPath", "GET "+users+"?sortBy=shoeSize", "")
		c.refused(400, "invalidPath", "PATCH "+path, patch(op("add", "no such thing", `"x"`)))
		c.refused(400, "invalidSyntax", "POST "+users, `{"userName":"x","userName":"y"}`)
		c.refused(400, "invalidValue", "POST "+groups, `{"displayName":"x","members":[{"value":"0192e4a0-1111-7222-8333-444455556666"}]}`)
		c.refused(400, "invalidValue", "PATCH "+c.group(unique("error")), patch(op("add", "members", `[{"value":"0192e4a0-1111-7222-8333-444455556666"}]`)))
		c.refused(405, "", "DELETE "+users, "")
		c.refused(413, "", "POST "+users, `{"userName":"`+strings.Repeat("x", 1<<20)+`"}`)
		nobody := client{c.T, c.server, ""}
		nobody.refused(401, "", "GET "+users, "")
		if r := nobody.do("GET "+users, ""); r.header.Get("WWW-Authenticate") == "" {
			c.Error("nobody is told how to become somebody")
		}
		member := client{c.T, c.server, c.server.NewMember(c, c.server.Tenant, unique("member")).Token}
		member.refused(403, "", "DELETE "+path, "")
	}},
}

var versions = []must{
	{"3.14", "the version is a header and in meta", func(c *client) {
		path := c.user(unique("version"))
		for _, what := range []string{"GET " + path, "GET " + path + "?attributes=userName", "PATCH " + path} {
			r := c.do(what, patch(op("add", "title", `"x"`)))
			if got, _ := r.body["meta"].(map[string]any); r.header.Get("ETag") == "" || got != nil && got["version"] != r.header.Get("ETag") {
				c.Errorf("%s: %v %s", what, r.header, r.text)
			}
		}
	}},
	{"3.14", "what one has is 304", func(c *client) {
		path := c.user(unique("version"))
		for tag, want := range map[string]int{`W/"1"`: 304, `"1"`: 304, `"7", W/"1"`: 304, "*": 304, `W/"2"`: 200, `"abc"`: 200} {
			if r := c.do("GET "+path, "", "If-None-Match: "+tag); r.status != want || r.header.Get("ETag") != `W/"1"` || (r.text == "") != (want == 304) {
				c.Errorf("%s: %d %s", tag, r.status, r.text)
			}
		}
	}},
	{"3.14", "what others have changed is no 304", func(c *client) {
		user, group := c.user(unique("version")), c.group(unique("version"))
		tag := func(path string) string { return c.do("GET "+path, "").header.Get("ETag") }
		alone, empty := tag(user), tag(group)
		id := user[strings.LastIndexByte(user, '/')+1:]
		c.want(204, "PATCH "+group, patch(op("add", "members", `[{"value":"`+id+`"}]`)))
		c.want(200, "GET "+user, "", "If-None-Match: "+alone)
		c.want(200, "GET "+group, "", "If-None-Match: "+empty)
		joined, full := tag(user), tag(group)
		c.want(304, "GET "+user, "", "If-None-Match: "+joined)
		c.want(304, "GET "+group, "", "If-None-Match: "+full)
		c.want(200, "PATCH "+user, patch(op("replace", "active", "false")), "If-Match: "+joined)
		c.want(204, "DELETE "+user, "")
		c.want(200, "GET "+group, "", "If-None-Match: "+full)
	}},
	{"3.14", "a write of another version is 412, and is not done", func(c *client) {
		for path, body := range map[string]string{c.user(unique("version")): `"userName":"` + unique("renamed") + `"`, c.group(unique("version")): `"displayName":"` + unique("renamed") + `"`} {
			for _, tag := range []string{`W/"9"`, `"abc"`, `W/"7", W/"8"`} {
				c.refused(412, "", "PUT "+path, "{"+body+"}", "If-Match: "+tag)
				c.refused(412, "", "PATCH "+path, patch(op("replace", "", "{"+body+"}")), "If-Match: "+tag)
				c.refused(412, "", "DELETE "+path, "", "If-Match: "+tag)
			}
			c.refused(412, "", "PUT "+path, "{"+body+"}", "If-None-Match: *")
			c.refused(412, "", "GET "+path, "", "If-Match: W/\"9\"")
			c.is(c.want(200, "GET "+path, ""), "meta.version", `W/"1"`)
			c.want(200, "PUT "+path, "{"+body+"}", `If-Match: W/"7", W/"1"`)
			c.want(200, "PUT "+path, "{"+body+"}", "If-Match: *")
			c.want(204, "DELETE "+path, "", `If-Match: W/"2"`)
		}
	}},
}
