package scim_test

import (
	"net/http"
	"strings"
)

var replacing = []must{
	{"3.5.1", "what is sent replaces, what is not is removed", func(c *client) {
		name := unique("put")
		path := c.user(name, `"title":"Dr"`, `"nickName":"N"`, `"emails":[{"value":"a@example.com"},{"value":"b@example.com"}]`)
		u := c.want(200, "PUT "+path, `{"userName":"`+name+`","title":"Prof","emails":[{"value":"c@example.com"}]}`)
		c.is(u, "title", "Prof")
		c.is(u, "nickName", "<none>")
		c.is(u, "emails", "[map[value:c@example.com]]")
		if got := c.want(200, "GET "+path, ""); text(got, "title") != "Prof" || got["nickName"] != nil {
			c.Errorf("%v", got)
		}
	}},
	{"3.5.1", "what is read only is ignored", func(c *client) {
		name := unique("put")
		path := c.user(name)
		u := c.want(200, "PUT "+path, `{"userName":"`+name+`","id":"other","groups":[{"value":"x"}],"meta":{"created":"1999-01-01T00:00:00Z"}}`)
		c.is(u, "id", strings.TrimPrefix(path, users+"/"))
		c.is(u, "groups", "<none>")
		if strings.HasPrefix(text(u, "meta.created"), "1999") {
			c.Errorf("%v", u)
		}
	}},
	{"3.5.1", "what is immutable is taken once, and afterwards has to match", func(c *client) {
		urn, name := c.extended(), unique("put")
		path := c.user(name)
		put := func(since string) string {
			return `{"userName":"` + name + `","` + urn + `":{"since":"` + since + `"}}`
		}
		c.want(200, "PUT "+path, put("2020"))
		c.want(200, "PUT "+path, put("2020"))
		c.refused(400, "mutability", "PUT "+path, put("2021"))
		in, _ := c.want(200, "GET "+path, "")[urn].(map[string]any)
		c.is(in, "since", "2020")
	}},
	{"3.5.1", "PUT makes nothing", func(c *client) {
		c.refused(404, "", "PUT "+users+"/0192e4a0-1111-7222-8333-444455556666", `{"userName":"`+unique("put")+`"}`)
		c.refused(404, "", "PUT "+groups+"/made-up", `{"displayName":"`+unique("put")+`"}`)
	}},
	{"3.5.1", "what is required is", func(c *client) {
		c.refused(400, "invalidValue", "PUT "+c.user(unique("put")), `{"displayName":"x"}`)
	}},
}

// extended gives users an attribute that is immutable, since, and answers the URN
// of its schema.
func (c *client) extended() string {
	c.Helper()
	const urn = "urn:example:hr:2.0:User"
	c.want(http.StatusOK, "PUT /api/gatehouse/v1/scim/schemas/"+urn, `{"definition":{"name":"HR","attributes":[{"name":"since","mutability":"immutable"}]}}`)
	return urn
}

// patched changes a user by operations and answers it.
func (c *client) patched(path string, operations ...string) map[string]any {
	c.Helper()
	return c.want(http.StatusOK, "PATCH "+path, patch(operations...))
}

