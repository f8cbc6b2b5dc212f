package notice_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/notice"
)

// reader makes a user with an address.
func reader(t *testing.T, s *apptest.Server, tenant iam.Tenant, name string, roles ...string) apptest.Member {
	t.Helper()
	m := s.NewMember(t, tenant, name, roles...)
	address := name + "@example.com"
	u, err := s.Directory.UpdateUser(t.Context(), iam.System(tenant.ID, "test"), directory.UserKey{ID: m.User.ID}, directory.UserChange{Email: &address})
	if err != nil {
		t.Fatal(err)
	}
	m.User = u
	return m
}

// message is one of a kind, about the reader's account.
func message(m apptest.Member, k iam.MessageKind) iam.Message {
	return iam.Message{Kind: k, To: m.User.Email, User: m.User.ID, Username: m.User.Username, Token: theToken, Code: theCode}
}

func subjects(mails []apptest.Mail) (kinds []iam.MessageKind) {
	for _, m := range mails {
		kinds = append(kinds, m.Kind)
	}
	return kinds
}

func hangul(r rune) bool { return unicode.Is(unicode.Hangul, r) }

// TestPreferences: a notice that its reader has switched off is not sent, nobody
// else's is touched by that, and no other mail can be switched off.
func TestPreferences(t *testing.T) {
	t.Parallel() // it mostly waits
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ctx := t.Context()
		ann, ben := reader(t, s, s.Tenant, "ann"), reader(t, s, s.Tenant, "ben")
		set := func(f notice.Family, want map[string]bool) {
			t.Helper()
			if err := s.Notice.SetPreferences(ctx, ann.Actor(), f, want); err != nil {
				t.Fatal(err)
			}
		}
		enabled := func(f notice.Family) (codes []string) {
			t.Helper()
			ps, err := s.Notice.Preferences(ctx, ann.Actor(), f, "ko")
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range ps {
				if !strings.ContainsFunc(p.Label, hangul) || !strings.ContainsFunc(p.Description, hangul) || !p.Default {
					t.Errorf("%+v", p)
				}
				if p.Enabled {
					codes = append(codes, p.Code)
				}
			}
			return codes
		}
		before := enabled("")
		if n := len(enabled(notice.FamilyUser)) + len(enabled(notice.FamilyAdmin)); n != len(before) || n == 0 {
			t.Errorf("%d notices in both families, %d in all", n, len(before))
		}
		set(notice.FamilyUser, map[string]bool{"ticket-answered": false, "key-expiring": true})
		set("", map[string]bool{"tenant-state": false})
		if got, want := enabled(""), slices.DeleteFunc(before, func(c string) bool { return c == "ticket-answered" || c == "tenant-state" }); !slices.Equal(got, want) {
			t.Errorf("enabled are %v, want %v", got, want)
		}
		for _, m := range []iam.Message{message(ann, iam.MessageTicket), message(ben, iam.MessageTicket), message(ann, iam.MessageKeyExpiring),
			message(ann, iam.MessageReset), {Kind: iam.MessageTicket, To: ann.User.Email}} {
			if err := s.Notice.Send(ctx, s.Tenant.ID, m); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := subjects(s.Mails(t, s.Tenant.ID, ann.User.Email)), []iam.MessageKind{iam.MessageKeyExpiring, iam.MessageReset, iam.MessageTicket}; !slices.Equal(got, want) {
			t.Errorf("mails %v, want %v: the last is to an address, not to a user", got, want)
		}
		if n := len(s.Mails(t, s.Tenant.ID, ben.User.Email)); n != 1 {
			t.Errorf("another gets %d mails, want 1", n)
		}
		set("", map[string]bool{"ticket-answered": true})
		if got := enabled(notice.FamilyUser); !slices.Contains(got, "ticket-answered") {
			t.Errorf("switched on again, enabled are %v", got)
		}
		gone := message(ben, iam.MessageTicket)
		gone.User = iam.UserID(s.Env().NewID())
		if err := s.Notice.Send(ctx, s.Tenant.ID, gone); err != nil || len(s.Mails(t, s.Tenant.ID, ben.User.Email)) != 1 {
			t.Errorf("a notice to a user who is gone: %v", err)
		}
	})
}

