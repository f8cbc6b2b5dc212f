package directory_test

import (
	"bytes"
	"image"
	"image/png"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestProfiles(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"preferences":          testPreferences,
		"sources":              testSources,
		"new users":            testNewUsers,
		"must change password": testMustChangePassword,
		"one's own":            testOwnProfile,
		"nothing else":         testProfileTouchesNothingElse,
		"of nobody":            testProfileOfNobody,
		"meanwhile":            testProfileMeanwhile,
		"picture":              testPicture,
		"administrators":       testAdministrators,
	})
}

func testPreferences(t *testing.T, w world) {
	ann := w.NewMember(t, w.tenant, "ann")
	set := map[string]func(string) directory.Profile{
		"language":  func(s string) directory.Profile { return directory.Profile{Language: &s} },
		"time_zone": func(s string) directory.Profile { return directory.Profile{TimeZone: &s} },
		"theme":     func(s string) directory.Profile { return directory.Profile{Theme: &s} },
	}
	for member, values := range map[string]struct{ good, bad []string }{
		"language": {[]string{"", "en", "ko", "ko-KR", "zh-Hant-TW", "EN-gb"},
			[]string{"e", "한국어", "en us", "en\n", "../en", strings.Repeat("en-", 20)}},
		"time_zone": {[]string{"", "UTC", "Asia/Seoul", "America/Argentina/Buenos_Aires", "Etc/GMT+9"},
			[]string{"Local", "../Asia/Seoul", "Asia/../../../../etc/passwd", "/etc/localtime", `\Asia\Seoul`, "Asia", ".", "zone.tab", "Asia/Seoul\x00",
				"+09:00", "KST9", "Asia/Seoul ", "leapseconds", strings.Repeat("A", 65), strings.Repeat("Asia/", 10_000)}},
		"theme": {[]string{"", "light", "dark"}, []string{"Dark", "blue", "dark\"><script>"}},
	} {
		for _, value := range values.good {
			u, err := w.Directory.UpdateProfile(t.Context(), ann.Actor(), set[member](value))
			if got := map[string]string{"language": u.Language, "time_zone": u.TimeZone, "theme": u.Theme}[member]; err != nil || got != value {
				t.Errorf("%s %q is kept as %q, %v", member, value, got, err)
			}
		}
		for _, value := range values.bad {
			if _, err := w.Directory.UpdateProfile(t.Context(), ann.Actor(), set[member](value)); fields(err) != member+" format" {
				t.Errorf("%s %.40q: %v, want it named as ill-formed", member, value, err)
			}
		}
	}
}

func testSources(t *testing.T, w world) {
	u := w.create(t, directory.NewUser{Username: "ann"})
	ip := func(values ...string) (r iam.SourceRule) {
		for _, v := range values {
			r.Sources = append(r.Sources, iam.Source{Type: iam.SourceIP, Value: v})
		}
		return r
	}
	rules := iam.UserRules{NoAPI: true, RequireFactor: true, Pages: ip("10.0.0.0/8", "2001:db8::1"),
		API: iam.SourceRule{On: true, Sources: []iam.Source{{Type: iam.SourceVPC, Value: "1"}, {Type: iam.SourceVPCServer, Value: "2"}}}}
	if got := w.update(t, u, directory.UserChange{Rules: &rules}); !cmp.Equal(got.Rules, rules) || !cmp.Equal(w.user(t, u.ID).Rules, rules) {
		t.Errorf("rules (-want +got)\n%s", cmp.Diff(rules, got.Rules))
	}
	for name, c := range map[string]struct {
		rules iam.UserRules
		want  string
	}{
		"no network":        {iam.UserRules{Pages: ip("10.0.0.0/8", "10.0.0.0/33")}, "rules.pages format"},
		"bits behind":       {iam.UserRules{API: ip("10.1.0.0/8")}, "rules.api format"},
		"empty":             {iam.UserRules{API: ip("")}, "rules.api format"},
		"host name":         {iam.UserRules{API: ip("example.com")}, "rules.api format"},
		"zone":              {iam.UserRules{API: ip("fe80::1%eth0")}, "rules.api format"},
		"unknown type":      {iam.UserRules{API: iam.SourceRule{Sources: []iam.Source{{Type: "HOST", Value: "x"}}}}, "rules.api format"},
		"VPC of no id":      {iam.UserRules{Pages: iam.SourceRule{Sources: []iam.Source{{Type: iam.SourceVPC}}}}, "rules.pages required"},
		"too many":          {iam.UserRules{Pages: ip(strings.Split(strings.Repeat("10.0.0.1 ", 256)+"10.0.0.1", " ")...)}, "rules.pages length"},
		"off, all the same": {iam.UserRules{Pages: iam.SourceRule{Sources: []iam.Source{{Type: iam.SourceIP, Value: "x"}}}}, "rules.pages format"},
	} {
		_, err := w.Directory.UpdateUser(t.Context(), w.by, directory.UserKey{ID: u.ID}, directory.UserChange{Rules: &c.rules})
		if fields(err) != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if _, err := w.Directory.CreateUser(t.Context(), w.by, directory.NewUser{Username: "bob", Rules: c.rules}); fields(err) != c.want {
			t.Errorf("%s, of a new user: %v, want %q", name, err, c.want)
		}
	}
	trail := w.trail(t, string(u.ID))
	if last := trail[len(trail)-1]; last.Details["rules"] != "changed" {
		t.Errorf("the trail tells %v", last.Details)
	}
}

