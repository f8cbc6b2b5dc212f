package scim_test

import (
	"net/http"
	"strings"
)

// finds fails unless a filter finds users with just these ends of their names,
// which all begin with one.
func (c *client) finds(prefix, filter, want string) {
	c.Helper()
	filter = `userName sw "` + prefix + `" and (` + filter + `)`
	got := c.found("userName", "GET "+users+query("filter", filter), "")
	got, _, _ = strings.Cut(strings.ReplaceAll(got, prefix+"-", ""), "of")
	if got = strings.TrimSpace(got); got != want {
		c.Errorf("%s finds %q, want %q", filter, got, want)
	}
}

var filtering = []must{
	{"3.4.2.2", "what is no filter is invalidFilter", func(c *client) {
		for _, filter := range []string{"", " ", "userName", `userName is "x"`, `userName eq "x`, `userName eq x`, "()", `not userName pr`, `userName eq "x" xor active pr`,
			`emails[type eq "work"`, `(userName pr`} {
			c.refused(400, "invalidFilter", "GET "+users+query("filter", filter), "")
		}
	}},
	{"3.4.2.2", "order of truth values and binary ones is invalidFilter", func(c *client) {
		for _, op := range []string{"gt", "ge", "lt", "le"} {
			c.refused(400, "invalidFilter", "GET "+users+query("filter", "active "+op+" true"), "")
			c.refused(400, "invalidFilter", "GET "+users+query("filter", `x509Certificates.value `+op+` "AA=="`), "")
		}
	}},
	{"3.4.2.2", "names and operators are without case", func(c *client) {
		p := unique("case")
		c.user(p+"-a", `"title":"Dr"`)
		c.finds(p, `TITLE EQ "dr"`, "a")
		c.finds(p, `urn:ietf:params:scim:schemas:core:2.0:user:Title Eq "dr" AND NOT (nickname PR)`, "a")
	}},
	{"3.4.2.2", "every operator", func(c *client) {
		p := unique("op")
		c.user(p+"-a", `"title":"alpha"`, `"externalId":"X1"`)
		c.user(p+"-b", `"title":"beta"`)
		c.user(p + "-c")
		for filter, want := range map[string]string{`title eq "ALPHA"`: "a", `title ne "alpha"`: "b c", `title co "ET"`: "b", `title sw "al"`: "a", `title ew "a"`: "a b",
			`title gt "alpha"`: "b", `title ge "alpha"`: "a b", `title lt "beta"`: "a", `title le "beta"`: "a b", `title pr`: "a b", `not (title pr)`: "c",
			`externalId eq "X1"`: "a", `externalId eq "x1"`: ""} {
			c.finds(p, filter, want)
		}
	}},
	{"3.4.2.2", "groups before not before and before or", func(c *client) {
		p := unique("order")
		c.user(p+"-a", `"title":"x"`, `"nickName":"y"`)
		c.user(p+"-b", `"title":"x"`)
		c.user(p+"-c", `"nickName":"z"`)
		c.finds(p, `title eq "x" and nickName eq "y" or nickName eq "z"`, "a c")
		c.finds(p, `nickName eq "z" or title eq "x" and nickName eq "y"`, "a c")
		c.finds(p, `title eq "x" and (nickName eq "y" or nickName eq "z")`, "a")
		c.finds(p, `not (title eq "x") or nickName eq "y"`, "a c")
	}},
	{"3.4.2.2", "what is in brackets is true of one value", func(c *client) {
		p := unique("path")
		c.user(p+"-a", `"emails":[{"type":"work","value":"a@x.example"},{"type":"home","value":"a@y.example"}]`)
		c.user(p+"-b", `"emails":[{"type":"home","value":"b@x.example"}]`)
		c.finds(p, `emails[type eq "work" and value co "@x.example"]`, "a")
		c.finds(p, `emails[type eq "work" and value co "@y.example"]`, "")
		c.finds(p, `emails.type eq "work" and emails.value co "@y.example"`, "a")
		c.finds(p, `emails co "@x.example"`, "a b")
	}},
	{"3.4.2.2", "nothing is found by a password", func(c *client) {
		p := unique("secret")
		c.user(p+"-a", `"password":"a long enough phrase"`)
		for _, filter := range []string{`password pr`, `password sw "a"`, `password eq "a long enough phrase"`, `urn:ietf:params:scim:schemas:core:2.0:User:password co "long"`} {
			if r := c.do("GET "+users+query("filter", `userName sw "`+p+`" and `+filter), ""); r.status == http.StatusOK && text(r.body, "totalResults") != "0" {
				c.Errorf("%s: %s", filter, r.text)
			}
			c.refused(400, "invalidPath", "GET "+users+query("sortBy", "password"), "")
		}
	}},
	{"3.4.2.2", "times compare as times", func(c *client) {
		p := unique("time")
		c.user(p + "-a")
		c.finds(p, `meta.created gt "2020-01-01T00:00:00+09:00" and meta.lastModified lt "2999-01-01T00:00:00Z"`, "a")
		c.finds(p, `meta.created lt "2020-01-01T00:00:00Z"`, "")
	}},
}

