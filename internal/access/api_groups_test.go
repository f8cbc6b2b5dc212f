package access_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestBuiltinAPIGroups(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"allow what they say":     testBuiltinGroupsAllow,
		"are made when first had": testBuiltinGroupsMade,
		"belong to the product":   testBuiltinGroupsFixed,
		"beyond one's rights":     testBuiltinGroupsBeyond,
	})
}

// testBuiltinGroupsAllow tells what each built-in group allows without the
// engine: of an object, what needs a permission of it; of a dialect, its
// operations; and all have all.
func testBuiltinGroupsAllow(t *testing.T, w world) {
	all, err := w.Access.AllAPIGroups(t.Context(), w.by)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, g := range all {
		if !g.Builtin || g.ID != "" || g.Description == "" || len(g.Rules) == 0 {
			t.Errorf("%+v is no built-in group that nobody has had", g)
		}
		if len(g.Name) > 64 || strings.Trim(g.Name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			t.Errorf("%q is no name for an object", g.Name)
		}
		seen[g.Name] = true
		got := map[string]bool{}
		for _, o := range w.Access.Operations(g.Rules) {
			got[o.Dialect+" "+o.ID] = true
		}
		name, _ := strings.CutPrefix(g.Name, "gatehouse-")
		dialect, ofDialect := strings.CutPrefix(name, "api-")
		for _, op := range w.Registry.Operations() {
			p := string(op.Op.Access.Permission())
			verb := "write"
			if strings.HasSuffix(p, ".read") {
				verb = "read"
			}
			object, _, _ := strings.Cut(p, ".")
			want := p != "" && (name == "all" || ofDialect && dialect == op.Dialect.Name+"-"+verb || name == object+"-"+verb)
			if key := op.Dialect.Name + " " + op.Op.ID; got[key] != want {
				t.Errorf("%s allows %s: %v, want %v", g.Name, key, got[key], want)
			}
		}
	}
	for _, name := range []string{"gatehouse-all", "gatehouse-users-read", "gatehouse-users-write", "gatehouse-settings-write", "gatehouse-api-fess-read", "gatehouse-api-netapp-write"} {
		if !seen[name] {
			t.Errorf("there is no %s", name)
		}
	}
	if !slices.IsSortedFunc(all, func(a, b iam.APIGroup) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("they are not in the order of names")
	}
}

// named finds API groups by name as the administrator.
func (w world) named(t *testing.T, names ...string) []iam.APIGroupID {
	t.Helper()
	ids, err := w.Access.NamedAPIGroups(t.Context(), w.by, names)
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// testBuiltinGroupsMade: a role has a built-in group by its name, and gives
// what the group allows. Its row is made once, without rules.
func testBuiltinGroupsMade(t *testing.T, w world) {
	ctx := t.Context()
	own, err := w.Access.CreateAPIGroup(ctx, w.by, "Own", "", []iam.Rule{{Permission: "jobs.read"}})
	if err != nil {
		t.Fatal(err)
	}
	ids := w.named(t, "Gatehouse-Users-READ", "own", "gatehouse-api-fess-read", "gatehouse-users-read")
	if len(ids) != 4 || ids[0] == "" || ids[1] != own.ID || ids[2] == ids[0] || ids[3] != ids[0] {
		t.Fatalf("found %q", ids)
	}
	if again := w.named(t, "gatehouse-users-read"); again[0] != ids[0] {
		t.Errorf("found %q and then %q", ids[0], again[0])
	}
	if none := w.named(t); len(none) != 0 {
		t.Errorf("of no name %q", none)
	}
	_, err = w.Access.NamedAPIGroups(ctx, w.by, []string{"own", "nowhere", "gatehouse-nothing-read"})
	if e, ok := errors.AsType[*iam.Error](err); !ok || e.Kind != iam.Invalid || len(e.Fields) != 2 || e.Fields[0].Path != "api_groups" || !strings.Contains(e.Message, "nowhere") {
		t.Errorf("of unknown names: %v", err)
	}
	_, rows, err := w.Store.Rulebook(ctx, w.tenant.ID)
	if err != nil || len(rows) != 3 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	for _, g := range rows {
		if g.Builtin == (g.ID == own.ID) || g.Builtin && len(g.Rules) > 0 {
			t.Errorf("a row of %+v", g)
		}
	}
	role, err := w.Access.CreateRole(ctx, w.by, access.NewRole{Name: "reader", APIGroups: ids[:1]})
	if err != nil {
		t.Fatal(err)
	}
	ann := w.NewMember(t, w.tenant, "ann", "reader").Actor()
	if !w.may(t, ann, iam.UsersRead) || w.may(t, ann, iam.JobsRead) {
		t.Error("the role does not give what its built-in group allows")
	}
	groups, err := w.Access.APIGroups(ctx, w.by, role.ID)
	if err != nil || len(groups) != 1 || groups[0].Name != "gatehouse-users-read" || len(groups[0].Rules) != 1 || groups[0].ID != ids[0] {
		t.Errorf("the role is told to have %+v, %v", groups, err)
	}
	x, err := w.Access.Explain(ctx, w.by, ann.User, w.endpoint(t, iam.UsersRead), iam.NamespaceSystem)
	if err != nil || !x.Allowed || x.APIGroup.Name != "gatehouse-users-read" || x.Rule.Permission != "users.read" {
		t.Errorf("explained by %+v, %v", x, err)
	}
	all, err := w.Access.AllAPIGroups(ctx, w.by)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Own", "gatehouse-users-read"} {
		i := slices.IndexFunc(all, func(g iam.APIGroup) bool { return g.Name == name })
		if i < 0 || all[i].ID == "" || len(all[i].Rules) != 1 {
			t.Errorf("%s is not listed, or not as a row with rules", name)
		}
	}
	// By path: exactly the operations of the dialect.
	if _, err := w.Access.UpdateRole(ctx, w.by, access.RoleKey{ID: role.ID}, access.RoleChange{APIGroups: ptr(ids[2:3])}); err != nil {
		t.Fatal(err)
	}
	for _, op := range w.Registry.Operations() {
		p := string(op.Op.Access.Permission())
		want := p == "" || op.Dialect.Name == "fess" && strings.HasSuffix(p, ".read")
		if got := w.allowed(t, ann, op.Endpoint, iam.NamespaceSystem); got != want {
			t.Errorf("%s %s is allowed: %v, want %v", op.Dialect.Name, op.Op.ID, got, want)
		}
	}
}

