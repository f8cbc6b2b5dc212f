package audit_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestEvents(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		admin := s.NewTenant(t, "acme")
		by := admin.Actor()
		began := s.Clock.Now()
		var users []iam.User
		for i := range 3 {
			u, err := s.Directory.CreateUser(t.Context(), by, directory.NewUser{Username: fmt.Sprint("user ", i)})
			if err != nil {
				t.Fatal(err)
			}
			users = append(users, u)
			s.Clock.Advance(time.Hour)
		}
		list := func(by iam.Actor, f audit.Filter) string {
			t.Helper()
			l, err := s.Audit.Events(t.Context(), by, f, iam.Page{})
			if err != nil {
				t.Fatal(err)
			}
			told := ""
			for _, e := range l.Items {
				told += e.Action + " " + e.Name + "; "
			}
			return told
		}
		for name, tt := range map[string]struct {
			f    audit.Filter
			want string
		}{
			"latest first": {audit.Filter{Actor: by.User}, "user.create user 2; user.create user 1; user.create user 0; "},
			"of an object": {audit.Filter{Object: "user", ObjectID: string(users[1].ID)}, "user.create user 1; "},
			"of an action": {audit.Filter{Action: "user.delete"}, ""},
			"between": {audit.Filter{Actor: by.User, From: began.Add(30 * time.Minute), To: began.Add(90 * time.Minute)},
				"user.create user 1; "},
		} {
			if got := list(by, tt.f); got != tt.want {
				t.Errorf("%s: %q, want %q", name, got, tt.want)
			}
		}
		if got := list(iam.System(s.Tenant.ID, "test"), audit.Filter{Actor: by.User}); got != "" {
			t.Errorf("another tenant sees %q", got)
		}

		// Old events go; what is not old stays, and what another tenant wants
		// to keep for ever.
		settings, err := s.Tenancy.Settings(t.Context(), s.Tenant.ID)
		if err != nil {
			t.Fatal(err)
		}
		settings.KeepAuditEvents = 0
		if _, err := s.Tenancy.UpdateSettings(t.Context(), s.Operator(), settings); err != nil {
			t.Fatal(err)
		}
		kept := list(s.Operator(), audit.Filter{})
		const retention = 400 * 24 * time.Hour // unless a tenant decides otherwise
		s.Clock.Advance(retention - 90*time.Minute)
		audit.Retire(s.Audit, t.Context())
		if got := list(by, audit.Filter{Actor: by.User}); got != "user.create user 2; " {
			t.Errorf("after the retention of the others there is %q", got)
		}
		s.Clock.Advance(90 * time.Minute)
		audit.Retire(s.Audit, t.Context())
		if got := list(by, audit.Filter{Actor: by.User}); got != "" {
			t.Errorf("after the retention of all there is %q", got)
		}
		if got := list(s.Operator(), audit.Filter{}); got != kept || got == "" {
			t.Errorf("of what is to be kept for ever there is %q, was %q", got, kept)
		}
	})
}