func testNewUsers(t *testing.T, w world) {
	rules := iam.UserRules{NoPages: true}
	for name, c := range map[string]struct {
		in   directory.NewUser
		want func(iam.User) bool
	}{
		"plain":    {directory.NewUser{}, func(u iam.User) bool { return u.State == iam.UserPending && !u.MustChangePassword && !u.HasPassword }},
		"disabled": {directory.NewUser{Disabled: true}, func(u iam.User) bool { return u.State == iam.UserDisabled }},
		"preferences": {directory.NewUser{Language: "ko", TimeZone: "Asia/Seoul", Rules: rules}, func(u iam.User) bool {
			return u.Language == "ko" && u.TimeZone == "Asia/Seoul" && reflect.DeepEqual(u.Rules, rules)
		}},
		"given password": {directory.NewUser{Password: "weak"}, func(u iam.User) bool { return u.MustChangePassword && u.PasswordChanged.Equal(u.Created) }},
		"kept password":  {directory.NewUser{Password: "weak", KeepPassword: true}, func(u iam.User) bool { return !u.MustChangePassword }},
		"own password": {directory.NewUser{Password: "correct horse battery", OwnPassword: true},
			func(u iam.User) bool { return !u.MustChangePassword && u.HasPassword }},
		"asked for one": {directory.NewUser{MustChangePassword: true}, func(u iam.User) bool { return u.MustChangePassword && !u.HasPassword }},
	} {
		c.in.Username = name
		made := w.create(t, c.in)
		if stored := w.user(t, made.ID); !c.want(stored) || !cmp.Equal(made, stored) {
			t.Errorf("%s: %+v (-made +stored)\n%s", name, stored, cmp.Diff(made, stored))
		}
		if byNumber, err := w.Directory.User(t.Context(), w.by, directory.UserKey{Number: made.Number}); err != nil || byNumber.ID != made.ID {
			t.Errorf("%s: number %d finds %s, %v", name, made.Number, byNumber.ID, err)
		}
	}
	for member, in := range map[string]directory.NewUser{"language": {Language: "?"}, "time_zone": {TimeZone: "Mars/Olympus"}} {
		in.Username = "bad"
		if _, err := w.Directory.CreateUser(t.Context(), w.by, in); fields(err) != member+" format" {
			t.Errorf("%s: %v", member, err)
		}
	}
}

func testMustChangePassword(t *testing.T, w world) {
	u := w.create(t, directory.NewUser{Username: "ann", Password: "first phrase", KeepPassword: true})
	for i, c := range []struct {
		change directory.UserChange
		want   bool
	}{
		{directory.UserChange{MustChangePassword: ptr(true)}, true},
		{directory.UserChange{GivenName: ptr("Ann")}, true},
		{directory.UserChange{MustChangePassword: ptr(false)}, false},
		{directory.UserChange{Password: ptr("second phrase")}, true},
		{directory.UserChange{Password: ptr("third phrase"), MustChangePassword: ptr(false)}, false},
		{directory.UserChange{Password: ptr("fourth phrase"), MustChangePassword: ptr(true)}, true},
	} {
		before := w.user(t, u.ID)
		got := w.update(t, u, c.change)
		if got.MustChangePassword != c.want {
			t.Errorf("change %d: must change %v, want %v", i, got.MustChangePassword, c.want)
		}
		if moved := got.PasswordChanged.After(before.PasswordChanged); moved != (c.change.Password != nil) || got.Number != u.Number {
			t.Errorf("change %d: password of %v, before of %v; number %d, before %d", i, got.PasswordChanged, before.PasswordChanged, got.Number, u.Number)
		}
	}
}