func testBuiltinGroupsFixed(t *testing.T, w world) {
	ctx := t.Context()
	own, err := w.Access.CreateAPIGroup(ctx, w.by, "own", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	row := w.named(t, "gatehouse-all")[0]
	for name, err := range map[string]error{
		"changed": second(w.Access.UpdateAPIGroup(ctx, w.by, iam.APIGroup{ID: row, Name: "mine", Version: 1})),
		"deleted": w.Access.DeleteAPIGroup(ctx, w.by, row),
		"own":     second(w.Access.OwnAPIGroup(ctx, w.by, "gatehouse-all")),
		"unused":  second(w.Access.OwnAPIGroup(ctx, w.by, "gatehouse-users-read")),
	} {
		if !iam.Is(err, iam.Precondition) {
			t.Errorf("%s: %v, want Precondition", name, err)
		}
	}
	for _, name := range []string{"gatehouse-", "gatehouse-mine", "Gatehouse-All", "GATEHOUSE-x"} {
		if _, err := w.Access.CreateAPIGroup(ctx, w.by, name, "", nil); !iam.Is(err, iam.Invalid) {
			t.Errorf("one of one's own called %q: %v", name, err)
		}
		renamed := own
		renamed.Name = name
		if _, err := w.Access.UpdateAPIGroup(ctx, w.by, renamed); !iam.Is(err, iam.Invalid) {
			t.Errorf("renamed to %q: %v", name, err)
		}
	}
	if g, err := w.Access.OwnAPIGroup(ctx, w.by, "OWN"); err != nil || g.ID != own.ID {
		t.Errorf("one's own is %+v, %v", g, err)
	}
	if _, err := w.Access.OwnAPIGroup(ctx, w.by, "nowhere"); !iam.Is(err, iam.NotFound) {
		t.Errorf("one that is not there: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

// testBuiltinGroupsBeyond: nobody gives away through a built-in group what they
// do not hold, and nothing is written when they try.
func testBuiltinGroupsBeyond(t *testing.T, w world) {
	ctx, by := t.Context(), clerk(t, w)
	if _, err := w.Access.NamedAPIGroups(ctx, by, []string{"gatehouse-users-read", "gatehouse-users-write"}); !iam.Is(err, iam.Denied) {
		t.Errorf("a row for more than one may do: %v", err)
	}
	_, rows, err := w.Store.Rulebook(ctx, w.tenant.ID)
	if err != nil || slices.ContainsFunc(rows, func(g iam.APIGroup) bool { return g.Builtin }) {
		t.Errorf("something was written: %+v, %v", rows, err)
	}
	beyond := w.named(t, "gatehouse-users-write", "gatehouse-api-fess-read", "gatehouse-all")
	for _, id := range beyond {
		if _, err := w.Access.CreateRole(ctx, by, access.NewRole{Name: "x", APIGroups: []iam.APIGroupID{id}}); !iam.Is(err, iam.Denied) {
			t.Errorf("a role of %s: %v", id, err)
		}
	}
	within, err := w.Access.NamedAPIGroups(ctx, by, []string{"gatehouse-users-read", "gatehouse-roles-write"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.Access.CreateRole(ctx, by, access.NewRole{Name: "x", APIGroups: within})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Access.UpdateRole(ctx, by, access.RoleKey{ID: r.ID}, access.RoleChange{APIGroups: &beyond}); !iam.Is(err, iam.Denied) {
		t.Errorf("the role with more: %v", err)
	}
}

// TestOperationsAreTold: an operation is told as its dialect declares it.
func TestOperationsAreTold(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){"": func(t *testing.T, w world) {
		told := w.Access.Operations([]iam.Rule{{Permission: "*"}})
		i := 0
		for _, op := range w.Registry.Operations() {
			if op.Op.Access.Permission() == "" {
				continue
			}
			want := access.Operation{Dialect: op.Dialect.Name, ID: op.Op.ID, Method: op.Op.Methods[0], Path: op.Op.Paths[0], Permission: op.Op.Access.Permission()}
			if i >= len(told) || told[i] != want {
				t.Fatalf("%+v is not told, or not in its place", want)
			}
			i++
		}
		if len(told) != i || i == 0 {
			t.Errorf("%d operations are told, %d need a right", len(told), i)
		}
		if got := w.Access.Operations(nil); len(got) != 0 {
			t.Errorf("no rules allow %v", got)
		}
	}})
}
