// Package storagetest is the conformance suite of storage: what every Store
// method promises, on any engine. It owns the proof that no method reads or
// writes rows of a tenant that was not asked for, and that every statement
// keeps the rules of SQL that both engines share.
//
// It must not know which engine it runs on, and no program imports it.
package storagetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// Run runs the suite. open answers an engine with an up-to-date schema, and
// closes it at the end of the test.
func Run(t *testing.T, open func(t *testing.T) storage.Engine) {
	t.Helper()
	engine := open(t)
	for _, c := range []struct {
		name string
		test func(*fixture)
	}{
		{"Tenants", testTenants},
		{"TenantTree", testTenantTree},
		{"TenantStates", testTenantStates},
		{"Ending", testEnding},
		{"EraseTenant", testEraseTenant},
		{"Regions", testRegions},
		{"Zones", testZones},
		{"InsertUser", testInsertUser},
		{"UserHandles", testUserHandles},
		{"UserNumbers", testUserNumbers},
		{"NewGroupsAndRoles", testNewGroupsAndRoles},
		{"UpdateUser", testUpdateUser},
		{"DeleteUser", testDeleteUser},
		{"ImportNew", testImportNew},
		{"ImportOld", testImportOld},
		{"UserKeys", testUserKeys},
		{"UnchangedUser", testUnchangedUser},
		{"UserPages", testUserPages},
		{"UserFilters", testUserFilters},
		{"UserRelations", testUserRelations},
		{"Find", testFind},
		{"IndexValues", testIndexValues},
		{"TenantAlias", testTenantAlias},
		{"Patterns", testPatterns},
		{"OddText", testOddText},
		{"Groups", testGroups},
		{"Resolve", testResolve},
		{"Roles", testRoles},
		{"APIGroups", testAPIGroups},
		{"Bindings", testBindings},
		{"Holdings", testHoldings},
		{"Namespaces", testNamespaces},
		{"DeleteNamespace", testDeleteNamespace},
		{"NamespaceGroups", testNamespaceGroups},
		{"NamespaceHoldings", testNamespaceHoldings},
		{"NamespaceCount", testNamespaceCount},
		{"Objects", testObjects},
		{"ObjectFacts", testObjectFacts},
		{"ObjectLists", testObjectLists},
		{"DisabledNamespace", testDisabledNamespace},
		{"References", testReferences},
		{"Referring", testReferring},
		{"ReferenceCycles", testReferenceCycles},
		{"Links", testLinks},
		{"ChildLinks", testChildLinks},
		{"Above", testAbove},
		{"MemberOf", testMemberOf},
		{"Assigned", testAssigned},
		{"GroupsNamed", testGroupsNamed},
		{"GroupHoldings", testGroupHoldings},
		{"SupportAccess", testSupportAccess},
		{"SupportEndsWithNamespace", testSupportEndsWithNamespace},
		{"SupportTenant", testSupportTenant},
		{"Supported", testSupported},
		{"Related", testRelated},
		{"RelatedIsFresh", testRelatedIsFresh},
		{"RelatedChildren", testRelatedChildren},
		{"UserBindings", testUserBindings},
		{"GroupWrites", testGroupWrites},
		{"MemberChanges", testMemberChanges},
		{"InsertBindings", testInsertBindings},
		{"EnsureAPIGroups", testEnsureAPIGroups},
		{"Plans", testPlans},
		{"Settings", testSettings},
		{"SettingsRace", testSettingsRace},
		{"Images", testImages},
		{"Pictures", testPictures},
		{"Accounts", testAccounts},
		{"Sessions", testSessions},
		{"PurgeSessions", testPurgeSessions},
		{"PendingSessions", testPendingSessions},
		{"SessionLists", testSessionLists},
		{"Unproven", testUnproven},
		{"Providers", testProviders},
		{"Schemas", testSchemas},
		{"SchemasInUse", testSchemasInUse},
		{"SchemaRace", testSchemaRace},
		{"ProviderRace", testProviderRace},
		{"Identities", testIdentities},
		{"Admit", testAdmit},
		{"Unlink", testUnlink},
		{"SessionProviders", testSessionProviders},
		{"EndProviderSessions", testEndProviderSessions},
		{"AccountKeys", testAccountKeys},
		{"Emails", testEmails},
		{"PasswordHistory", testPasswordHistory},
		{"Challenges", testChallenges},
		{"TryChallenge", testTryChallenge},
		{"PurgeSignInLeftovers", testPurgeSignInLeftovers},
		{"Lockouts", testLockouts},
		{"LockoutBurst", testLockoutBurst},
		{"LockoutMemory", testLockoutMemory},
		{"Logins", testLogins},
		{"LoginWindows", testLoginWindows},
		{"LastLogins", testLastLogins},
		{"OwnSettings", testOwnSettings},
		{"Wish", testWish},
		{"PurgeLoginEvents", testPurgeLoginEvents},
		{"Tokens", testTokens},
		{"ScopedTokens", testScopedTokens},
		{"AccessKeys", testAccessKeys},
		{"AccessKeyRace", testAccessKeyRace},
		{"Signatures", testSignatures},
		{"SigningKeys", testSigningKeys},
		{"Authorities", testAuthorities},
		{"Certificates", testCertificates},
		{"Factors", testFactors},
		{"ActivateFactor", testActivateFactor},
		{"UseFactor", testUseFactor},
		{"DeleteFactor", testDeleteFactor},
		{"Passkeys", testPasskeys},
		{"RecoveryCodes", testRecoveryCodes},
		{"FactorRaces", testFactorRaces},
		{"Events", testEvents},
		{"PurgeEvents", testPurgeEvents},
		{"Jobs", testJobs},
		{"Claims", testClaims},
		{"Lanes", testLanes},
		{"HouseJobs", testHouseJobs},
		{"Signups", testSignups},
		{"PurgeSignups", testPurgeSignups},
		{"SignupRace", testSignupRace},
		{"Standing", testStanding},
		{"Mails", testMails},
		{"Preferences", testPreferences},
		{"KnownPlaces", testKnownPlaces},
		{"PurgeMails", testPurgeMails},
		{"Tickets", testTickets},
		{"TicketKeys", testTicketKeys},
		{"TicketComments", testTicketComments},
		{"TicketDesks", testTicketDesks},
		{"TicketRace", testTicketRace},
		{"People", testPeople},
		{"Epochs", testEpochs},
		{"Keys", testKeys},
		{"Installation", testInstallation},
		{"VersionRace", testVersionRace},
		{"HandleRace", testHandleRace},
		{"ClaimRace", testClaimRace},
		{"SessionRace", testSessionRace},
		{"StepRace", testStepRace},
		{"ChallengeRaces", testChallengeRaces},
		{"LockoutRace", testLockoutRace},
		{"EraseRace", testEraseRace},
		{"StateRace", testStateRace},
		{"BindingRace", testBindingRace},
		{"MemberRace", testMemberRace},
		{"ReferenceRace", testReferenceRace},
		{"DisableRace", testDisableRace},
		{"NamespaceRace", testNamespaceRace},
		{"SettingRace", testSettingRace},
		{"Unavailable", testUnavailable},
		{"TwoTenants", testTwoTenants},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(newFixture(t, engine)) })
	}
}

