package app_test

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
	"github.com/gatehouse-id/gatehouse/internal/testpg"
)

// lived is what an installation was left with.
type lived struct {
	admin   *app.Admin
	session string
	users   []iam.User
	region  iam.Region
}

// live starts an installation, uses it for a while and stops it.
func live(t *testing.T, o app.Options) lived {
	t.Helper()
	a := open(t, o)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { a.Run(ctx) })
	defer running.Wait()
	defer stop()

	admin, err := a.FirstStart(ctx, app.Admin{Email: "admin@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	works(t, a, admin)
	by, err := a.Authn.Token(ctx, admin.Token, authn.Origin{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := a.Authn.SignIn(ctx, by.Tenant, app.AdminName, admin.Password, authn.Origin{})
	if err != nil {
		t.Fatal(err)
	}
	session, err := a.Authn.SessionToken(ctx, by.Tenant, s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Directory.CreateUser(ctx, by, directory.NewUser{Username: "홍길동", Password: "1234", Roles: []string{"user"}, Groups: []string{"사람"},
		MakeMissing: true, Attributes: map[string]string{"employeeNumber": "7"}}); err != nil {
		t.Fatal(err)
	}
	region, j, err := a.Tenancy.RequestRegion(ctx, by, "seoul", "d")
	if err != nil {
		t.Fatal(err)
	}
	if j, err = a.Jobs.Wait(ctx, by.Tenant, j.ID, time.Minute); err != nil || j.Status != iam.JobSuccessful {
		t.Fatalf("job %+v, %v", j, err)
	}
	if _, err := a.Tenancy.CreateTenant(ctx, iam.System("", "test"), by.Tenant, tenancy.NewTenant{Code: "below"}); err != nil {
		t.Fatal(err)
	}
	return lived{admin, session, users(t, a, by), region}
}

func users(t *testing.T, a *app.App, by iam.Actor) []iam.User {
	t.Helper()
	l, err := a.Directory.Users(t.Context(), by, directory.UserFilter{}, iam.Page{})
	if err != nil {
		t.Fatal(err)
	}
	return l.Items
}

// demand opens an installation and demands what it was left with.
func (l lived) demand(t *testing.T, o app.Options) {
	t.Helper()
	o.Env = iam.Env{Now: time.Now, Rand: hurried().Rand} // or the session would have expired
	a := open(t, o)
	if again, err := a.FirstStart(t.Context(), app.Admin{}); again != nil || err != nil {
		t.Errorf("a first start again: %+v, %v", again, err)
	}
	by, err := a.Authn.Token(t.Context(), l.admin.Token, authn.Origin{})
	if err != nil {
		t.Fatalf("the token: %v", err)
	}
	if s, err := a.Authn.Session(t.Context(), l.session, authn.Origin{}); err != nil || s.User != by.User {
		t.Errorf("the session: %v", err)
	}
	if diff := cmp.Diff(l.users, users(t, a, by)); diff != "" {
		t.Errorf("users (-before +now)\n%s", diff)
	}
	if r, err := a.Tenancy.Region(t.Context(), by, "seoul"); err != nil || !cmp.Equal(r, l.region) {
		t.Errorf("the region is %+v, %v", r, err)
	}
	if below, err := a.Tenancy.Subtenants(t.Context(), by, "", tenancy.TenantFilter{}, iam.Page{}); err != nil || len(below.Items) != 1 || below.Items[0].Code != "below" {
		t.Errorf("tenants below: %+v, %v", below.Items, err)
	}
	// Run ended before the token's use would have been written by itself.
	tokens, err := a.Authn.Tokens(t.Context(), by, by.User, iam.Page{})
	if err != nil || len(tokens.Items) != 1 || tokens.Items[0].LastUsed.IsZero() {
		t.Errorf("tokens %+v, %v", tokens.Items, err)
	}
	works(t, a, l.admin)
}

func TestEverythingSurvivesARestart(t *testing.T) {
	onEach(t, func(t *testing.T, o app.Options) {
		live(t, o).demand(t, o)
	})
}

// TestBackup moves an installation, from either engine to either.
func TestBackup(t *testing.T) {
	onEach(t, func(t *testing.T, from app.Options) {
		l := live(t, from)
		var backup bytes.Buffer
		a := open(t, from)
		if err := a.Backup(t.Context(), &backup); err != nil {
			t.Fatal(err)
		}
		for name, storage := range storages {
			to := storage(t)
			if err := app.Restore(t.Context(), withDefaults(to), bytes.NewReader(backup.Bytes())); err != nil {
				t.Fatalf("to %s: %v", name, err)
			}
			l.demand(t, to)
			if err := app.Restore(t.Context(), withDefaults(to), bytes.NewReader(backup.Bytes())); !iam.Is(err, iam.Precondition) {
				t.Errorf("to %s, over what is there: %v", name, err)
			}
		}
		short := storages["sqlite"](t)
		if err := app.Restore(t.Context(), withDefaults(short), bytes.NewReader(backup.Bytes()[:backup.Len()/2])); !iam.Is(err, iam.Invalid) {
			t.Errorf("half of it: %v", err)
		}
		if err := app.Restore(t.Context(), withDefaults(short), bytes.NewReader(backup.Bytes())); err != nil {
			t.Errorf("the whole of it, after the half: %v", err)
		}
	})
}

func withDefaults(o app.Options) app.Options {
	o.Env = hurried()
	return o
}

// TestDatabaseThatHangsLetsNobodyIn: what cannot be looked up in time is not
// taken for granted, nor for refused.
func TestDatabaseThatHangsLetsNobodyIn(t *testing.T) {
	onEach(t, func(t *testing.T, o app.Options) {
		a := open(t, o)
		admin, err := a.FirstStart(t.Context(), app.Admin{})
		if err != nil {
			t.Fatal(err)
		}
		works(t, a, admin)
		by, err := a.Authn.Token(t.Context(), admin.Token, authn.Origin{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithDeadline(t.Context(), time.Now())
		defer cancel()
		_, errToken := a.Authn.Token(ctx, admin.Token, authn.Origin{})
		_, errSignIn := a.Authn.SignIn(ctx, by.Tenant, app.AdminName, admin.Password, authn.Origin{})
		_, errMay := a.Access.May(ctx, by, iam.UsersRead)
		_, errEnter := a.Access.Enter(ctx, by, iam.Tenant{ID: "another"}, iam.UsersRead)
		for what, err := range map[string]error{
			"token": errToken, "sign-in": errSignIn, "may": errMay, "enter": errEnter,
			"authorize":    a.Access.Authorize(ctx, by, 0, iam.NamespaceSystem),
			"check roles":  a.Access.CheckRoles(ctx, by, []iam.RoleID{"x"}, iam.ScopeTenant),
			"check groups": a.Access.CheckGroups(ctx, by, []iam.GroupID{iam.GroupID(by.User)}),
			"check user":   a.Access.CheckUser(ctx, by, iam.UserID(by.Tenant)),
			"check users":  a.Access.CheckUsers(ctx, by, slices.Repeat([]iam.UserID{iam.UserID(by.Tenant)}, 100)),
		} {
			if !iam.Is(err, iam.Unavailable) {
				t.Errorf("%s: %v, want Unavailable", what, err)
			}
		}
	})
}

// TestPostgresIsMigratedOnDemand: a node does not change a schema that others
// may be using, unless it is told to.
func TestPostgresIsMigratedOnDemand(t *testing.T) {
	o := app.Options{Data: t.TempDir(), Database: testpg.URL(t)}
	if _, err := tryOpen(t, o); !iam.Is(err, iam.Precondition) {
		t.Errorf("on an empty database: %v, want Precondition", err)
	}
	o.Migrate = true
	open(t, o)
	o.Migrate = false
	open(t, o)
}

func TestWrongFolder(t *testing.T) {
	if _, err := tryOpen(t, app.Options{Data: t.TempDir(), MustExist: true}); !iam.Is(err, iam.Precondition) {
		t.Errorf("without a database: %v, want Precondition", err)
	}
}
