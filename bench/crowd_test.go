package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
	"github.com/gatehouse-id/gatehouse/internal/testpg"
)

// crowd is how many users the large directory has.
const crowd = 1_000_000

// nameOf answers the name of one of them. Their order is not that in which
// they were made.
func nameOf(i int) string {
	const scatter = 387_420_489 // has no divisor in common with crowd
	return fmt.Sprintf("user-%07d", i*scatter%crowd)
}

// userID answers the id of one of them, made a millisecond after the last.
func userID(i int) string { return fmt.Sprintf("%08x-%04x-7000-8000-%012x", i>>16, i&0xffff, i) }

// externalID answers the id by which a provisioning client knows one of them.
func externalID(i int) string { return fmt.Sprintf("X-%07d", i) }

// crowded opens the program on the large directory, which is made when it is
// not there yet. That takes minutes.
func crowded(b *testing.B, engine string) *app.App {
	b.Helper()
	o := app.Options{Data: filepath.Join(keptFolder(b), "million-6-"+engine), Log: slog.New(slog.DiscardHandler),
		MasterKey: strings.Repeat("be", 32)} // a database that is kept goes on being read with it
	if engine == "postgres" {
		o.Database, o.Migrate = keptDatabase(b, "gatehouse_bench_million_6"), true
	}
	warm(b, filepath.Join(o.Data, "gatehouse.db"))
	a, err := app.Open(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	done := make(chan struct{})
	go func() { a.Run(ctx); close(done) }()
	b.Cleanup(func() {
		stop()
		<-done
		if err := a.Close(); err != nil {
			b.Error(err)
		}
	})
	if _, err := a.FirstStart(ctx, app.Admin{Password: adminPassword, Token: adminToken}); err != nil {
		b.Fatal(err)
	}
	by := operator(b, a)
	if _, err := a.Directory.User(ctx, by, directory.UserKey{ID: iam.UserID(userID(crowd - 1))}); iam.Is(err, iam.NotFound) {
		b.Logf("making %d users on %s", crowd, engine)
		if err := makeCrowd(ctx, a, by); err != nil {
			b.Fatal(err)
		}
		if err := indexCrowd(ctx, a); err != nil {
			b.Fatal(err)
		}
	} else if err != nil {
		b.Fatal(err)
	}
	return a
}

// warm reads a file, if it is there, so that the operating system has it in
// memory. Nobody may have it open as a database: closing it drops locks.
func warm(b *testing.B, path string) {
	b.Helper()
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if _, err := io.Copy(io.Discard, f); err != nil {
		b.Fatal(err)
	}
}

// operator is the operator of the default tenant.
func operator(b testing.TB, a *app.App) iam.Actor {
	b.Helper()
	t, err := a.Tenancy.ByCode(b.Context(), iam.DefaultTenant)
	if err != nil {
		b.Fatal(err)
	}
	return iam.System(t.ID, "bench")
}

// keptFolder is where data stays between runs: GATEHOUSE_BENCH_DATA, or
// nowhere.
func keptFolder(b *testing.B) string {
	b.Helper()
	if folder := os.Getenv("GATEHOUSE_BENCH_DATA"); folder != "" {
		return folder
	}
	return b.TempDir()
}

// keptDatabase is a database that stays between runs if data does, on the
// PostgreSQL server that the tests use.
func keptDatabase(b *testing.B, name string) string {
	b.Helper()
	server := os.Getenv(testpg.Variable)
	if os.Getenv("GATEHOUSE_BENCH_DATA") == "" || server == "" {
		return testpg.URL(b)
	}
	u, err := url.Parse(server)
	if err != nil {
		b.Fatal(err)
	}
	conn, err := pgx.Connect(b.Context(), server)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(b.Context())
	const duplicate = "42P04" // duplicate_database
	_, err = conn.Exec(b.Context(), "CREATE DATABASE "+name)
	if e, ok := errors.AsType[*pgconn.PgError](err); err != nil && (!ok || e.Code != duplicate) {
		b.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

// crowdBatch is how many users one statement makes.
const crowdBatch = 500

// makeCrowd writes the users with plain SQL, each in one of a hundred groups
// and with a role.
func makeCrowd(ctx context.Context, a *app.App, by iam.Actor) error {
	role, err := a.Access.Role(ctx, by, access.RoleKey{Handle: access.RoleUser})
	if err != nil {
		return err
	}
	var groups []iam.GroupID
	for i := range 100 {
		g, err := a.Directory.CreateGroup(ctx, by, directory.NewGroup{Name: fmt.Sprintf("group-%02d", i)})
		if err != nil {
			return err
		}
		groups = append(groups, g.ID)
	}
	for first := 0; first < crowd; first += crowdBatch {
		var users, members, bindings insert
		for i := first; i < first+crowdBatch; i++ {
			name, at := nameOf(i), int64(i)*1000
			users.row(by.Tenant, userID(i), name, name, name, "", name, name+"@example.com", name+"@example.com", false, "Alice", "Kim",
				"Alice Kim", "+82-2-1234-5678", "enabled", `{"title":"Engineer","departmentNumber":"42","sync_id":"`+externalID(i)+`"}`,
				"", false, 1, 0, at, at, 1, i+1)
			members.row(by.Tenant, groups[i%len(groups)], userID(i), at)
			bindings.row(by.Tenant, userID(i), userID(i), nil, role.ID, "", userID(0), at)
		}
		err := a.Engine.Write(ctx, by.Tenant, func(ctx context.Context, tx storage.Tx) error {
			for _, in := range []struct {
				into string
				insert
			}{
				{`users (tenant_id, user_id, handle, username, username_key, label, listed_key, email, email_key, email_verified,
					given_name, family_name, display_name, phone, state, attributes, password_hash, must_change_password, generation,
					last_login_at, created_at, updated_at, version, number)`, users},
				{`memberships (tenant_id, group_id, user_id, created_at)`, members},
				{`bindings (tenant_id, binding_id, user_id, group_id, role_id, scope, created_by, created_at)`, bindings},
			} {
				if _, err := tx.ExecContext(ctx, "INSERT INTO "+in.into+" VALUES "+in.rows.String(), in.args...); err != nil {
					return err
				}
			}
			_, err := tx.ExecContext(ctx, `INSERT INTO row_counts (tenant_id, kind, slot, n) VALUES ($1, 'users', 0, $2)
				ON CONFLICT (tenant_id, kind, slot) DO UPDATE SET n = row_counts.n + $2`, by.Tenant, crowdBatch)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// indexCrowd makes what filters compare of them, as after an upgrade.
func indexCrowd(ctx context.Context, a *app.App) error {
	err := a.Engine.Write(ctx, storage.Everywhere, func(ctx context.Context, tx storage.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM installation WHERE name = 'values-indexed'`)
		return err
	})
	if err != nil {
		return err
	}
	return a.Store.IndexValues(ctx, func() {})
}

// insert gathers rows for one statement.
type insert struct {
	rows strings.Builder
	args []any
}

func (in *insert) row(values ...any) {
	if len(in.args) > 0 {
		in.rows.WriteString(", ")
	}
	for i := range values {
		sep := ", "
		if i == 0 {
			sep = "("
		}
		fmt.Fprintf(&in.rows, "%s$%d", sep, len(in.args)+i+1)
	}
	in.rows.WriteString(")")
	in.args = append(in.args, values...)
}
