package ncloud_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// page and account are the list as a strict client reads it.
type page struct {
	HasNext     bool      `json:"hasNext"`
	HasPrevious bool      `json:"hasPrevious"`
	IsFirst     bool      `json:"isFirst"`
	IsLast      bool      `json:"isLast"`
	Items       []account `json:"items"`
	Page        int       `json:"page"`
	TotalItems  int       `json:"totalItems"`
	TotalPages  int       `json:"totalPages"`
}

type account struct {
	Active              bool     `json:"active"`
	CanAPIGatewayAccess bool     `json:"canAPIGatewayAccess"`
	CanConsoleAccess    bool     `json:"canConsoleAccess"`
	ConsolePermitIps    []string `json:"consolePermitIps"`
	Email               string   `json:"email"`
	LastLoginTime       *string  `json:"lastLoginTime"`
	LoginID             string   `json:"loginId"`
	Memo                string   `json:"memo"`
	Name                string   `json:"name"`
	NeedPasswordReset   bool     `json:"needPasswordReset"`
	SubAccountNo        int64    `json:"subAccountNo"`
	SubAccountID        string   `json:"subAccountId"`
	UseConsolePermitIP  bool     `json:"useConsolePermitIp"`
	UseAPIAllowSource   bool     `json:"useApiAllowSource"`
	APIAllowSources     []struct {
		Type   string `json:"type"`
		Source string `json:"source"`
	} `json:"apiAllowSources"`
	Policies []struct {
		PolicyID   string `json:"policyId"`
		PolicyName string `json:"policyName"`
		PolicyType string `json:"policyType"`
	} `json:"policies"`
	Groups []struct {
		GroupID string `json:"groupId"`
	} `json:"groups"`
}

func loginIDs(p page) (ids []string) {
	for _, a := range p.Items {
		ids = append(ids, a.LoginID)
	}
	return ids
}

// Pages by number, with their edges: every sub account once, in the order of
// creation, and members that agree.
func TestPaging(t *testing.T) {
	s := apptest.SQLite(t)
	c := administrator(t, s)
	want := []string{"admin"}
	for i := range 12 {
		id := fmt.Sprintf("user%02d", 12-i)
		newAccount(t, c, id, nil)
		want = append(want, id)
	}
	if got := loginIDs(ok[page](t, c, "GET", list, nil)); !slices.Equal(got, want[:10]) {
		t.Errorf("without parameters %v", got)
	}
	for _, size := range []int{1, 2, 5, 12, 13, 14, 100000} {
		var got []string
		pages := (len(want) + size - 1) / size
		for n := range pages + 2 {
			p := ok[page](t, c, "GET", fmt.Sprintf("%s?page=%d&size=%d", list, n, size), nil)
			got = append(got, loginIDs(p)...)
			p.Items = nil
			wanted := page{HasNext: n+1 < pages, HasPrevious: n > 0, IsFirst: n == 0, IsLast: n+1 >= pages, Page: n, TotalItems: 13, TotalPages: pages}
			if diff := cmp.Diff(wanted, p); diff != "" {
				t.Errorf("size %d, page %d (-want +got):\n%s", size, n, diff)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("size %d: %v", size, got)
		}
	}
	for query, member := range map[string]string{
		"page=-1": "page", "page=x": "page", "page=1.5": "page", "page=4294967296": "page", "size=0": "size", "size=-5": "size", "size=all": "size",
		"searchWord=x": "searchColumn", "searchColumn=email&searchWord=x": "searchColumn", "searchColumn=LOGINID": "searchColumn",
		"searchColumn=loginId&searchWord=" + strings.Repeat("x", 2000): "searchWord",
	} {
		refused(t, c.call(t, "GET", list+"?"+query, nil), 400, 400, member)
	}
	if p := ok[page](t, c, "GET", list+"?page=2147483647&size=10000", nil); len(p.Items) != 0 || !p.HasPrevious || !p.IsLast {
		t.Errorf("the last page there can be: %+v", p)
	}
	if p := ok[page](t, c, "GET", list+"?page=&size=", nil); len(p.Items) != 10 {
		t.Errorf("empty parameters: %+v", p)
	}
}

func TestSearch(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := administrator(t, s)
		for login, name := range map[string]string{"hana.lee": "이하나", "hana.kim": "김하나", "Bora_Park": "Élan Park", "star": "a*b|c"} {
			newAccount(t, c, login, object{"name": name})
		}
		hana, err := s.Directory.User(t.Context(), s.Operator(), directory.UserKey{Username: "hana.lee"})
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			column, word string
			want         []string
		}{
			{"loginId", "hana", []string{"hana.kim", "hana.lee"}},
			{"loginId", "ANA.L", []string{"hana.lee"}},
			{"loginId", "_", []string{"Bora_Park"}},
			{"loginId", "%25", nil},
			{"loginId", "", []string{"Bora_Park", "admin", "hana.kim", "hana.lee", "star"}},
			{"name", "하나", []string{"hana.kim", "hana.lee"}},
			{"name", "이하", []string{"hana.lee"}},
			{"name", "éLAN", []string{"Bora_Park"}},
			{"name", "b%7Cc", []string{"star"}},
			{"name", "hana", nil}, // which is no name of theirs
			{"subAccountNo", fmt.Sprint(hana.Number), []string{"hana.lee"}},
			{"subAccountNo", "%20" + fmt.Sprint(hana.Number), []string{"hana.lee"}},
			{"subAccountNo", fmt.Sprint(hana.Number)[1:], nil},
			{"subAccountNo", "hana", nil},
			{"subAccountNo", "-1", nil},
			{"subAccountNo", "0", nil},
		} {
			p := ok[page](t, c, "GET", list+"?searchColumn="+tt.column+"&searchWord="+tt.word, nil)
			got := loginIDs(p)
			slices.Sort(got)
			if !slices.Equal(got, tt.want) || p.TotalItems != len(tt.want) {
				t.Errorf("%s %q finds %q, %d in all; want %q", tt.column, tt.word, got, p.TotalItems, tt.want)
			}
		}
	})
}

