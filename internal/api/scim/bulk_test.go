package scim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// bulker sends bulk requests as one user of a tenant.
type bulker struct {
	*apptest.Server
	as apptest.Member
}

func TestBulk(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		n := 0
		for name, test := range map[string]func(*testing.T, bulker){
			"order":         testBulkOrder,
			"references":    testBulkReferences,
			"circles":       testBulkCircles,
			"failed circle": testBulkFailedCircle,
			"errors":        testBulkErrors,
			"stops":         testBulkStops,
			"versions":      testBulkVersions,
			"rights":        testBulkRights,
			"bounds":        testBulkBounds,
			"many":          testBulkMany,
		} {
			n++
			b := bulker{s, s.NewTenant(t, fmt.Sprint("bulk", n))}
			t.Run(name, func(t *testing.T) { test(t, b) })
		}
	})
}

// bulkDone is what became of one operation.
type bulkDone struct {
	Location, Method, BulkID, Version, Status string
	Response                                  *struct{ Status, SCIMType, Detail string }
}

// id is that of the resource, at the end of its address.
func (d bulkDone) id() string { return d.Location[strings.LastIndexByte(d.Location, '/')+1:] }

func (b bulker) send(t *testing.T, method, path, body string) (apptest.Answer, map[string]any) {
	t.Helper()
	a := b.Do(t, method, "/scim/v2"+path, b.as.Token, body)
	var m map[string]any
	if a.Body != "" {
		if err := json.Unmarshal([]byte(a.Body), &m); err != nil {
			t.Fatalf("%s %s: %d %s", method, path, a.Status, a.Body)
		}
	}
	return a, m
}