// fixture is a Store, and a tenant of its own for one test.
type fixture struct {
	*testing.T
	engine *checked
	store  *storage.Store
	env    iam.Env
	tenant iam.Tenant

	mu     sync.Mutex
	epochs map[iam.TenantID]int64 // as OnEpoch told
}

// ticks counts how often any clock was read: each reading is a second later.
var ticks atomic.Int64

func newFixture(t *testing.T, engine storage.Engine) *fixture {
	t.Helper()
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	f := &fixture{T: t, engine: &checked{Engine: engine, t: t}, epochs: map[iam.TenantID]int64{}}
	f.env = iam.Env{Now: func() time.Time { return start.Add(time.Duration(ticks.Add(1)) * time.Second) }, Rand: rand.Reader}
	f.store = storage.New(f.engine, f.env)
	f.store.OnEpoch = func(id iam.TenantID, n int64) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.epochs[id] = max(f.epochs[id], n)
	}
	f.tenant = f.newTenant("")
	return f
}

func (f *fixture) ctx() context.Context { return f.Context() }

// ok wants no error.
func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// fails wants an error of a kind.
func (f *fixture) fails(err error, k iam.Kind) {
	f.Helper()
	_ = f.failure(err, k)
}

// failure wants an error of a kind, and answers it.
func (f *fixture) failure(err error, k iam.Kind) *iam.Error {
	f.Helper()
	if !iam.Is(err, k) {
		f.Fatalf("error is %v, want one of kind %q", err, k)
	}
	e, _ := errors.AsType[*iam.Error](err)
	return e
}

// same wants equal values. Empty and nil are the same.
// diff tells how two values differ. Empty and nil are the same.
func diff(want, got any) string {
	return cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.EquateComparable(netip.Prefix{}))
}

