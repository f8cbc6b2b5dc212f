package main

import (
	"image"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/testpg"
)

// TestTenantCommands runs the commands about one tenant on a storage of either
// engine that nobody serves.
func TestTenantCommands(t *testing.T) {
	for name, test := range map[string]func(*testing.T, operator){"settings": settingsCommands, "places": placeCommands} {
		t.Run(name+" on sqlite", func(t *testing.T) { test(t, aTenant(t, "--data", t.TempDir())) })
		t.Run(name+" on postgres", func(t *testing.T) { test(t, aTenant(t, "--data", t.TempDir(), "--database", testpg.URL(t))) })
	}
}

// aTenant makes a storage with the tenant acme, and answers its operator.
func aTenant(t *testing.T, at ...string) operator {
	t.Helper()
	if _, err := command(t, "", append([]string{"migrate"}, at...)...); err != nil {
		t.Fatal(err)
	}
	operator{t, at}.row("tenant create acme")
	return operator{t, append(at, "--tenant", "acme")}
}

// shown answers what settings show prints, by key.
func (o operator) shown() map[string]any {
	o.t.Helper()
	m := map[string]any{}
	for _, row := range o.rows("", "settings show") {
		m[row["key"].(string)] = row["value"]
	}
	return m
}

func settingsCommands(t *testing.T, o operator) {
	before := o.shown()
	if len(before) != len(settings) || before["password.min_length"] != 8.0 || before["session.idle"] != "8h0m0s" ||
		before["keep_login_events"] != "365d" || before["factor.required"] != false || before["networks"] != "" {
		t.Errorf("settings show: %v", before)
	}
	heading, rows := o.table("settings show")
	if strings.Join(heading, " ") != "KEY VALUE" || len(rows) != len(settings) || strings.Join(rows[0], " ") != "password.min_length 8" {
		t.Errorf("settings show: %v %v", heading, rows)
	}

	changed := o.rows("", "settings set", "password.min_length=12", "factor.required=true", "networks=10.0.0.0/8,192.0.2.1", "session.idle=1h",
		"keep_audit_events=90d", "password.max_age=0", "language=ko", "branding.accent=#0A6", "branding.display_name=Acme, Inc. = 에이크미")
	if len(changed) != 9 || changed[0]["value"] != 12.0 || changed[8]["value"] != "Acme, Inc. = 에이크미" {
		t.Errorf("settings set: %v", changed)
	}
	want := map[string]any{}
	for k, v := range before {
		want[k] = v
	}
	want["password.min_length"], want["factor.required"], want["networks"], want["session.idle"] = 12.0, true, "10.0.0.0/8,192.0.2.1/32", "1h0m0s"
	want["keep_audit_events"], want["language"], want["branding.accent"], want["branding.display_name"] = "90d", "ko", "#00aa66", "Acme, Inc. = 에이크미"
	if diff := cmp.Diff(want, o.shown()); diff != "" {
		t.Errorf("afterwards (-want +got)\n%s", diff)
	}
	o.rows("", "settings set networks= branding.accent= branding.display_name=")
	o.rows("", "settings set", "terms.version=2024-10", "terms.text=Be kind.\nAlways.")
	if _, rows := o.table("settings show"); len(rows) != len(settings) || !slices.ContainsFunc(rows, func(row []string) bool {
		return strings.Join(row, " ") == `terms.text "Be kind.\nAlways."`
	}) {
		o.t.Errorf("settings show: %v", rows)
	}
	o.rows("", "settings set terms.version= terms.text=")
	want["networks"], want["branding.accent"], want["branding.display_name"] = "", "", ""

	for line, tells := range map[string]string{
		"colour=red":                                "password.min_length", // the keys that there are
		"language":                                  "KEY=VALUE",
		"password.min_length=twelve":                "password.min_length: the value must be a number",
		"password.min_length=2":                     "password.min_length must be between 4 and 128",
		"factor.required=yes":                       "true or false",
		"session.idle=soon":                         "session.idle: the value must be a length of time",
		"keep_audit_events=d":                       "length of time",
		"keep_audit_events=2147483647d":             "length of time",
		"session.idle=48h":                          "session.idle",
		"networks=10.0.0.0/8,10.1.2.3/8":            "10.0.0.0/8",
		"networks=example.com":                      "example.com",
		"terms.text=Kindness":                       "terms.version",
		"credentials.max_token_days=-1":             "credentials.max_token_days",
		"scanner_url=http://scan.example.com":       "https",
		"language=en password.max_length=1":         "password.max_length", // all or nothing
		"branding.accent=url(https://example.com/)": "branding.accent",
	} {
		o.fails("settings set "+line, tells)
	}
	if diff := cmp.Diff(want, o.shown()); diff != "" {
		t.Errorf("after what was refused (-want +got)\n%s", diff)
	}

	file := filepath.Join(t.TempDir(), "logo.png")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, image.NewGray(image.Rect(0, 0, 20, 10))); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if sum, _ := o.row("settings logo", file)["logo"].(string); len(sum) != 64 {
		t.Errorf("settings logo prints the sum %q", sum)
	}
	if sum := o.row("settings logo --remove")["logo"]; sum != "" {
		t.Errorf("settings logo --remove prints the sum %q", sum)
	}
	if sum, _ := o.row("settings icon", file)["favicon"].(string); len(sum) != 64 {
		t.Errorf("settings icon prints the sum %q", sum)
	}
	if sum := o.row("settings icon --remove")["favicon"]; sum != "" {
		t.Errorf("settings icon --remove prints the sum %q", sum)
	}
	o.fails("settings icon", "--remove")
	o.fails("settings logo", "--remove")
	o.fails("settings logo --remove "+file, "--remove")
	o.fails("settings logo "+os.DevNull, "empty")
	o.fails("settings logo settings_test.go", "JPEG")
}

