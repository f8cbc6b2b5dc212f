package authn_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

const secret = "0123456789abcdef0123456789ABCDEF" // of 32 characters, the least

func TestTokens(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"speak for":            testToken,
		"refused":              testTokenRefused,
		"as bearers":           testBearer,
		"end with the user":    testTokenStanding,
		"expire":               testTokenExpiry,
		"are made by":          testCreateToken,
		"with bad input":       testCreateTokenInvalid,
		"revoked":              testRevoke,
		"last used":            testLastUsed,
		"of a code used again": testCodeUsedAgain,
		"of a code with a '_'": testCodeWithUnderscore,
	})
}

func testToken(t *testing.T, w world) {
	by, err := w.Authn.Token(t.Context(), w.ann.Token, from)
	if err != nil {
		t.Fatal(err)
	}
	_, id, _ := strings.Cut(strings.TrimPrefix(w.ann.Token, "gh_"), "_")
	id, _, _ = strings.Cut(id, "_")
	want := iam.Actor{Tenant: w.tenant.ID, Home: w.tenant.ID, User: w.ann.User.ID, Username: "Ann", Method: iam.MethodToken, Token: iam.TokenID(id),
		Address: from.Address, Client: from.Client, RequestID: from.RequestID}
	if by != want {
		t.Errorf("actor %+v", by)
	}
	if !strings.HasPrefix(w.ann.Token, "gh_"+w.tenant.Code+"_") {
		t.Error("the token does not name its tenant")
	}
	byID := strings.Replace(w.ann.Token, "_"+w.tenant.Code+"_", "_"+string(w.tenant.ID)+"_", 1)
	if by, err := w.Authn.Token(t.Context(), byID, from); err != nil || by.User != w.ann.User.ID {
		t.Errorf("with the tenant's id: %v, %v", by.User, err)
	}
}

func testTokenRefused(t *testing.T, w world) {
	parts := strings.Split(w.ann.Token, "_") // gh, tenant, id, secret
	other := newWorld(t, w.Server, w.tenant.Code+"-other")
	theirs := strings.Split(other.ann.Token, "_")
	join := func(p ...string) string { return strings.Join(p, "_") }
	for name, token := range map[string]string{
		"nothing":                 "",
		"prefix alone":            "gh_",
		"no prefix":               join(parts[1:]...),
		"another prefix":          "gx_" + join(parts[1:]...),
		"upper case prefix":       "GH_" + join(parts[1:]...),
		"no id":                   join("gh", parts[1], "", parts[3]),
		"no tenant":               join("gh", "", parts[2], parts[3]),
		"no secret":               join("gh", parts[1], parts[2], ""),
		"one part less":           join("gh", parts[1], parts[3]),
		"another secret":          join("gh", parts[1], parts[2], secret),
		"truncated":               w.ann.Token[:len(w.ann.Token)-1],
		"longer":                  w.ann.Token + "0",
		"upper case secret":       join("gh", parts[1], parts[2], strings.ToUpper(parts[3])),
		"spaces":                  " " + w.ann.Token,
		"NUL":                     w.ann.Token + "\x00",
		"an unknown id":           join("gh", parts[1], "0000", parts[3]),
		"the id of another":       join("gh", parts[1], theirs[2], theirs[3]),
		"in another tenant":       join("gh", theirs[1], parts[2], parts[3]),
		"in an unknown tenant":    join("gh", "nobody", parts[2], parts[3]),
		"in a tenant of no id":    join("gh", w.Env().NewID(), parts[2], parts[3]),
		"in all tenants":          join("gh", "*", parts[2], parts[3]),
		"upper case tenant":       join("gh", strings.ToUpper(parts[1]), parts[2], parts[3]),
		"not UTF-8":               join("gh", parts[1], "\xff\xfe", parts[3]),
		"SQL":                     join("gh", parts[1], "' OR '1'='1", parts[3]),
		"too long":                join("gh", parts[1], parts[2], strings.Repeat("x", 1<<20)),
		"the secret in the id":    join("gh", parts[1], parts[2]+"\x00"+parts[3][:32], parts[3][32:]),
		"a session token instead": w.sessionToken(t),
	} {
		_, err := w.Authn.Token(t.Context(), token, from)
		refused(t, name, err, token, parts[3])
	}
	if _, err := w.Authn.Token(t.Context(), w.ann.Token, from); err != nil {
		t.Errorf("the right one, after all that: %v", err)
	}
}

