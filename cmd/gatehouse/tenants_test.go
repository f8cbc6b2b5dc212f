package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/testproc"
)

// TestTenantLife: tenants are disabled, enabled and erased beside a server,
// which obeys within a second.
func TestTenantLife(t *testing.T) {
	t.Parallel() // it mostly waits
	o := operator{t, []string{"--data", t.TempDir()}}
	s := testproc.Serve(t, admin, o.at...)
	o.row("tenant create acme", "--name", "Acme Corp.")
	o.row("tenant create shop --parent acme")
	o.row("tenant create inn --parent acme")
	o.row("tenant create bar --parent inn")
	o.row("user create kim --tenant shop --role admin")
	token, _ := o.row("token create --user kim --tenant shop")["token"].(string)
	c := newClient(s.URL, token)
	may := func(status int) {
		t.Helper()
		time.Sleep(everywhere)
		c.must(t, status, http.MethodGet, netappRegions, "")
	}
	tree := func(want string) {
		t.Helper()
		out, err := command(t, "", append([]string{"tenant", "tree"}, o.at...)...)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for line := range strings.Lines(out) {
			cells := strings.Fields(line)
			lines = append(lines, strings.Repeat(" ", len(line)-len(strings.TrimLeft(line, " ")))+cells[0]+" "+cells[len(cells)-1])
		}
		if got := strings.Join(lines[1:], "|"); got != want {
			t.Errorf("tree %q, want %q", got, want)
		}
	}
	tree("acme active|  inn active|    bar active|  shop active|default active")
	if rows := o.rows("", "tenant tree"); len(rows) != 5 || rows[2]["code"] != "bar" || rows[2]["depth"] != 2.0 {
		t.Errorf("as JSON: %v", rows)
	}

	rows := o.rows("", "tenant access bar")
	if len(rows) != 2 || rows[0]["relation"] != "below" || rows[0]["tenant"] != "inn" || rows[1]["tenant"] != "acme" {
		t.Errorf("access: %v", rows)
	}
	may(http.StatusOK)
	if row := o.row("tenant disable acme"); row["state"] != "disabled" {
		t.Errorf("disable: %v", row)
	}
	may(http.StatusUnauthorized)
	if rows := o.rows("", "tenant access bar"); len(rows) != 0 {
		t.Errorf("access while suspended: %v", rows)
	}
	tree("acme disabled|  inn suspended|    bar suspended|  shop suspended|default active")
	if row := o.row("tenant enable shop"); row["state"] != "suspended" {
		t.Errorf("enable below what is disabled: %v", row)
	}
	if row := o.row("tenant enable acme"); row["state"] != "active" {
		t.Errorf("enable: %v", row)
	}
	may(http.StatusOK)

	time.Sleep(everywhere)
	c.must(t, http.StatusOK, http.MethodPost, "/api/web/namespaces/system/tenant/request-delete", `{"reason":"REASON_NO_LONGER_NEEDED","feedback":"Shut.\nGone."}`)
	for _, row := range o.rows("", "tenant list") {
		ending, _ := row["ending"].(string)
		if leaves := row["code"] == "shop"; leaves != (row["state"] == "leaving") || leaves != strings.HasSuffix(ending, " kim: REASON_NO_LONGER_NEEDED: Shut.\nGone.") {
			t.Errorf("list: %v", row)
		}
	}
	o.fails("tenant delete acme", "below")
	if row := o.row("tenant delete shop"); row["code"] != "shop" {
		t.Errorf("delete: %v", row)
	}
	may(http.StatusUnauthorized)
	tree("acme active|  inn active|    bar active|default active")
	o.row("tenant delete acme --tree")
	tree("default active")
	for _, line := range []string{"tenant disable", "tenant enable", "tenant delete", "tenant access", "tenant support"} {
		o.fails(line+" nowhere", "nowhere")
	}
	s.Stop(t)
}

