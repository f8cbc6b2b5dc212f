package f5xc_test

import (
	"net/http"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/api/golden"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

func TestMine(t *testing.T) {
	golden.Run(t, "testdata/user*.txtar", func(t *testing.T) (http.Handler, map[string]string) {
		s := apptest.SQLite(t)
		return s.Handler(), map[string]string{"admin": s.AdminToken}
	})
}