func testOwnProfile(t *testing.T, w world) {
	ann := w.NewMember(t, w.tenant, "ann")
	before := w.update(t, ann.User, directory.UserChange{Attributes: map[string]*string{"a": ptr("1"), "b": ptr("2")}})
	got, err := w.Directory.UpdateProfile(t.Context(), ann.Actor(), directory.Profile{GivenName: ptr("Ann"), FamilyName: ptr("Lee"), DisplayName: ptr("이앤"),
		Phone: ptr("+82 2"), Language: ptr("ko"), TimeZone: ptr("Asia/Seoul"), Theme: ptr("dark"), Attributes: map[string]*string{"a": nil, "c": ptr("3")}})
	if err != nil {
		t.Fatal(err)
	}
	want := before
	want.GivenName, want.FamilyName, want.DisplayName, want.Phone, want.Language, want.TimeZone, want.Theme = "Ann", "Lee", "이앤", "+82 2", "ko", "Asia/Seoul", "dark"
	want.Attributes, want.Updated, want.Version = map[string]string{"b": "2", "c": "3"}, got.Updated, before.Version+1
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("afterwards (-want +got)\n%s", diff)
	}
	if self, err := w.Directory.Self(t.Context(), ann.Actor()); err != nil || !cmp.Equal(self, want) {
		t.Errorf("Self answers %v (-want +got)\n%s", err, cmp.Diff(want, self))
	}
	// Nothing of that ends a session: who is signed in stays so.
	if _, err := w.Authn.Token(t.Context(), ann.Token, authn.Origin{Address: "192.0.2.1"}); err != nil {
		t.Errorf("the token of the user afterwards: %v", err)
	}
	trail := w.trail(t, string(ann.User.ID))
	if last := trail[len(trail)-1]; last.Action != "user.update-profile" || last.ActorID != ann.User.ID {
		t.Errorf("the trail tells %+v", last)
	}
	for member, p := range map[string]directory.Profile{
		"given_name": {GivenName: ptr("a\u202eb")}, "family_name": {FamilyName: ptr(" x")}, "display_name": {DisplayName: ptr("a\nb")},
	} {
		if _, err := w.Directory.UpdateProfile(t.Context(), ann.Actor(), p); fields(err) != member+" format" {
			t.Errorf("%s: %v", member, err)
		}
	}
}

// testProfileTouchesNothingElse: a profile has no member by which a user could
// change what only an administrator may, and writing one leaves all of that as
// it is.
func testProfileTouchesNothingElse(t *testing.T, w world) {
	may := map[string]bool{"GivenName": true, "FamilyName": true, "DisplayName": true, "Phone": true, "Language": true, "TimeZone": true,
		"Theme": true, "WantFactor": true, "Attributes": true,
		"Version": true} // a condition, which changes nothing
	for i, profile := 0, reflect.TypeFor[directory.Profile](); i < profile.NumField(); i++ {
		if name := profile.Field(i).Name; !may[name] {
			t.Errorf("users may change their own %s: may they?", name)
		}
	}
	ann := w.NewMember(t, w.tenant, "ann", "read")
	rules := iam.UserRules{RequireFactor: true, API: iam.SourceRule{Sources: []iam.Source{{Type: iam.SourceIP, Value: "10.0.0.0/8"}}}}
	before := w.update(t, ann.User, directory.UserChange{Email: ptr("ann@example.com"), Label: ptr("L"), State: ptr(iam.UserEnabled), Rules: &rules,
		MustChangePassword: ptr(true), Groups: &[]string{"team"}, MakeMissing: true})
	stale := directory.Profile{GivenName: ptr("Nobody"), Version: before.Version + 1}
	if _, err := w.Directory.UpdateProfile(t.Context(), ann.Actor(), stale); !iam.Is(err, iam.Conflict) {
		t.Errorf("a version that the user is not of: %v, want a conflict", err)
	}
	after, err := w.Directory.UpdateProfile(t.Context(), ann.Actor(), directory.Profile{GivenName: ptr("Ann"), Version: before.Version})
	if err != nil {
		t.Fatal(err)
	}
	before.GivenName, before.Updated, before.Version = "Ann", after.Updated, after.Version
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("what a profile has changed (-want +got)\n%s", diff)
	}
	// Of the rules it is only the user's own wish.
	if after, err = w.Directory.UpdateProfile(t.Context(), ann.Actor(), directory.Profile{WantFactor: ptr(true)}); err != nil {
		t.Fatal(err)
	}
	rules.WantFactor = true
	if diff := cmp.Diff(rules, after.Rules); diff != "" {
		t.Errorf("rules after a wish (-want +got)\n%s", diff)
	}
}

