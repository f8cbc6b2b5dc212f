package authn_test

import (
	"errors"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestAccessKeys(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"made, changed, ended":  testAccessKeyLife,
		"by whom":               testWhoManagesCredentials,
		"at most two":           testTwoAccessKeys,
		"told to the user":      testOwnerIsTold,
		"ended by who was told": testNotMineIsEnded,
		"speak for":             testSigned,
		"refused":               testSignedRefused,
		"within the window":     testSignatureWindow,
		"writes once":           testReplay,
		"end with the user":     testSignedStanding,
		"from networks":         testSignedNetworks,
		"last used":             testKeyLastUsed,
		"with bad networks":     testKeyNetworks,
	})
}

var keyForm = regexp.MustCompile(`^ncp_iam_[A-Za-z0-9]{40}$`)

// newKey makes an access key of Ann's.
func (w world) newKey(t *testing.T, networks ...netip.Prefix) (secret string, k iam.AccessKey) {
	t.Helper()
	secret, k, err := w.Authn.CreateAccessKey(t.Context(), w.ann.Actor(), w.ann.User.ID, networks)
	if err != nil {
		t.Fatal(err)
	}
	return secret, k
}

func testAccessKeyLife(t *testing.T, w world) {
	ctx, ann := t.Context(), w.ann.Actor()
	secret, k := w.newKey(t)
	if !keyForm.MatchString(string(k.ID)) || !keyForm.MatchString("ncp_iam_"+secret) {
		t.Errorf("made %q with a secret of %d characters", k.ID, len(secret))
	}
	if k.User != ann.User || k.Username != "Ann" || !k.Active || k.Created.IsZero() {
		t.Errorf("made %+v", k)
	}
	off, networks := false, []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	got, err := w.Authn.UpdateAccessKey(ctx, ann, ann.User, k.ID, authn.AccessKeyChange{Active: &off, Networks: &networks})
	if err != nil || got.Active || len(got.Networks) != 1 {
		t.Errorf("changed to %+v, %v", got, err)
	}
	operator := iam.System(w.tenant.ID, "test")
	for _, u := range []iam.UserID{w.by.User, "x"} {
		if _, err := w.Authn.UpdateAccessKey(ctx, operator, u, k.ID, authn.AccessKeyChange{}); !iam.Is(err, iam.NotFound) {
			t.Errorf("updated as a key of %q: %v, want NotFound", u, err)
		}
		if err := w.Authn.DeleteAccessKey(ctx, operator, u, k.ID); !iam.Is(err, iam.NotFound) {
			t.Errorf("deleted as a key of %q: %v, want NotFound", u, err)
		}
	}
	l, err := w.Authn.AccessKeys(ctx, ann, ann.User, iam.Page{})
	if err != nil || len(l.Items) != 1 || l.Items[0].ID != k.ID || l.Items[0].Active {
		t.Errorf("lists %+v, %v", l.Items, err)
	}
	if err := w.Authn.DeleteAccessKey(ctx, ann, ann.User, k.ID); err != nil {
		t.Error(err)
	}
	if err := w.Authn.DeleteAccessKey(ctx, ann, ann.User, k.ID); !iam.Is(err, iam.NotFound) {
		t.Errorf("deleted twice: %v", err)
	}
	trail, err := w.Audit.Events(ctx, w.by, audit.Filter{ObjectID: string(k.ID)}, iam.Page{})
	if err != nil || len(trail.Items) != 3 || strings.Contains(cmp.Diff(nil, trail.Items), secret) {
		t.Errorf("the trail is %+v, %v", trail.Items, err)
	}
	if strings.Contains(w.Log.String(), secret) {
		t.Error("the log has the secret")
	}
}

