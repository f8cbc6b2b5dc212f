package app_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	schemasAt = "/api/gatehouse/v1/scim/schemas/"
	hrURN     = "urn:acme:hr:2.0:User"
	hrSchema  = `{"definition":{"name":"HR","attributes":[
		{"name":"badge","caseExact":true,"returned":"always"},
		{"name":"nick"},
		{"name":"level","type":"integer"},
		{"name":"rate","type":"decimal","multiValued":true},
		{"name":"since","type":"dateTime","mutability":"immutable"},
		{"name":"remote","type":"boolean","canonicalValues":["true"]},
		{"name":"pin","mutability":"writeOnly","returned":"never"},
		{"name":"notes","returned":"request"},
		{"name":"serial","mutability":"readOnly"},
		{"name":"rooms","type":"complex","multiValued":true,"subAttributes":[{"name":"value","required":true},{"name":"floor","type":"integer"}]}]}}`
)

// provisioned speaks SCIM as somebody.
type provisioned struct {
	*testing.T
	server *apptest.Server
	token  string
}

// do wants a status, and answers what is in the body.
func (p provisioned) do(status int, method, target, body string) map[string]any {
	p.Helper()
	a := p.server.Do(p, method, target, p.token, body)
	if a.Status != status {
		p.Fatalf("%s %s %s: %d %s, want %d", method, target, body, a.Status, a.Body, status)
	}
	var doc map[string]any
	if a.Body != "" {
		if err := json.Unmarshal([]byte(a.Body), &doc); err != nil {
			p.Fatalf("%s %s: %v in %s", method, target, err, a.Body)
		}
	}
	return doc
}

// refused wants an error of a scimType, or code.
func (p provisioned) refused(status int, why, method, target, body string) {
	p.Helper()
	doc := p.do(status, method, target, body)
	if doc["scimType"] != why && doc["code"] != why {
		p.Errorf("%s %s %s: %v, want %s", method, target, body, doc, why)
	}
}

// find answers the names of those of a type that a filter finds.
func (p provisioned) find(endpoint, filter string) []string {
	p.Helper()
	return p.list(endpoint + "?filter=" + url.QueryEscape(filter))
}

// list answers the names in a list, in its order.
func (p provisioned) list(target string) []string {
	p.Helper()
	doc := p.do(200, "GET", "/scim/v2"+target, "")
	list, _ := doc["Resources"].([]any)
	var names []string
	for _, r := range list {
		m, _ := r.(map[string]any)
		if n, ok := m["userName"].(string); ok {
			names = append(names, n)
		} else if n, ok := m["displayName"].(string); ok {
			names = append(names, n)
		}
	}
	return names
}

