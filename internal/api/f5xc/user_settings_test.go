package f5xc_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	userPath      = "/api/web/namespaces/system/user/"
	ownSettings   = userPath + "settings"
	ownImage      = ownSettings + "/image"
	ownView       = ownSettings + "/view_preference"
	requestAccess = "PUT " + ownSettings + "/request_initial_access"
)

// aPNG is a picture of one colour.
func aPNG(t *testing.T, c color.Color) []byte {
	t.Helper()
	i := image.NewNRGBA(image.Rect(0, 0, 40, 20))
	for x := range 40 {
		for y := range 20 {
			i.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, i); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestUserSettings: what is given is written, and what is left out stays.
func TestUserSettings(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		mina := s.NewMember(t, s.Tenant, "mina")
		c := caller{s, loadReference(t)}.by(mina.Token)
		h := holder{s, mina.Token}
		got := c.ok(t, "GET "+ownSettings, "")
		c.has(t, got, `{"image":"","initial_access":{"requested":false,"email_sent":false},"is_next_request_allowed":true,"otp_enabled":false,"otp_status":"OTP_DISABLED"}`)
		enabled := func() (codes []string) {
			for _, n := range c.ok(t, "GET "+ownSettings, "").(map[string]any)["notifications"].([]any) {
				if n := n.(map[string]any); n["label"] != "" && n["description"] != "" && n["enabled"] == true {
					codes = append(codes, n["code"].(string))
				}
			}
			slices.Sort(codes)
			return codes
		}
		all := enabled()
		if !slices.Contains(all, "password-changed") || slices.Contains(all, "access-requested") {
			t.Errorf("to begin with, enabled are %q", all)
		}
		named := func(given, family string) {
			t.Helper()
			u, err := s.Directory.User(t.Context(), s.Operator(), directory.UserKey{ID: mina.User.ID})
			if err != nil || u.GivenName != given || u.FamilyName != family {
				t.Errorf("%q %q, %v; want %q %q", u.GivenName, u.FamilyName, err, given, family)
			}
		}
		c.ok(t, "PUT "+ownSettings, `{"first_name":"Mina","last_name":"Kim"}`)
		named("Mina", "Kim")
		c.ok(t, "PUT "+ownSettings, `{"first_name":"민아"}`)
		named("민아", "Kim")
		c.ok(t, "PUT "+ownSettings, `{"last_name":"","enabled_notifications":["password-changed","factor-changed"]}`)
		named("민아", "")
		c.ok(t, "PUT "+ownSettings, `{}`)
		named("민아", "")
		if got := enabled(); !slices.Equal(got, []string{"factor-changed", "password-changed"}) {
			t.Errorf("enabled are %q", got)
		}
		c.ok(t, "PUT "+ownSettings, `{"enabled_notifications":[]}`)
		if got := enabled(); got != nil {
			t.Errorf("enabled are %q", got)
		}
		for _, refused := range []struct{ body, words string }{
			{`{"enabled_notifications":["no-such"]}`, "Field enabled_notifications should"},
			{`{"enabled_notifications":["access-requested"]}`, "Field enabled_notifications should"}, // not about their own account
			{`{"first_name":"a\u0007"}`, "Field first_name should not contain control"},
			{`{"last_name":"` + strings.Repeat("x", 257) + `"}`, "Field last_name should have between 0 and 256"},
			{`{"image":"R0lG"}`, "image"},
			{`{"image":"%%%"}`, "Field image should"},
			{`{"otp_enabled":"perhaps"}`, "Field otp_enabled should"},
		} {
			h.refused(t, "PUT "+ownSettings, refused.body, http.StatusBadRequest, refused.words)
		}
	})
}