// Every member of a request has a rule, and who breaks it is told which.
func TestBadInput(t *testing.T) {
	s := apptest.SQLite(t)
	c := administrator(t, s)
	id := newAccount(t, c, "hana", nil)
	before := c.call(t, "GET", list, nil).Body
	good := object{"loginId": "good", "name": "good", "canAPIGatewayAccess": true, "canConsoleAccess": false, "needPasswordReset": false}
	for name, tt := range map[string]struct {
		member string
		value  any
		code   int
		words  string
	}{
		"no login id":               {"loginId", nil, 400, "loginId is required"},
		"a short login id":          {"loginId", "ab", 400, "loginId must have 3 to 60"},
		"a long login id":           {"loginId", strings.Repeat("a", 61), 400, "loginId must have 3 to 60"},
		"a digit first":             {"loginId", "1abc", 400, "begin with a letter"},
		"Hangul":                    {"loginId", "하나님", 400, "loginId must have"},
		"a space":                   {"loginId", "ab c", 400, "loginId must have"},
		"a line end":                {"loginId", "abc\n", 400, "loginId must have"},
		"a number for a login id":   {"loginId", 5, 400, "loginId must be a string"},
		"no name":                   {"name", nil, 400, "name is required"},
		"a short name":              {"name", "이", 400, "name must have between 2 and 30"},
		"a long name":               {"name", strings.Repeat("이", 31), 400, "name must have between 2 and 30"},
		"a name with a line end":    {"name", "a\nb", 400, "name must not contain control"},
		"a short address":           {"email", "a@b.c", 400, "email must have between 6 and 100"},
		"a long address":            {"email", strings.Repeat("a", 60) + "@" + strings.Repeat("b", 40) + ".com", 400, "email must have between 6 and 100"},
		"no address":                {"email", "nobody", 400, "email must be an address"},
		"a long memo":               {"memo", strings.Repeat("가", 34), 400, "memo must have at most 100 bytes"},
		"no console access":         {"canConsoleAccess", nil, 400, "canConsoleAccess is required"},
		"no API access":             {"canAPIGatewayAccess", nil, 400, "canAPIGatewayAccess is required"},
		"no reset":                  {"needPasswordReset", nil, 400, "needPasswordReset is required"},
		"a word for a boolean":      {"canConsoleAccess", "yes", 400, "canConsoleAccess must be true or false"},
		"a number for a boolean":    {"active", 1, 400, "active must be true or false"},
		"an address that is none":   {"consolePermitIps", []string{"10.0.0"}, 400, "consolePermitIps: "},
		"bits behind a prefix":      {"consolePermitIps", []string{"10.0.0.1/8"}, 400, "consolePermitIps: "},
		"text for a list":           {"consolePermitIps", "10.0.0.0/8", 400, "consolePermitIps must be an array"},
		"a permit without places":   {"useConsolePermitIp", true, 400, "consolePermitIps is required"},
		"an API without places":     {"useApiAllowSource", "true", 400, "apiAllowSources is required"},
		"an unknown type of source": {"apiAllowSources", []object{{"type": "REGION", "source": "KR"}}, 400, "the type of a source is IP, VPC or VPC_SERVER"},
		"an empty server":           {"apiAllowSources", []object{{"type": "VPC_SERVER", "source": ""}}, 400, "apiAllowSources is required"},
		"a bad source":              {"apiAllowSources", []object{{"type": "IP", "source": "::1%eth0"}}, 400, "apiAllowSources: "},
		"a short password":          {"password", "Aa1!aa", 9015, "password must have between 8 and 16"},
		"a long password":           {"password", "Aa1!aaaaaaaaaaaaa", 9015, "password must have between 8 and 16"},
		"no digit":                  {"password", "Aaaa!aaaa", 9015, "at least 1 digits"},
		"no symbol":                 {"password", "Aaaa1aaaa", 9015, "at least 1 symbols"},
		"a common password":         {"password", "P@ssw0rd", 9015, "most common"},
		"one's own name":            {"password", "Good!1234", 9015, "must not be the user name"},
		"a tag without key":         {"tags", object{"": "x"}, 400, "tagKey is required"},
		"a long tag":                {"tags", object{"k": strings.Repeat("x", 129)}, 400, "tagValue must have between 0 and 128"},
		"tags as a list":            {"tags", []string{"x"}, 400, "tags must be an object"},
	} {
		t.Run(name, func(t *testing.T) {
			form := object{}
			for member, value := range good {
				form[member] = value
			}
			form[tt.member] = tt.value
			if tt.value == nil {
				delete(form, tt.member)
			}
			a := c.call(t, "POST", list, form)
			refused(t, a, 400, tt.code, tt.words)
			if secret, isText := tt.value.(string); isText && tt.member == "password" && strings.Contains(a.Body, secret) {
				t.Errorf("the answer repeats the password: %s", a.Body)
			}
		})
	}
	console := object{"loginId": "good", "name": "good", "canAPIGatewayAccess": true, "canConsoleAccess": true, "needPasswordReset": false}
	refused(t, c.call(t, "POST", list, console), 400, 400, "password is required unless needPasswordGenerate is true")
	many := object{}
	for i := range 21 {
		many[fmt.Sprint("tag", i)] = "x"
	}
	tagged := object{"tags": many}
	for member, value := range good {
		tagged[member] = value
	}
	refused(t, c.call(t, "POST", list, tagged), 409, 9012)

	one := list + "/" + id
	for name, tt := range map[string]struct {
		method, target string
		body           any
		status, code   int
		words          string
	}{
		"an update without name":      {"PUT", one, object{"memo": "x"}, 400, 400, "name is required"},
		"an update with a long memo":  {"PUT", one, object{"name": "Hana", "memo": strings.Repeat("x", 101)}, 400, 400, "memo"},
		"an update with an address":   {"PUT", one, object{"name": "Hana", "email": "x"}, 400, 400, "email"},
		"a permit without places":     {"PUT", one, object{"name": "Hana", "useConsolePermitIp": true}, 400, 400, "consolePermitIps"},
		"nobody to update":            {"PUT", list + "/nobody", object{"name": "Hana"}, 401, 30, ""},
		"nobody's password":           {"PUT", list + "/nobody/password", object{"needPasswordGenerate": true}, 401, 30, ""},
		"no password":                 {"PUT", one + "/password", object{}, 400, 400, "newPassword is required"},
		"one's own password":          {"PUT", list + "/" + string(s.Admin.ID) + "/password", object{"newPassword": "Blue7!River"}, 400, 400, "newPassword cannot be set for oneself"},
		"a key without a name":        {"PUT", one + "/access-keys", object{"active": true}, 400, 400, "accessKey is required"},
		"a key without a state":       {"PUT", one + "/access-keys", object{"accessKey": "x"}, 400, 400, "active is required"},
		"a key that is none":          {"PUT", one + "/access-keys", object{"accessKey": "x", "active": true}, 400, 904, ""},
		"no key to delete":            {"DELETE", one + "/access-keys", object{}, 400, 400, "accessKey is required"},
		"keys of nobody":              {"POST", list + "/nobody/access-keys", nil, 401, 30, ""},
		"no groups":                   {"POST", one + "/groups", object{"groupIdList": []string{}}, 400, 400, "groupIdList is required"},
		"too many groups":             {"POST", one + "/groups", object{"groupIdList": make([]string, 501)}, 400, 400, "at most 500"},
		"groups of nobody":            {"POST", list + "/nobody/groups", object{"groupIdList": []string{"x"}}, 401, 30, ""},
		"no policies":                 {"DELETE", one + "/policies", object{}, 400, 400, "policyIdList is required"},
		"policies of nobody":          {"DELETE", list + "/nobody/policies", object{"policyIdList": []string{"x"}}, 401, 30, ""},
		"policies of no group":        {"POST", "/groups/x/policies", object{"policyIdList": []string{"x"}}, 400, 30, ""},
		"policies of no role":         {"POST", "/roles/x/policies", object{"policyIdList": []string{"x"}}, 401, 30, ""},
		"sub accounts of no group":    {"POST", "/groups/x/sub-accounts", object{"subAccountIdList": []string{id}}, 400, 30, ""},
		"no sub accounts":             {"DELETE", "/groups/x/sub-accounts", object{}, 400, 400, "subAccountIdList is required"},
		"a group without a name":      {"POST", "/groups", object{}, 400, 400, "groupName is required"},
		"a short name of a group":     {"POST", "/groups", object{"groupName": "ab"}, 400, 400, "groupName must have between 3 and 30"},
		"a slash in a group's name":   {"POST", "/groups", object{"groupName": "role/x"}, 400, 400, "groupName must have letters"},
		"a digit first in a group":    {"POST", "/groups", object{"groupName": "1abc"}, 400, 400, "begin with a letter"},
		"an unknown column of roles":  {"GET", "/roles?searchColumn=x", nil, 400, 400, "roleName, roleType, nrn"},
		"an unknown type of policies": {"GET", "/policies?type=x", nil, 400, 400, "type must be SYSTEM_MANAGED or USER_CREATED"},
		"no policies to delete":       {"DELETE", "/policies", []string{}, 400, 400, "policies is required"},
		"a role without a type":       {"POST", "/roles", object{"roleName": "abc"}, 400, 400, "roleType is required"},
		"an unknown type of role":     {"POST", "/roles", object{"roleName": "abc", "roleType": "SSO"}, 400, 400, "roleType must be"},
		"a role without expiration":   {"POST", "/roles", object{"roleName": "abc", "roleType": "Account"}, 400, 400, "sessionExpirationSec is required"},
		"another expiration":          {"POST", "/roles", object{"roleName": "abc", "roleType": "Server", "sessionExpirationSec": 60}, 400, 400, "600, 1800, 3600 or 10800"},
		"an expiration that is none":  {"POST", "/roles", object{"roleName": "abc", "roleType": "Server", "sessionExpirationSec": "soon"}, 400, 400, "sessionExpirationSec must be an integer"},
		"a long description":          {"POST", "/roles", object{"roleName": "abc", "roleType": "Server", "descCont": strings.Repeat("x", 301)}, 400, 400, "descCont must have at most 300 bytes"},
		"no numbers":                  {"GET", "/sub-accounts-with-no", nil, 400, 400, "subAccountNo is required"},
		"numbers that are none":       {"GET", "/sub-accounts-with-no?subAccountNo=1,x", nil, 400, 400, "subAccountNo must be positive integers"},
		"an alias in capitals":        {"PUT", "/login-alias", object{"loginAlias": "ABC"}, 400, 400, "loginAlias must have 3 to 20"},
		"a short alias":               {"PUT", "/login-alias", object{"loginAlias": "ab"}, 400, 400, "loginAlias must have 3 to 20"},
		"no use of expiration":        {"POST", "/tenant-settings/sub-account-password-policy", object{}, 400, 400, "usePasswordExpiration is required"},
		"no days":                     {"POST", "/tenant-settings/sub-account-password-policy", object{"usePasswordExpiration": true}, 400, 400, "passwordExpirationDays is required"},
		"no tag to remove":            {"DELETE", "/users/" + id + "/tags", object{}, 400, 400, "tagKey is required"},
		"no tag to add":               {"POST", "/users/" + id + "/tags", object{}, 400, 400, "tagKey is required"},
	} {
		t.Run(name, func(t *testing.T) { refused(t, c.call(t, tt.method, tt.target, tt.body), tt.status, tt.code, tt.words) })
	}
	for name, body := range map[string]string{
		"not JSON": `{`, "text behind": `{} x`, "twice": `{"loginId":"a","loginId":"b"}`, "too deep": `{"tags":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			turnedAway(t, c.call(t, "POST", list, body), 400, "100", "Bad Request Exception", "")
		})
	}
	turnedAway(t, c.call(t, "POST", list, `{"memo":"`+strings.Repeat("x", 1<<20)+`"}`), 413, "430", "Request Entity Too Large", "1048576")
	refused(t, c.call(t, "POST", list, ``), 400, 400, "a JSON body is required")

	if after := c.call(t, "GET", list, nil).Body; after != before {
		t.Errorf("something was written:\n%s\n%s", before, after)
	}
}

// Two changes at one moment are both made.
func TestChangesAtOnce(t *testing.T) {
	s := apptest.SQLite(t)
	c := administrator(t, s)
	id := newAccount(t, c, "hana", nil)
	var all sync.WaitGroup
	var mu sync.Mutex
	for i := range 4 {
		mu.Lock()
		headers := c.headers("POST", "/users/"+id+"/tags")
		mu.Unlock()
		all.Go(func() {
			if a := c.Do(t, "POST", "/users/"+id+"/tags", "", fmt.Sprintf(`{"tagKey":"k%d","tagValue":"v"}`, i), headers...); a.Status != http.StatusOK {
				t.Errorf("%d %s", a.Status, a.Body)
			}
		})
	}
	all.Wait()
	if tags := ok[[]object](t, c, "GET", "/users/"+id+"/tags", nil); len(tags) != 4 {
		t.Errorf("tags %v", tags)
	}
}

// A sub account is a user like those of the other dialects: what these know of
// it stays, what only this one knows is not shown there, and who breaks the
// rules of this one's forms can be changed here all the same.
func TestOtherDialects(t *testing.T) {
	s := apptest.SQLite(t)
	c := administrator(t, s)
	long := "A name of more than thirty characters in all"
	u, err := s.Directory.CreateUser(t.Context(), s.Operator(), directory.NewUser{Username: "이 름", DisplayName: long, GivenName: "Hana", Phone: "1",
		Attributes: map[string]string{"title": "Dr.", "ncloud.tags": "no JSON"}})
	if err != nil {
		t.Fatal(err)
	}
	one := list + "/" + string(u.ID)
	if a := ok[account](t, c, "GET", one, nil); a.LoginID != "이 름" || a.Name != long || !a.Active || !a.CanConsoleAccess || !a.CanAPIGatewayAccess {
		t.Errorf("shown as %+v", a)
	}
	ok[result](t, c, "PUT", one, object{"name": long, "memo": "note"})
	if tags := ok[[]object](t, c, "GET", "/users/"+string(u.ID)+"/tags", nil); len(tags) != 0 {
		t.Errorf("tags %v", tags)
	}
	ok[result](t, c, "POST", "/users/"+string(u.ID)+"/tags", object{"tags": object{"a": "b"}})
	after, err := s.Directory.User(t.Context(), s.Operator(), directory.UserKey{ID: u.ID})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"title": "Dr.", "ncloud.tags": `{"a":"b"}`, "ncloud.memo": "note"}
	if diff := cmp.Diff(want, after.Attributes); diff != "" || after.GivenName != "Hana" || after.Phone != "1" || after.State != iam.UserPending {
		t.Errorf("changed to %+v (-want +got):\n%s", after, diff)
	}
	fess := s.Do(t, "GET", "/api/admin/user/settings", s.AdminToken, "")
	if strings.Contains(fess.Body, "ncloud") || !strings.Contains(fess.Body, "Dr.") {
		t.Errorf("another dialect shows %s", fess.Body)
	}

	// What is emptied is gone, rather than kept as an empty text.
	ok[result](t, c, "PUT", one, object{"name": long, "memo": ""})
	ok[result](t, c, "DELETE", "/users/"+string(u.ID)+"/tags", object{"tags": object{"a": ""}})
	if after, err = s.Directory.User(t.Context(), s.Operator(), directory.UserKey{ID: u.ID}); err != nil || len(after.Attributes) != 1 {
		t.Errorf("left are %v, %v", after.Attributes, err)
	}

	plain, err := s.Directory.CreateUser(t.Context(), s.Operator(), directory.NewUser{Username: "plain"})
	if err != nil {
		t.Fatal(err)
	}
	ok[result](t, c, "PUT", list+"/"+string(plain.ID), object{"name": "plain"})
	if u, err := s.Directory.User(t.Context(), s.Operator(), directory.UserKey{ID: plain.ID}); err != nil || u.DisplayName != "" {
		t.Errorf("a name was made of the login id: %+v, %v", u, err)
	}
}