// testWhoManagesCredentials: a key acts for its user, so that who makes one for
// another gains what that user may do.
func testWhoManagesCredentials(t *testing.T, w world) {
	w.NewRole(t, w.tenant, "helpdesk", iam.UsersPassword, iam.UsersRead)
	helper := w.NewMember(t, w.tenant, "helper", "helpdesk")
	reader := w.NewMember(t, w.tenant, "reader", "read")
	plain := w.NewMember(t, w.tenant, "plain")
	operator := iam.System(w.tenant.ID, "test")
	narrowed, ownNarrowed := w.by, plain.Actor()
	narrowed.Scope, ownNarrowed.Scope = "users.*", "users.read"
	fromAbove := w.ann.Actor()
	fromAbove.Home = w.Tenant.ID // somebody of that id, of the tenant above
	for _, tt := range []struct {
		name string
		by   iam.Actor
		of   iam.UserID
		want iam.Kind // Internal is none
	}{
		{"the user", plain.Actor(), plain.User.ID, iam.Internal},
		{"an administrator", w.by, plain.User.ID, iam.Internal},
		{"the operator", operator, w.by.User, iam.Internal},
		{"who may set passwords", helper.Actor(), plain.User.ID, iam.Internal},
		{"who may set passwords, for one with more rights", helper.Actor(), w.by.User, iam.Denied},
		{"who may only read", reader.Actor(), plain.User.ID, iam.Denied},
		{"another user", plain.Actor(), w.ann.User.ID, iam.Denied},
		{"an administrator with a narrower token, for one with fewer rights", narrowed, plain.User.ID, iam.Internal},
		{"an administrator with a narrower token, for themselves", narrowed, w.by.User, iam.Denied},
		{"the user with a narrower token", ownNarrowed, plain.User.ID, iam.Denied},
		{"the same id of another home", fromAbove, w.ann.User.ID, iam.Denied},
		{"the operator, for nobody", operator, iam.UserID(w.Env().NewID()), iam.NotFound},
		{"the operator, for no id", operator, "plain", iam.NotFound},
	} {
		is := func(what string, err error) {
			t.Helper()
			if tt.want == iam.Internal && err != nil || tt.want != iam.Internal && !iam.Is(err, tt.want) {
				t.Errorf("%s %s: %v", tt.name, what, err)
			}
		}
		ctx := t.Context()
		_, k, err := w.Authn.CreateAccessKey(ctx, tt.by, tt.of, nil)
		is("creates a key", err)
		_, c, err := w.Authn.IssueCertificate(ctx, tt.by, authn.NewCertificate{User: tt.of, Passphrase: phrase})
		is("issues a certificate", err)
		if tt.want == iam.NotFound {
			continue
		}
		if tt.want == iam.Denied { // somebody else makes them
			if _, k, err = w.Authn.CreateAccessKey(ctx, operator, tt.of, nil); err != nil {
				t.Fatal(err)
			}
			if _, c, err = w.Authn.IssueCertificate(ctx, operator, authn.NewCertificate{User: tt.of, Passphrase: phrase}); err != nil {
				t.Fatal(err)
			}
		}
		_, err = w.Authn.UpdateAccessKey(ctx, tt.by, tt.of, k.ID, authn.AccessKeyChange{Active: ptr(true)})
		is("updates a key", err)
		is("deletes a key", w.Authn.DeleteAccessKey(ctx, tt.by, tt.of, k.ID))
		is("revokes a certificate", w.Authn.RevokeCertificate(ctx, tt.by, tt.of, c.Serial))
		if tt.want == iam.Denied {
			if err := w.Authn.DeleteAccessKey(ctx, operator, "", k.ID); err != nil {
				t.Errorf("%s: what was refused was done: %v", tt.name, err)
			}
		}
	}
}

func testTwoAccessKeys(t *testing.T, w world) {
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() { _, _, errs[i] = w.Authn.CreateAccessKey(t.Context(), w.ann.Actor(), w.ann.User.ID, nil) })
	}
	wg.Wait()
	made := 0
	for _, err := range errs {
		e, ok := errors.AsType[*iam.Error](err)
		switch {
		case err == nil:
			made++
		case !ok || e.Kind != iam.Precondition || e.Code != iam.ReasonLimit:
			t.Errorf("one too many: %v", err)
		}
	}
	if made != authn.MaxAccessKeys {
		t.Errorf("%d keys of one user", made)
	}
}