// TestUserImage: what is answered was encoded here, and is no more than asked for.
func TestUserImage(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := caller{s, loadReference(t)}.by(s.NewMember(t, s.Tenant, "mina").Token)
		other := holder{s, s.NewMember(t, s.Tenant, "other").Token}
		h := holder{s, c.s.AdminToken}
		h.refused(t, "GET "+ownImage, "", http.StatusNotFound)
		sent := aPNG(t, color.NRGBA{R: 200, A: 255})
		text := base64.StdEncoding.EncodeToString(sent)
		c.ok(t, "PUT "+ownImage, fmt.Sprintf(`{"content_type":"text/html","image":%q}`, text))
		a := h.do(t, "GET "+ownImage, "")
		i, format, err := image.Decode(strings.NewReader(a.Body))
		if err != nil || format != "png" || i.Bounds() != image.Rect(0, 0, 256, 256) || a.Header.Get("Content-Type") != "image/png" ||
			a.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(a.Header.Get("Content-Security-Policy"), "sandbox") {
			t.Fatalf("%s of %v, %v: %v", format, i.Bounds(), err, a.Header)
		}
		tag := a.Header.Get("ETag")
		if a := h.do(t, "GET "+ownImage, "", "If-None-Match: "+tag); a.Status != http.StatusNotModified || a.Body != "" {
			t.Errorf("asked again: %d %q", a.Status, a.Body)
		}
		want := base64.StdEncoding.EncodeToString([]byte(a.Body))
		if a := h.do(t, "GET "+ownImage, "", "Accept: application/json"); a.Status != http.StatusOK || !strings.Contains(a.Body, want) {
			t.Errorf("in JSON: %d %.100s", a.Status, a.Body)
		}
		c.has(t, c.ok(t, "GET "+ownSettings, ""), `{"image":%q}`, want)
		other.refused(t, "GET "+ownImage, "", http.StatusNotFound) // it is one's own

		for name, content := range map[string]string{
			"a page":   "<html><script>alert(1)</script></html>",
			"a vector": `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`,
			"a half":   string(sent[:len(sent)/2]),
		} {
			h.refused(t, "PUT "+ownImage, fmt.Sprintf(`{"content_type":"image/png","image":%q}`, base64.StdEncoding.EncodeToString([]byte(content))),
				http.StatusBadRequest)
			if a := h.do(t, "GET "+ownImage, ""); a.Header.Get("ETag") != tag {
				t.Errorf("%s has taken its place", name)
			}
		}
		h.refused(t, "PUT "+ownImage, `{"content_type":"image/png"}`, http.StatusBadRequest, "Field image should be not nil")
		c.ok(t, "PUT "+ownSettings, fmt.Sprintf(`{"image":%q}`, base64.StdEncoding.EncodeToString(aPNG(t, color.White))))
		if a := h.do(t, "GET "+ownImage, "", "If-None-Match: "+tag); a.Status != http.StatusOK {
			t.Errorf("another one, and the old tag: %d", a.Status)
		}
		c.ok(t, "DELETE "+ownImage, "")
		h.refused(t, "GET "+ownImage, "", http.StatusNotFound)
		c.ok(t, "DELETE "+ownImage, "")
	})
}

func TestViewPreference(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := caller{s, loadReference(t)}
		mina := c.by(s.NewMember(t, s.Tenant, "mina").Token)
		const none = `{"billing":false,"dev_ops":false,"developer":false,"master":false,"net_ops":false,"sec_ops":false}`
		mina.has(t, mina.ok(t, "GET "+ownView, ""), `{"initialized":false,"advanced_view":false,"wizard_advanced_auto_expand":false,"persona_preferences":`+none+`}`)
		const view = `{"advanced_view":true,"wizard_advanced_auto_expand":true,"persona_preferences":{"billing":true,"dev_ops":true,"developer":true,
			"master":true,"net_ops":true,"sec_ops":true}}`
		mina.ok(t, "PUT "+ownView, view)
		mina.has(t, mina.ok(t, "GET "+ownView, ""), view)
		mina.ok(t, "PUT "+ownView, `{"persona_preferences":{"sec_ops":true},"initialized":false}`)
		mina.has(t, mina.ok(t, "GET "+ownView, ""), `{"initialized":true,"advanced_view":false,"wizard_advanced_auto_expand":false,
			"persona_preferences":{"billing":false,"dev_ops":false,"developer":false,"master":false,"net_ops":false,"sec_ops":true}}`)
		c.has(t, c.ok(t, "GET "+ownView, ""), `{"initialized":false}`) // that of somebody else
	})
}

// TestSessionsAreListed: those of the caller, as far as they are signed in.
func TestSessionsAreListed(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		mina, other := s.NewMember(t, s.Tenant, "mina"), s.NewMember(t, s.Tenant, "other")
		c := caller{s, loadReference(t)}.by(mina.Token)
		if got := c.ok(t, "GET "+userPath+"sessions", ""); len(got.(map[string]any)["user_sessions"].([]any)) != 0 {
			t.Errorf("before any: %v", got)
		}
		begin := func(m apptest.Member, address string) {
			t.Helper()
			if _, err := s.Authn.BeginSignIn(t.Context(), s.Tenant.ID, authn.Attempt{Username: m.User.Username, Password: apptest.AdminPassword, Pages: true},
				authn.Origin{Dialect: "console", Address: address}); err != nil {
				t.Fatal(err)
			}
		}
		begin(mina, "192.0.2.7")
		begun, err := s.Authn.Sessions(t.Context(), mina.Actor())
		if err != nil || len(begun) != 1 {
			t.Fatalf("%d sessions, %v", len(begun), err)
		}
		begin(other, "192.0.2.9")
		if err := s.Store.RequirePassword(t.Context(), s.Tenant.ID, mina.User.ID); err != nil {
			t.Fatal(err)
		}
		begin(mina, "192.0.2.8") // who has a step left
		got := c.ok(t, "GET "+userPath+"sessions", "")
		c.has(t, got, `{"user_sessions":[{"ip_address":"192.0.2.7","start":%q,"last_access":%[1]q}]}`, begun[0].SignedIn.Format(time.RFC3339Nano))
		if n := len(got.(map[string]any)["user_sessions"].([]any)); n != 1 {
			t.Errorf("%d sessions", n)
		}
	})
}