var sorting = []must{
	{"3.4.2.3", "by the value, without its case, ascending where nothing is said", func(c *client) {
		p := unique("sort")
		c.user(p+"-a", `"title":"b"`)
		c.user(p+"-b", `"title":"A"`)
		c.user(p + "-c")
		c.user(p+"-d", `"title":"C"`)
		for order, want := range map[string]string{"": "b a d c", "ascending": "b a d c", "descending": "c d a b"} {
			got := c.found("userName", "GET "+users+query("filter", `userName sw "`+p+`"`, "sortBy", "title", "sortOrder", order), "")
			if got = strings.ReplaceAll(got, p+"-", ""); got != want+" of 4" {
				c.Errorf("%s: %s, want %s", order, got, want)
			}
		}
	}},
	{"3.4.2.3", "by the primary one of several, or else the first", func(c *client) {
		p := unique("primary")
		c.user(p+"-a", `"emails":[{"value":"a@x.example"},{"value":"z@x.example","primary":true}]`)
		c.user(p+"-b", `"emails":[{"value":"m@x.example"},{"value":"b@x.example"}]`)
		got := c.found("userName", "GET "+users+query("filter", `userName sw "`+p+`"`, "sortBy", "emails.value"), "")
		if got = strings.ReplaceAll(got, p+"-", ""); got != "b a of 2" {
			c.Errorf("%s", got)
		}
	}},
	{"3.4.2.3", "several types in one order, those without a value last, or first", func(c *client) {
		p := unique("types")
		c.user("1"+p, `"displayName":"`+p+`-b"`)
		c.user("2"+p, `"externalId":"`+p+`"`)
		c.group(p+"-A", `"externalId":"`+p+`"`)
		c.group(p + "-c")
		filter := `displayName sw "` + p + `" or userName ew "` + p + `"`
		for order, want := range map[string]string{"ascending": p + "-A " + p + "-b " + p + "-c <none> of 4", "descending": "<none> " + p + "-c " + p + "-b " + p + "-A of 4"} {
			if got := c.found("displayName", "GET "+root+query("filter", filter, "sortBy", "displayName", "sortOrder", order), ""); got != want {
				c.Errorf("%s: %s, want %s", order, got, want)
			}
		}
		if got := c.found("displayName", "GET "+root+query("filter", filter, "sortBy", "displayName", "startIndex", "2", "count", "2"), ""); got != p+"-b "+p+"-c of 4" {
			c.Errorf("the page is %s", got)
		}
	}},
}

