package storagetest

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/job"
	"github.com/gatehouse-id/gatehouse/internal/notice"
	"github.com/gatehouse-id/gatehouse/internal/object"
	"github.com/gatehouse-id/gatehouse/internal/storage"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// recording remembers the statements that it runs.
type recording struct {
	storage.Engine
	queries []string
	args    [][]any
}

func (r *recording) Snapshot(ctx context.Context, t iam.TenantID, fn func(context.Context, storage.Tx) error) error {
	return r.Engine.Snapshot(ctx, t, func(ctx context.Context, tx storage.Tx) error { return fn(ctx, recordingTx{tx, r}) })
}

func (r *recording) Read(ctx context.Context, t iam.TenantID, fn func(context.Context, storage.Tx) error) error {
	return r.Engine.Read(ctx, t, func(ctx context.Context, tx storage.Tx) error { return fn(ctx, recordingTx{tx, r}) })
}

type recordingTx struct {
	storage.Tx
	r *recording
}

func (x recordingTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	x.r.queries, x.r.args = append(x.r.queries, query), append(x.r.args, args)
	return x.Tx.QueryContext(ctx, query, args...)
}

func (x recordingTx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	x.r.queries, x.r.args = append(x.r.queries, query), append(x.r.args, args)
	return x.Tx.QueryRowContext(ctx, query, args...)
}

