package storage_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
	"github.com/gatehouse-id/gatehouse/internal/storage/postgres"
	"github.com/gatehouse-id/gatehouse/internal/storage/sqlite"
	"github.com/gatehouse-id/gatehouse/internal/testpg"
)

// old is an empty database, as its owner sees it, and how it is opened by the
// program.
type old struct {
	owner   *sql.DB
	dialect goose.Dialect
	folder  string
	open    func() (storage.Engine, error)
}

// first makes the first schema.
func (o old) first(t *testing.T) {
	t.Helper()
	provider, err := goose.NewProvider(o.dialect, o.owner, os.DirFS(o.folder), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
}

// in lets the owner see the rows of a tenant, and write them.
func (o old) in(t *testing.T, tenant iam.TenantID, do func()) {
	t.Helper()
	if o.dialect != goose.DialectPostgres {
		do()
		return
	}
	must(t, o.owner, "SET app.tenant_id = '"+string(tenant)+"'")
	do()
	must(t, o.owner, "RESET app.tenant_id")
}

var olds = map[string]func(*testing.T) old{
	"SQLite": func(t *testing.T) old {
		path := filepath.Join(t.TempDir(), "test.db")
		return old{owned(t, "sqlite", path), goose.DialectSQLite3, "sqlite/migrations",
			func() (storage.Engine, error) { return sqlite.Open(t.Context(), path, sqlite.Options{}) }}
	},
	"PostgreSQL": func(t *testing.T) old { return oldPostgres(t, testpg.URL(t)) },
	// As most servers have it: who owns the tables is no superuser, and sees
	// no rows of them while row-level security is forced.
	"PostgreSQL of an owner": func(t *testing.T) old {
		server, err := url.Parse(testpg.URL(t))
		if err != nil {
			t.Fatal(err)
		}
		login := "test_" + strings.ToLower(rand.Text())
		super := owned(t, "pgx", server.String())
		must(t, super, "CREATE ROLE "+login+" LOGIN CREATEROLE PASSWORD 'secret'",
			"ALTER DATABASE "+strings.TrimPrefix(server.Path, "/")+" OWNER TO "+login)
		t.Cleanup(func() {
			must(t, super, "REASSIGN OWNED BY "+login+" TO postgres", "DROP OWNED BY "+login, "DROP ROLE "+login)
		})
		server.User = url.UserPassword(login, "secret")
		return oldPostgres(t, server.String())
	},
}

func oldPostgres(t *testing.T, url string) old {
	return old{owned(t, "pgx", url), goose.DialectPostgres, "postgres/migrations",
		func() (storage.Engine, error) { return postgres.Open(t.Context(), url) }}
}

// owned opens a database with one connection, which keeps its settings.
func owned(t *testing.T, driver, address string) *sql.DB {
	t.Helper()
	_ = stdlib.GetDefaultDriver() // registers "pgx"
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func must(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := db.ExecContext(context.Background(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// id makes the n-th id of a kind: the same in each tenant, whose rows do not
// meet.
func id(kind, n int) string { return fmt.Sprintf("0190a000-%04d-7000-8000-%012d", kind, n) }

const (
	kindNamespace = iota
	kindUser
	kindGroup
	kindRole
	kindBinding
	kindSession
)

const usersOfOld = 4

// fillOld gives a tenant of the first schema some of everything. User n is
// made n hours later than the first, the last one first; the odd ones have a
// password.
func fillOld(t *testing.T, db *sql.DB, tenant iam.TenantID) {
	t.Helper()
	insert := func(table string, values ...any) {
		t.Helper()
		texts := make([]string, len(values))
		for i, v := range values {
			if texts[i] = fmt.Sprint(v); reflect.TypeOf(v).Name() == "string" {
				texts[i] = "'" + texts[i] + "'"
			}
		}
		must(t, db, "INSERT INTO "+table+" VALUES ("+strings.Join(texts, ", ")+")")
	}
	self := string(tenant)
	insert("tenants", self, raw("NULL"), "code-"+self[34:], "Name", "name", "", "active", "{}", 1, 1, 1)
	insert("tenant_names", "code-"+self[34:], "code", self)
	insert("tenant_epochs", self, 7, 1)
	for n, name := range iam.BuiltinNamespaces() {
		insert("namespaces", self, id(kindNamespace, n), name, "", 1, 1, 1)
	}
	for n := usersOfOld; n > 0; n-- {
		hash, at := "", int64(n)*time.Hour.Microseconds()
		if n%2 == 1 {
			hash = "$argon2id$"
		}
		name := fmt.Sprintf("User%d", n)
		insert("users", self, id(kindUser, n), name, name, iam.Fold(name), "", iam.Fold(name), "", "", raw("FALSE"), "", "",
			"Display NAME", "", "enabled", `{"a":"b"}`, hash, raw("FALSE"), 1, 0, at, at+5, 3)
	}
	insert("row_counts", self, "users", 0, usersOfOld)
	insert("user_groups", self, id(kindGroup, 1), "Team", "Team", "team", "", "{}", 1, 1, 1)
	insert("memberships", self, id(kindGroup, 1), id(kindUser, 1), 1)
	insert("roles", self, id(kindRole, 1), "reader", "reader", "reader", "", raw("FALSE"), "{}", 1, 1, 1)
	if tenant == child {
		insert("roles", self, id(kindRole, 2), "own", "Ves-IO-Admin-Role", "ves-io-admin-role", "Ours", raw("FALSE"), "{}", 1, 1, 1)
		insert("roles", self, id(kindRole, 3), "ves-io-monitor-role", "watch", "watch", "Ours", raw("FALSE"), "{}", 1, 1, 1)
	}
	for n, scope := range []string{"", "*", "shared"} {
		insert("bindings", self, id(kindBinding, n), id(kindUser, 1), raw("NULL"), id(kindRole, 1), scope, "x", 1)
	}
	insert("bindings", self, id(kindBinding, 9), raw("NULL"), id(kindGroup, 1), id(kindRole, 1), "shared", "x", 1)
	insert("sessions", self, id(kindSession, 1), id(kindUser, 1), 1, "netapp", "pwd", "192.0.2.1", "curl", 1, 1, int64(1)<<52)
}

// raw is SQL among values.
type raw string

// TestUpgrade brings a database of the first schema, with the data of two
// tenants, up to the present one, and reads it.
func TestUpgrade(t *testing.T) {
	tenants := []iam.TenantID{parent, child}
	for name, open := range olds {
		t.Run(name, func(t *testing.T) {
			o := open(t)
			o.first(t)
			for _, tenant := range tenants {
				o.in(t, tenant, func() { fillOld(t, o.owner, tenant) })
			}
			e, err := o.open()
			e = migrated(t, e, err)
			store := storage.New(e, iam.Env{Now: time.Now, Rand: rand.Reader})
			for _, tenant := range tenants {
				checkUpgraded(t, store, tenant)
			}
			if o.dialect == goose.DialectPostgres {
				checkForced(t, o.owner, e)
			}
		})
	}
}

func checkUpgraded(t *testing.T, store *storage.Store, tenant iam.TenantID) {
	t.Helper()
	ctx := t.Context()
	found, err := store.Users(ctx, tenant, directory.UserFilter{}, iam.Page{Sort: "created", Total: true})
	if err != nil || found.Total != usersOfOld || len(found.Items) != usersOfOld {
		t.Fatalf("users %+v, %v", found, err)
	}
	for i, u := range found.Items {
		changed := time.Time{}
		if i%2 == 0 {
			changed = u.Updated
		}
		if u.Number != int64(i+1) || !u.PasswordChanged.Equal(changed) || u.HasPassword == changed.IsZero() ||
			u.Username != fmt.Sprintf("User%d", i+1) || u.Version != 3 || u.Attributes["a"] != "b" {
			t.Errorf("user %d: %+v", i+1, u)
		}
	}
	if l, err := store.Users(ctx, tenant, directory.UserFilter{DisplayName: "display*"}, iam.Page{}); err != nil || len(l.Items) != usersOfOld {
		t.Errorf("by display name %d users, %v", len(l.Items), err)
	}
	first := found.Items[0]
	if len(first.Groups) != 1 || len(first.Roles) != 1 {
		t.Errorf("groups %v, roles %v", first.Groups, first.Roles)
	}
	scopes := func() (names []string) {
		held, err := store.Holdings(ctx, tenant, first.ID, false)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range held {
			names = append(names, h.GroupName+"@"+string(h.Binding.Scope))
		}
		slices.Sort(names)
		return names
	}
	if got, want := scopes(), []string{"@", "@*", "@shared", "Team@shared"}; !slices.Equal(got, want) {
		t.Errorf("holdings %q, want %q", got, want)
	}
	if s, err := store.Session(ctx, tenant, iam.SessionID(id(kindSession, 1))); err != nil || len(s.MAC) > 0 || s.Pages || len(s.Pending) > 0 {
		t.Errorf("the session is %+v, %v", s, err)
	}
	if st, err := store.Settings(ctx, tenant); err != nil || st.Version != 0 {
		t.Errorf("settings %+v, %v", st, err)
	}

	checkRoles(t, store, tenant)

	// Old bindings end with their namespace like new ones, and old namespaces
	// are counted like new ones.
	shared, err := store.Namespace(ctx, tenant, "shared")
	if err != nil || shared.Disabled || len(shared.Labels)+len(shared.Annotations) > 0 || shared.Advertise+string(shared.CreatedBy) != "" {
		t.Fatalf("the namespace is %+v, %v", shared, err)
	}
	was := count(t, store, tenant)
	if err := store.DeleteNamespace(ctx, tenant, shared.ID); err != nil {
		t.Fatal(err)
	}
	if now := count(t, store, tenant); was != len(iam.BuiltinNamespaces()) || now != was-1 {
		t.Errorf("there were %d namespaces, now there are %d", was, now)
	}
	if got, want := scopes(), []string{"@", "@*"}; !slices.Equal(got, want) {
		t.Errorf("without the namespace, holdings %q, want %q", got, want)
	}
}

func count(t *testing.T, store *storage.Store, tenant iam.TenantID) int {
	t.Helper()
	n, err := store.CountNamespaces(t.Context(), tenant)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// checkRoles wants the built-in roles that came later, under names that the
// tenant had not given to roles of its own; those are as they were.
func checkRoles(t *testing.T, store *storage.Store, tenant iam.TenantID) {
	t.Helper()
	l, err := store.Roles(t.Context(), tenant, iam.Page{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]iam.Role{}
	for _, r := range l.Items {
		got[r.Handle] = r
	}
	want := 1 // the tenant's own
	if tenant == child {
		for n, handle := range map[int]string{2: "own", 3: "ves-io-monitor-role"} {
			if r := got[handle]; r.ID != iam.RoleID(id(kindRole, n)) || r.Builtin || r.Disabled || r.Description != "Ours" {
				t.Errorf("a role of the tenant's own is %+v", r)
			}
		}
		want += 2
	}
	for _, b := range access.Builtin() {
		if !strings.HasPrefix(b.Handle, "ves-io-") || tenant == child && (b.Handle == "ves-io-admin-role" || b.Handle == "ves-io-monitor-role") {
			continue
		}
		want++
		r := got[b.Handle]
		if !iam.ValidID(string(r.ID)) || r.ID[14] != '7' || !strings.ContainsRune("89ab", rune(r.ID[19])) || iam.Short(r.ID) == "" {
			t.Errorf("the id of role %q is %q", b.Handle, r.ID)
		}
		if r.Name != b.Name || r.Description != b.Description || !r.Builtin || r.Disabled || r.Version != 1 || r.Created.IsZero() {
			t.Errorf("role %+v, want it like %+v", r, b)
		}
		if u, err := store.Role(t.Context(), tenant, access.RoleKey{Name: b.Name}); err != nil || u.ID != r.ID {
			t.Errorf("by name: %+v, %v", u, err)
		}
	}
	if len(l.Items) != want {
		t.Errorf("%d roles, want %d", len(l.Items), want)
	}
}

// checkForced wants row-level security, forced, on every table of tenants.
func checkForced(t *testing.T, owner *sql.DB, e storage.Engine) {
	t.Helper()
	for _, table := range inOrder(t, e) {
		var enabled, forced bool
		err := owner.QueryRowContext(t.Context(), "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = to_regclass($1)", table.Name).
			Scan(&enabled, &forced)
		if err != nil {
			t.Fatal(err)
		}
		if want := table.OfTenant(); enabled != want || forced != want {
			t.Errorf("table %s: row-level security %v, forced %v, want %v", table.Name, enabled, forced, want)
		}
	}
}
