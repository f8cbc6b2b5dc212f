package scim_test

import (
	"fmt"
	"net/http"
	"strings"
)

// bulk is the body of a bulk request.
func bulk(failOnErrors int, operations ...string) string {
	return fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"failOnErrors":%d,"Operations":[%s]}`, failOnErrors, strings.Join(operations, ","))
}

// part is one operation of a bulk request; data is JSON, "" for none.
func part(method, path, bulkID, data string) string {
	p := fmt.Sprintf(`{"method":%q,"path":%q`, method, path)
	if bulkID != "" {
		p += fmt.Sprintf(`,"bulkId":%q`, bulkID)
	}
	if data != "" {
		p += `,"data":` + data
	}
	return p + "}"
}

// results are those of a bulk request.
func (c *client) results(body string) []any {
	c.Helper()
	all, _ := c.want(http.StatusOK, "POST "+root+"/Bulk", body)["Operations"].([]any)
	return all
}

var bulkRules = []must{
	{"3.7", "who fails leaves the others", func(c *client) {
		name := unique("bulk")
		c.user(name)
		all := c.results(bulk(0, part("POST", "/Users", "a", `{"userName":"`+name+`"}`), part("DELETE", "/Users/nobody", "", ""),
			part("POST", "/Users", "b", `{"userName":"`+name+`-b"}`)))
		for i, status := range []string{"409", "404", "201"} {
			c.is(all, fmt.Sprint(i)+".status", status)
		}
		c.is(all, "0.bulkId", "a")
		c.is(all, "0.response.scimType", "uniqueness")
		c.want(200, "GET "+users+query("filter", `userName eq "`+name+`-b"`), "")
	}},
	{"3.7", "failOnErrors ends it, and what was done is told", func(c *client) {
		name := unique("bulk")
		all := c.results(bulk(1, part("POST", "/Users", "a", `{"userName":"`+name+`"}`), part("POST", "/Users", "b", `{}`), part("POST", "/Users", "c", `{"userName":"`+name+`-c"}`)))
		if len(all) != 2 {
			c.Errorf("%v", all)
		}
		if got := c.found("userName", "GET "+users+query("filter", `userName sw "`+name+`"`), ""); got != name+" of 1" {
			c.Errorf("found %s", got)
		}
	}},
	{"3.7.1", "references by bulkId are followed, in circles too", func(c *client) {
		const manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
		name := unique("bulk")
		all := c.results(bulk(0,
			part("POST", "/Groups", "team", `{"displayName":"`+name+`","members":[{"value":"bulkId:a"},{"value":"bulkId:b"}]}`),
			part("POST", "/Users", "a", `{"userName":"`+name+`-a","`+manager+`":{"manager":{"value":"bulkId:b"}}}`),
			part("POST", "/Users", "b", `{"userName":"`+name+`-b","`+manager+`":{"manager":{"value":"bulkId:a"}}}`),
			part("PATCH", "/Users/bulkId:a", "", patch(op("add", "title", `"Dr"`)))))
		for i, status := range []string{"201", "201", "201", "200"} {
			c.is(all, fmt.Sprint(i)+".status", status)
		}
		locate := func(i int) string { return text(all, fmt.Sprint(i)+".location")[len("http://gatehouse.test"):] }
		a, b := c.want(200, "GET "+locate(1), ""), c.want(200, "GET "+locate(2), "")
		c.is(a, "title", "Dr")
		for _, pair := range [][2]map[string]any{{a, b}, {b, a}} {
			in, _ := pair[0][manager].(map[string]any)
			c.is(in, "manager.value", text(pair[1], "id"))
		}
		if n := len(c.want(200, "GET "+locate(0), "")["members"].([]any)); n != 2 {
			c.Errorf("%d members", n)
		}
	}},
	{"3.7.3", "a location for all but what failed to be made, and the status as by itself", func(c *client) {
		u, g := c.user(unique("bulk")), c.group(unique("bulk"))
		relative := func(path string) string { return strings.TrimPrefix(path, root) }
		all := c.results(bulk(0, part("PUT", relative(u), "", `{"userName":"`+unique("bulk")+`"}`), part("PATCH", relative(g), "", patch(op("add", "externalId", `"x"`))),
			part("PATCH", relative(u), "", patch(op("remove", "userName", ""))), part("DELETE", relative(u), "", ""), part("POST", "/Users", "x", `{}`)))
		for i, want := range []string{"200 " + u, "204 " + g, "400 " + u, "204 " + u, "400 <none>"} {
			location := strings.TrimPrefix(text(all, fmt.Sprint(i)+".location"), "http://gatehouse.test")
			if got := text(all, fmt.Sprint(i)+".status") + " " + location; got != want {
				c.Errorf("%d is %s, want %s", i, got, want)
			}
		}
		c.is(all, "2.response.scimType", "mutability")
		c.is(all, "0.version", `W/"2"`)
	}},
	{"3.7.4", "too many or too much is 413, which says how much may be", func(c *client) {
		many := make([]string, 1001)
		for i := range many {
			many[i] = part("DELETE", "/Users/x", "", "")
		}
		for body, limit := range map[string]string{bulk(0, many...): "1000", bulk(0, part("POST", "/Users", "a", `{"userName":"`+strings.Repeat("x", 1<<20)+`"}`)): "1048576"} {
			r := c.do("POST "+root+"/Bulk", body)
			if r.status != http.StatusRequestEntityTooLarge || !strings.Contains(text(r.body, "detail"), limit) {
				c.Errorf("%d %s, want 413 and %s", r.status, r.text, limit)
			}
		}
	}},
}
