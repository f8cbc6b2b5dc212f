package storagetest

import (
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// findLeaks are the checks of what finds users and groups.
var findLeaks = map[string]func(*leak){
	"FindUsers": func(l *leak) { // both have one of the name, and of the id by which a client knows them
		for _, c := range []scim.Condition{nil, scim.Has{Path: "username", Op: scim.Equal, Key: iam.Fold(l.b.user.Username)},
			scim.Has{Path: "id", Op: scim.Equal, Key: string(l.b.user.ID)}, scim.Has{Path: "groups.value", Op: scim.Equal, Key: string(l.b.group.ID)},
			scim.Has{Path: "emails.value"}, scim.Has{Path: "externalid"}, scim.Neither{Condition: scim.Has{Path: "externalid"}},
			scim.Any{scim.Has{Path: "externalid", Op: scim.Equal, Key: "x"}, scim.Has{Path: "emails.value", Op: scim.StartsWith, Key: "k"}}} {
			found, err := l.store.FindUsers(l.ctx(), l.a.tenant.ID, scim.Find{Where: c, Sort: "emails.value", Page: iam.Page{Total: true}})
			mine(l, found.Items, err, func(u iam.User) string { return string(u.ID) }, string(l.b.user.ID))
			if found.Total > 1 {
				l.Errorf("%v: %d in all", c, found.Total)
			}
		}
	},
	"FindGroups": func(l *leak) {
		for _, c := range []scim.Condition{nil, scim.Has{Path: "displayname", Op: scim.Equal, Key: iam.Fold(l.b.group.Name)},
			scim.Has{Path: "members.value", Op: scim.Equal, Key: string(l.b.user.ID)}, scim.Has{Path: "externalid"}} {
			found, err := l.store.FindGroups(l.ctx(), l.a.tenant.ID, scim.Find{Where: c})
			mine(l, found.Items, err, func(g iam.Group) string { return string(g.ID) }, string(l.b.group.ID))
		}
	},
	"IndexValues": func(l *leak) { l.ok(l.store.IndexValues(l.ctx(), func() {})) }, // of all tenants, what they have
}