// TestEverySettingHasAKey changes each setting through its key: none is told
// by two, and none is missed.
func TestEverySettingHasAKey(t *testing.T) {
	values := map[string]string{"networks": "10.0.0.0/8", "branding.accent": "#123456"}
	st := iam.DefaultSettings()
	for _, s := range settings {
		value, ok := values[s.key]
		if !ok {
			switch v := s.show(&st).(type) {
			case int:
				value = "7"
			case bool:
				value = map[bool]string{true: "false", false: "true"}[v]
			default:
				value = "77h"
			}
		}
		before := st
		if err := s.set(&st, value); err != nil {
			t.Errorf("%s: %v", s.key, err)
		}
		if cmp.Equal(before.Password, st.Password) && cmp.Equal(before.Lockout, st.Lockout) && before.Session == st.Session && before.Factor == st.Factor &&
			len(before.Networks) == len(st.Networks) && before.KeepLoginEvents == st.KeepLoginEvents && before.KeepAuditEvents == st.KeepAuditEvents &&
			before.Language == st.Language && before.Branding == st.Branding && before.Terms == st.Terms && before.Credentials == st.Credentials &&
			before.ScannerURL == st.ScannerURL {
			t.Errorf("%s changes nothing", s.key)
		}
	}
	st.Branding.LogoSum, st.Factor.Changing = "read only", true
	if zero := zeroMembers(st); len(zero) > 0 {
		t.Errorf("no key changes %v", zero)
	}
}

func placeCommands(t *testing.T, o operator) {
	o.row("namespace create shop", "--description", "On line")
	o.row("namespace create bank")
	o.fails("namespace create Shop", "name must be")
	o.fails("namespace create shop", "already exists")
	o.fails("namespace delete system", "cannot be deleted")
	o.fails("namespace delete nowhere", "not found")
	heading, rows := o.table("namespace list")
	if strings.Join(heading, " ") != "NAME ID DESCRIPTION CREATED" || len(rows) != 5 || rows[0][0] != "bank" || rows[3][0] != "shop" {
		t.Errorf("namespace list: %v %v", heading, rows)
	}

	if g := o.row("namespace group create", "Retail Shops", "shop"); g["namespaces"] != "shop" {
		t.Errorf("namespace group create: %v", g)
	}
	o.fails("namespace group create x nowhere", "nowhere")
	if g := o.row("namespace group set", "retail shops", "bank", "shop"); g["namespaces"] != "bank,shop" || g["name"] != "Retail Shops" {
		t.Errorf("namespace group set: %v", g)
	}
	o.fails("namespace group set nobody shop", "not found")

	o.row("user create kim --role read")
	o.row("role grant user --user kim --scope shop")
	o.row("role grant user --user kim", "--scope", "group:Retail Shops")
	o.row("role grant user --user kim --scope *")
	o.fails("role grant user --user kim --scope shop", "already exists")
	o.fails("role grant user --user kim --scope nowhere", "nowhere")
	o.fails("role grant user --user kim --scope group:nobody", "nobody")
	o.fails("role grant conjurer --user kim", "conjurer")
	o.fails("role grant user --user nobody", "nobody")
	o.fails("role grant user --group nobody", "nobody")
	o.fails("role grant user", "--user or --group")
	o.fails("role grant user --user kim --group x", "--user or --group")
	held := func(want ...string) {
		t.Helper()
		var got []string
		for _, row := range o.rows("", "role held --user kim") {
			got = append(got, strings.Join([]string{row["role"].(string), row["scope"].(string), row["through"].(string), row["namespaces"].(string)}, "|"))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("role held (-want +got)\n%s", diff)
		}
	}
	held("read|(tenant)||bank,default,shared,shop,system", "user|*||bank,default,shared,shop", "user|group:Retail Shops||bank,shop", "user|shop||shop")
	o.row("role revoke user --user kim --scope *")
	o.fails("role revoke user --user kim --scope *", "not given")
	o.row("namespace delete shop")
	held("read|(tenant)||bank,default,shared,system", "user|group:Retail Shops||bank")
	o.row("role revoke read --user kim")
	o.row("namespace group delete", "Retail Shops")
	held()

	if _, rows = o.table("role list"); len(rows) != len(access.Builtin()) || rows[0][0] != "admin" || rows[0][2] != "true" {
		t.Errorf("role list: %v", rows)
	}
}

// zeroMembers names the members of settings that are zero, besides those that
// are not for people to change.
func zeroMembers(st iam.Settings) (zero []string) {
	for _, part := range []any{st, st.Password, st.Lockout, st.Session, st.Branding, st.Terms} {
		v := reflect.ValueOf(part)
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if v.Field(i).IsZero() && v.Field(i).Kind() != reflect.Bool && name != "Updated" && name != "Version" {
				zero = append(zero, name)
			}
		}
	}
	return zero
}