// TestTenantRelations: who supports the others, what a plan includes, and who
// can act in a tenant.
func TestTenantRelations(t *testing.T) {
	t.Parallel() // it mostly waits
	o := operator{t, []string{"--data", t.TempDir()}}
	s := testproc.Serve(t, admin, o.at...)
	c := newClient(s.URL, adminToken)
	o.row("tenant create helpers")

	if rows := o.rows("", "tenant support"); len(rows) != 0 {
		t.Errorf("before there is any: %v", rows)
	}
	if row := o.row("tenant support helpers"); row["code"] != "helpers" {
		t.Errorf("support: %v", row)
	}
	if row := o.row("tenant support"); row["code"] != "helpers" {
		t.Errorf("support, shown: %v", row)
	}
	o.fails("tenant support helpers --none", "--none")

	addon := func(line string, included bool) {
		t.Helper()
		if row := o.row(line); row["code"] != "default" || row["addon"] != "delegated-access" || row["included"] != included {
			t.Errorf("%s: %v", line, row)
		}
	}
	o.row("tenant plan default --withhold zones.delete")
	addon("tenant addon default delegated-access", true)
	addon("tenant addon default delegated-access --off", false)
	addon("tenant addon default delegated-access --off", false)
	if row := o.row("tenant plan default"); row["withheld"] != "zones.delete,delegations.*=delegated-access" {
		t.Errorf("plan: %v", row)
	}
	const subscriptions = "/api/web/namespaces/system/tenant_management/delegated_access/"
	c.must(t, http.StatusOK, http.MethodPost, subscriptions+"subscribe", "{}")
	const tickets = "/api/web/namespaces/system/managed_client/customer_supports"
	if body := c.must(t, http.StatusOK, http.MethodGet, tickets, ""); !strings.Contains(string(body), "STATUS_NEW") {
		t.Errorf("asked for: %s", body)
	}
	addon("tenant addon default delegated-access --on", true)
	if body := c.must(t, http.StatusOK, http.MethodGet, tickets, ""); !strings.Contains(string(body), "STATUS_SOLVED") {
		t.Errorf("done: %s", body)
	}
	if row := o.row("tenant plan default"); row["withheld"] != "zones.delete" {
		t.Errorf("plan: %v", row)
	}
	o.fails("tenant addon default cheese", "cheese")

	if rows := o.rows("", "tenant access default"); len(rows) != 0 {
		t.Errorf("nobody yet: %v", rows)
	}
	time.Sleep(everywhere) // what the plan includes now
	c.must(t, http.StatusOK, http.MethodPost, "/api/web/namespaces/system/allowed_tenants/support-tenant/access", `{"access_config":{"read_only":{}}}`)
	if row := o.row("tenant access default"); row["relation"] != "support" || row["tenant"] != "helpers" || row["gives"] != "reading everything" {
		t.Errorf("support: %v", row)
	}
	o.rows("", "tenant support --none")
	if rows := o.rows("", "tenant access default"); len(rows) != 0 {
		t.Errorf("without a support tenant: %v", rows)
	}

	// By the halves of a delegation, from both sides.
	o.row("tenant create acme")
	o.row("user create kim --tenant acme --role admin")
	raw, _ := o.row("token create --user kim --tenant acme")["token"].(string)
	kim := newClient(s.URL, raw)
	const groups, web = "/api/web/custom/namespaces/system/user_groups", "/api/web/namespaces/system/"
	kim.must(t, http.StatusOK, http.MethodPost, groups, `{"name":"operators"}`)
	c.must(t, http.StatusOK, http.MethodPost, groups, `{"name":"guests"}`)
	kim.must(t, http.StatusOK, http.MethodPost, web+"managed_tenants", `{"metadata":{"name":"default"},"spec":{"tenant_id":"default",
		"groups":[{"group":{"name":"operators"},"managed_tenant_groups":["guests","others"]}]}}`)
	if rows := o.rows("", "tenant access default"); len(rows) != 0 {
		t.Errorf("by one half: %v", rows)
	}
	c.must(t, http.StatusOK, http.MethodPost, web+"allowed_tenants", `{"metadata":{"name":"acme"},"spec":{"tenant_id":"acme","allowed_groups":[{"name":"guests"}]}}`)
	if row := o.row("tenant access default"); row["relation"] != "delegation" || row["tenant"] != "acme" || row["group"] != "operators" || row["gives"] != "guests" {
		t.Errorf("by both halves: %v", row)
	}
	s.Stop(t)
}