// bulk does operations, each "POST /Users bulkId {data}", where "-" is no bulkId,
// and answers what became of them.
func (b bulker) bulk(t *testing.T, failOnErrors int, operations ...string) (done []bulkDone) {
	t.Helper()
	a := b.Do(t, http.MethodPost, "/scim/v2/Bulk", b.as.Token, bulkOf(failOnErrors, operations...))
	var body struct{ Operations []bulkDone }
	if err := json.Unmarshal([]byte(a.Body), &body); err != nil || a.Status != http.StatusOK {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	return body.Operations
}

func bulkOf(failOnErrors int, operations ...string) string {
	var all []string
	for _, o := range operations {
		words := strings.SplitN(o, " ", 4)
		text := fmt.Sprintf(`{"method":%q,"path":%q`, words[0], words[1])
		if words[2] != "-" {
			text += fmt.Sprintf(`,"bulkId":%q`, words[2])
		}
		if len(words) > 3 {
			text += `,"data":` + words[3]
		}
		all = append(all, text+"}")
	}
	return fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"failOnErrors":%d,"Operations":[%s]}`,
		failOnErrors, strings.Join(all, ","))
}

// statuses are those of what was done, with the word of the error.
func statuses(done []bulkDone) string {
	var all []string
	for _, d := range done {
		s := d.Status
		if d.Response != nil {
			s += d.Response.SCIMType
			if d.Response.Status != d.Status {
				s += "!"
			}
		}
		all = append(all, s)
	}
	return strings.Join(all, " ")
}

// members are the names of who is in a group.
func (b bulker) members(t *testing.T, group string) string {
	t.Helper()
	all, err := b.Directory.Members(t.Context(), b.as.Actor(), iam.GroupID(group))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range all {
		names = append(names, m.User.Name)
	}
	return strings.Join(names, " ")
}

// manager is the id of a user's manager.
func (b bulker) manager(t *testing.T, user string) any {
	t.Helper()
	_, u := b.send(t, http.MethodGet, "/Users/"+user, "")
	x, _ := u["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"].(map[string]any)
	m, _ := x["manager"].(map[string]any)
	return m["value"]
}

const manager = `"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"R","manager":{"value":"bulkId:%s"}}`

// testBulkOrder: what does not refer to each other is done in its order, also
// where several are made at once.
func testBulkOrder(t *testing.T, b bulker) {
	done := b.bulk(t, 0, `POST /Users a {"userName":"ann"}`, `POST /Users b {"username":"ANN"}`, `POST /Groups g {"displayName":"ann"}`,
		`POST /Users c {"userName":"bob"}`)
	if got := statuses(done); got != "201 409uniqueness 201 201" {
		t.Fatalf("%s: %+v", got, done)
	}
	if done[0].BulkID != "a" || done[0].Method != "POST" || done[0].Version != `W/"1"` || !strings.Contains(done[0].Location, "/scim/v2/Users/") {
		t.Errorf("%+v", done[0])
	}
	if done[1].Location != "" {
		t.Errorf("what was not made is at %s", done[1].Location)
	}
	ann := done[0].id()
	done = b.bulk(t, 0, "DELETE /Users/"+ann+" -", `POST /Users a {"userName":"ann"}`, `PUT /Users/bulkId:a - {"userName":"ann","title":"Dr."}`,
		`PATCH /Users/bulkId:a - {"Operations":[{"op":"Add","path":"nickName","value":"an"}]}`)
	if got := statuses(done); got != "204 201 200 200" {
		t.Fatalf("%s: %+v", got, done)
	}
	if done[0].Location == "" || done[2].Location != done[1].Location || done[3].Version != `W/"3"` {
		t.Errorf("%+v", done)
	}
	if _, u := b.send(t, http.MethodGet, "/Users/"+done[1].id(), ""); u["title"] != "Dr." || u["nickName"] != "an" {
		t.Errorf("%v", u)
	}
}

// testBulkReferences: what is made can be meant before and after, in the path, in
// the data and in the path of a PATCH.
func testBulkReferences(t *testing.T, b bulker) {
	done := b.bulk(t, 0,
		`PATCH /Groups/bulkId:g - {"Operations":[{"op":"add","path":"members","value":[{"value":"bulkId:c"}]},{"op":"remove","path":"members[value eq \"bulkId:a\"]"}]}`,
		`POST /Groups g {"displayName":"team","members":[{"value":"bulkId:a"},{"value":"bulkId:b"}]}`,
		`POST /Users a {"userName":"ann"}`, `POST /Users b {"userName":"bob",`+fmt.Sprintf(manager, "a")+`}`,
		`POST /Users c {"userName":"cat","displayName":"bulkId:none"}`)
	if got := statuses(done); got != "204 201 201 201 201" {
		t.Fatalf("%s: %+v", got, done)
	}
	if got := b.members(t, done[1].id()); got != "bob cat" {
		t.Errorf("members %s", got)
	}
	if got := b.manager(t, done[3].id()); got != done[2].id() {
		t.Errorf("manager %v, want %s", got, done[2].id())
	}
	if _, u := b.send(t, http.MethodGet, "/Users/"+done[4].id(), ""); u["displayName"] != "bulkId:none" {
		t.Errorf("%v", u)
	}
}

// testBulkCircles: two who need each other, and one who needs itself (RFC 7644
// section 3.7.1).
func testBulkCircles(t *testing.T, b bulker) {
	for _, failOnErrors := range []int{0, 1} {
		person := func(id, boss string) string {
			return fmt.Sprintf(`POST /Users %s {"userName":"%s%d",`+manager+`}`, id, id, failOnErrors, boss)
		}
		done := b.bulk(t, failOnErrors, person("a", "b"), person("b", "c"), person("c", "a"), person("d", "d"))
		if got := statuses(done); got != "201 201 201 201" {
			t.Fatalf("%s: %+v", got, done)
		}
		for i, boss := range []int{1, 2, 0, 3} {
			if got := b.manager(t, done[i].id()); got != done[boss].id() {
				t.Errorf("manager of %d: %v, want %s", i, got, done[boss].id())
			}
		}
		if _, u := b.send(t, http.MethodGet, "/Users/"+done[0].id(), ""); cmp.Diff(u["meta"].(map[string]any)["version"], done[0].Version) != "" {
			t.Errorf("%v is answered as version %s", u["meta"], done[0].Version)
		}
	}
}

// testBulkFailedCircle: where what is referred to cannot be made, neither can what
// refers to it, and nothing is left of it.
func testBulkFailedCircle(t *testing.T, b bulker) {
	done := b.bulk(t, 0, fmt.Sprintf(`POST /Users a {"userName":"ann",`+manager+`}`, "b"), fmt.Sprintf(`POST /Users b {"userName":"bob","active":7,`+manager+`}`, "a"),
		`POST /Groups g {"displayName":"g","members":[{"value":"bulkId:a"}]}`, "DELETE /Users/bulkId:b -", "DELETE /Users/bulkId:nobody -",
		`POST /Users c {"userName":"cat"}`)
	if got := statuses(done); got != "409 400invalidValue 409 409 409 201" {
		t.Fatalf("%s: %+v", got, done)
	}
	if l, err := b.Directory.Users(t.Context(), b.as.Actor(), directory.UserFilter{}, iam.Page{}); err != nil || len(l.Items) != 2 { // cat and the administrator
		t.Errorf("left: %+v, %v", l.Items, err)
	}
}

func testBulkErrors(t *testing.T, b bulker) {
	missing := b.Env().NewID()
	for o, want := range map[string]string{
		"POST /Things a {}":                                        "400invalidPath",
		"POST Users a {}":                                          "400invalidPath",
		"POST /Users/1 a {}":                                       "400invalidPath",
		`POST /Users - {"userName":"x"}`:                           "400invalidSyntax",
		"POST /Users a":                                            "400invalidSyntax",
		`POST /Users a ["x"]`:                                      "400invalidSyntax",
		"POST /Users a {}":                                         "400invalidValue",
		`POST /Users a {"schemas":["urn:x:y:z"]}`:                  "400invalidSyntax",
		"PUT /Users - {}":                                          "400invalidPath",
		"PUT /Users/" + missing + ` - {"userName":"x"}`:            "404",
		"GET /Users/" + missing + " -":                             "400invalidSyntax",
		"DELETE /Users/" + missing + " -":                          "404",
		"DELETE /Groups/nothing -":                                 "404",
		"PATCH /Users/" + missing + ` - {"Operations":1}`:          "400invalidSyntax",
		"PATCH /Users/" + missing + ` - {"Operations":[{"op":1}]}`: "400invalidSyntax",
		"PATCH /Users/" + string(b.as.User.ID) + ` - {"Operations":[{"op":"add"}]}`: "400invalidValue",
	} {
		done := b.bulk(t, 0, o)
		if got := statuses(done); got != want || done[0].Response.Detail == "" {
			t.Errorf("%s: %s %+v, want %s", o, got, done[0].Response, want)
		}
	}
	if got := statuses(b.bulk(t, 0, `POST /Users a {"userName":"ann"}`, `POST /Users a {"userName":"bob"}`)); got != "201 400invalidValue" {
		t.Errorf("one bulkId for two: %s", got)
	}
}

// testBulkStops: after so many errors nothing more is done, and what was is told.
func testBulkStops(t *testing.T, b bulker) {
	operations := []string{`POST /Users a {"userName":"ann"}`, `POST /Users b {}`, `POST /Users c {"userName":"cat"}`, `POST /Users d {}`,
		`POST /Users e {"userName":"eve"}`}
	if got := statuses(b.bulk(t, 1, operations...)); got != "201 400invalidValue" {
		t.Errorf("failOnErrors 1: %s", got)
	}
	if got := statuses(b.bulk(t, 3, operations...)); got != "409uniqueness 400invalidValue 201 400invalidValue" {
		t.Errorf("failOnErrors 3: %s", got)
	}
	// What comes first because somebody refers to it stops the others too.
	if got := statuses(b.bulk(t, 1, `POST /Groups g {"displayName":"g","members":[{"value":"bulkId:x"}]}`, `POST /Users x {"userName":"ann"}`)); got != "409uniqueness" {
		t.Errorf("a reference: %s", got)
	}
}

func testBulkVersions(t *testing.T, b bulker) {
	id := b.bulk(t, 0, `POST /Users a {"userName":"ann"}`)[0].id()
	at := func(version string, operation string) string {
		text := strings.Replace(bulkOf(0, operation), `"method"`, `"version":`+version+`,"method"`, 1)
		a, m := b.send(t, http.MethodPost, "/Bulk", text)
		if a.Status != http.StatusOK {
			return fmt.Sprint(a.Status, m["scimType"])
		}
		return m["Operations"].([]any)[0].(map[string]any)["status"].(string)
	}
	put, remove := "PUT /Users/"+id+` - {"userName":"ann","title":"x"}`, "DELETE /Users/"+id+" -"
	for _, tt := range []struct{ version, operation, want string }{
		{`"W/\"7\""`, put, "412"}, {`"W/\"1\""`, put, "200"}, {`"W/\"1\""`, remove, "412"}, {`"elsewhere"`, remove, "412"},
		{`"W/\"1\", W/\"2\""`, remove, "400invalidValue"}, {`"W/\"2\""`, remove, "204"}, {`"W/\"2\""`, remove, "404"},
	} {
		if got := at(tt.version, tt.operation); got != tt.want {
			t.Errorf("%s at %s: %s, want %s", tt.operation, tt.version, got, tt.want)
		}
	}
}

// testBulkRights: each operation needs what it needs by itself.
func testBulkRights(t *testing.T, b bulker) {
	done := b.bulk(t, 0, `POST /Users a {"userName":"ann"}`, `POST /Groups g {"displayName":"team"}`)
	ann, team := done[0].id(), done[1].id()
	b.NewRole(t, b.as.Tenant, "creator", iam.UsersRead, iam.UsersCreate, iam.GroupsUpdate)
	creator := bulker{b.Server, b.NewMember(t, b.as.Tenant, "creator", "creator")}
	got := statuses(creator.bulk(t, 0, `POST /Users b {"userName":"bob"}`, `POST /Groups h {"displayName":"other"}`,
		"PUT /Users/"+ann+` - {"userName":"ann"}`, "PATCH /Users/"+ann+` - {"Operations":[{"op":"remove","path":"title"}]}`, "DELETE /Users/"+ann+" -",
		"PATCH /Groups/"+team+` - {"Operations":[{"op":"add","path":"members","value":{"value":"bulkId:b"}}]}`, "DELETE /Groups/"+team+" -"))
	if want := "201 403 403 403 403 204 403"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := b.members(t, team); got != "bob" {
		t.Errorf("members %s", got)
	}
	b.NewRole(t, b.as.Tenant, "nothing", iam.GroupsRead)
	if a, _ := (bulker{b.Server, b.NewMember(t, b.as.Tenant, "reader", "nothing")}).send(t, http.MethodPost, "/Bulk", bulkOf(0, "POST /Users a {}")); a.Status != http.StatusForbidden {
		t.Errorf("without any right to users: %d", a.Status)
	}
}

func testBulkBounds(t *testing.T, b bulker) {
	many := make([]string, 1001)
	for i := range many {
		many[i] = "DELETE /Users/x -"
	}
	if a, m := b.send(t, http.MethodPost, "/Bulk", bulkOf(0, many...)); a.Status != http.StatusRequestEntityTooLarge || !strings.Contains(fmt.Sprint(m["detail"]), "1000") {
		t.Errorf("1001 operations: %d %v", a.Status, m)
	}
	if got := len(b.bulk(t, 0, many[:1000]...)); got != 1000 {
		t.Errorf("%d of 1000 answers", got)
	}
	large := bulkOf(0, `POST /Users a {"userName":"`+strings.Repeat("x", 1<<20)+`"}`)
	if a, m := b.send(t, http.MethodPost, "/Bulk", large); a.Status != http.StatusRequestEntityTooLarge || !strings.Contains(fmt.Sprint(m["detail"]), "1048576") {
		t.Errorf("over a MiB: %d %v", a.Status, m)
	}
	for body, want := range map[string]int{
		`{}`: 400, `{"Operations":[]}`: 400, `{"Operations":7}`: 400, bulkOf(-1, "DELETE /Users/x -"): 400,
		`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"method":"DELETE","path":"/Users/x"}]}`: 400,
		`{"operations":[{"Method":"delete","Path":"/Users/x"}]}`:                                                             200,
	} {
		if a, m := b.send(t, http.MethodPost, "/Bulk", body); a.Status != want {
			t.Errorf("%s: %d %v", body, a.Status, m)
		}
	}
}

// testBulkMany: a request as large as it may be, with a group of all that it makes
// before them.
func testBulkMany(t *testing.T, b bulker) {
	var members, users []string
	for i := range 999 {
		members = append(members, fmt.Sprintf(`{"value":"bulkId:u%d"}`, i))
		users = append(users, fmt.Sprintf(`POST /Users u%d {"userName":"user%03d"}`, i, i))
	}
	done := b.bulk(t, 0, append([]string{`POST /Groups g {"displayName":"all","members":[` + strings.Join(members, ",") + "]}"}, users...)...)
	for i, d := range done {
		want := fmt.Sprint("u", i-1)
		if i == 0 {
			want = "g"
		}
		if d.Status != "201" || d.BulkID != want {
			t.Fatalf("%d: %+v", i, d)
		}
	}
	if got := strings.Count(b.members(t, done[0].id()), " ") + 1; got != 999 {
		t.Errorf("%d members", got)
	}
}