var patching = []must{
	{"3.5.2", "another message is no patch", func(c *client) {
		path := c.user(unique("patch"))
		c.refused(400, "invalidSyntax", "PATCH "+path, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[`+op("add", "title", `"x"`)+`]}`)
		c.refused(400, "invalidSyntax", "PATCH "+path, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}`)
		c.refused(400, "invalidSyntax", "PATCH "+path, patch(op("move", "title", `"x"`)))
	}},
	{"3.5.2", "what is read only is not changed", func(c *client) {
		path := c.user(unique("patch"))
		for _, o := range []string{op("replace", "id", `"x"`), op("add", "groups", `[{"value":"x"}]`), op("replace", "meta.version", `"x"`), op("remove", "meta", "")} {
			c.refused(400, "mutability", "PATCH "+path, patch(o))
		}
	}},
	{"3.5.2", "what is immutable is added once", func(c *client) {
		urn := c.extended()
		path := c.user(unique("patch"))
		c.patched(path, op("add", urn+":since", `"2020"`))
		for _, o := range []string{op("replace", urn+":since", `"2021"`), op("add", "", `{"`+urn+`:since":"2021"}`), op("remove", urn+":since", "")} {
			c.refused(400, "mutability", "PATCH "+path, patch(o))
		}
	}},
	{"3.5.2", "all or nothing", func(c *client) {
		path := c.user(unique("patch"), `"title":"before"`)
		c.refused(400, "noTarget", "PATCH "+path, patch(op("replace", "title", `"after"`), op("replace", `emails[type eq "work"].value`, `"x@example.com"`)))
		u := c.want(200, "GET "+path, "")
		c.is(u, "title", "before")
		c.is(u, "meta.version", `W/"1"`)
	}},
	{"3.5.2", "one after the other", func(c *client) {
		u := c.patched(c.user(unique("patch")), op("add", "title", `"one"`), op("remove", "title", ""), op("add", "emails", `[{"value":"a@example.com","type":"work"}]`),
			op("replace", `emails[type eq "work"].value`, `"b@example.com"`))
		c.is(u, "title", "<none>")
		c.is(u, "emails.0.value", "b@example.com")
	}},
	{"3.5.2", "200 with what attributes ask for, of a group too", func(c *client) {
		u := c.user(unique("member"))
		id := strings.TrimPrefix(u, users+"/")
		g := c.group(unique("patch"))
		body := patch(op("add", "members", `[{"value":"`+id+`"}]`))
		c.is(c.want(200, "PATCH "+g+query("attributes", "members"), body), "members.0.value", id)
		c.is(c.want(200, "PATCH "+g+query("excludedAttributes", "members"), body), "members", "<none>")
		if r := c.do("PATCH "+g, body); r.status != http.StatusNoContent || r.text != "" || r.header.Get("ETag") == "" {
			c.Errorf("%d %v %s", r.status, r.header, r.text)
		}
		c.is(c.want(200, "PATCH "+u+query("attributes", "title"), patch(op("add", "title", `"x"`))), "title", "x")
	}},
	{"3.5.2", "a primary value makes the others none", func(c *client) {
		u := c.patched(c.user(unique("patch"), `"emails":[{"value":"a@example.com","primary":true,"type":"home"}]`),
			op("add", "emails", `[{"value":"b@example.com","type":"work","primary":true}]`))
		primaries := 0
		for _, e := range u["emails"].([]any) {
			if text(e, "primary") == "true" {
				primaries++
				c.is(e, "value", "b@example.com")
			}
		}
		if primaries != 1 {
			c.Errorf("%v", u["emails"])
		}
	}},
}

var adding = []must{
	{"3.5.2.1", "what is there already changes nothing, nor the time", func(c *client) {
		path := c.user(unique("add"), `"title":"Dr"`, `"emails":[{"value":"a@example.com","type":"work"}]`)
		before := c.want(200, "GET "+path, "")
		u := c.patched(path, op("add", "title", `"Dr"`), op("add", "emails", `[{"value":"a@example.com","type":"work"}]`))
		c.is(u, "meta.lastModified", text(before, "meta.lastModified"))
		c.is(u, "meta.version", `W/"1"`)
	}},
	{"3.5.2.1", "a value is added, a single one replaced, sub-attributes set", func(c *client) {
		u := c.patched(c.user(unique("add"), `"title":"Dr"`, `"name":{"givenName":"A"}`, `"phoneNumbers":[{"value":"1","type":"work"}]`),
			op("add", "title", `"Prof"`), op("add", "name", `{"familyName":"B"}`), op("add", "phoneNumbers", `[{"value":"2","type":"home"}]`),
			op("add", "", `{"nickName":"N"}`))
		c.is(u, "title", "Prof")
		c.is(u, "name", "map[familyName:B givenName:A]")
		c.is(u, "phoneNumbers.1.value", "2")
		c.is(u, "nickName", "N")
	}},
}

