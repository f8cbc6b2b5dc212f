package scim_test

import (
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TestMe: everybody reads and changes their own profile, and nothing else of
// themselves without the right to change users.
func TestMe(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		const path = root + "/Me"
		m := s.NewMember(t, s.Tenant, "mina")
		c := &client{t, s, m.Token}
		own := c.want(200, "GET "+path, "")
		c.is(own, "userName", "mina")
		c.is(own, "id", string(m.User.ID))

		u := c.want(200, "PATCH "+path, patch(op("replace", "name", `{"givenName":"Mina","familyName":"Park","middleName":"J"}`), op("add", "locale", `"ko-KR"`),
			op("replace", "", `{"displayName":"Mina","nickName":"M","timezone":"Asia/Seoul","preferredLanguage":"ko"}`),
			op("add", "phoneNumbers", `[{"value":"+82 2 123 4567","type":"work"}]`)))
		c.is(u, "name", "map[familyName:Park givenName:Mina middleName:J]")
		c.is(u, "timezone", "Asia/Seoul")
		c.is(u, "phoneNumbers.0.type", "work")
		for _, o := range []string{op("replace", "userName", `"root"`), op("replace", "active", "false"), op("add", "emails", `[{"value":"x@example.com"}]`),
			op("add", "password", `"a new long phrase"`), op("add", "roles", `[{"value":"admin"}]`), op("add", "title", `"Boss"`), op("add", "userType", `"x"`),
			op("add", "externalId", `"x"`), op("add", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", `"x"`)} {
			c.refused(403, "", "PATCH "+path, patch(o))
			c.refused(403, "", "PATCH "+path, patch(op("replace", "displayName", `"Other"`), o))
		}
		c.refused(400, "mutability", "PATCH "+path, patch(op("add", "groups", `[{"value":"x"}]`)))
		c.refused(403, "", "PUT "+path, `{"userName":"mina","displayName":"Mina","title":"Boss"}`)
		c.refused(403, "", "DELETE "+path, "")
		c.is(c.want(200, "GET "+path, ""), "displayName", "Mina")

		u = c.want(200, "PUT "+path+"?attributes=displayName,name", `{"userName":"mina","displayName":"M. Park"}`)
		c.is(u, "displayName", "M. Park")
		c.is(u, "name", "<none>")
		c.refused(412, "", "PATCH "+path, patch(op("add", "nickName", `"x"`)), `If-Match: W/"1"`)

		boss := admin(t, s)
		boss.is(boss.want(200, "PATCH "+path, patch(op("add", "title", `"Boss"`))), "title", "Boss")
		boss.refused(409, "", "DELETE "+path, "")
	})
}

// TestSyncedMe: what a provisioning client looks after is not its subject's to
// change, but for language and time zone.
func TestSyncedMe(t *testing.T) {
	s := apptest.SQLite(t)
	boss := admin(t, s)
	made := boss.want(201, "POST "+users, `{"userName":"ada","displayName":"Ada","password":"a long enough phrase"}`)
	c := as(t, s, iam.UserID(text(made, "id")), "")
	c.refused(409, "", "PATCH "+root+"/Me", patch(op("replace", "displayName", `"Other"`)))
	c.is(c.want(200, "PATCH "+root+"/Me", patch(op("replace", "timezone", `"Asia/Seoul"`))), "timezone", "Asia/Seoul")
}