func (w world) sessionToken(t *testing.T) string {
	t.Helper()
	_, token := w.signIn(t)
	return token
}

// testBearer: whichever kind a bearer token is, it has to be of the tenant that
// host or path name.
func testBearer(t *testing.T, w world) {
	other := newWorld(t, w.Server, w.tenant.Code+"-other")
	_, session := w.signIn(t)
	for name, token := range map[string]string{"API token": w.ann.Token, "session": session} {
		for _, code := range []string{"", w.tenant.Code, string(w.tenant.ID)} {
			if by, err := w.Authn.Bearer(t.Context(), token, code, from); err != nil || by.User != w.ann.User.ID {
				t.Errorf("%s in %q: %v, %v", name, code, by.User, err)
			}
		}
		for _, code := range []string{other.tenant.Code, string(other.tenant.ID), "nobody", "*", w.Env().NewID()} {
			by, err := w.Authn.Bearer(t.Context(), token, code, from)
			refused(t, name+" in "+code, err, token)
			if by != (iam.Actor{}) {
				t.Errorf("%s in %q: refused, and answered %+v", name, code, by)
			}
		}
		_, err := w.Authn.Bearer(t.Context(), token+"x", w.tenant.Code, from)
		refused(t, name+", longer", err, token)
	}
	_, err := w.Authn.Bearer(t.Context(), "", "", from)
	refused(t, "nothing", err)
}

func testTokenStanding(t *testing.T, w world) {
	use := func() error { _, err := w.Authn.Token(t.Context(), w.ann.Token, from); return err }
	if err := use(); err != nil {
		t.Fatal(err)
	}
	w.update(t, directory.UserChange{State: ptr(iam.UserDisabled)})
	refused(t, "of a disabled user", use())
	w.update(t, directory.UserChange{State: ptr(iam.UserEnabled)})
	if err := use(); err != nil {
		t.Errorf("of a user who is enabled again: %v", err)
	}
	w.setTenant(t, iam.TenantDeleting)
	refused(t, "of an inactive tenant", use())
	w.setTenant(t, iam.TenantActive)
	w.update(t, directory.UserChange{Password: ptr("hunter2hunter2")})
	if err := use(); err != nil {
		t.Errorf("after a change of the password: %v", err)
	}
}