func TestPreferencesRefused(t *testing.T) {
	t.Parallel() // it mostly waits
	s := apptest.SQLite(t)
	ann := reader(t, s, s.Tenant, "ann")
	for _, c := range []struct {
		family notice.Family
		code   string
	}{{notice.FamilyUser, "tenant-state"}, {notice.FamilyAdmin, "password-changed"}, {"", "reset-password"}, {"", ""}, {notice.FamilyUser, strings.Repeat("x", 1000)}} {
		err := s.Notice.Unset(t.Context(), ann.Actor(), c.family, c.code)
		if !iam.Is(err, iam.Invalid) || len(err.Error()) > 900 {
			t.Errorf("%q of %q: %v, want Invalid", c.code, c.family, err)
		}
	}
	there := s.NewTenant(t, "acme")
	outside := ann.Actor()
	outside.Tenant, outside.Reach = there.Tenant.ID, iam.ReachDelegation
	for _, by := range []iam.Actor{outside, s.Operator()} {
		if _, err := s.Notice.Preferences(t.Context(), by, "", ""); !iam.Is(err, iam.Denied) {
			t.Errorf("%s reads: %v, want Denied", by.Username, err)
		}
		if err := s.Notice.Unset(t.Context(), by, "", "key-created"); !iam.Is(err, iam.Denied) {
			t.Errorf("%s writes: %v, want Denied", by.Username, err)
		}
	}
}

// TestLastMail: whoever switches off what guards an account cannot do so in
// silence; the trail tells of both.
func TestLastMail(t *testing.T) {
	t.Parallel() // it mostly waits
	s := apptest.SQLite(t)
	ann := reader(t, s, s.Tenant, "ann")
	by := ann.Actor()
	by.Address = "192.0.2.66"
	for _, c := range []struct {
		code string
		on   bool
		want int // mails from then on
	}{{"key-expiring", false, 0}, {"password-changed", false, 1}, {"password-changed", false, 1}, {"password-changed", true, 1},
		{"sign-in-new-place", false, 2}, {"key-created", false, 3}, {"factor-changed", false, 4}, {"email-changed", false, 5}} {
		if err := s.Notice.SetPreferences(t.Context(), by, "", map[string]bool{c.code: c.on}); err != nil {
			t.Fatal(err)
		}
		mails := s.Mails(t, s.Tenant.ID, ann.User.Email)
		if len(mails) != c.want {
			t.Fatalf("%s %v: %d mails, want %d", c.code, c.on, len(mails), c.want)
		}
	}
	m := s.Mails(t, s.Tenant.ID, ann.User.Email)[0]
	for _, want := range []string{"Password changed", "192.0.2.66"} {
		if m.Kind != iam.MessageNoticeOff || !strings.Contains(m.Text, want) {
			t.Errorf("the last mail is %s, and has no %q:\n%s", m.Kind, want, m.Text)
		}
	}
	events, err := s.Audit.Events(t.Context(), s.Operator(), audit.Filter{Action: "user.change-notices"}, iam.Page{})
	if err != nil || len(events.Items) != 7 || events.Items[0].Details["off"] != "email-changed" || events.Items[4].Details["on"] != "password-changed" {
		t.Errorf("the trail has %+v, %v", events.Items, err)
	}
}

