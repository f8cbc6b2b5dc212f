package app_test

import (
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestSmoke(t *testing.T) {
	s := apptest.SQLite(t)
	by := iam.Actor{Tenant: s.Tenant.ID, Home: s.Tenant.ID, User: s.Admin.ID, Username: "admin"}
	t.Log(s.Access.May(t.Context(), by, iam.UsersPassword))
}
