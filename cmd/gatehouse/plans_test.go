package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/testproc"
)

// TestTenantPlan: a plan is shown and changed beside a server, which obeys it
// within a second.
func TestTenantPlan(t *testing.T) {
	t.Parallel() // it mostly waits
	o := operator{t, []string{"--data", t.TempDir()}}
	s := testproc.Serve(t, admin, o.at...)
	c := newClient(s.URL, adminToken)
	shown := func(line, plan, kind, withheld string) {
		t.Helper()
		row := o.row(line)
		if row["code"] != "default" || row["plan"] != plan || row["type"] != kind || row["withheld"] != withheld {
			t.Errorf("gatehouse %s: %v, want %s, %s, %s", line, row, plan, kind, withheld)
		}
	}
	may := func(status int) {
		t.Helper()
		time.Sleep(everywhere)
		c.must(t, status, http.MethodGet, netappRegions, "")
	}
	shown("tenant plan default", "", "", "")
	shown("tenant plan default --name Small --type TEAM", "Small", "TEAM", "")
	shown("tenant plan default --withhold regions.*=places --withhold users.password", "Small", "TEAM", "regions.*=places,users.password")
	may(http.StatusForbidden)
	shown("tenant plan default", "Small", "TEAM", "regions.*=places,users.password")
	if _, rows := o.table("tenant list"); len(rows) != 1 || rows[0][5] != "Small" {
		t.Errorf("tenant list: %v", rows)
	}
	shown("tenant plan default --withhold zones.*", "Small", "TEAM", "zones.*")
	may(http.StatusOK)
	shown("tenant plan default --clear --name Big", "Big", "", "")
	if _, rows := o.table("tenant plan default"); len(rows) != 1 || strings.Join(rows[0], " ") != "default Big - -" {
		t.Errorf("tenant plan: %v", rows)
	}
	o.fails("tenant plan default --withhold no.such", "no.such")
	o.fails("tenant plan default --type HUGE", "ORGANIZATION")
	o.fails("tenant plan nowhere --clear", "nowhere")
	shown("tenant plan default", "Big", "", "")
	s.Stop(t)
}