var removing = []must{
	{"3.5.2.2", "without a path is noTarget", func(c *client) {
		c.refused(400, "noTarget", "PATCH "+c.user(unique("remove")), patch(op("remove", "", "")))
	}},
	{"3.5.2.2", "an attribute, all values, those that a filter finds, a part of them", func(c *client) {
		path := c.user(unique("remove"), `"title":"Dr"`, `"ims":[{"value":"x","type":"a"}]`, `"photos":[{"value":"http://a","type":"photo"},{"value":"http://b","type":"thumbnail"}]`,
			`"addresses":[{"type":"work","locality":"Seoul","country":"KR"},{"type":"home","locality":"Busan","country":"KR"}]`)
		u := c.patched(path, op("remove", "title", ""), op("remove", "ims", ""), op("remove", `photos[type eq "photo"]`, ""), op("remove", `addresses[type eq "work"].locality`, ""))
		c.is(u, "title", "<none>")
		c.is(u, "ims", "<none>")
		c.is(u, "photos", "[map[type:thumbnail value:http://b]]")
		c.is(u, "addresses.0", "map[country:KR type:work]")
		c.is(u, "addresses.1.locality", "Busan")
	}},
	{"3.5.2.2", "without its last value an attribute has none", func(c *client) {
		u := c.patched(c.user(unique("remove"), `"photos":[{"value":"http://a","type":"photo"}]`), op("remove", `photos[type eq "photo"]`, ""))
		c.is(u, "photos", "<none>")
	}},
	{"3.5.2.2", "what is required or read only is not removed", func(c *client) {
		path := c.user(unique("remove"))
		for _, attribute := range []string{"userName", "id", "groups"} {
			c.refused(400, "mutability", "PATCH "+path, patch(op("remove", attribute, "")))
		}
		c.refused(400, "mutability", "PATCH "+c.group(unique("remove")), patch(op("remove", "displayName", "")))
	}},
}

var replacingPart = []must{
	{"3.5.2.3", "a value, all values, those that a filter finds, a part of them", func(c *client) {
		path := c.user(unique("replace"), `"title":"Dr"`, `"name":{"givenName":"A","familyName":"B"}`, `"ims":[{"value":"x"},{"value":"y"}]`,
			`"addresses":[{"type":"work","locality":"Seoul","country":"KR"},{"type":"home","locality":"Busan","country":"KR"}]`)
		u := c.patched(path, op("replace", "title", `"Prof"`), op("replace", "name", `{"givenName":"C"}`), op("replace", "ims", `[{"value":"z"}]`),
			op("replace", `addresses[type eq "work"].locality`, `"Jeju"`), op("replace", `addresses[type eq "home"]`, `{"type":"home","country":"US"}`))
		c.is(u, "title", "Prof")
		c.is(u, "name", "map[familyName:B givenName:C]")
		c.is(u, "ims", "[map[value:z]]")
		c.is(u, "addresses.0", "map[country:KR locality:Jeju type:work]")
		c.is(u, "addresses.1.country", "US")
	}},
	{"3.5.2.3", "what has no value is added", func(c *client) {
		u := c.patched(c.user(unique("replace")), op("replace", "title", `"Dr"`), op("replace", "", `{"nickName":"N"}`))
		c.is(u, "title", "Dr")
		c.is(u, "nickName", "N")
	}},
	{"3.5.2.3", "a filter that finds nothing is noTarget", func(c *client) {
		c.refused(400, "noTarget", "PATCH "+c.user(unique("replace")), patch(op("replace", `addresses[type eq "work"].locality`, `"Seoul"`)))
	}},
}