func same[T any](f *fixture, got, want T) {
	f.Helper()
	if d := diff(want, got); d != "" {
		f.Fatalf("(-want +got)\n%s", d)
	}
}

// bumps wants the epoch to grow, here and in the database, or not to.
func (f *fixture) bumps(want bool, do func()) {
	f.Helper()
	before := f.epoch()
	f.mu.Lock()
	delete(f.epochs, f.tenant.ID)
	f.mu.Unlock()
	do()
	after := f.epoch()
	f.mu.Lock()
	told := f.epochs[f.tenant.ID]
	f.mu.Unlock()
	switch {
	case want && (after <= before || told != after):
		f.Fatalf("the epoch went from %d to %d, and OnEpoch was told %d", before, after, told)
	case !want && (after != before || told != 0):
		f.Fatalf("the epoch went from %d to %d, and OnEpoch was told %d; it was not to change", before, after, told)
	}
}

func (f *fixture) epoch() int64 {
	f.Helper()
	n, err := f.store.Epoch(f.ctx(), f.tenant.ID)
	f.ok(err)
	return n
}

// logged wants an event to be there, as it was written.
func (f *fixture) logged(e iam.Event) {
	f.Helper()
	l, err := f.store.Events(f.ctx(), f.tenant.ID, auditOf(e), iam.Page{Limit: 1})
	f.ok(err)
	same(f, l.Items, []iam.Event{e})
}

func (f *fixture) event(what, verb string) iam.Event {
	by := iam.Actor{Tenant: f.tenant.ID, Home: f.tenant.ID, User: iam.UserID(f.env.NewID()), Username: "somebody",
		Method: iam.MethodToken, Address: "192.0.2.1", RequestID: "r1"}
	e := f.env.Event(by, what, verb, f.env.NewID(), "thing")
	e.Details = map[string]string{"why": "test"}
	return e
}

var codes atomic.Int64

func (f *fixture) newTenant(parent iam.TenantID) iam.Tenant {
	f.Helper()
	t := f.aTenant(parent)
	var born tenancy.Birth
	for _, name := range iam.BuiltinNamespaces() {
		born.Namespaces = append(born.Namespaces, iam.Namespace{
			ID: iam.NamespaceID(f.env.NewID()), Name: name, Created: t.Created, Updated: t.Created, Version: 1})
	}
	f.ok(f.store.InsertTenant(f.ctx(), t, born))
	return t
}

// aTenant answers a tenant that is not stored.
func (f *fixture) aTenant(parent iam.TenantID) iam.Tenant {
	now := f.env.Time()
	code := fmt.Sprintf("t%d", codes.Add(1))
	return iam.Tenant{ID: iam.TenantID(f.env.NewID()), Parent: parent, Code: code, Name: "Tenant " + code, Description: "For a test",
		State: iam.TenantActive, Own: iam.TenantActive, Attributes: map[string]string{"billing": "x"}, Created: now, Updated: now, Version: 1}
}

func (f *fixture) aUser(name string) iam.User {
	now := f.env.Time()
	return iam.User{ID: iam.UserID(f.env.NewID()), Handle: name, Username: name, Email: name + "@example.com",
		State: iam.UserEnabled, Created: now, Updated: now, Version: 1}
}

func (f *fixture) newUser(name string) iam.User {
	f.Helper()
	u, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: f.aUser(name), PasswordHash: "hash of " + name})
	f.ok(err)
	return u
}

func (f *fixture) aGroup(name string) iam.Group {
	now := f.env.Time()
	return iam.Group{ID: iam.GroupID(f.env.NewID()), Handle: name, Name: name, Description: "People", Created: now, Updated: now, Version: 1,
		Attributes: map[string]string{"gid": "7"}}
}

func (f *fixture) newGroup(name string) iam.Group {
	f.Helper()
	g, err := f.store.InsertGroup(f.ctx(), f.tenant.ID, directory.GroupWrite{Group: f.aGroup(name)})
	f.ok(err)
	return g
}

func (f *fixture) aRole(name string, groups ...iam.APIGroupID) iam.Role {
	now := f.env.Time()
	return iam.Role{ID: iam.RoleID(f.env.NewID()), Handle: name, Name: name, Description: "May", APIGroups: groups,
		Attributes: map[string]string{"a": "b"}, Created: now, Updated: now, Version: 1}
}

func (f *fixture) newRole(name string, groups ...iam.APIGroupID) iam.Role {
	f.Helper()
	r := f.aRole(name, groups...)
	r, err := f.store.InsertRole(f.ctx(), f.tenant.ID, r)
	f.ok(err)
	return r
}

