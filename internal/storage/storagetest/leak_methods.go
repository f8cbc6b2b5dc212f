package storagetest

import (
	"maps"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/job"
	"github.com/gatehouse-id/gatehouse/internal/keyring"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// leaks has an entry for every method of Store. Each calls it in tenant a with
// what is b's, and wants NotFound or nothing. That nothing of b has changed is
// checked after each.
var leaks = merged(directoryLeaks, memberLeaks, settingsLeaks, signInLeaks, sessionProviderLeaks, federationLeaks, factorLeaks, programLeaks, mailLeaks, noticeLeaks, namespaceLeaks, objectLeaks, factLeaks, rightsLeaks, linkLeaks, standingLeaks, signupLeaks, ticketLeaks, ownLeaks, schemaLeaks, findLeaks, importLeaks)

func merged(parts ...map[string]func(*leak)) map[string]func(*leak) {
	whole := map[string]func(*leak){}
	for _, part := range parts {
		maps.Copy(whole, part)
	}
	return whole
}

var directoryLeaks = map[string]func(*leak){
	// Tenants.
	"InsertTenant": func(l *leak) {
		t := l.aTenant("")
		t.ID = l.b.tenant.ID
		l.fails(l.store.InsertTenant(l.ctx(), t, tenancy.Birth{}), iam.Exists)
		t = l.aTenant("")
		t.Code = l.b.tenant.Code
		l.fails(l.store.InsertTenant(l.ctx(), t, tenancy.Birth{}), iam.Exists)
	},
	"UpdateTenant": func(l *leak) { // the row of a, whatever the object says
		l.ok(l.store.UpdateTenant(l.ctx(), l.a.tenant.ID, l.b.tenant))
		l.a.tenant.Version++
	},
	"EraseTenant": func(l *leak) {
		victim := l.newTenant(l.a.tenant.ID)
		l.tenant = victim
		l.populate()
		l.ok(l.store.EraseTenant(l.ctx(), victim.ID))
	},
	"Tenant": func(l *leak) {
		t, err := l.store.Tenant(l.ctx(), l.a.tenant.ID)
		l.ok(err)
		same(l.fixture, t.ID, l.a.tenant.ID)
	},
	"TenantByCode": func(l *leak) {
		t, err := l.store.TenantByCode(l.ctx(), l.a.tenant.Code)
		l.ok(err)
		same(l.fixture, t.ID, l.a.tenant.ID)
	},
	"Descendants": func(l *leak) {
		for _, f := range []tenancy.TenantFilter{{}, {ID: l.b.tenant.ID}, {Short: iam.Short(l.b.tenant.ID)}, {Code: iam.Pattern(l.b.tenant.Code)}} {
			found, err := l.store.Descendants(l.ctx(), l.a.tenant.ID, f, iam.Page{})
			mine(l, found.Items, err, func(t iam.Tenant) string { return string(t.ID) }, string(l.b.tenant.ID))
		}
	},
	"AllTenants": func(l *leak) { // for the operator, who may see all
		_, err := l.store.AllTenants(l.ctx(), iam.Page{})
		l.ok(err)
	},

	"TenantAlias": func(l *leak) {
		l.ok(l.store.SetTenantAlias(l.ctx(), l.a.tenant.ID, "alias-of-a-"+l.a.tenant.Code))
		alias, err := l.store.TenantAlias(l.ctx(), l.a.tenant.ID)
		l.ok(err)
		same(l.fixture, alias, "alias-of-a-"+l.a.tenant.Code)
	},
	"SetTenantAlias": func(l *leak) {
		l.fails(l.store.SetTenantAlias(l.ctx(), l.a.tenant.ID, l.b.tenant.Code), iam.Exists)
		t, err := l.store.TenantByCode(l.ctx(), l.b.tenant.Code)
		l.ok(err)
		same(l.fixture, t.ID, l.b.tenant.ID)
	},

	// Regions and zones.
	"InsertRegion": func(l *leak) {
		r := l.b.region
		r.Name = "new"
		l.ok(l.store.InsertRegion(l.ctx(), l.a.tenant.ID, r)) // the id is b's too; they do not meet
		l.ok(l.store.DeleteRegion(l.ctx(), l.a.tenant.ID, r.ID))
	},
	"UpdateRegion": func(l *leak) { l.missed(l.store.UpdateRegion(l.ctx(), l.a.tenant.ID, l.b.region)) },
	"DeleteRegion": func(l *leak) { l.missed(l.store.DeleteRegion(l.ctx(), l.a.tenant.ID, l.b.emptyRegion.ID)) },
	"Region": func(l *leak) {
		r, err := l.store.Region(l.ctx(), l.a.tenant.ID, l.b.region.Name)
		l.ok(err)
		same(l.fixture, r.ID, l.a.region.ID)
		same(l.fixture, len(r.Zones), 1)
	},
	"Regions": func(l *leak) {
		found, err := l.store.Regions(l.ctx(), l.a.tenant.ID, tenancy.PlaceFilter{}, iam.Page{})
		mine(l, found.Items, err, func(r iam.Region) string { return string(r.ID) }, string(l.b.region.ID))
		for _, r := range found.Items {
			same(l.fixture, len(r.Zones) <= 1, true)
		}
	},
	"InsertZone": func(l *leak) {
		z := l.b.zone
		z.Name = "new"
		l.missed(l.store.InsertZone(l.ctx(), l.a.tenant.ID, z)) // into b's region
	},
	"UpdateZone": func(l *leak) { l.missed(l.store.UpdateZone(l.ctx(), l.a.tenant.ID, l.b.zone)) },
	"DeleteZone": func(l *leak) { l.missed(l.store.DeleteZone(l.ctx(), l.a.tenant.ID, l.b.zone.ID)) },
	"Zone": func(l *leak) {
		z, err := l.store.Zone(l.ctx(), l.a.tenant.ID, l.b.zone.Name)
		l.ok(err)
		same(l.fixture, z.RegionID, l.a.region.ID)
	},
	"Zones": func(l *leak) {
		found, err := l.store.Zones(l.ctx(), l.a.tenant.ID, tenancy.PlaceFilter{Region: l.b.region.Name}, iam.Page{Total: true})
		mine(l, found.Items, err, func(z iam.Zone) string { return string(z.ID) }, string(l.b.zone.ID))
		same(l.fixture, found.Total, 1)
	},

	// Users and groups.
	"InsertUser": func(l *leak) {
		for _, w := range []directory.UserWrite{
			{User: l.aUser("new"), Groups: &[]iam.GroupID{l.b.group.ID}}, {User: l.aUser("new"), Roles: &[]iam.RoleID{l.b.role.ID}},
			{User: l.aUser("new"), Bindings: &[]iam.Binding{{Role: l.b.role.ID}}},
			{User: l.aUser("new"), Bindings: &[]iam.Binding{{Role: l.a.role.ID, Scope: iam.GroupScope(l.b.places.group.ID)}}},
		} {
			_, err := l.store.InsertUser(l.ctx(), l.a.tenant.ID, w)
			l.missed(err)
		}
	},
	"UpdateUser": func(l *leak) {
		_, err := l.store.UpdateUser(l.ctx(), l.a.tenant.ID, directory.UserWrite{User: l.b.user, Security: true, EndSessions: true})
		l.missed(err)
		for _, w := range []directory.UserWrite{
			{User: l.a.user, Groups: &[]iam.GroupID{l.b.group.ID}}, {User: l.a.user, Roles: &[]iam.RoleID{l.b.role.ID}},
			{User: l.a.user, Bindings: &[]iam.Binding{{Role: l.b.role.ID}}},
			{User: l.a.user, Bindings: &[]iam.Binding{{Role: l.a.role.ID, Scope: iam.GroupScope(l.b.places.group.ID)}}},
		} {
			w.User.Version = l.userOfA().Version
			_, err := l.store.UpdateUser(l.ctx(), l.a.tenant.ID, w)
			l.missed(err)
		}
	},
	"DeleteUser": func(l *leak) { l.missed(l.store.DeleteUser(l.ctx(), l.a.tenant.ID, l.b.user.ID, 0)) },
	"User": func(l *leak) {
		for _, k := range []directory.UserKey{{ID: l.b.user.ID}, {Short: iam.Short(l.b.user.ID)}} {
			_, err := l.store.User(l.ctx(), l.a.tenant.ID, k)
			l.missed(err)
		}
		same(l.fixture, l.userOfA().ID, l.a.user.ID)
	},
	"Users": func(l *leak) {
		found, err := l.store.Users(l.ctx(), l.a.tenant.ID, directory.UserFilter{}, iam.Page{Total: true})
		mine(l, found.Items, err, func(u iam.User) string { return string(u.ID) }, string(l.b.user.ID))
		same(l.fixture, found.Total, len(found.Items))
		for _, u := range found.Items {
			same(l.fixture, len(u.Groups) <= 1 && len(u.Roles) <= 1 && len(u.Bindings) <= 2, true)
		}
	},
	"InsertGroup": func(l *leak) {
		g := l.b.group
		g.Name = "new"
		for _, w := range []directory.GroupWrite{
			{Group: g, Members: &[]iam.UserID{l.b.user.ID}}, {Group: g, Bindings: &[]iam.Binding{{Role: l.b.role.ID}}},
		} {
			_, err := l.store.InsertGroup(l.ctx(), l.a.tenant.ID, w)
			l.missed(err)
		}
		g, err := l.store.InsertGroup(l.ctx(), l.a.tenant.ID, directory.GroupWrite{Group: g})
		l.ok(err)
		l.ok(l.store.DeleteGroup(l.ctx(), l.a.tenant.ID, g.ID, 0))
	},
	"UpdateGroup": func(l *leak) {
		l.missed(l.store.UpdateGroup(l.ctx(), l.a.tenant.ID, directory.GroupWrite{Group: l.b.group, Members: &[]iam.UserID{}, Bindings: &[]iam.Binding{}}))
		for _, w := range []directory.GroupWrite{
			{Members: &[]iam.UserID{l.b.user.ID}}, {Bindings: &[]iam.Binding{{Role: l.b.role.ID}}},
			{Bindings: &[]iam.Binding{{Role: l.a.role.ID, Scope: iam.GroupScope(l.b.places.group.ID)}}},
		} {
			w.Group = l.a.group
			l.missed(l.store.UpdateGroup(l.ctx(), l.a.tenant.ID, w))
		}
	},
	"DeleteGroup": func(l *leak) { l.missed(l.store.DeleteGroup(l.ctx(), l.a.tenant.ID, l.b.group.ID, 0)) },
	"Group": func(l *leak) {
		_, err := l.store.Group(l.ctx(), l.a.tenant.ID, directory.GroupKey{ID: l.b.group.ID})
		l.missed(err)
		g, err := l.store.Group(l.ctx(), l.a.tenant.ID, directory.GroupKey{Name: l.b.group.Name})
		l.ok(err)
		same(l.fixture, g.ID, l.a.group.ID)
	},
	"Groups": func(l *leak) {
		found, err := l.store.Groups(l.ctx(), l.a.tenant.ID, iam.Page{})
		mine(l, found.Items, err, func(g iam.Group) string { return string(g.ID) }, string(l.b.group.ID))
	},
	"Resolve": func(l *leak) {
		gs, rs, err := l.store.Resolve(l.ctx(), l.a.tenant.ID, []string{l.b.group.Name}, []string{l.b.role.Name})
		l.ok(err)
		same(l.fixture, gs, []iam.Ref[iam.GroupID]{groupRef(l.a.group)})
		same(l.fixture, rs, []iam.Ref[iam.RoleID]{roleRef(l.a.role)})
	},

	// Rights.
	"Holdings": func(l *leak) {
		hs, err := l.store.Holdings(l.ctx(), l.a.tenant.ID, l.b.user.ID, true)
		none(l, hs, err)
		hs, err = l.store.Holdings(l.ctx(), l.a.tenant.ID, l.a.user.ID, false)
		l.ok(err)
		same(l.fixture, len(hs), 3)
	},
	"GroupBindings": func(l *leak) {
		bs, err := l.store.GroupBindings(l.ctx(), l.a.tenant.ID, l.b.group.ID)
		none(l, bs, err)
	},
	"RoleGroups": func(l *leak) {
		bs, err := l.store.RoleGroups(l.ctx(), l.a.tenant.ID, l.b.role.ID)
		none(l, bs, err)
	},
	"Rulebook": func(l *leak) {
		roles, groups, err := l.store.Rulebook(l.ctx(), l.a.tenant.ID)
		mine(l, roles, err, func(r iam.Role) string { return string(r.ID) }, string(l.b.role.ID))
		mine(l, groups, err, func(g iam.APIGroup) string { return string(g.ID) }, string(l.b.apiGroup.ID))
	},
	"InsertRole": func(l *leak) {
		_, err := l.store.InsertRole(l.ctx(), l.a.tenant.ID, l.aRole("new", l.b.apiGroup.ID))
		l.missed(err)
	},
	"UpdateRole":     func(l *leak) { l.missed(l.store.UpdateRole(l.ctx(), l.a.tenant.ID, l.b.role)) },
	"DeleteRole":     func(l *leak) { l.missed(l.store.DeleteRole(l.ctx(), l.a.tenant.ID, l.b.role.ID)) },
	"UpdateAPIGroup": func(l *leak) { l.missed(l.store.UpdateAPIGroup(l.ctx(), l.a.tenant.ID, l.b.apiGroup)) },
	"DeleteAPIGroup": func(l *leak) { l.missed(l.store.DeleteAPIGroup(l.ctx(), l.a.tenant.ID, l.b.freeAPIGroup.ID)) },
	"Role": func(l *leak) {
		_, err := l.store.Role(l.ctx(), l.a.tenant.ID, access.RoleKey{ID: l.b.role.ID})
		l.missed(err)
		r, err := l.store.Role(l.ctx(), l.a.tenant.ID, access.RoleKey{Handle: l.b.role.Handle})
		l.ok(err)
		same(l.fixture, r, l.a.role)
	},
	"Roles": func(l *leak) {
		found, err := l.store.Roles(l.ctx(), l.a.tenant.ID, iam.Page{})
		mine(l, found.Items, err, func(r iam.Role) string { return string(r.ID) }, string(l.b.role.ID))
	},
	"InsertAPIGroup": func(l *leak) {
		g := l.b.apiGroup
		g.Name = "new"
		l.ok(l.store.InsertAPIGroup(l.ctx(), l.a.tenant.ID, g))
		l.ok(l.store.DeleteAPIGroup(l.ctx(), l.a.tenant.ID, g.ID))
	},
	"InsertBinding": func(l *leak) {
		for _, b := range []iam.Binding{
			{User: l.b.user.ID, Role: l.a.role.ID}, {Group: l.b.group.ID, Role: l.a.role.ID}, {User: l.a.user.ID, Role: l.b.role.ID},
			{User: l.a.user.ID, Role: l.a.role.ID, Scope: iam.GroupScope(l.b.places.group.ID)},
		} {
			b.ID = iam.BindingID(l.env.NewID())
			l.missed(l.store.InsertBinding(l.ctx(), l.a.tenant.ID, b))
		}
	},
	"DeleteBinding": func(l *leak) { l.missed(l.store.DeleteBinding(l.ctx(), l.a.tenant.ID, l.b.binding.ID)) },
	"Binding": func(l *leak) {
		_, err := l.store.Binding(l.ctx(), l.a.tenant.ID, l.b.binding.ID)
		l.missed(err)
	},

	// Credentials.
	"Account": func(l *leak) {
		a, err := l.store.Account(l.ctx(), l.a.tenant.ID, l.b.user.Username)
		l.ok(err)
		same(l.fixture, a.User, l.a.user.ID)
	},
	"SetPassword": func(l *leak) { l.missed(l.store.SetPassword(l.ctx(), l.a.tenant.ID, l.b.user.ID, 1, "stolen", false)) },
	"Rehash":      func(l *leak) { l.ok(l.store.Rehash(l.ctx(), l.a.tenant.ID, l.b.user.ID, "hash", "stolen")) },
	"RecordLogin": func(l *leak) {
		s := l.aSession(l.b.user)
		l.missed(l.store.RecordLogin(l.ctx(), l.a.tenant.ID, l.aLogin(l.b.user), &s))
	},
	"LoginEvents": func(l *leak) {
		found, err := l.store.LoginEvents(l.ctx(), l.a.tenant.ID, l.b.user.ID, iam.Page{})
		none(l, found.Items, err)
	},
	"Session": func(l *leak) {
		_, err := l.store.Session(l.ctx(), l.a.tenant.ID, l.b.session.ID)
		l.missed(err)
	},
	"EndSession": func(l *leak) { l.missed(l.store.EndSession(l.ctx(), l.a.tenant.ID, l.b.session.ID)) },
	"ReplaceSession": func(l *leak) {
		l.missed(l.store.ReplaceSession(l.ctx(), l.a.tenant.ID, l.b.session.ID, l.aSession(l.a.user)))
		l.missed(l.store.ReplaceSession(l.ctx(), l.a.tenant.ID, l.a.session.ID, l.aSession(l.b.user)))
	},
	"PurgeSessions": func(l *leak) { // of any tenant, but only what has expired
		_, err := l.store.PurgeSessions(l.ctx(), l.b.session.Created, 1000)
		l.ok(err)
	},
	"InsertToken": func(l *leak) {
		r := l.b.token
		r.ID = "new"
		l.missed(l.store.InsertToken(l.ctx(), l.a.tenant.ID, r))
	},
	"Token": func(l *leak) {
		r, err := l.store.Token(l.ctx(), l.a.tenant.ID, l.b.token.ID)
		l.ok(err)
		same(l.fixture, r.User, l.a.user.ID)
	},
	"Tokens": func(l *leak) {
		found, err := l.store.Tokens(l.ctx(), l.a.tenant.ID, l.b.user.ID, iam.Page{})
		none(l, found.Items, err)
		found, err = l.store.Tokens(l.ctx(), l.a.tenant.ID, "", iam.Page{})
		mine(l, found.Items, err, func(t iam.APIToken) string { return string(t.User) }, string(l.b.user.ID))
	},
	"TokensOfScope": func(l *leak) {
		found, err := l.store.TokensOfScope(l.ctx(), l.a.tenant.ID, l.b.token.Scope, iam.Page{})
		mine(l, found.Items, err, func(t iam.APIToken) string { return string(t.User) }, string(l.b.user.ID))
	},
	"DeleteToken": func(l *leak) { l.ok(l.store.DeleteToken(l.ctx(), l.a.tenant.ID, l.b.token.ID)) }, // a's of that id
	"TouchTokens": func(l *leak) {
		l.ok(l.store.TouchTokens(l.ctx(), l.a.tenant.ID, map[iam.TokenID]time.Time{l.b.token.ID: l.env.Time()}))
	},

	// Events.
	"Events": func(l *leak) {
		for _, f := range []audit.Filter{{}, {ObjectID: l.b.event.ObjectID}, {Actor: l.b.event.ActorID}} {
			found, err := l.store.Events(l.ctx(), l.a.tenant.ID, f, iam.Page{})
			mine(l, found.Items, err, func(e iam.Event) string { return string(e.ID) }, string(l.b.event.ID))
		}
	},
	"PurgeEvents": func(l *leak) {
		_, err := l.store.PurgeEvents(l.ctx(), l.a.tenant.ID, l.env.Time().Add(time.Hour), 1000)
		l.ok(err)
	},

	// Jobs.
	"InsertJob": func(l *leak) {
		j := l.b.job
		j.Key, j.Status = "new", iam.JobSuccessful
		l.ok(l.store.InsertJob(l.ctx(), l.a.tenant.ID, j))
	},
	"ClaimJobs": func(l *leak) { // of any tenant, but only what is due
		_, err := l.store.ClaimJobs(l.ctx(), "node", job.Lane{}, l.b.tenant.Created, time.Minute, 1000)
		l.ok(err)
	},
	"RenewLease": func(l *leak) {
		l.fails(l.store.RenewLease(l.ctx(), job.Claim{Tenant: l.a.tenant.ID, Job: l.b.job}, l.env.Time()), iam.Conflict)
	},
	"SettleJob": func(l *leak) {
		l.fails(l.store.SettleJob(l.ctx(), job.Claim{Tenant: l.a.tenant.ID, Job: l.b.job}), iam.Conflict)
	},
	"Job": func(l *leak) {
		for _, id := range []string{string(l.b.zone.ID), iam.Short(l.b.job.ID)} {
			_, err := l.store.Job(l.ctx(), l.a.tenant.ID, id)
			l.missed(err)
		}
	},
	"Jobs": func(l *leak) {
		found, err := l.store.Jobs(l.ctx(), l.a.tenant.ID, job.Filter{Status: iam.JobPending}, iam.Page{})
		mine(l, found.Items, err, func(j iam.Job) string { return string(j.ID) }, string(l.b.job.ID))
	},

	// The rest.
	"Epoch": func(l *leak) {
		n, err := l.store.Epoch(l.ctx(), l.a.tenant.ID)
		l.ok(err)
		l.newBinding(iam.Binding{User: l.a.user.ID, Role: l.a.role.ID, Scope: "default"})
		m, err := l.store.Epoch(l.ctx(), l.a.tenant.ID)
		l.ok(err)
		same(l.fixture, m, n+1)
	},
	"EpochsSince": func(l *leak) { // of all tenants, for the caches of this node
		_, _, err := l.store.EpochsSince(l.ctx(), time.Time{})
		l.ok(err)
	},
	"Keys": func(l *leak) {
		keys, err := l.store.Keys(l.ctx(), l.a.tenant.ID)
		l.ok(err)
		same(l.fixture, keys, []keyring.Key{aKey})
	},
	"AddKey": func(l *leak) {
		k := aKey
		k.ID = "2"
		l.ok(l.store.AddKey(l.ctx(), l.a.tenant.ID, k))
	},
	"ReplaceKeys": func(l *leak) {
		k := aKey
		k.Wrapped = []byte("a's")
		l.ok(l.store.ReplaceKeys(l.ctx(), l.a.tenant.ID, []keyring.Key{k}))
	},
	"Setting": func(l *leak) { // of the installation
		_, _, err := l.store.Setting(l.ctx(), "name")
		l.ok(err)
	},
	"ClaimSetting": func(l *leak) {
		_, err := l.store.ClaimSetting(l.ctx(), "leak", "value")
		l.ok(err)
	},
}