func testTokenExpiry(t *testing.T, w world) {
	token, stored, err := w.Authn.CreateToken(t.Context(), iam.System(w.tenant.ID, "test"), w.tenant.Code,
		authn.NewToken{User: w.ann.User.ID, Name: "short", Expires: w.Clock.Now().Add(time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(time.Minute - 10*time.Second)
	if _, err := w.Authn.Token(t.Context(), token, from); err != nil {
		t.Errorf("before its end: %v", err)
	}
	w.Clock.Advance(stored.Expires.Sub(w.Clock.Now()))
	_, err = w.Authn.Token(t.Context(), token, from)
	refused(t, "expired", err)
}

// testCreateToken: a token has the rights of its user, so that only the user
// and the operator make one.
func testCreateToken(t *testing.T, w world) {
	ctx, ann := t.Context(), w.ann.Actor()
	token, stored, err := w.Authn.CreateToken(ctx, ann, w.tenant.Code, authn.NewToken{User: w.ann.User.ID, Name: "mine", ID: "own-1", Secret: secret})
	if err != nil || token != "gh_"+w.tenant.Code+"_own-1_"+secret || stored.Name != "mine" || stored.Created.IsZero() {
		t.Fatalf("made %q, %+v, %v", token, stored, err)
	}
	if by, err := w.Authn.Token(ctx, token, from); err != nil || by.Token != "own-1" || by.User != w.ann.User.ID {
		t.Errorf("it speaks for %+v, %v", by, err)
	}
	if _, _, err := w.Authn.CreateToken(ctx, ann, w.tenant.Code, authn.NewToken{User: w.ann.User.ID, ID: "own-1", Secret: secret}); !iam.Is(err, iam.Exists) {
		t.Errorf("an id that is taken: %v", err)
	}
	above := w.by
	above.Home, above.User = w.Tenant.ID, w.ann.User.ID
	for name, by := range map[string]iam.Actor{"an administrator": w.by, "somebody of another tenant with that id": above} {
		if _, _, err := w.Authn.CreateToken(ctx, by, w.tenant.Code, authn.NewToken{User: w.ann.User.ID}); !iam.Is(err, iam.Denied) {
			t.Errorf("made by %s: %v, want Denied", name, err)
		}
	}
	for _, u := range []iam.UserID{"", "ann", w.Admin.ID, iam.UserID(w.tenant.ID)} {
		if _, _, err := w.Authn.CreateToken(ctx, iam.System(w.tenant.ID, "test"), w.tenant.Code, authn.NewToken{User: u}); !iam.Is(err, iam.NotFound) {
			t.Errorf("for %q: %v, want NotFound", u, err)
		}
	}
	l, err := w.Audit.Events(ctx, w.by, audit.Filter{Action: "token.create", ObjectID: "own-1"}, iam.Page{})
	if err != nil || len(l.Items) != 1 || l.Items[0].ActorID != w.ann.User.ID || strings.Contains(cmp.Diff(nil, l.Items), secret) {
		t.Errorf("the trail is %+v, %v", l.Items, err)
	}
}

func testCreateTokenInvalid(t *testing.T, w world) {
	by := iam.System(w.tenant.ID, "test")
	for name, in := range map[string]authn.NewToken{
		"long name":        {Name: strings.Repeat("x", 257)},
		"id alone":         {ID: "x"},
		"secret alone":     {Secret: secret},
		"id with '_'":      {ID: "a_b", Secret: secret},
		"id with a space":  {ID: "a b", Secret: secret},
		"long id":          {ID: iam.TokenID(strings.Repeat("x", 65)), Secret: secret},
		"short secret":     {ID: "x", Secret: secret[1:]},
		"long secret":      {ID: "x", Secret: strings.Repeat("x", 257)},
		"odd secret":       {ID: "x", Secret: secret + "$"},
		"secret of spaces": {ID: "x", Secret: strings.Repeat(" ", 32)},
		"expired":          {Expires: w.Clock.Now()},
	} {
		in.User = w.ann.User.ID
		_, _, err := w.Authn.CreateToken(t.Context(), by, w.tenant.Code, in)
		if !iam.Is(err, iam.Invalid) {
			t.Errorf("%s: %v, want Invalid", name, err)
		}
		if err != nil && in.Secret != "" && strings.Contains(err.Error(), in.Secret) {
			t.Errorf("%s: %q repeats the secret", name, err)
		}
	}
	if l, err := w.Authn.Tokens(t.Context(), w.by, w.ann.User.ID, iam.Page{Total: true}); err != nil || l.Total != 1 {
		t.Errorf("%d tokens, %v", l.Total, err)
	}
}

func testRevoke(t *testing.T, w world) {
	ctx := t.Context()
	by, err := w.Authn.Token(ctx, w.ann.Token, from)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Authn.RevokeToken(ctx, w.by, by.Token); !iam.Is(err, iam.NotFound) {
		t.Errorf("by an administrator: %v, want NotFound", err)
	}
	if err := w.Authn.RevokeToken(ctx, iam.System(w.Tenant.ID, "test"), by.Token); !iam.Is(err, iam.NotFound) {
		t.Errorf("from another tenant: %v, want NotFound", err)
	}
	if err := w.Authn.RevokeToken(ctx, by, by.Token); err != nil {
		t.Fatal(err)
	}
	_, err = w.Authn.Token(ctx, w.ann.Token, from)
	refused(t, "revoked", err)
	if err := w.Authn.RevokeToken(ctx, by, by.Token); !iam.Is(err, iam.NotFound) {
		t.Errorf("revoked twice: %v", err)
	}
	l, err := w.Audit.Events(ctx, w.by, audit.Filter{Action: "token.revoke"}, iam.Page{})
	if err != nil || len(l.Items) != 1 || l.Items[0].ObjectID != string(by.Token) {
		t.Errorf("the trail is %+v, %v", l.Items, err)
	}
}

func testLastUsed(t *testing.T, w world) {
	lastUsed := func() time.Time {
		t.Helper()
		authn.FlushUsage(w.Authn, t.Context())
		l, err := w.Authn.Tokens(t.Context(), w.by, w.ann.User.ID, iam.Page{})
		if err != nil || len(l.Items) != 1 || l.Items[0].Username != "Ann" {
			t.Fatalf("tokens %+v, %v", l.Items, err)
		}
		return l.Items[0].LastUsed
	}
	if at := lastUsed(); !at.IsZero() {
		t.Errorf("never used, at %v", at)
	}
	began := w.Clock.Now()
	if _, err := w.Authn.Token(t.Context(), w.ann.Token, from); err != nil {
		t.Fatal(err)
	}
	used := lastUsed()
	if used.Before(began.Truncate(time.Microsecond)) || used.After(w.Clock.Now()) {
		t.Errorf("used at %v, noted %v", began, used)
	}
	_, err := w.Authn.Token(t.Context(), w.ann.Token+"x", from)
	refused(t, "with a wrong secret", err)
	if again := lastUsed(); !again.Equal(used) {
		t.Errorf("the wrong secret counts as a use, at %v", again)
	}
}

// testCodeUsedAgain: a tenant goes, and another is made under its code.
func testCodeUsedAgain(t *testing.T, w world) {
	if _, err := w.Authn.Token(t.Context(), w.ann.Token, from); err != nil {
		t.Fatal(err)
	}
	if err := w.Store.EraseTenant(t.Context(), w.tenant.ID); err != nil {
		t.Fatal(err)
	}
	next := newWorld(t, w.Server, w.tenant.Code)
	w.Clock.Advance(time.Second)
	if by, err := w.Authn.Token(t.Context(), next.ann.Token, from); err != nil || by.Tenant != next.tenant.ID {
		t.Errorf("a token of the new tenant: %+v, %v", by, err)
	}
	_, err := w.Authn.Token(t.Context(), w.ann.Token, from)
	refused(t, "a token of the old tenant", err)
}

func testCodeWithUnderscore(t *testing.T, w world) {
	m := w.NewTenant(t, strings.ReplaceAll(w.tenant.Code, "-", "_")+"_x")
	if !strings.HasPrefix(m.Token, "gh_"+string(m.Tenant.ID)+"_") {
		t.Errorf("the token of %s does not name the tenant by its id", m.Tenant.Code)
	}
	if by, err := w.Authn.Token(t.Context(), m.Token, from); err != nil || by.Tenant != m.Tenant.ID {
		t.Errorf("it speaks for %+v, %v", by, err)
	}
	if _, err := w.Tenancy.CreateTenant(t.Context(), iam.System("", "test"), "", tenancy.NewTenant{Code: w.Env().NewID()}); !iam.Is(err, iam.Invalid) {
		t.Errorf("a code that looks like an id: %v", err)
	}
}