// testOwnerIsTold: whoever makes a credential, its user has a mail of it, which
// holds no secret.
func testOwnerIsTold(t *testing.T, w world) {
	ctx := t.Context()
	w.update(t, directory.UserChange{Email: ptr("ann@example.com")})
	secret, k := w.newKey(t)
	raw, token, err := w.Authn.CreateToken(ctx, w.ann.Actor(), w.tenant.Code, authn.NewToken{User: w.ann.User.ID})
	if err != nil {
		t.Fatal(err)
	}
	_, c, err := w.Authn.IssueCertificate(ctx, w.by, authn.NewCertificate{User: w.ann.User.ID, Passphrase: phrase})
	if err != nil {
		t.Fatal(err)
	}
	told := w.mailsTo(t, "ann@example.com", iam.MessageKeyCreated)
	if len(told) != 3 {
		t.Fatalf("%d mails", len(told))
	}
	all := strings.Join(told, "\n")
	for _, id := range []string{string(k.ID), string(token.ID), c.Serial} {
		if !strings.Contains(all, id) {
			t.Errorf("no mail tells of %s", id)
		}
	}
	for _, s := range []string{secret, raw, phrase} {
		if strings.Contains(all, s) {
			t.Error("a mail holds a secret")
		}
	}
	_, _, err = w.Authn.CreateToken(ctx, w.ann.Actor(), w.tenant.Code, authn.NewToken{User: w.ann.User.ID, Untold: true})
	if again := w.mailsTo(t, "ann@example.com", iam.MessageKeyCreated); err != nil || len(again) != 3 {
		t.Errorf("untold, and there are %d mails, %v", len(again), err)
	}
}

var notMeToken = regexp.MustCompile(`/not-me\?token=(\S+)`)

// testNotMineIsEnded: the link of the mail ends what the mail tells of.
func testNotMineIsEnded(t *testing.T, w world) {
	w.update(t, directory.UserChange{Email: ptr("ann@example.com")})
	secret, k := w.newKey(t)
	told := w.mailsTo(t, "ann@example.com", iam.MessageKeyCreated)
	if len(told) != 1 {
		t.Fatalf("%d mails", len(told))
	}
	link := notMeToken.FindStringSubmatch(told[0])
	if link == nil {
		t.Fatalf("no link in %s", told[0])
	}
	if _, err := w.Authn.Signed(t.Context(), w.sign(secret, k.ID), "", from); err != nil {
		t.Fatal(err)
	}
	if err := w.Authn.NotMeLink(t.Context(), link[1], from); err != nil {
		t.Fatal(err)
	}
	_, err := w.Authn.Signed(t.Context(), w.sign(secret, k.ID), "", from)
	refused(t, "after it was not me", err)
}

func testKeyNetworks(t *testing.T, w world) {
	many := make([]netip.Prefix, 101)
	for i := range many {
		many[i] = netip.MustParsePrefix("10.0.0.0/8")
	}
	for name, networks := range map[string][]netip.Prefix{
		"the zero one":  {{}},
		"not masked":    {netip.MustParsePrefix("10.0.0.1/8")},
		"IPv4 in IPv6":  {netip.MustParsePrefix("::ffff:10.0.0.0/104")},
		"more than 100": many,
	} {
		if _, _, err := w.Authn.CreateAccessKey(t.Context(), w.ann.Actor(), w.ann.User.ID, networks); !iam.Is(err, iam.Invalid) {
			t.Errorf("%s: %v, want Invalid", name, err)
		}
		_, _, err := w.Authn.CreateToken(t.Context(), w.ann.Actor(), w.tenant.Code, authn.NewToken{User: w.ann.User.ID, Networks: networks})
		if !iam.Is(err, iam.Invalid) {
			t.Errorf("%s, of a token: %v, want Invalid", name, err)
		}
	}
}

func testKeyLastUsed(t *testing.T, w world) {
	secret, k := w.newKey(t)
	lastUsed := func() time.Time {
		t.Helper()
		authn.FlushUsage(w.Authn, t.Context())
		l, err := w.Authn.AccessKeys(t.Context(), w.by, w.ann.User.ID, iam.Page{})
		if err != nil || len(l.Items) != 1 {
			t.Fatalf("keys %+v, %v", l.Items, err)
		}
		return l.Items[0].LastUsed
	}
	if at := lastUsed(); !at.IsZero() {
		t.Errorf("never used, at %v", at)
	}
	_, err := w.Authn.Signed(t.Context(), w.sign(secret+"x", k.ID), "", from)
	refused(t, "with a wrong secret", err)
	if at := lastUsed(); !at.IsZero() {
		t.Errorf("the wrong secret counts as a use, at %v", at)
	}
	if _, err := w.Authn.Signed(t.Context(), w.sign(secret, k.ID), "", from); err != nil {
		t.Fatal(err)
	}
	if at := lastUsed(); at.IsZero() {
		t.Error("used, and it does not show")
	}
}