// plan answers how SQLite runs the statements that do reads.
func plan(t *testing.T, f *fixture, do func(*storage.Store) error) (steps []string) {
	t.Helper()
	r := &recording{Engine: f.engine}
	if err := do(storage.New(r, f.env)); err != nil && !iam.Is(err, iam.NotFound) {
		t.Fatal(err)
	}
	err := f.engine.Engine.Read(t.Context(), f.tenant.ID, func(ctx context.Context, tx storage.Tx) error {
		for i, query := range r.queries {
			some, err := explain(ctx, tx, query, r.args[i])
			if err != nil {
				return err
			}
			steps = append(steps, some...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return steps
}

func explain(ctx context.Context, tx storage.Tx, query string, args []any) (steps []string, err error) {
	rows, err := tx.QueryContext(ctx, "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			return nil, err
		}
		steps = append(steps, step)
	}
	return steps, rows.Err()
}

// TestPlans proves that what is asked often, or of many rows, goes through
// indices, and that a page costs the same wherever it is in a list. Lists of
// what a tenant has few of may sort.
func TestPlans(t *testing.T) {
	f := newFixture(t, openSQLite(t))
	ctx, tenant := t.Context(), f.tenant.ID
	id := f.env.NewID()
	now := f.env.Time()
	reads := map[string]func(*storage.Store) error{
		"epoch":        func(s *storage.Store) error { _, err := s.Epoch(ctx, tenant); return err },
		"epochs since": func(s *storage.Store) error { _, _, err := s.EpochsSince(ctx, now); return err },
		"settings":     func(s *storage.Store) error { _, err := s.Settings(ctx, tenant); return err },
		"logo":         func(s *storage.Store) error { _, err := s.Image(ctx, tenant, "logo"); return err },
		"picture":      func(s *storage.Store) error { _, err := s.Picture(ctx, tenant, iam.UserID(id)); return err },
		"namespace":    func(s *storage.Store) error { _, err := s.Namespace(ctx, tenant, "x"); return err },
		"namespaces":   func(s *storage.Store) error { _, err := s.Namespaces(ctx, tenant); return err },
		"namespace group": func(s *storage.Store) error {
			_, err := s.NamespaceGroup(ctx, tenant, iam.NamespaceGroupID(id))
			return err
		},
		"namespace groups": func(s *storage.Store) error { _, err := s.NamespaceGroups(ctx, tenant); return err },
		"bindings of a scope": func(s *storage.Store) error {
			_, err := s.ScopeBindings(ctx, tenant, iam.GroupScope(iam.NamespaceGroupID(id)))
			return err
		},
		"count of namespaces": func(s *storage.Store) error { _, err := s.CountNamespaces(ctx, tenant); return err },
		"object":              func(s *storage.Store) error { _, err := s.Object(ctx, tenant, "contact", "shared", "x"); return err },
		"object by id":        func(s *storage.Store) error { _, err := s.ObjectByID(ctx, tenant, iam.ObjectID(id)); return err },
		"objects of a kind in a namespace": func(s *storage.Store) error {
			_, err := s.Objects(ctx, tenant, "contact", "shared")
			return err
		},
		"objects of a namespace": func(s *storage.Store) error { _, err := s.Objects(ctx, tenant, "", "shared"); return err },
		"references":             func(s *storage.Store) error { _, err := s.References(ctx, tenant, iam.ObjectID(id)); return err },
		"referring": func(s *storage.Store) error {
			_, err := s.Referring(ctx, tenant, object.Target{Kind: "contact", Namespace: "shared", Name: "x"})
			return err
		},
		"plan":                 func(s *storage.Store) error { _, err := s.Plan(ctx, tenant); return err },
		"members of one group": func(s *storage.Store) error { _, err := s.Members(ctx, tenant, iam.GroupID(id)); return err },
		"link":                 func(s *storage.Store) error { _, err := s.Link(ctx, tenant, iam.ObjectID(id)); return err },
		"half": func(s *storage.Store) error {
			_, _, err := s.Half(ctx, tenant, iam.LinkManaged, iam.TenantID(id))
			return err
		},
		"handed in a child": func(s *storage.Store) error {
			_, err := s.Handed(ctx, tenant, iam.LinkChild, iam.TenantID(id))
			return err
		},
		"handed in a managed tenant": func(s *storage.Store) error {
			_, err := s.Handed(ctx, tenant, iam.LinkManaged, iam.TenantID(id))
			return err
		},
		"assigned": func(s *storage.Store) error {
			_, err := s.Assigned(ctx, tenant, []iam.GroupID{iam.GroupID(id)})
			return err
		},
		"acting groups": func(s *storage.Store) error { _, err := s.MemberOf(ctx, tenant, iam.UserID(id)); return err },
		"groups named":  func(s *storage.Store) error { _, err := s.GroupsNamed(ctx, tenant, []string{"x"}); return err },
		"group holdings": func(s *storage.Store) error {
			_, err := s.GroupHoldings(ctx, tenant, []iam.GroupID{iam.GroupID(id)})
			return err
		},
		"support access": func(s *storage.Store) error { _, err := s.SupportAccess(ctx, tenant); return err },
		"user by number": func(s *storage.Store) error {
			_, err := s.User(ctx, tenant, directory.UserKey{Number: 7})
			return err
		},
		"tenant by code":  func(s *storage.Store) error { _, err := s.TenantByCode(ctx, "x"); return err },
		"account":         func(s *storage.Store) error { _, err := s.Account(ctx, tenant, "x"); return err },
		"account by id":   func(s *storage.Store) error { _, err := s.AccountByID(ctx, tenant, iam.UserID(id)); return err },
		"account by mail": func(s *storage.Store) error { _, err := s.AccountByEmail(ctx, tenant, "x@example.com"); return err },
		"challenge": func(s *storage.Store) error {
			_, err := s.Challenge(ctx, tenant, iam.ChallengeID(id), now)
			return err
		},
		"login event":     func(s *storage.Store) error { _, err := s.LoginEvent(ctx, tenant, iam.EventID(id)); return err },
		"token":           func(s *storage.Store) error { _, err := s.Token(ctx, tenant, "x"); return err },
		"session":         func(s *storage.Store) error { _, err := s.Session(ctx, tenant, iam.SessionID(id)); return err },
		"holdings":        func(s *storage.Store) error { _, err := s.Holdings(ctx, tenant, iam.UserID(id), false); return err },
		"group bindings":  func(s *storage.Store) error { _, err := s.GroupBindings(ctx, tenant, iam.GroupID(id)); return err },
		"job":             func(s *storage.Store) error { _, err := s.Job(ctx, tenant, id); return err },
		"job by short id": func(s *storage.Store) error { _, err := s.Job(ctx, tenant, iam.Short(iam.JobID(id))); return err },
		"nothing to do": func(s *storage.Store) error {
			_, err := s.ClaimJobs(ctx, "n", job.Lane{Except: notice.JobSend}, now, 0, 1)
			return err
		},
		"nothing to send": func(s *storage.Store) error {
			_, err := s.ClaimJobs(ctx, "n", job.Lane{Only: notice.JobSend}, now, 0, 1)
			return err
		},
		"mail":           func(s *storage.Store) error { _, err := s.Mail(ctx, tenant, iam.MailID(id)); return err },
		"factors":        func(s *storage.Store) error { _, err := s.Factors(ctx, tenant, iam.UserID(id)); return err },
		"passkey":        func(s *storage.Store) error { _, err := s.FactorByCredential(ctx, tenant, "x"); return err },
		"own settings":   func(s *storage.Store) error { _, err := s.OwnSettings(ctx, tenant, iam.UserID(id)); return err },
		"last logins":    func(s *storage.Store) error { _, err := s.LastLogins(ctx, tenant); return err },
		"inactive users": func(s *storage.Store) error { _, err := s.InactiveUsers(ctx, tenant, now); return err },
		"recovery codes": func(s *storage.Store) error { _, err := s.RecoveryCodes(ctx, tenant, iam.UserID(id)); return err },
		"resolve": func(s *storage.Store) error {
			_, _, err := s.Resolve(ctx, tenant, []string{"x"}, []string{"x"})
			return err
		},
		"total of users": func(s *storage.Store) error {
			_, err := s.Users(ctx, tenant, directory.UserFilter{}, iam.Page{Total: true})
			return err
		},
		"users by exact username": func(s *storage.Store) error {
			_, err := s.Users(ctx, tenant, directory.UserFilter{Username: "kim"}, iam.Page{Sort: "username", Total: true})
			return err
		},
		"users by start of address": func(s *storage.Store) error {
			_, err := s.Users(ctx, tenant, directory.UserFilter{Email: "kim*"}, iam.Page{Sort: "email", Total: true})
			return err
		},
	}
	for name, k := range map[string]directory.UserKey{
		"id": {ID: iam.UserID(id)}, "short id": {Short: iam.Short(iam.UserID(id))}, "handle": {Handle: "x"}, "username": {Username: "x"},
	} {
		reads["user by "+name] = func(s *storage.Store) error { _, err := s.User(ctx, tenant, k); return err }
	}
	lists := map[string]func(*storage.Store, iam.Page) error{
		"mails": func(s *storage.Store, p iam.Page) error {
			_, err := s.Mails(ctx, tenant, notice.Filter{}, p)
			return err
		},
		"events": func(s *storage.Store, p iam.Page) error {
			_, err := s.Events(ctx, tenant, audit.Filter{}, p)
			return err
		},
		"login events": func(s *storage.Store, p iam.Page) error {
			_, err := s.LoginEvents(ctx, tenant, "", p)
			return err
		},
		"login events between": func(s *storage.Store, p iam.Page) error {
			_, err := s.LoginEventsBetween(ctx, tenant, now.Add(-time.Hour), now, p)
			return err
		},
		"login events of a user": func(s *storage.Store, p iam.Page) error {
			_, err := s.LoginEvents(ctx, tenant, iam.UserID(id), p)
			return err
		},
		"jobs": func(s *storage.Store, p iam.Page) error { _, err := s.Jobs(ctx, tenant, job.Filter{}, p); return err },
		"regions": func(s *storage.Store, p iam.Page) error {
			_, err := s.Regions(ctx, tenant, tenancy.PlaceFilter{}, p)
			return err
		},
		"zones": func(s *storage.Store, p iam.Page) error {
			_, err := s.Zones(ctx, tenant, tenancy.PlaceFilter{}, p)
			return err
		},
		"groups": func(s *storage.Store, p iam.Page) error { _, err := s.Groups(ctx, tenant, p); return err },
		"roles":  func(s *storage.Store, p iam.Page) error { _, err := s.Roles(ctx, tenant, p); return err },
	}
	for _, sort := range []string{"name", "username", "email", "created"} {
		lists["users by "+sort] = func(s *storage.Store, p iam.Page) error {
			p.Sort = sort
			_, err := s.Users(ctx, tenant, directory.UserFilter{}, p)
			return err
		}
	}
	for name, list := range lists {
		for _, desc := range []bool{false, true} {
			for place, after := range map[string]iam.Cursor{"first": {}, "later": {Key: "1", ID: id}} {
				reads[fmt.Sprintf("%s page of %s, desc %t", place, name, desc)] = func(s *storage.Store) error {
					return list(s, iam.Page{After: after, Desc: desc})
				}
			}
		}
	}
	for name, read := range reads {
		t.Run(name, func(t *testing.T) {
			steps := plan(t, f, read)
			for _, step := range steps {
				// Sorting the zones of one region, the two that one name can mean, or who refers to one object, costs nothing;
				// the members of one group less than to look at every user for whether they are one.
				sorts := step == "USE TEMP B-TREE FOR ORDER BY" && name != "resolve" && name != "referring" && name != "members of one group"
				scans := strings.HasPrefix(step, "SCAN ") && step != "SCAN p" && step != "SCAN CONSTANT ROW"
				if sorts || scans {
					t.Errorf("%q in\n%s", step, strings.Join(steps, "\n"))
				}
			}
			if len(steps) == 0 {
				t.Error("no plan")
			}
		})
	}
}
