package storagetest

import (
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// someSettings differ from the default ones in every member.
func someSettings() iam.Settings {
	return iam.Settings{
		Password: iam.PasswordPolicy{MinLength: 12, MaxLength: 200, MinLower: 1, MinUpper: 2, MinDigits: 3, MinSymbols: 4, MinStrength: 2,
			History: 5, MaxAge: 90 * 24 * time.Hour},
		Lockout: iam.LockoutPolicy{FreeFailures: 3, FreeFailuresOfAddress: 9, Delay: time.Minute, MaxDelay: time.Hour, Window: 2 * time.Hour},
		Session: iam.SessionPolicy{Idle: time.Minute, Absolute: time.Hour},
		Factor:  iam.FactorPolicy{Required: true, Changing: true}, Credentials: iam.CredentialPolicy{MaxTokenDays: 30, MaxCertificateDays: 60, MaxKubeConfigDays: 90},
		Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.1/32"),
			netip.MustParsePrefix("2001:db8::/32")},
		KeepLoginEvents: 48 * time.Hour, KeepAuditEvents: 24 * time.Hour, Language: "ko",
		Branding:   iam.Branding{DisplayName: "에이\"크미", SupportEmail: "help@example.com", Accent: "#00aa66"},
		ScannerURL: "https://scan.example.com/start",
	}
}

func testSettings(f *fixture) {
	got, err := f.store.Settings(f.ctx(), f.tenant.ID)
	f.ok(err)
	same(f, got, iam.DefaultSettings())

	want := someSettings()
	want.Updated = f.env.Time()
	e := f.event("settings", "update")
	follows, refused := f.aJob("follows"), f.aJob("refused")
	f.bumps(true, func() {
		got, err = f.store.UpdateSettings(f.ctx(), f.tenant.ID, want, []iam.Job{follows}, e)
		f.ok(err)
	})
	f.logged(e)
	want.Version = 1
	same(f, got, want)
	got, err = f.store.Settings(f.ctx(), f.tenant.ID)
	f.ok(err)
	same(f, got, want)

	f.bumps(false, func() { // the one who read them before they were written for the first time
		stale := iam.DefaultSettings()
		_, err := f.store.UpdateSettings(f.ctx(), f.tenant.ID, stale, []iam.Job{refused}, f.event("settings", "update"))
		f.fails(err, iam.Conflict)
		stale.Version = 2
		_, err = f.store.UpdateSettings(f.ctx(), f.tenant.ID, stale, []iam.Job{refused}, f.event("settings", "update"))
		f.fails(err, iam.Conflict)
	})
	_, err = f.store.Job(f.ctx(), f.tenant.ID, string(follows.ID))
	f.ok(err)
	_, err = f.store.Job(f.ctx(), f.tenant.ID, string(refused.ID))
	f.fails(err, iam.NotFound)
	back := iam.DefaultSettings()
	back.Version, back.Updated = 1, f.env.Time()
	got, err = f.store.UpdateSettings(f.ctx(), f.tenant.ID, back, nil)
	f.ok(err)
	back.Version = 2
	same(f, got, back)

	for _, id := range []iam.TenantID{iam.TenantID(f.env.NewID()), "no id"} {
		_, err := f.store.Settings(f.ctx(), id)
		f.fails(err, iam.NotFound)
		for _, st := range []iam.Settings{iam.DefaultSettings(), back} {
			_, err = f.store.UpdateSettings(f.ctx(), id, st, nil)
			f.fails(err, iam.NotFound)
		}
	}
}

// testSettingsRace: of several who read the same settings one is heard.
func testSettingsRace(f *fixture) {
	for round := range 2 {
		read, err := f.store.Settings(f.ctx(), f.tenant.ID)
		f.ok(err)
		var written, refused int
		var count sync.Mutex
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				_, err := f.store.UpdateSettings(f.ctx(), f.tenant.ID, read, nil)
				count.Lock()
				defer count.Unlock()
				switch {
				case err == nil:
					written++
				case iam.Is(err, iam.Conflict):
					refused++
				default:
					f.Errorf("UpdateSettings: %v", err)
				}
			})
		}
		all.Wait()
		if written != 1 || refused != 7 {
			f.Errorf("round %d: %d written and %d refused", round, written, refused)
		}
	}
}

