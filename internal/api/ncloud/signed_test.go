package ncloud_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
)

const list = "/api/v1/sub-accounts"

// send sends a request with the headers of a signature as they are.
func (c client) send(t testing.TB, method, target, body string, signed [3]string) apptest.Answer {
	t.Helper()
	return c.Do(t, method, target, "", body, headerTimestamp+": "+signed[0], headerKey+": "+signed[1], headerSignature+": "+signed[2])
}

// What was signed is the method, the target to the last byte, the time and the
// key; and nothing else, not even the body.
func TestSignature(t *testing.T) {
	s := apptest.SQLite(t)
	c := administrator(t, s)
	now := s.Clock.Now
	for _, target := range []string{list, "/sub-accounts", list + "?page=0&size=10", list + "?size=10&page=0", list + "?searchColumn=name&searchWord=%EC%9D%B4+%20",
		list + "?searchColumn=name&searchWord=%ec%9d%b4", list + "?", "/t/default" + list, list + "?a=b?c/d"} {
		if a := c.send(t, "GET", target, "", c.sign("GET", target, now())); a.Status != http.StatusOK {
			t.Errorf("%s: %d %s", target, a.Status, a.Body)
		}
	}
	if a := c.send(t, "HEAD", list, "", c.sign("HEAD", list, now())); a.Status != http.StatusOK {
		t.Errorf("HEAD: %d %s", a.Status, a.Body)
	}
	if a := c.send(t, "GET", list, "not signed", c.sign("GET", list, now())); a.Status != http.StatusOK {
		t.Errorf("with a body: %d %s", a.Status, a.Body)
	}

	other := key{c.id, c.secret + "x"}
	for name, tt := range map[string]struct {
		method, target string
		signed         [3]string
	}{
		"another secret":          {"GET", list, other.sign("GET", list, now())},
		"another method":          {"GET", list, c.sign("DELETE", list, now())},
		"a method in lower case":  {"GET", list, c.sign("get", list, now())},
		"another path":            {"GET", list, c.sign("GET", "/api/v1/groups", now())},
		"the path without base":   {"GET", list, c.sign("GET", "/sub-accounts", now())},
		"the path without tenant": {"GET", "/t/default" + list, c.sign("GET", list, now())},
		"no query":                {"GET", list + "?page=0", c.sign("GET", list, now())},
		"another query":           {"GET", list + "?page=0", c.sign("GET", list+"?page=1", now())},
		"another order":           {"GET", list + "?page=0&size=1", c.sign("GET", list+"?size=1&page=0", now())},
		"other escapes":           {"GET", list + "?x=%2f", c.sign("GET", list+"?x=%2F", now())},
		"decoded":                 {"GET", list + "?x=%61", c.sign("GET", list+"?x=a", now())},
		"a key that is none":      {"GET", list, key{"ncp_iam_nothing", c.secret}.sign("GET", list, now())},
		"a key without tenant":    {"GET", list, key{"D78BB444D6D3C84CA38A", c.secret}.sign("GET", list, now())},
	} {
		t.Run(name, func(t *testing.T) { invalidCredentials(t, c.send(t, tt.method, tt.target, "", tt.signed)) })
	}
	signed := c.sign("GET", list, now())
	invalidCredentials(t, c.send(t, "GET", list, "", [3]string{signed[0][:12] + string('0'+(signed[0][12]-'0'+1)%10), signed[1], signed[2]}))
}

// The clock of a client may differ by five minutes either way.
func TestClockDifference(t *testing.T) {
	s := apptest.SQLite(t)
	c := administrator(t, s)
	for shift, good := range map[time.Duration]bool{
		0: true, authn.SignatureWindow - time.Second: true, -authn.SignatureWindow + time.Second: true,
		authn.SignatureWindow + time.Second: false, -authn.SignatureWindow - time.Second: false, 24 * time.Hour: false, -10 * 365 * 24 * time.Hour: false,
	} {
		a := c.send(t, "GET", list, "", c.sign("GET", list, s.Clock.Now().Add(shift)))
		if good && a.Status != http.StatusOK {
			t.Errorf("%v: %d %s", shift, a.Status, a.Body)
		}
		if !good {
			invalidCredentials(t, a)
		}
	}
	signed := c.sign("GET", list, s.Clock.Now())
	s.Clock.Advance(authn.SignatureWindow + time.Second)
	invalidCredentials(t, c.send(t, "GET", list, "", signed))
}