// A tenant's schema is told of, its attributes are kept, shown, filtered, sorted
// and changed as those of the standard, and who may write them is obeyed.
func TestTenantSchemas(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		acme := s.NewTenant(t, "acme")
		p := provisioned{t, s, acme.Token}
		set := p.do(200, "PUT", schemasAt+hrURN, hrSchema)
		if set["urn"] != hrURN || set["resource_type"] != "User" || set["version"] != 1.0 {
			t.Errorf("made: %v", set)
		}
		told := p.do(200, "GET", "/scim/v2/Schemas/"+strings.ToLower(hrURN), "")
		definition, _ := set["definition"].(map[string]any)
		if diff := cmp.Diff(definition["attributes"], told["attributes"]); diff != "" {
			t.Errorf("what was set and what is told of it differ\n%s", diff)
		}
		if all := p.do(200, "GET", "/scim/v2/Schemas", ""); all["totalResults"] != 4.0 {
			t.Errorf("there are %v schemas", all["totalResults"])
		}
		types := p.do(200, "GET", "/scim/v2/ResourceTypes/User", "")
		if diff := cmp.Diff([]any{map[string]any{"schema": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "required": false},
			map[string]any{"schema": hrURN, "required": false}}, types["schemaExtensions"]); diff != "" {
			t.Error(diff)
		}

		const since = "2026-11-02T09:30:00+09:00"
		kim := p.do(201, "POST", "/scim/v2/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","`+hrURN+`"],"userName":"kim","URN:ACME:hr:2.0:user":{
			"badge":"B7","NICK":"Straße","level":3,"rate":[1.5,2],"since":"`+since+`","remote":"True","pin":"0007","notes":"x","serial":"S","rooms":[{"value":"12","floor":3},{"value":"14","floor":1}]}}`)
		lee := p.do(201, "POST", "/scim/v2/Users", `{"userName":"lee","`+hrURN+`":{"badge":"b7","level":-2,"since":"2026-11-02T00:30:00Z","rooms":[{"value":"14","floor":3}]}}`)
		p.do(201, "POST", "/scim/v2/Users", `{"userName":"park"}`)
		id, _ := kim["id"].(string)
		// notes is returned to whoever has just written it, pin to nobody, and serial is not a client's.
		want := map[string]any{"badge": "B7", "nick": "Straße", "level": 3.0, "rate": []any{1.5, 2.0}, "since": since, "remote": true,
			"rooms": []any{map[string]any{"value": "12", "floor": 3.0}, map[string]any{"value": "14", "floor": 1.0}}}
		got := p.do(200, "GET", "/scim/v2/Users/"+id, "")
		if diff := cmp.Diff(want, got[hrURN]); diff != "" {
			t.Errorf("shown (-want +got)\n%s", diff)
		}
		if schemas, _ := got["schemas"].([]any); !slices.Contains(schemas, any(hrURN)) {
			t.Errorf("schemas are %v", schemas)
		}
		only := p.do(200, "GET", "/scim/v2/Users/"+id+"?attributes="+hrURN+":notes,"+hrURN+":pin", "")
		if diff := cmp.Diff(map[string]any{"badge": "B7", "notes": "x"}, only[hrURN]); diff != "" {
			t.Errorf("asked for (-want +got)\n%s", diff)
		}
		if without := p.do(200, "GET", "/scim/v2/Users/"+id+"?excludedAttributes="+hrURN, ""); cmp.Diff(map[string]any{"badge": "B7"}, without[hrURN]) != "" {
			t.Errorf("without the rest: %v", without[hrURN])
		}

		for filter, names := range map[string][]string{
			`badge eq "B7"`:                           {},
			`%s:badge eq "B7"`:                        {"kim"},
			`%s:badge ne "B7"`:                        {"admin", "lee", "park"},
			`%s:badge sw "b"`:                         {"lee"},
			`%s:nick eq "STRASSE"`:                    {},
			`%s:nick eq "STRAßE"`:                     {"kim"},
			`%s:nick co "ASS" or %[1]s:nick ew "SSE"`: {},
			`%s:nick co "RAS"`:                        nil,
			`%s:nick co "RAß"`:                        {"kim"},
			`%s:level gt 2`:                           {"kim"},
			`%s:level le -2`:                          {"lee"},
			`%s:rate eq 2`:                            {"kim"},
			`%s:rate lt 1.75`:                         {"kim"},
			`%s:since eq "2026-11-02T00:30:00Z"`:      {"kim", "lee"},
			`%s:remote eq true`:                       {"kim"},
			`%s pr`:                                   {"kim", "lee"},
			`not (%s:rate pr)`:                        {"admin", "lee", "park"},
			`%s:rooms[value eq "14" and floor eq 3]`:  {"lee"},
			`%s:rooms.value eq "14" and %[1]s:rooms.floor eq 3`: {"kim", "lee"},
			`schemas eq "%s"`:  {"kim", "lee"},
			`%s:pin eq "0007"`: {},
			`%s:pin pr`:        {},
			`%s:unknown pr`:    {},
		} {
			text := strings.ReplaceAll(strings.ReplaceAll(filter, "%[1]s", hrURN), "%s", hrURN)
			if got := p.find("/Users", text); !slices.Equal(got, names) && len(got)+len(names) > 0 {
				t.Errorf("%s finds %v, want %v", text, got, names)
			}
		}
		if got := p.list("/Users?attributes=userName&sortBy=" + hrURN + ":level"); !slices.Equal(got[:2], []string{"lee", "kim"}) {
			t.Errorf("by level: %v", got)
		}

		// PATCH in the ways that clients write it, and PUT.
		patch := func(operations string) map[string]any {
			t.Helper()
			doc := p.do(200, "PATCH", "/scim/v2/Users/"+id, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+operations+`]}`)
			x, _ := doc[hrURN].(map[string]any)
			return x
		}
		x := patch(`{"op":"Replace","path":"` + hrURN + `:level","value":4},{"op":"add","value":{"` + hrURN + `:nick":"kk","` + hrURN + `":{"remote":false}}},
			{"op":"remove","path":"` + hrURN + `:rooms[floor eq 1]"},{"op":"replace","path":"` + hrURN + `:rooms[value eq \"12\"].floor","value":9}`)
		want = map[string]any{"badge": "B7", "nick": "kk", "level": 4.0, "rate": []any{1.5, 2.0}, "since": since, "remote": false,
			"rooms": []any{map[string]any{"value": "12", "floor": 9.0}}}
		if diff := cmp.Diff(want, x); diff != "" {
			t.Errorf("after PATCH (-want +got)\n%s", diff)
		}
		if got := p.find("/Users", hrURN+":rooms.floor eq 9"); !slices.Equal(got, []string{"kim"}) {
			t.Errorf("after PATCH the filter finds %v", got)
		}
		at := "/scim/v2/Users/" + id
		operation := func(op string) string { return `{"Operations":[` + op + `]}` }
		p.refused(400, "mutability", "PATCH", at, operation(`{"op":"replace","path":"`+hrURN+`:since","value":"2026-01-01T00:00:00Z"}`))
		p.refused(400, "mutability", "PATCH", at, operation(`{"op":"replace","path":"`+hrURN+`:serial","value":"S2"}`))
		p.refused(400, "invalidValue", "PATCH", at, operation(`{"op":"replace","path":"`+hrURN+`:level","value":1.5}`))
		p.refused(400, "invalidValue", "PATCH", at, operation(`{"op":"add","path":"`+hrURN+`:rooms","value":{"floor":2}}`))
		p.refused(400, "invalidValue", "POST", "/scim/v2/Users", `{"userName":"x","`+hrURN+`":{"rooms":[{"floor":1}]}}`)
		p.refused(400, "invalidFilter", "GET", "/scim/v2/Users?filter="+url.QueryEscape(hrURN+":level co 1"), "")

		// It is the user's, whichever way one looks; and the change is in the trail.
		u, err := s.Directory.User(t.Context(), acme.Actor(), directory.UserKey{Username: "kim"})
		if err != nil {
			t.Fatal(err)
		}
		if u.Attributes[hrURN+":badge"] != "B7" || u.Attributes[hrURN+":pin"] != "0007" || u.Attributes[hrURN+":level"] != "4" {
			t.Errorf("kept: %v", u.Attributes)
		}
		events, err := s.Audit.Events(t.Context(), acme.Actor(), audit.Filter{Object: "scim_schema"}, iam.Page{})
		if err != nil || len(events.Items) != 1 || events.Items[0].Action != "scim_schema.create" || events.Items[0].ObjectID != hrURN || events.Items[0].ActorID != acme.User.ID {
			t.Errorf("the trail: %+v, %v", events.Items, err)
		}

		put := p.do(200, "PUT", at, `{"userName":"kim","`+hrURN+`":{"level":5,"since":"`+since+`"}}`)
		if diff := cmp.Diff(map[string]any{"level": 5.0, "since": since}, put[hrURN]); diff != "" {
			t.Errorf("after PUT (-want +got)\n%s", diff)
		}
		if got := p.find("/Users", hrURN+":rooms pr"); !slices.Equal(got, []string{"lee"}) {
			t.Errorf("after PUT the filter finds %v", got)
		}
		other, _ := lee["id"].(string)
		p.do(204, "DELETE", "/scim/v2/Users/"+other, "")

		// What a client cannot write stays whatever it writes.
		choi, err := s.Directory.CreateUser(t.Context(), acme.Actor(), directory.NewUser{Username: "choi",
			Attributes: map[string]string{hrURN + ":serial": "S1", hrURN + ":pin": "1", hrURN + ":badge": "C"}})
		if err != nil {
			t.Fatal(err)
		}
		at = "/scim/v2/Users/" + string(choi.ID)
		serial := map[string]any{"serial": "S1"}
		if doc := p.do(200, "PUT", at, `{"userName":"choi","`+hrURN+`":{"serial":"S2"}}`); cmp.Diff(serial, doc[hrURN]) != "" {
			t.Errorf("after PUT: %v", doc[hrURN])
		}
		if doc := p.do(200, "PATCH", at, operation(`{"op":"replace","value":{"`+hrURN+`":{"badge":"C2"}}}`)); cmp.Diff(map[string]any{"serial": "S1", "badge": "C2"}, doc[hrURN]) != "" {
			t.Errorf("after PATCH: %v", doc[hrURN])
		}
		if got := p.find("/Users", hrURN+`:serial eq "s1"`); !slices.Equal(got, []string{"choi"}) {
			t.Errorf("by what is read only: %v", got)
		}
	})
}

// A schema changes with effect on the next request, also of another node's, and
// what has values stays; it is nobody else's.
func TestTenantSchemaLife(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		acme, other := s.NewTenant(t, "acme"), s.NewTenant(t, "other")
		p, o := provisioned{t, s, acme.Token}, provisioned{t, s, other.Token}
		ann := provisioned{t, s, s.NewMember(t, acme.Tenant, "ann").Token}
		const teamURN = "urn:acme:team"
		team := `{"resource_type":"Group","definition":{"id":"` + teamURN + `","name":"Team","attributes":[{"name":"cost"}]}}`
		p.do(200, "PUT", schemasAt+teamURN, team)

		ann.do(403, "PUT", schemasAt+teamURN, team)
		ann.do(403, "GET", schemasAt+teamURN, "")
		ann.do(403, "DELETE", schemasAt+teamURN, "")
		o.do(404, "GET", schemasAt+teamURN, "")
		o.do(404, "DELETE", schemasAt+teamURN, "")
		o.do(404, "GET", "/scim/v2/Schemas/"+teamURN, "")
		if g := o.do(201, "POST", "/scim/v2/Groups", `{"displayName":"g","`+teamURN+`":{"cost":"1"}}`); g[teamURN] != nil {
			t.Errorf("another tenant has it: %v", g)
		}
		p.refused(400, "format", "PUT", schemasAt+"urn:acme:else", team)
		p.refused(400, "invalidValue", "PUT", schemasAt+teamURN, strings.Replace(team, "Group", "Role", 1))
		p.refused(400, "invalidValue", "PUT", schemasAt+"urn:ietf:params:scim:schemas:core:2.0:User", hrSchema)

		g := p.do(201, "POST", "/scim/v2/Groups", `{"displayName":"g","`+teamURN+`":{"cost":"C1"}}`)
		if diff := cmp.Diff(map[string]any{"cost": "C1"}, g[teamURN]); diff != "" {
			t.Error(diff)
		}
		if got := p.find("/Groups", teamURN+`:cost eq "c1"`); !slices.Equal(got, []string{"g"}) {
			t.Errorf("the filter finds %v", got)
		}
		p.refused(409, "in_use", "DELETE", schemasAt+teamURN, "")
		p.refused(409, "in_use", "PUT", schemasAt+teamURN, strings.Replace(team, `"cost"`, `"cost","type":"integer"`, 1))
		p.refused(409, "in_use", "PUT", schemasAt+teamURN, strings.Replace(team, `"cost"`, `"price"`, 1))
		p.refused(409, "stale_version", "PUT", schemasAt+teamURN, strings.Replace(team, `{`, `{"version":7,`, 1))

		// More attributes, of which the next request knows.
		more := strings.Replace(team, `{"name":"cost"}`, `{"name":"cost"},{"name":"size","type":"integer"}`, 1)
		if set := p.do(200, "PUT", schemasAt+strings.ToUpper(teamURN[:4])+teamURN[4:], more); set["version"] != 2.0 || set["urn"] != teamURN {
			t.Errorf("changed: %v", set)
		}
		id, _ := g["id"].(string)
		p.do(200, "PATCH", "/scim/v2/Groups/"+id+"?attributes="+teamURN, `{"Operations":[{"op":"add","path":"`+teamURN+`:size","value":7}]}`)
		if got := p.find("/Groups", teamURN+`:size ge 7`); !slices.Equal(got, []string{"g"}) {
			t.Errorf("the filter finds %v", got)
		}
		p.do(200, "PATCH", "/scim/v2/Groups/"+id+"?attributes="+teamURN, `{"Operations":[{"op":"remove","path":"`+teamURN+`"}]}`)
		p.do(204, "DELETE", schemasAt+teamURN, "")
		p.do(404, "GET", "/scim/v2/Schemas/"+teamURN, "")
		if list := p.do(200, "GET", strings.TrimSuffix(schemasAt, "/"), ""); len(list["items"].([]any)) != 0 {
			t.Errorf("left: %v", list)
		}
	})
}