func testProfileOfNobody(t *testing.T, w world) {
	ctx := t.Context()
	elsewhere := w.by
	elsewhere.Tenant = w.Tenant.ID // an administrator who works in another tenant
	for name, by := range map[string]iam.Actor{"the operator": iam.System(w.tenant.ID, "test"), "elsewhere": elsewhere} {
		_, err1 := w.Directory.Self(ctx, by)
		_, err2 := w.Directory.UpdateProfile(ctx, by, directory.Profile{GivenName: ptr("x")})
		_, err3 := w.Directory.SetPicture(ctx, by, nil)
		for i, err := range []error{err1, err2, err3} {
			if !iam.Is(err, iam.Denied) {
				t.Errorf("%s, %d: %v, want Denied", name, i+1, err)
			}
		}
	}
	gone := w.NewMember(t, w.tenant, "gone")
	if _, err := w.Directory.DeleteUser(ctx, w.by, directory.UserKey{ID: gone.User.ID}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Directory.UpdateProfile(ctx, gone.Actor(), directory.Profile{}); !iam.Is(err, iam.NotFound) {
		t.Errorf("of one who is gone: %v", err)
	}
}

// testProfileMeanwhile: two who change different members at once both succeed,
// and neither undoes the other.
func testProfileMeanwhile(t *testing.T, w world) {
	ann := w.NewMember(t, w.tenant, "ann")
	done := make(chan error)
	for _, p := range []directory.Profile{{GivenName: ptr("Ann")}, {FamilyName: ptr("Lee")}, {Phone: ptr("1")}, {Theme: ptr("dark")}} {
		go func() {
			var err error
			for i := 0; i < 5 && err == nil; i++ {
				_, err = w.Directory.UpdateProfile(t.Context(), ann.Actor(), p)
			}
			done <- err
		}()
	}
	for range 4 {
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(time.Minute):
			t.Fatal("they hinder each other forever")
		}
	}
	if u := w.user(t, ann.User.ID); u.GivenName+u.FamilyName+u.Phone+u.Theme != "AnnLee1dark" {
		t.Errorf("%+v", u)
	}
}

func testPicture(t *testing.T, w world) {
	ctx := t.Context()
	ann := w.NewMember(t, w.tenant, "ann")
	var upload bytes.Buffer
	if err := png.Encode(&upload, image.NewGray(image.Rect(0, 0, 500, 300))); err != nil {
		t.Fatal(err)
	}
	set, err := w.Directory.SetPicture(ctx, ann.Actor(), upload.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.Directory.Picture(ctx, w.by, ann.User.ID)
	if err != nil || !cmp.Equal(got, set) || got.Updated.IsZero() {
		t.Errorf("picture of %v, %v; set one of %v", got.Updated, err, set.Updated)
	}
	if c, err := png.DecodeConfig(bytes.NewReader(got.Content)); err != nil || c.Width != 256 || c.Height != 256 {
		t.Errorf("%d × %d pixels, %v", c.Width, c.Height, err)
	}
	if _, err := w.Directory.Picture(ctx, iam.Actor{Tenant: w.Tenant.ID}, ann.User.ID); !iam.Is(err, iam.NotFound) {
		t.Errorf("from another tenant: %v", err)
	}
	if _, err := w.Directory.SetPicture(ctx, ann.Actor(), []byte("<svg><script/></svg>")); fields(err) != "image format" {
		t.Errorf("what is no image: %v", err)
	}
	if _, err := w.Directory.Picture(ctx, w.by, ann.User.ID); err != nil {
		t.Errorf("after what was refused: %v", err)
	}
	for range 2 {
		if _, err := w.Directory.SetPicture(ctx, ann.Actor(), nil); err != nil {
			t.Errorf("removed: %v", err)
		}
		if _, err := w.Directory.Picture(ctx, w.by, ann.User.ID); !iam.Is(err, iam.NotFound) {
			t.Errorf("afterwards: %v", err)
		}
	}
}