// A write is good once, also when it comes many times at once, to either of two
// nodes; a read may come again.
func TestReplay(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := administrator(t, s)
		node := client{s.Beside(t), c.key}
		read := c.sign("GET", list, s.Clock.Now())
		for range 3 {
			if a := c.send(t, "GET", list, "", read); a.Status != http.StatusOK {
				t.Fatalf("a read again: %d %s", a.Status, a.Body)
			}
		}
		write := c.sign("POST", "/api/v1/groups", s.Clock.Now())
		var good, bad atomic.Int32
		var all sync.WaitGroup
		for i := range 16 {
			at := c
			if i%2 == 1 {
				at = node
			}
			all.Go(func() {
				switch a := at.send(t, "POST", "/api/v1/groups", `{"groupName":"once`+strings.Repeat("x", i)+`"}`, write); a.Status {
				case http.StatusOK:
					good.Add(1)
				case http.StatusUnauthorized:
					bad.Add(1)
				default:
					t.Errorf("%d %s", a.Status, a.Body)
				}
			})
		}
		all.Wait()
		if good.Load() != 1 || bad.Load() != 15 {
			t.Errorf("%d succeeded, %d were refused", good.Load(), bad.Load())
		}
	})
}

// A key is good for its own tenant, wherever the request says that it goes.
func TestKeyOfAnotherTenant(t *testing.T) {
	s := apptest.SQLite(t)
	c := administrator(t, s)
	acme := s.NewTenant(t, "acme")
	theirs := client{s, newKey(t, s, acme.Tenant.ID, acme.User.ID)}

	hana := newAccount(t, c, "hana", nil)
	for _, target := range []string{list, "/t/acme" + list} {
		found := ok[page](t, theirs, "GET", target, nil)
		if found.TotalItems != 1 || found.Items[0].LoginID != "admin" || found.Items[0].SubAccountID == string(s.Admin.ID) {
			t.Errorf("%s shows another tenant %+v", target, found)
		}
	}
	invalidCredentials(t, theirs.call(t, "GET", "/t/default"+list, nil))
	invalidCredentials(t, theirs.call(t, "GET", "/t/nobody"+list, nil))
	invalidCredentials(t, theirs.call(t, "GET", list, nil, "Host: default.gatehouse.test"))
	if a := theirs.call(t, "GET", list, nil, "Host: acme.gatehouse.test"); a.Status != http.StatusOK {
		t.Errorf("at its own host: %d %s", a.Status, a.Body)
	}
	// The ids of one are nothing to the other.
	for _, target := range []string{"/sub-accounts/" + hana, "/sub-accounts/" + hana + "/access-keys"} {
		refused(t, theirs.call(t, "GET", target, nil), 401, 30)
	}
	refused(t, theirs.call(t, "PUT", "/sub-accounts/"+hana, object{"name": "stolen"}), 401, 30)
	refused(t, theirs.call(t, "PUT", "/sub-accounts/"+hana+"/password", object{"needPasswordGenerate": true}), 401, 30)
	refused(t, theirs.call(t, "POST", "/sub-accounts/"+hana+"/access-keys", nil), 401, 30)
	refused(t, theirs.call(t, "DELETE", "/sub-accounts/"+hana, nil), 401, 30)
	refused(t, theirs.call(t, "PUT", "/login-alias", object{"loginAlias": "default"}), 409, 409)
	// Nor is a key of one good with the body of another's.
	refused(t, theirs.call(t, "PUT", "/sub-accounts/"+string(acme.User.ID)+"/access-keys", object{"accessKey": c.id, "active": false}), 400, 904)
	if a := c.call(t, "GET", list, nil); a.Status != http.StatusOK {
		t.Errorf("the key was changed: %d %s", a.Status, a.Body)
	}
}

// A signature counts where there is one, whatever else the request has.
func TestTwoCredentials(t *testing.T) {
	s := apptest.SQLite(t)
	c := administrator(t, s)
	invalidCredentials(t, s.Do(t, "GET", list, s.AdminToken, "", headerKey+": "+c.id, headerTimestamp+": 1", headerSignature+": "+
		base64.StdEncoding.EncodeToString(hmac.New(sha256.New, nil).Sum(nil))))
	if a := c.call(t, "GET", list, nil, "Authorization: Bearer nothing"); a.Status != http.StatusOK {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	invalidCredentials(t, s.Do(t, "GET", list, "gh_default_x_"+strings.Repeat("0", 64), ""))
}
