package storage_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
	"github.com/gatehouse-id/gatehouse/internal/storage"
	"github.com/gatehouse-id/gatehouse/internal/storage/postgres"
	"github.com/gatehouse-id/gatehouse/internal/storage/sqlite"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
	"github.com/gatehouse-id/gatehouse/internal/testpg"
)

// explaining is an engine that asks how a SELECT would be answered instead of
// answering it.
type explaining struct {
	storage.Engine
	explain string // before the statement
	plan    strings.Builder
}

func (e *explaining) Read(ctx context.Context, t iam.TenantID, fn func(context.Context, storage.Tx) error) error {
	return e.Engine.Read(ctx, t, func(ctx context.Context, tx storage.Tx) error { return fn(ctx, explainingTx{tx, e}) })
}

type explainingTx struct {
	storage.Tx
	e *explaining
}

func (x explainingTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := x.Tx.QueryContext(ctx, x.e.explain+query, args...)
	if err != nil {
		return nil, err
	}
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	cells, dest := make([]any, len(columns)), make([]any, len(columns))
	for i := range cells {
		dest[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		line, _ := cells[len(cells)-1].(string) // the last column of both
		x.e.plan.WriteString(line + "\n")
	}
	err = rows.Err()
	return rows, err // which has no more
}

// TestFindGoesByIndex: who asks for one user by an attribute has no other looked at,
// but for names and meta.lastModified, whose indexes every new user would pay for. On PostgreSQL row-level security is on, which keeps functions from indexes.
func TestFindGoesByIndex(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) *explaining{
		"SQLite": func(t *testing.T) *explaining {
			db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"), sqlite.Options{})
			e := migrated(t, db, err)
			manyUsers(t, e)
			return &explaining{Engine: e, explain: "EXPLAIN QUERY PLAN "}
		},
		"PostgreSQL": func(t *testing.T) *explaining {
			server := testpg.URL(t)
			db, err := postgres.Open(t.Context(), server)
			e := migrated(t, db, err)
			manyUsers(t, e)
			must(t, owned(t, "pgx", server), "ANALYZE")
			return &explaining{Engine: e, explain: "EXPLAIN "}
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := open(t)
			s := storage.New(e, iam.Env{Now: time.Now})
			for filter, index := range map[string]string{
				`userName eq "kim"`:                                 "users_username username_key",
				`userName sw "kim"`:                                 "users_username username_key",
				`externalId eq "kim"`:                               "user_values_key value_key",
				`externalId sw "kim"`:                               "user_values_key value_key",
				scim.URNEnterprise + `:employeeNumber eq "1"`:       "user_values_key value_key",
				`emails.value eq "kim@example.com"`:                 "users_email email_key",
				`emails eq "kim@example.com" and active eq true`:    "user_values_key value_key",
				`emails[type eq "work" and value eq "k@x.com"]`:     "user_values_key value_key",
				`groups.display eq "people"`:                        "user_groups_name name_key",
				`id eq "` + string(child) + `"`:                     "users user_id",
				`meta.created ge "2026-01-01T00:00:00Z"`:            "users_created created_at",
				`userName eq "kim" or emails.value eq "k@x.com"`:    "users_username username_key",
				`emails.value eq "k" or (externalId eq "k")`:        "users_email email_key",
				`active eq true and (title eq "a" or title eq "b")`: "user_values_key value_key",
			} {
				f, err := scim.ParseFilter(filter)
				if err != nil {
					t.Fatal(err)
				}
				where, err := scim.Users.Condition(f)
				if err != nil {
					t.Fatal(err)
				}
				e.plan.Reset()
				_, err = s.FindUsers(t.Context(), parent, scim.Find{Where: where})
				if err != nil {
					t.Fatal(err)
				}
				index, key, _ := strings.Cut(index, " ")
				if plan := e.plan.String(); !goesBy(plan, index, key) || looksAtAll.MatchString(plan) {
					t.Errorf("%s does not go by %s alone:\n%s", filter, index, plan)
				}
			}
		})
	}
}

// looksAtAll is found in a plan that looks at every user of the tenant.
var looksAtAll = regexp.MustCompile(`Seq Scan on (users|user_values) |SCAN [uv]\n|SEARCH [uv] .*\(tenant_id=\?\)|Index Cond: \(tenant_id = '[^']*'::uuid\)\n`)

