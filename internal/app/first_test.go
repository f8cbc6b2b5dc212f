package app_test

import (
	"crypto/rand"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/password"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
	"github.com/gatehouse-id/gatehouse/internal/testpg"
)

// hurried is a clock that runs a hundred times as fast, for who waits.
func hurried() iam.Env {
	began := time.Now()
	return iam.Env{Rand: rand.Reader, Now: func() time.Time { return began.Add(100 * time.Since(began)) }}
}

// storages are the options of a new installation on each engine.
var storages = map[string]func(t *testing.T) app.Options{
	"sqlite": func(t *testing.T) app.Options { t.Helper(); return app.Options{Data: t.TempDir()} },
	"postgres": func(t *testing.T) app.Options {
		t.Helper()
		return app.Options{Data: t.TempDir(), Database: testpg.URL(t), Migrate: true}
	},
}

// onEach runs a test on a new installation on each engine.
func onEach(t *testing.T, test func(t *testing.T, o app.Options)) {
	t.Helper()
	for name, storage := range storages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, storage(t))
		})
	}
}

// open opens a node. It runs nothing in the background.
func open(t *testing.T, o app.Options) *app.App {
	t.Helper()
	a, err := tryOpen(t, o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func tryOpen(t *testing.T, o app.Options) (*app.App, error) {
	t.Helper()
	if o.Env.Now == nil {
		o.Env = hurried()
	}
	o.Hasher = password.NewHasher(password.Params{Memory: 64, Time: 1, Lanes: 1}, 4, o.Env)
	o.Log = slog.New(slog.DiscardHandler)
	a, err := app.Open(t.Context(), o)
	if err == nil {
		t.Cleanup(func() {
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	return a, err
}

// works demands that what was shown of an administrator lets them in, and as
// one.
func works(t *testing.T, a *app.App, admin *app.Admin) {
	t.Helper()
	if admin == nil {
		t.Fatal("no administrator was shown")
	}
	tenant, err := a.Authn.Tenant(t.Context(), iam.DefaultTenant)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Authn.SignIn(t.Context(), tenant, app.AdminName, admin.Password, authn.Origin{}); err != nil {
		t.Errorf("the password: %v", err)
	}
	by, err := a.Authn.Token(t.Context(), admin.Token, authn.Origin{})
	if err != nil {
		t.Fatalf("the token: %v", err)
	}
	if may, err := a.Access.May(t.Context(), by, iam.TenantsDelete); !may || err != nil {
		t.Errorf("is no administrator: %v", err)
	}
}

func TestFirstStart(t *testing.T) {
	onEach(t, func(t *testing.T, o app.Options) {
		a := open(t, o)
		admin, err := a.FirstStart(t.Context(), app.Admin{Email: "admin@gatehouse.local"})
		if err != nil {
			t.Fatal(err)
		}
		works(t, a, admin)
		if admin.Email != "admin@gatehouse.local" || len(admin.Password) < 16 || !strings.HasPrefix(admin.Token, "gh_default_") {
			t.Errorf("shown %+v", admin)
		}
		for _, node := range []*app.App{a, open(t, o)} {
			if again, err := node.FirstStart(t.Context(), app.Admin{Password: "another good phrase"}); again != nil || err != nil {
				t.Errorf("shown again: %+v, %v", again, err)
			}
		}
		works(t, a, admin)
	})
}

func TestFirstStartAsWanted(t *testing.T) {
	for name, tt := range map[string]struct {
		password   string
		mustChange bool
	}{"good": {"a good long phrase", false}, "weak": {"admin", true}} {
		t.Run(name, func(t *testing.T) {
			a := open(t, app.Options{Data: t.TempDir()})
			want := app.Admin{Email: "root@example.com", Password: tt.password, Token: "gh_default_ops_" + strings.Repeat("x", 32)}
			admin, err := a.FirstStart(t.Context(), want)
			if err != nil || *admin != want {
				t.Fatalf("made %+v, %v", admin, err)
			}
			works(t, a, admin)
			tenant, _ := a.Authn.Tenant(t.Context(), iam.DefaultTenant)
			u, err := a.Directory.User(t.Context(), iam.System(tenant, "test"), directory.UserKey{Username: app.AdminName})
			if err != nil || u.MustChangePassword != tt.mustChange || u.Email != want.Email {
				t.Errorf("the administrator is %+v, %v", u, err)
			}
		})
	}
}

// TestFirstStartRefused: what is wrong is said, and the next start, with what
// is right, does not wait for the one before.
func TestFirstStartRefused(t *testing.T) {
	o := app.Options{Data: t.TempDir(), Env: iam.Env{Now: time.Now, Rand: rand.Reader}}
	a := open(t, o)
	began := time.Now()
	secret := strings.Repeat("x", 31)
	for name, want := range map[string]app.Admin{
		"short token":    {Token: "gh_default_ops_" + secret},
		"foreign token":  {Token: "gh_acme_ops_" + secret + "x"},
		"odd token":      {Token: "gh_default_ops_" + secret + "%"},
		"odd e-mail":     {Email: "nobody"},
		"odd password":   {Password: "hunter2\x00"},
		"token, no form": {Token: secret},
	} {
		admin, err := a.FirstStart(t.Context(), want)
		if admin != nil || !iam.Is(err, iam.Invalid) {
			t.Errorf("%s: %+v, %v; want Invalid", name, admin, err)
		}
		if err != nil && (strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "hunter2")) {
			t.Errorf("%s: %q repeats the secret", name, err)
		}
	}
	admin, err := a.FirstStart(t.Context(), app.Admin{})
	if err != nil {
		t.Fatal(err)
	}
	works(t, a, admin)
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}

// TestFirstStartByMany starts nodes on one new installation at once: one shows
// an administrator, and what it shows is true.
func TestFirstStartByMany(t *testing.T) {
	onEach(t, func(t *testing.T, o app.Options) {
		manyStart(t, []*app.App{open(t, o), open(t, o), open(t, o), open(t, o)})
	})
}

func manyStart(t *testing.T, nodes []*app.App) {
	t.Helper()
	admins := make([]*app.Admin, len(nodes))
	var all sync.WaitGroup
	for i, a := range nodes {
		all.Go(func() {
			var err error
			if admins[i], err = a.FirstStart(t.Context(), app.Admin{}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	shown := 0
	for i, admin := range admins {
		if admin != nil {
			shown++
			works(t, nodes[i], admin)
		}
	}
	if shown != 1 {
		t.Errorf("%d nodes showed an administrator", shown)
	}
}

// steps are what a node can have done before it died, one after the other.
var steps = []func(t *testing.T, a *app.App) error{
	func(t *testing.T, a *app.App) error {
		_, err := a.Store.ClaimSetting(t.Context(), "first_start_1", "a node that died")
		return err
	},
	func(t *testing.T, a *app.App) error {
		_, err := a.Tenancy.CreateTenant(t.Context(), iam.System("", "test"), "", tenancy.NewTenant{Code: iam.DefaultTenant})
		return err
	},
	func(t *testing.T, a *app.App) error {
		_, err := a.Directory.CreateUser(t.Context(), operator(t, a), directory.NewUser{Username: app.AdminName, Password: "nobody has seen it", Roles: []string{access.RoleAdmin}})
		return err
	},
	func(t *testing.T, a *app.App) error {
		u, err := a.Directory.User(t.Context(), operator(t, a), directory.UserKey{Username: app.AdminName})
		if err != nil {
			return err
		}
		_, _, err = a.Authn.CreateToken(t.Context(), operator(t, a), iam.DefaultTenant, authn.NewToken{User: u.ID, ID: "ops", Secret: strings.Repeat("y", 32)})
		return err
	},
}

func operator(t *testing.T, a *app.App) iam.Actor {
	t.Helper()
	tenant, err := a.Authn.Tenant(t.Context(), iam.DefaultTenant)
	if err != nil {
		t.Fatal(err)
	}
	return iam.System(tenant, "test")
}

// TestFirstStartCutShort lets a node die after each step, and starts others:
// they wait for it, and one takes over.
func TestFirstStartCutShort(t *testing.T) {
	onEach(t, func(t *testing.T, o app.Options) {
		for n := range steps {
			o := o
			if o.Database != "" {
				if n%3 != 0 {
					continue // the first and the last will do: databases take their time to be made
				}
				o.Database = testpg.URL(t)
			}
			o.Data = t.TempDir()
			first := open(t, o)
			for _, step := range steps[:n+1] {
				if err := step(t, first); err != nil {
					t.Fatal(err)
				}
			}
			if n%2 == 0 {
				manyStart(t, []*app.App{open(t, o), open(t, o), open(t, o)})
				continue
			}
			want := app.Admin{Email: "admin@example.com", Password: "a good long phrase", Token: "gh_default_ops_" + strings.Repeat("x", 32)}
			admin, err := open(t, o).FirstStart(t.Context(), want)
			if err != nil || *admin != want {
				t.Fatalf("after step %d: %+v, %v", n+1, admin, err)
			}
			works(t, first, admin)
		}
	})
}

// TestNodeThatWasThoughtDead goes on with the first start after another has
// taken over and shown its password: that one stays.
func TestNodeThatWasThoughtDead(t *testing.T) {
	a := open(t, app.Options{Data: t.TempDir()})
	for _, step := range steps[:3] {
		if err := step(t, a); err != nil {
			t.Fatal(err)
		}
	}
	admin, err := a.FirstStart(t.Context(), app.Admin{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := app.FirstAdmin(a, t.Context(), operator(t, a), 1, app.Admin{Password: "a good long phrase"}); !iam.Is(err, iam.Conflict) {
		t.Errorf("the first attempt goes on: %v", err)
	}
	works(t, a, admin)
}