// anImage answers an image as the store takes it: it does not look into it.
func (f *fixture) anImage(content string) iam.Image {
	return iam.Image{MediaType: "image/png", Content: []byte("\x89PNG\x00\xff" + content), Sum: strings.Repeat("ab", 32), Updated: f.env.Time()}
}

func testImages(f *fixture) {
	_, err := f.store.Image(f.ctx(), f.tenant.ID, "logo")
	f.fails(err, iam.NotFound)
	for i, content := range []string{"one", "two"} {
		want := f.anImage(content)
		e := f.event("settings", "set-logo")
		f.bumps(true, func() { f.ok(f.store.SetImage(f.ctx(), f.tenant.ID, "logo", want, e)) })
		f.logged(e)
		got, err := f.store.Image(f.ctx(), f.tenant.ID, "logo")
		f.ok(err)
		same(f, got, want)
		st, err := f.store.Settings(f.ctx(), f.tenant.ID)
		f.ok(err)
		same(f, st.Branding.LogoSum, want.Sum)
		same(f, st.Version, int64(i)) // which are written in between
		st.Branding.LogoSum = "of another"
		st, err = f.store.UpdateSettings(f.ctx(), f.tenant.ID, st, nil)
		f.ok(err)
		same(f, st.Branding.LogoSum, want.Sum)
	}
	f.ok(f.store.SetImage(f.ctx(), f.tenant.ID, "other", f.anImage("three")))
	f.bumps(true, func() { f.ok(f.store.SetImage(f.ctx(), f.tenant.ID, "logo", iam.Image{})) })
	f.ok(f.store.SetImage(f.ctx(), f.tenant.ID, "logo", iam.Image{})) // there is none any more
	_, err = f.store.Image(f.ctx(), f.tenant.ID, "logo")
	f.fails(err, iam.NotFound)
	_, err = f.store.Image(f.ctx(), f.tenant.ID, "other")
	f.ok(err)
	st, err := f.store.Settings(f.ctx(), f.tenant.ID)
	f.ok(err)
	same(f, st.Branding.LogoSum, "")

	for _, id := range []iam.TenantID{iam.TenantID(f.env.NewID()), "no id"} {
		_, err := f.store.Image(f.ctx(), id, "logo")
		f.fails(err, iam.NotFound)
		f.fails(f.store.SetImage(f.ctx(), id, "logo", f.anImage("x")), iam.NotFound)
		f.fails(f.store.SetImage(f.ctx(), id, "logo", iam.Image{}), iam.NotFound)
	}
}

func testPictures(f *fixture) {
	u, other := f.newUser("kim"), f.newUser("lee")
	_, err := f.store.Picture(f.ctx(), f.tenant.ID, u.ID)
	f.fails(err, iam.NotFound)
	for _, content := range []string{"one", "two"} {
		want := f.anImage(content)
		e := f.event("user", "set-picture")
		f.bumps(false, func() { f.ok(f.store.SetPicture(f.ctx(), f.tenant.ID, u.ID, want, e)) })
		f.logged(e)
		got, err := f.store.Picture(f.ctx(), f.tenant.ID, u.ID)
		f.ok(err)
		same(f, got, want)
	}
	_, err = f.store.Picture(f.ctx(), f.tenant.ID, other.ID)
	f.fails(err, iam.NotFound)
	f.ok(f.store.SetPicture(f.ctx(), f.tenant.ID, other.ID, f.anImage("three")))
	for range 2 { // the second time there is none any more
		f.ok(f.store.SetPicture(f.ctx(), f.tenant.ID, u.ID, iam.Image{}))
		_, err = f.store.Picture(f.ctx(), f.tenant.ID, u.ID)
		f.fails(err, iam.NotFound)
	}
	for _, id := range []iam.UserID{iam.UserID(f.env.NewID()), "no id"} {
		_, err := f.store.Picture(f.ctx(), f.tenant.ID, id)
		f.fails(err, iam.NotFound)
		f.fails(f.store.SetPicture(f.ctx(), f.tenant.ID, id, f.anImage("x")), iam.NotFound)
	}
	f.ok(f.store.DeleteUser(f.ctx(), f.tenant.ID, other.ID, 0))
	if rows := f.rowsOf(f.tenant.ID)["user_pictures"]; len(rows) > 0 {
		f.Errorf("pictures %q of a user who is gone", rows)
	}
}