// TestFindOfMany: what nearly everybody has is met along the list, page by page,
// and what is found is the same.
func TestFindOfMany(t *testing.T) {
	for name, open := range engines {
		t.Run(name, func(t *testing.T) {
			e := open(t)
			manyUsers(t, e)
			s := storage.New(e, iam.Env{Now: time.Now})
			for filter, want := range map[string]int{
				`title eq "Engineer"`:                               many,
				`title sw "Engineer" and userName pr`:               many,
				`title eq "engineer" and userName sw "user-1"`:      1 + 10 + 100 + many - 1000,
				`emails[type eq "work"] and not (title eq "x")`:     many,
				`emails[type eq "work" and value sw "user-2"]`:      1 + 10 + 100,
				`title eq "engineer" or externalId eq "user-3"`:     many,
				`not (title eq "engineer")`:                         0,
				`title ne "engineer" or emails.type ne "work"`:      0,
				`meta.created ge "1970-01-01T00:00:00Z"`:            many,
				`meta.created gt "1970-01-01T00:00:00.000099Z"`:     many - 100,
				`emails.value sw "user" and title eq "engineer"`:    many,
				`emails[value sw "user"] and externalId sw "user-"`: many,
			} {
				f, err := scim.ParseFilter(filter)
				if err != nil {
					t.Fatal(err)
				}
				find := scim.Find{Page: iam.Page{Limit: 700}}
				if find.Where, err = scim.Users.Condition(f); err != nil {
					t.Fatal(err)
				}
				var names []string
				for more := true; more; {
					l, err := s.FindUsers(t.Context(), parent, find)
					if err != nil {
						t.Fatalf("%s: %v", filter, err)
					}
					for _, u := range l.Items {
						names = append(names, u.Username)
					}
					more, find.Page.After = l.More, l.Last
				}
				if len(slices.Compact(slices.Clone(names))) != want || !slices.IsSorted(names) {
					t.Errorf("%s finds %d, want %d in order", filter, len(names), want)
				}
				l, err := s.FindUsers(t.Context(), parent, scim.Find{Where: find.Where, Page: iam.Page{Limit: 1, Offset: 1, Total: true}})
				if err != nil || l.Total != want {
					t.Errorf("%s counts %d, %v, want %d", filter, l.Total, err, want)
				}
			}
		})
	}
}

// many is more than are gathered.
const many = 1500

// manyUsers makes as many as an index is worth having for, each in one of some
// groups.
func manyUsers(t *testing.T, e storage.Engine) {
	t.Helper()
	env := iam.Env{Now: time.Now, Rand: rand.Reader}
	tenant := iam.Tenant{ID: parent, Code: "t", Name: "T", State: iam.TenantActive, Own: iam.TenantActive, Version: 1}
	if err := storage.New(e, env).InsertTenant(t.Context(), tenant, tenancy.Birth{}); err != nil {
		t.Fatal(err)
	}
	err := e.Write(t.Context(), parent, func(ctx context.Context, tx storage.Tx) error {
		run := func(statement string, args ...any) error {
			_, err := tx.ExecContext(ctx, statement, args...)
			return err
		}
		var group string
		for i := range many {
			id, name := env.NewID(), fmt.Sprintf("user-%d", i)
			if err := run(`INSERT INTO users (tenant_id, user_id, handle, username, username_key, label, listed_key, email, email_key, email_verified,
				given_name, given_key, family_name, family_key, display_name, display_key, phone, state, attributes, password_hash, must_change_password,
				generation, last_login_at, created_at, updated_at, version, number)
				VALUES ($1, $2, $3, $3, $3, '', $3, $3, $3, FALSE, $3, $3, $3, $3, $3, $3, '', 'enabled', '{}', '', FALSE, 1, 0, $4, $4, 1, $4)`,
				string(parent), id, name, i); err != nil {
				return err
			}
			for path, value := range map[string]string{"externalid": name, "title": "engineer", "emails.value": name, "emails.type": "work"} {
				if err := run(`INSERT INTO user_values (tenant_id, user_id, path, place, value_key, value_rest) VALUES ($1, $2, $3, 0, $4, '')`,
					string(parent), id, path, value); err != nil {
					return err
				}
			}
			if i%2 == 0 {
				group = env.NewID()
				if err := run(`INSERT INTO user_groups (tenant_id, group_id, handle, name, name_key, description, attributes, created_at, updated_at, version)
					VALUES ($1, $2, $3, $3, $3, '', '{}', 0, 0, 1)`, string(parent), group, name); err != nil {
					return err
				}
			}
			if err := run(`INSERT INTO memberships (tenant_id, group_id, user_id, created_at) VALUES ($1, $2, $3, 0)`, string(parent), group, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// goesBy reports whether a plan looks a key up in an index.
func goesBy(plan, index, key string) bool {
	lines := strings.Split(plan, "\n")
	for i, line := range lines {
		if strings.Contains(line, "SEARCH") && strings.Contains(line, key) || // SQLite tells it in one line
			strings.Contains(line, index) && i+1 < len(lines) && strings.Contains(lines[i+1], "Index Cond") && strings.Contains(lines[i+1], key) {
			return true
		}
	}
	return false
}