// TestOwnSettingsAreAtHome: who acts in another tenant has no account there.
func TestOwnSettingsAreAtHome(t *testing.T) {
	s := apptest.SQLite(t)
	beside := s.NewTenant(t, "beside")
	mina := s.NewMember(t, s.Tenant, "mina")
	s.Delegate(t, s.Tenant, s.NewGroup(t, s.Tenant, "ops", "", "mina"), beside.Tenant, s.NewGroup(t, beside.Tenant, "guests", "ves-io-admin-role"))
	h := holder{s, mina.Token}
	if a := h.do(t, "GET /managed_tenant/beside"+lastLogin[4:], ""); a.Status != http.StatusOK {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	for _, request := range []string{"GET " + ownSettings, "PUT " + ownSettings, "GET " + ownImage, "PUT " + ownImage, "DELETE " + ownImage,
		"GET " + ownView, "PUT " + ownView, requestAccess, "GET " + userPath + "sessions"} {
		method, target, _ := strings.Cut(request, " ")
		body := ""
		if method == http.MethodPut {
			body = `{"image":"aGVsbG8="}`
		}
		h.refused(t, method+" /managed_tenant/beside"+target, body, http.StatusForbidden, "not a user of this tenant")
	}
}

// TestRequestAccess: who runs the tenant is told, once a day at most.
func TestRequestAccess(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		mina := s.NewMember(t, s.Tenant, "mina")
		c := caller{s, loadReference(t)}.by(mina.Token)
		h := holder{s, mina.Token}
		requested := func() { // which a job notes
			t.Helper()
			const want = `{"initial_access":{"requested":true,"email_sent":true},"is_next_request_allowed":false}`
			for range 500 {
				if has(c.ok(t, "GET "+ownSettings, ""), value(t, want)) {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
			c.has(t, c.ok(t, "GET "+ownSettings, ""), want)
		}
		told := s.NewMail(t, s.Tenant.ID, "admin@example.com", func() { c.ok(t, requestAccess, `{}`) })
		if told.Kind != iam.MessageAccessRequested || !strings.Contains(told.Text, "mina") {
			t.Errorf("%s: %s", told.Kind, told.Text)
		}
		requested()

		s.NewRole(t, s.Tenant, "helpdesk", "users.*")
		s.NewRole(t, s.Tenant, "reader", iam.UsersRead)
		for name, role := range map[string]string{"boss": "admin", "desk": "helpdesk", "reader": "reader"} {
			reachable(t, s, s.NewMember(t, s.Tenant, name, role), name+"@example.com", true)
		}
		reachable(t, s, s.NewMember(t, s.Tenant, "member"), "member@example.com", true)
		s.NewGroup(t, s.Tenant, "operators", "admin", "member")
		own, err := s.Directory.OwnSettings(t.Context(), mina.Actor())
		if err != nil {
			t.Fatal(err)
		}
		s.Clock.Advance(24*time.Hour - time.Minute)
		h.refused(t, requestAccess, `{}`, http.StatusTooManyRequests, "once a day")
		wait, err := strconv.Atoi(h.do(t, requestAccess, `{}`).Header.Get("Retry-After"))
		if err != nil || wait < 1 || wait > 60 {
			t.Errorf("to wait for %d s, %v", wait, err)
		}
		s.Clock.Advance(time.Minute)
		c.has(t, c.ok(t, "GET "+ownSettings, ""), `{"is_next_request_allowed":true,"initial_access":{"requested":true,"last_requesting_time":%q}}`,
			own.Access.At.Format(time.RFC3339Nano))
		s.NewMail(t, s.Tenant.ID, "boss@example.com", func() { c.ok(t, requestAccess, "") })
		requested()
		for name, n := range map[string]int{"admin": 2, "boss": 1, "desk": 1, "member": 1, "reader": 0} {
			if mails := s.Mails(t, s.Tenant.ID, name+"@example.com"); len(mails) != n {
				t.Errorf("%d mails to %s, want %d", len(mails), name, n)
			}
		}

		// Where nobody has an address, nobody is told, and nobody is said to be.
		lonely := s.NewMember(t, s.NewTenant(t, "lonely").Tenant, "lonely")
		c.by(lonely.Token).ok(t, requestAccess, "")
		detail, err := s.Directory.Runners()["access.request"](t.Context(), lonely.Tenant.ID,
			iam.Job{ObjectID: string(lonely.User.ID), Payload: []byte("{}")})
		if err != nil || detail != "nobody could be told" {
			t.Errorf("%q, %v", detail, err)
		}
		c.has(t, c.by(lonely.Token).ok(t, "GET "+ownSettings, ""), `{"initial_access":{"requested":true,"email_sent":false},"is_next_request_allowed":false}`)
	})
}