var paging = []must{
	{"3.4.2.4", "an index below 1 is 1, a count below 0 is 0", func(c *client) {
		p := unique("page")
		c.user(p + "-a")
		c.user(p + "-b")
		for from, want := range map[string]string{"startIndex=-3&count=1": "a of 2", "startIndex=0&count=1": "a of 2", "startIndex=2&count=5": "b of 2",
			"startIndex=9&count=5": "of 2", "startIndex=9223372036854775807": "of 2", "count=9223372036854775807": "a b of 2", "count=-1": "of 2", "count=0": "of 2", "count=1": "a of 2"} {
			got := c.found("userName", "GET "+users+query("filter", `userName sw "`+p+`"`)+"&"+from, "")
			if got = strings.ReplaceAll(got, p+"-", ""); got != want {
				c.Errorf("%s: %s, want %s", from, got, want)
			}
		}
		l := c.want(200, "GET "+users+"?startIndex=2&count=1", "")
		c.is(l, "startIndex", "2")
		c.is(l, "itemsPerPage", "1")
	}},
	{"RFC 9865 2", "nextCursor until the last page, and back", func(c *client) {
		p := unique("cursor")
		for _, end := range []string{"a", "b", "c", "d", "e"} {
			c.user(p + "-" + end)
		}
		page := func(cursor string) map[string]any {
			return c.want(200, "GET "+users+query("filter", `userName sw "`+p+`"`, "count", "2", "cursor", cursor), "")
		}
		var forth, back []string
		l := page("")
		for {
			if l["startIndex"] != nil || len(l["Resources"].([]any)) > 2 {
				c.Errorf("%v", l)
			}
			forth = append(forth, text(l, "Resources.0.userName"))
			next, more := l["nextCursor"].(string)
			if !more {
				break
			}
			l = page(next)
		}
		for previous, more := l["previousCursor"].(string); more; previous, more = l["previousCursor"].(string) {
			l = page(previous)
			back = append(back, text(l, "Resources.0.userName"))
		}
		if got := strings.ReplaceAll(strings.Join(forth, " ")+" | "+strings.Join(back, " "), p+"-", ""); got != "a c e | c a" {
			c.Errorf("pages begin with %s", got)
		}
	}},
	{"RFC 9865 2.1", "what is no cursor of the query is invalidCursor", func(c *client) {
		p := unique("cursor")
		c.user(p + "-a")
		c.user(p + "-b")
		of := c.want(200, "GET "+users+query("filter", `userName sw "`+p+`"`, "count", "1", "cursor", ""), "")["nextCursor"].(string)
		for _, path := range []string{users + query("cursor", "nonsense"), users + query("cursor", of), groups + query("cursor", of),
			root + query("cursor", of), root + query("cursor", "User."+of), users + query("filter", `userName sw "`+p+`"`, "sortBy", "title", "cursor", of)} {
			c.refused(400, "invalidCursor", "GET "+path, "")
		}
		c.refused(400, "invalidCount", "GET "+users+query("cursor", "", "count", "0"), "")
	}},
	{"RFC 9865 3", "a search by cursor, over both types", func(c *client) {
		p := unique("cursor")
		for _, end := range []string{"a", "b", "c"} {
			c.user(p+"-"+end, `"displayName":"`+p+`"`)
		}
		c.group(p)
		var all []string
		for cursor := ""; ; {
			l := c.want(http.StatusOK, "POST "+root+"/.search", `{"filter":"displayName eq \"`+p+`\"","count":2,"cursor":"`+cursor+`"}`)
			if l["totalResults"] != nil {
				c.Errorf("somebody has counted: %v", l)
			}
			resources := l["Resources"].([]any)
			for _, r := range resources {
				all = append(all, text(r, "meta.resourceType"))
			}
			next, more := l["nextCursor"].(string)
			if !more {
				break
			}
			cursor = next
		}
		if got := strings.Join(all, " "); got != "User User User Group" {
			c.Errorf("found %s", got)
		}
		if l := c.want(200, "GET "+root+query("cursor", "", "count", "1"), ""); l["totalResults"] == nil {
			c.Error("what has no filter is counted")
		}
		c.refused(400, "invalidCursor", "GET "+root+query("cursor", "", "sortBy", "displayName"), "")
	}},
}
