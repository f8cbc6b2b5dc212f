package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/testproc"
)

// TestSchemas: a schema is made, shown, changed and deleted beside a server,
// which shows its attributes within a second, and what has values stays.
func TestSchemas(t *testing.T) {
	t.Parallel() // it mostly waits
	o := operator{t, []string{"--data", t.TempDir()}}
	s := testproc.Serve(t, admin, o.at...)
	c := newClient(s.URL, adminToken)
	const urn = "urn:acme:hr:2.0:User"
	definition := `{"id":"` + urn + `","name":"HR","attributes":[{"name":"badge"},{"name":"level","type":"integer"}]}`
	file := filepath.Join(t.TempDir(), "hr.json")
	if err := os.WriteFile(file, []byte(definition), 0o600); err != nil {
		t.Fatal(err)
	}
	row := o.row("schema set " + file)
	if row["urn"] != urn || row["type"] != "User" || row["name"] != "HR" || row["attributes"] != 2.0 || row["version"] != 1.0 {
		t.Errorf("set: %v", row)
	}
	shown := o.row("schema show URN:ACME:hr:2.0:user")
	if shown["id"] != urn || len(shown["attributes"].([]any)) != 2 {
		t.Errorf("shown: %v", shown)
	}
	if out, err := command(t, "", append([]string{"schema", "show", urn}, o.at...)...); err != nil || strings.Count(out, "\n") < 20 {
		t.Errorf("for people: %q, %v", out, err)
	}
	time.Sleep(everywhere)
	var user struct {
		ID string `json:"id"`
	}
	answer := c.must(t, http.StatusCreated, http.MethodPost, "/scim/v2/Users", `{"userName":"kim","`+urn+`":{"badge":"B7"}}`)
	if err := json.Unmarshal(answer, &user); err != nil || !strings.Contains(string(answer), "B7") {
		t.Errorf("made: %s, %v", answer, err)
	}
	o.fails("schema delete "+urn, "has values")

	// Standard input, and another definition in the place of the first.
	less := strings.Replace(definition, `,{"name":"level","type":"integer"}`, "", 1)
	if rows := o.rows(less, "schema set -"); len(rows) != 1 || rows[0]["attributes"] != 1.0 || rows[0]["version"] != 2.0 {
		t.Errorf("set again: %v", rows)
	}
	if _, rows := o.table("schema list"); len(rows) != 1 || rows[0][0] != urn || rows[0][1] != "User" {
		t.Errorf("list: %v", rows)
	}
	if rows := o.rows(strings.ReplaceAll(definition, "User", "Group"), "schema set - --type Group"); rows[0]["type"] != "Group" {
		t.Errorf("of groups: %v", rows)
	}
	if rows := o.rows(strings.ReplaceAll(definition, "User", "Group"), "schema set -"); rows[0]["type"] != "Group" || rows[0]["version"] != 2.0 {
		t.Errorf("of groups again: %v", rows)
	}
	o.fails("schema set "+file+" --type Role", "Group")
	if row := o.row("schema delete urn:acme:hr:2.0:Group"); row["deleted"] != "urn:acme:hr:2.0:Group" {
		t.Errorf("deleted: %v", row)
	}
	c.must(t, http.StatusNoContent, http.MethodDelete, "/scim/v2/Users/"+user.ID, "")
	o.row("schema delete " + urn)
	o.fails("schema show "+urn, "not found")
	o.fails("schema set "+file+"x", "no such file")
	if _, err := command(t, "[]", append([]string{"schema", "set", "-"}, o.at...)...); err == nil || !strings.Contains(message(err), "JSON object") {
		t.Errorf("a list: %v", err)
	}
	if _, err := command(t, `{"id":"urn:acme:x:User"}`, append([]string{"schema", "set", "-"}, o.at...)...); err == nil || !strings.Contains(message(err), "attributes") {
		t.Errorf("without attributes: %v", err)
	}
	s.Stop(t)
}