// TestUnsubscribe: the link in a notice ends that kind of notice for its reader,
// and nothing else, without a session; a link that was tampered with does not.
func TestUnsubscribe(t *testing.T) {
	t.Parallel() // it mostly waits
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ctx := t.Context()
		ann, ben := reader(t, s, s.Tenant, "ann"), reader(t, s, s.Tenant, "ben")
		other := s.NewTenant(t, "acme")
		link := func(m apptest.Member, k iam.MessageKind) string {
			t.Helper()
			if err := s.Notice.Send(ctx, s.Tenant.ID, message(m, k)); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(s.LastMail(t, s.Tenant.ID, m.User.Email).Text) {
				if _, link, ok := strings.Cut(strings.TrimSpace(line), ": "+apptest.PublicURL+"/t/default/unsubscribe?token="); ok {
					token, err := url.QueryUnescape(link)
					if err != nil {
						t.Fatal(err)
					}
					return token
				}
			}
			return ""
		}
		if l := link(ann, iam.MessageReset); l != "" {
			t.Errorf("a mail that nobody can do without has the link %s", l)
		}
		token, bens := link(ann, iam.MessageKeyCreated), link(ben, iam.MessageKeyCreated)
		tenant, p, err := s.Notice.CheckUnsubscribe(ctx, token)
		if err != nil || tenant != s.Tenant.ID || p.Code != "key-created" || !p.Enabled || p.Label == "" {
			t.Fatalf("the link is for %s and %+v, %v", tenant, p, err)
		}
		parts := strings.Split(token, ".")
		change := func(i int, to string) string {
			changed := slices.Clone(parts)
			changed[i] = to
			return strings.Join(changed, ".")
		}
		for name, wrong := range map[string]string{
			"nothing": "", "noise": "....", "more": token + ".x", "tenant": change(0, string(other.Tenant.ID)), "user": change(1, string(ben.User.ID)),
			"notice": change(2, "password-changed"), "no notice": change(2, "reset-password"), "key": change(3, "2"), "no key": change(3, "x"),
			"hash": change(4, strings.Split(bens, ".")[4]), "short hash": change(4, parts[4][:10]), "another form": token + "=",
			"a tenant that is not": change(0, s.Env().NewID()),
		} {
			if err := s.Notice.Unsubscribe(ctx, wrong); !iam.Is(err, iam.Unauthenticated) {
				t.Errorf("%s: %v, want Unauthenticated", name, err)
			}
			if _, _, err := s.Notice.CheckUnsubscribe(ctx, wrong); !iam.Is(err, iam.Unauthenticated) {
				t.Errorf("%s is good: %v", name, err)
			}
		}
		for range 2 {
			if err := s.Notice.Unsubscribe(ctx, token); err != nil {
				t.Fatal(err)
			}
		}
		if _, p, err := s.Notice.CheckUnsubscribe(ctx, token); err != nil || p.Enabled {
			t.Errorf("after it the notice is %+v, %v", p, err)
		}
		mails := len(s.Mails(t, s.Tenant.ID, ann.User.Email))
		if link(ben, iam.MessageKeyCreated) == "" || link(ann, iam.MessagePasswordChanged) == "" {
			t.Error("it ended what it was not for")
		}
		if err := s.Notice.Send(ctx, s.Tenant.ID, message(ann, iam.MessageKeyCreated)); err != nil {
			t.Fatal(err)
		}
		if n := len(s.Mails(t, s.Tenant.ID, ann.User.Email)); n != mails+1 {
			t.Errorf("%d new mails, want that of the password alone", n-mails)
		}
		if _, err := s.Directory.DeleteUser(ctx, s.Operator(), directory.UserKey{ID: ann.User.ID}); err != nil {
			t.Fatal(err)
		}
		if err := s.Notice.Unsubscribe(ctx, token); !iam.Is(err, iam.Unauthenticated) {
			t.Errorf("of a user who is gone: %v, want Unauthenticated", err)
		}
	})
}

// TestSendAdministrators: to who may change users in the whole tenant, by
// whatever way, who has an address and wants it; once to each address.
func TestSendAdministrators(t *testing.T) {
	t.Parallel() // it mostly waits
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ctx := t.Context()
		tenant := s.NewTenant(t, "acme").Tenant // its first administrator has no address
		own := s.NewRole(t, tenant, "helpers", iam.UsersUpdate).Name
		for i, roles := range [][]string{{access.RoleAdmin}, {own}, {access.RoleRead}, {}, {access.RoleAdmin}, {access.RoleAdmin}, {access.RoleAdmin}} {
			m := reader(t, s, tenant, fmt.Sprintf("p%d", i), roles...)
			var err error
			switch i {
			case 4:
				err = s.Notice.Unset(ctx, m.Actor(), notice.FamilyAdmin, "provider-changed")
			case 5:
				disabled := iam.UserDisabled
				_, err = s.Directory.UpdateUser(ctx, iam.System(tenant.ID, "test"), directory.UserKey{ID: m.User.ID}, directory.UserChange{State: &disabled})
			case 6:
				first := "p0@example.com"
				_, err = s.Directory.UpdateUser(ctx, iam.System(tenant.ID, "test"), directory.UserKey{ID: m.User.ID}, directory.UserChange{Email: &first})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		reader(t, s, tenant, "member")
		s.NewGroup(t, tenant, "crew", access.RoleAdmin, "member")
		sent, err := s.Notice.SendAdministrators(ctx, tenant.ID, iam.Message{Kind: iam.MessageProviderChanged,
			Facts: map[string]string{"what": iam.WhatProviderCreated, "name": "Contoso"}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range s.Mails(t, tenant.ID, "") {
			got = append(got, m.To)
			if m.Kind != iam.MessageProviderChanged || !strings.Contains(m.Text, "Contoso") || !strings.Contains(m.Text, "/unsubscribe?token=") {
				t.Errorf("the mail is %+v", m)
			}
		}
		slices.Sort(got)
		if want := []string{"member@example.com", "p0@example.com", "p1@example.com"}; !slices.Equal(got, want) || sent != len(want) {
			t.Errorf("%d mails to %v, want %v", sent, got, want)
		}
	})
}
