package tenancy_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// world is a tenant of its own in a running program, with an administrator.
type world struct {
	*apptest.Server
	tenant iam.Tenant
	by     iam.Actor // the administrator
}

// inEach runs tests on both engines, each in a tenant of its own.
func inEach(t *testing.T, tests map[string]func(*testing.T, world)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		n := 0
		for name, test := range tests {
			n++
			admin := s.NewTenant(t, fmt.Sprintf("t%d", n))
			t.Run(name, func(t *testing.T) { test(t, world{s, admin.Tenant, admin.Actor()}) })
		}
	})
}

// done waits for a job and answers it.
func (w world) done(t *testing.T, j iam.Job) iam.Job {
	t.Helper()
	j, err := w.Jobs.Wait(t.Context(), w.by.Tenant, j.ID, time.Minute)
	if err != nil || !j.Status.Done() {
		t.Fatalf("job %s is %s, %v", j.Kind, j.Status, err)
	}
	return j
}

// succeed demands that a job was asked for and ends well.
func (w world) succeed(t *testing.T, j iam.Job, err error) iam.Job {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if j = w.done(t, j); j.Status != iam.JobSuccessful {
		t.Fatalf("job %s: %s", j.Kind, j.LastError)
	}
	return j
}

// child makes a tenant below the world's.
func (w world) child(t *testing.T, code string) iam.Tenant {
	t.Helper()
	child, j, err := w.Tenancy.RequestTenant(t.Context(), w.by, tenancy.NewTenant{Code: w.tenant.Code + "-" + code, Name: code})
	w.succeed(t, j, err)
	return child
}

// region makes a region.
func (w world) region(t *testing.T, name string) iam.Region {
	t.Helper()
	r, j, err := w.Tenancy.RequestRegion(t.Context(), w.by, name, "")
	w.succeed(t, j, err)
	return r
}

// trail answers the actions in a tenant on a kind of object, earliest first.
func (w world) trail(t *testing.T, tenant iam.TenantID, object string) string {
	t.Helper()
	l, err := w.Audit.Events(t.Context(), iam.System(tenant, "test"), audit.Filter{Object: object}, iam.Page{Desc: true})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, e := range l.Items {
		line := e.Action + " " + e.Name
		if home := e.Details["home_tenant"]; home != "" {
			line += " by somebody of " + home
		}
		told = append(told, line)
	}
	return strings.Join(told, ", ")
}

// fields answers the paths and reasons of an Invalid error.
func fields(err error) string {
	e, ok := errors.AsType[*iam.Error](err)
	if !ok || e.Kind != iam.Invalid {
		return fmt.Sprintf("not Invalid: %v", err)
	}
	var all []string
	for _, f := range e.Fields {
		all = append(all, f.Path+" "+string(f.Reason))
	}
	return strings.Join(all, ", ")
}

func ptr[T any](v T) *T { return &v }