func (f *fixture) newAPIGroup(name string) iam.APIGroup {
	f.Helper()
	now := f.env.Time()
	g := iam.APIGroup{ID: iam.APIGroupID(f.env.NewID()), Name: name, Description: "Calls", Created: now, Updated: now, Version: 1,
		Rules: []iam.Rule{{Permission: "users.*"}, {Methods: []string{"GET"}, Path: "/x/*"}}}
	f.ok(f.store.InsertAPIGroup(f.ctx(), f.tenant.ID, g))
	return g
}

func (f *fixture) newBinding(b iam.Binding) iam.Binding {
	f.Helper()
	b.ID, b.Created, b.CreatedBy = iam.BindingID(f.env.NewID()), f.env.Time(), "someone"
	f.ok(f.store.InsertBinding(f.ctx(), f.tenant.ID, b))
	return b
}

func (f *fixture) newRegion(name string) iam.Region {
	f.Helper()
	now := f.env.Time()
	r := iam.Region{ID: iam.RegionID(f.env.NewID()), Name: name, Description: "Region " + name, CreatedBy: "someone",
		Created: now, Updated: now, Version: 1}
	f.ok(f.store.InsertRegion(f.ctx(), f.tenant.ID, r))
	return r
}

func (f *fixture) newZone(name string, r iam.Region) iam.Zone {
	f.Helper()
	now := f.env.Time()
	z := iam.Zone{ID: iam.ZoneID(f.env.NewID()), Name: name, Description: "Zone " + name, Region: r.Name, RegionID: r.ID,
		CreatedBy: "someone", Created: now, Updated: now, Version: 1}
	f.ok(f.store.InsertZone(f.ctx(), f.tenant.ID, z))
	return z
}

// aSession answers a session of a user's first generation.
func (f *fixture) aSession(u iam.User) authn.NewSession {
	now := f.env.Time()
	return authn.NewSession{Generation: 1, Session: iam.Session{ID: iam.SessionID(f.env.NewID()), User: u.ID, Username: u.Username,
		Dialect: "netapp", Method: iam.MethodPassword, Address: "192.0.2.7", Client: "curl", SignedIn: now, Created: now,
		Expires: now.Add(time.Hour)}}
}

func (f *fixture) newSession(u iam.User) authn.NewSession {
	f.Helper()
	s := f.aSession(u)
	f.ok(f.store.RecordLogin(f.ctx(), f.tenant.ID, f.aLogin(u), &s))
	return s
}

func (f *fixture) aLogin(u iam.User) iam.LoginEvent {
	return iam.LoginEvent{ID: iam.EventID(f.env.NewID()), At: f.env.Time(), User: u.ID, Username: u.Username, Dialect: "netapp",
		Method: iam.MethodPassword, Address: "192.0.2.7", Client: "curl", Result: iam.LoginSuccess}
}

func (f *fixture) newToken(id iam.TokenID, u iam.User) authn.TokenRecord {
	f.Helper()
	r := authn.TokenRecord{APIToken: iam.APIToken{ID: id, User: u.ID, Username: u.Username, Name: "for tests", Created: f.env.Time()},
		KeyID: "1", MAC: []byte{0, 1, 2}}
	f.ok(f.store.InsertToken(f.ctx(), f.tenant.ID, r))
	return r
}

func (f *fixture) newJob(key string) iam.Job {
	f.Helper()
	now := f.env.Time()
	j := iam.Job{ID: iam.JobID(f.env.NewID()), Kind: "region.create", Action: "create", ObjectType: "regions", ObjectID: "o1",
		ObjectName: "Seoul", Summary: "Creating", Status: iam.JobPending, User: "someone", Payload: []byte(`{"a":1}`), Key: key,
		RunAt: now, Created: now, Updated: now,
		Tasks: []iam.JobTask{{ID: "1", Action: "create", Resource: "region", Status: iam.JobPending, Payload: map[string]string{"name": "Seoul"}}}}
	f.ok(f.store.InsertJob(f.ctx(), f.tenant.ID, j))
	return j
}

// refs are what a user lists of objects.
func groupRef(g iam.Group) iam.Ref[iam.GroupID] {
	return iam.Ref[iam.GroupID]{ID: g.ID, Name: g.Name, Handle: g.Handle}
}

func roleRef(r iam.Role) iam.Ref[iam.RoleID] {
	return iam.Ref[iam.RoleID]{ID: r.ID, Name: r.Name, Handle: r.Handle}
}
