package directory_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestMembership(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"join and leave":  testJoinAndLeave,
		"unchanged":       testMembersUnchanged,
		"rights":          testRightsToJoin,
		"many at a time":  testJoinAtOnce,
		"beside versions": testJoinVersions,
	})
}

// staff makes a group of some of four users, and answers these by name.
func staff(t *testing.T, w world, members ...string) (iam.Group, map[string]iam.UserID) {
	t.Helper()
	ids := map[string]iam.UserID{}
	for _, name := range []string{"ann", "bob", "kim", "lee"} {
		ids[name] = w.create(t, directory.NewUser{Username: name}).ID
	}
	g, err := w.Directory.CreateGroup(t.Context(), w.by, directory.NewGroup{Name: "staff", Members: members})
	if err != nil {
		t.Fatal(err)
	}
	return g, ids
}

// testJoinAndLeave: who is named joins or leaves, and nobody else does.
func testJoinAndLeave(t *testing.T, w world) {
	g, ids := staff(t, w, "ann", "bob")
	some := func(names ...string) (all []iam.UserID) {
		for _, n := range names {
			all = append(all, ids[n])
		}
		return all
	}
	unknown := iam.UserID(w.Env().NewID())
	for _, tt := range []struct {
		name string
		ch   directory.GroupChange
		want string // the members, or the broken rules
	}{
		{"join", directory.GroupChange{Join: some("kim", "ann", "kim")}, "ann,bob,kim"},
		{"leave", directory.GroupChange{Leave: append(some("ann", "lee"), unknown, "no id")}, "bob,kim"},
		{"both", directory.GroupChange{Join: some("lee"), Leave: some("bob")}, "kim,lee"},
		{"with a name", directory.GroupChange{Name: ptr("Staff"), Join: some("ann"), Leave: some("kim")}, "ann,lee"},
		{"all by id", directory.GroupChange{MemberIDs: ptr(some("bob", "lee", "bob"))}, "bob,lee"},
		{"nobody by id", directory.GroupChange{MemberIDs: &[]iam.UserID{}}, ""},
		{"who is not there joins", directory.GroupChange{Join: append(some("ann"), unknown)}, "members[1] format"},
		{"who cannot be joins", directory.GroupChange{Join: []iam.UserID{"no id"}, Name: ptr("other")}, "members[0] format"},
		{"who is not there among all", directory.GroupChange{MemberIDs: ptr(append(some("ann"), unknown))}, "members[1] format"},
		{"too many join", directory.GroupChange{Join: make([]iam.UserID, 5001), Leave: make([]iam.UserID, 5000)}, "members length"},
		{"too many", directory.GroupChange{MemberIDs: ptr(make([]iam.UserID, 10_001))}, "members length"},
	} {
		before, _ := w.group(t, g.ID)
		_, err := w.Directory.UpdateGroup(t.Context(), w.by, directory.GroupKey{ID: g.ID}, tt.ch)
		members, _ := w.group(t, g.ID)
		got := strings.Join(members, ",")
		if err != nil {
			got = fields(err)
			if !slices.Equal(members, before) {
				t.Errorf("%s: %v has changed %v to %v", tt.name, err, before, members)
			}
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	var told []string
	for _, e := range w.trail(t, string(g.ID)) {
		text := e.Details["joined"] + "-" + e.Details["left"]
		for name, id := range ids {
			text = strings.ReplaceAll(text, string(id), name)
		}
		told = append(told, text)
	}
	if got, want := strings.Join(told, ", "), "ann bob-, kim-, -ann, lee-bob, ann-kim, bob-ann, -bob lee"; got != want {
		t.Errorf("the trail tells %q, want %q", got, want)
	}
	if _, err := w.Directory.UpdateGroup(t.Context(), w.by, directory.GroupKey{Name: "none"}, directory.GroupChange{Join: some("ann")}); !iam.Is(err, iam.NotFound) {
		t.Errorf("a group that is not there: %v", err)
	}
}

// testMembersUnchanged: a provisioning client that says what is so makes no new
// version and no event.
func testMembersUnchanged(t *testing.T, w world) {
	g, ids := staff(t, w, "ann", "bob")
	for name, ch := range map[string]directory.GroupChange{
		"a member joins":     {Join: []iam.UserID{ids["ann"]}},
		"a stranger leaves":  {Leave: []iam.UserID{ids["kim"]}},
		"the same members":   {MemberIDs: &[]iam.UserID{ids["bob"], ids["ann"]}},
		"the same name":      {Name: ptr("staff"), Join: []iam.UserID{ids["ann"]}},
		"at its own version": {Join: []iam.UserID{ids["ann"]}, Version: g.Version},
	} {
		ch.Provisioning = true
		got, err := w.Directory.UpdateGroup(t.Context(), w.by, directory.GroupKey{ID: g.ID}, ch)
		if err != nil || got.Version != g.Version || !got.Updated.Equal(g.Updated) {
			t.Errorf("%s: version %d, %v", name, got.Version, err)
		}
	}
	if events := w.trail(t, string(g.ID)); len(events) != 1 {
		t.Errorf("events: %+v", events)
	}
}

// testRightsToJoin: nobody lets others join a group, or leave it, that gives more
// than they hold; nor whom they may do nothing to.
func testRightsToJoin(t *testing.T, w world) {
	by := helpdesk(t, w)
	g, ids := staff(t, w, "ann", "admin")
	strong, err := w.Directory.CreateGroup(t.Context(), w.by, directory.NewGroup{Name: "strong", Members: []string{"bob"}, Bindings: in("user@shared")})
	if err != nil {
		t.Fatal(err)
	}
	change := func(g iam.Group, join, leave iam.UserID) error {
		var ch directory.GroupChange
		if join != "" {
			ch.Join = []iam.UserID{ids["kim"], join}
		}
		if leave != "" {
			ch.Leave = []iam.UserID{leave}
		}
		_, err := w.Directory.UpdateGroup(t.Context(), by, directory.GroupKey{ID: g.ID}, ch)
		return err
	}
	for name, err := range map[string]error{
		"oneself into a strong group":   change(strong, by.User, ""),
		"somebody into a strong group":  change(strong, ids["lee"], ""),
		"somebody out of one":           change(strong, "", ids["bob"]),
		"of a strong group into a weak": change(g, ids["bob"], ""),
		"somebody strong out of a weak": change(g, "", w.admin.User.ID),
	} {
		if !iam.Is(err, iam.Denied) {
			t.Errorf("%s: %v, want Denied", name, err)
		}
	}
	if members, _ := w.group(t, g.ID); !slices.Equal(members, []string{"admin", "ann"}) {
		t.Errorf("the group has %v", members)
	}
	for name, err := range map[string]error{
		"others into a weak group":                     change(g, ids["lee"], ""),
		"out of a weak group":                          change(g, "", ids["ann"]),
		"somebody strong where they are":               change(g, w.admin.User.ID, ""),
		"somebody strong out of where they are not":    change(g, "", ids["bob"]),
		"oneself out of a strong group, being in none": change(strong, "", by.User),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// testJoinAtOnce: of those who add somebody to a group at the same time all
// succeed.
func testJoinAtOnce(t *testing.T, w world) {
	g, _ := staff(t, w)
	var wg sync.WaitGroup
	const n = 16
	for i := range n {
		u := w.create(t, directory.NewUser{Username: fmt.Sprint("u", i)})
		wg.Go(func() {
			if _, err := w.Directory.UpdateGroup(t.Context(), w.by, directory.GroupKey{ID: g.ID}, directory.GroupChange{Join: []iam.UserID{u.ID}}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if members, _ := w.group(t, g.ID); len(members) != n {
		t.Errorf("%d of %d have joined", len(members), n)
	}
	if now, err := w.Directory.Group(t.Context(), w.by, directory.GroupKey{ID: g.ID}); err != nil || now.Version != g.Version+n {
		t.Errorf("version %d after %d changes, %v", now.Version, n, err)
	}
}

// testJoinVersions: who says which version they have read is told of another one.
func testJoinVersions(t *testing.T, w world) {
	g, ids := staff(t, w)
	join := func(name string, version int64) (iam.Group, error) {
		return w.Directory.UpdateGroup(t.Context(), w.by, directory.GroupKey{ID: g.ID},
			directory.GroupChange{Join: []iam.UserID{ids[name]}, Version: version})
	}
	now, err := join("ann", g.Version)
	if err != nil || now.Version != g.Version+1 {
		t.Fatalf("version %d, %v", now.Version, err)
	}
	if _, err := join("bob", g.Version); !iam.Is(err, iam.Conflict) {
		t.Errorf("at an older version: %v", err)
	}
	if now, err = join("bob", 0); err != nil || now.Version != g.Version+2 {
		t.Errorf("at any: version %d, %v", now.Version, err)
	}
	if stored, err := w.Directory.Group(t.Context(), w.by, directory.GroupKey{ID: g.ID}); err != nil || stored.Version != now.Version || !stored.Updated.Equal(now.Updated) {
		t.Errorf("stored %+v, answered %+v, %v", stored, now, err)
	}
}
