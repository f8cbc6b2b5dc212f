package authn_test

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// device is a browser with one passkey in it.
type device struct {
	rp         virtualwebauthn.RelyingParty
	auth       virtualwebauthn.Authenticator
	credential virtualwebauthn.Credential
}

func newDevice() *device {
	d := &device{
		rp:   virtualwebauthn.RelyingParty{ID: "gatehouse.test", Name: "Gatehouse", Origin: apptest.PublicURL},
		auth: virtualwebauthn.NewAuthenticator(),
	}
	// Of coordinates that begin with a zero the virtual device leaves it out,
	// which no real one does: then the key is shorter (RFC 9053 section 7.1.1).
	const wholeKey = 77
	for d.credential.Key == nil || len(d.credential.Key.AttestationData()) != wholeKey {
		d.credential = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	}
	return d
}

// create answers navigator.credentials.create.
func (d *device) create(t *testing.T, r authn.PasskeyRequest) []byte {
	t.Helper()
	o, err := virtualwebauthn.ParseAttestationOptions(string(r.Options))
	if err != nil {
		t.Fatal(err)
	}
	var user struct{ User struct{ ID string } }
	if err := json.Unmarshal(r.Options, &user); err != nil {
		t.Fatal(err)
	}
	if d.auth.Options.UserHandle, err = base64.RawURLEncoding.DecodeString(user.User.ID); err != nil {
		t.Fatal(err)
	}
	return []byte(virtualwebauthn.CreateAttestationResponse(d.rp, d.auth, d.credential, *o))
}

// get answers navigator.credentials.get.
func (d *device) get(t *testing.T, r authn.PasskeyRequest) []byte {
	t.Helper()
	o, err := virtualwebauthn.ParseAssertionOptions(string(r.Options))
	if err != nil {
		t.Fatal(err)
	}
	return []byte(virtualwebauthn.CreateAssertionResponse(d.rp, d.auth, d.credential, *o))
}

// enrol makes the device's passkey one of a prover's.
func (w world) enrol(t *testing.T, d *device, p authn.Prover) authn.Enrolled {
	t.Helper()
	r, err := w.Authn.BeginPasskeyEnrolment(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	done, err := w.Authn.FinishPasskeyEnrolment(t.Context(), p, r.ID, "Laptop", d.create(t, r))
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// withPasskey gives Ann a passkey.
func (w world) withPasskey(t *testing.T) (*device, iam.Factor) {
	t.Helper()
	d := newDevice()
	return d, w.enrol(t, d, w.prover(t, w.begin(t, true))).Factor
}

// asked is what a browser is asked at the door of a tenant.
func (w world) asked(t *testing.T, tenant iam.TenantID) authn.PasskeyRequest {
	t.Helper()
	r, err := w.Authn.BeginPasskeySignIn(t.Context(), tenant)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// enter signs in by a passkey alone.
func (w world) enter(t *testing.T, d *device) (authn.Begun, error) {
	t.Helper()
	r := w.asked(t, w.tenant.ID)
	return w.Authn.FinishPasskeySignIn(t.Context(), w.tenant.ID, r.ID, d.get(t, r), from)
}

func TestPasskeys(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"options": func(t *testing.T, w world) {
			d, _ := w.withPasskey(t)
			p := w.prover(t, w.begin(t, true))
			r, err := w.Authn.BeginPasskeyProof(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			b, err := w.Authn.FinishPasskeyProof(t.Context(), p, r.ID, d.get(t, r))
			if err != nil {
				t.Fatal(err)
			}
			r, err = w.Authn.BeginPasskeyEnrolment(t.Context(), w.prover(t, b))
			if err != nil {
				t.Fatal(err)
			}
			var o struct {
				RP                     struct{ ID, Name string }
				User                   struct{ ID, Name string }
				Challenge, Attestation string
				Timeout                int
				ExcludeCredentials     []struct{ ID string }
				AuthenticatorSelection struct{ ResidentKey, UserVerification string }
			}
			if err := json.Unmarshal(r.Options, &o); err != nil {
				t.Fatal(err)
			}
			handle, err := base64.RawURLEncoding.DecodeString(o.User.ID)
			if err != nil || len(handle) != 16 || strings.Contains(strings.ToLower(string(handle)), "ann") {
				t.Errorf("user handle %q, %v", o.User.ID, err)
			}
			own := base64.RawURLEncoding.EncodeToString(d.credential.ID)
			if o.RP.ID != "gatehouse.test" || o.RP.Name == "" || o.User.Name != "Ann" || len(o.Challenge) < 43 || o.Timeout != 600_000 ||
				o.AuthenticatorSelection.ResidentKey != "preferred" || o.AuthenticatorSelection.UserVerification != "preferred" ||
				len(o.ExcludeCredentials) != 1 || o.ExcludeCredentials[0].ID != own {
				t.Errorf("options %s", r.Options)
			}
			if o.Attestation != "none" && o.Attestation != "" {
				t.Errorf("attestation %q", o.Attestation)
			}
			for _, r := range []authn.PasskeyRequest{w.asked(t, w.tenant.ID), w.asked(t, w.tenant.ID)} {
				if text := string(r.Options); !strings.Contains(text, `"userVerification":"required"`) || strings.Contains(text, own) {
					t.Errorf("at the door the browser is asked %s", text)
				}
			}
		},
		"as second factor": func(t *testing.T, w world) {
			ctx := t.Context()
			d := newDevice()
			done := w.enrol(t, d, w.prover(t, w.begin(t, true)))
			if len(done.RecoveryCodes) != 10 || done.Factor.Name != "Laptop" || done.Factor.Kind != iam.FactorPasskey || !done.Factor.Active {
				t.Errorf("enrolled %+v", done.Factor)
			}
			d.auth.Options.UserNotVerified = true // a key without PIN is good beside a password
			p := w.prover(t, w.begin(t, true))
			r, err := w.Authn.BeginPasskeyProof(ctx, p)
			if err != nil {
				t.Fatal(err)
			}
			b, err := w.Authn.FinishPasskeyProof(ctx, p, r.ID, d.get(t, r))
			if err != nil || !b.Done() || !slices.Equal(b.Methods, []iam.AuthMethod{iam.MethodPassword, iam.MethodPasskey}) {
				t.Fatalf("%+v, %v", b.Session, err)
			}
			_, err = w.Authn.ProveFactor(ctx, w.prover(t, w.begin(t, true)), iam.FactorPasskey, "123456")
			wants(t, "a code for a passkey", err, iam.Invalid, iam.ReasonWrongCode)
		},
		"as the only factor": func(t *testing.T, w world) {
			d, _ := w.withPasskey(t)
			b, err := w.enter(t, d)
			if err != nil || !b.Done() || !b.Pages || b.Username != "Ann" ||
				!slices.Equal(b.Methods, []iam.AuthMethod{iam.MethodPasskey, iam.MethodPresence}) {
				t.Fatalf("%+v, %v", b.Session, err)
			}
			if _, _, err := w.Authn.Browser(t.Context(), b.Cookie, from); err != nil {
				t.Error(err)
			}
			if e := w.lastLogin(t); e.Result != iam.LoginSuccess || e.Method != iam.MethodPasskey || e.User != w.ann.User.ID {
				t.Errorf("recorded %+v", e)
			}
		},
		"as the factor that is required": func(t *testing.T, w world) {
			w.settings(t, func(s *iam.Settings) { s.Factor.Required = true })
			done := w.enrol(t, newDevice(), w.prover(t, w.begin(t, true)))
			if !done.Done() || done.Cookie == "" {
				t.Errorf("%+v", done.Session)
			}
		},
		"by the tenant's own name": func(t *testing.T, w world) {
			d := newDevice()
			d.rp.Origin = "http://" + w.tenant.Code + ".gatehouse.test"
			w.enrol(t, d, w.prover(t, w.begin(t, true)))
			if _, err := w.enter(t, d); err != nil {
				t.Error(err)
			}
		},
		"there is none": func(t *testing.T, w world) {
			a := w.withTOTP(t)
			_, err := w.Authn.BeginPasskeyProof(t.Context(), w.prover(t, w.begin(t, true)))
			wants(t, "proof", err, iam.NotFound, "")
			b, err := w.Authn.ProveFactor(t.Context(), w.prover(t, w.begin(t, true)), "", a.next(t))
			if err != nil {
				t.Fatal(err)
			}
			_, err = w.Authn.BeginPasskeyProof(t.Context(), w.prover(t, b))
			wants(t, "no step", err, iam.Precondition, "")
			_, err = w.Authn.BeginPasskeySignIn(t.Context(), iam.TenantID(w.Env().NewID()))
			refused(t, "no such tenant", err)
		},
	})
}

// TestPasskeysAtTheDoor: every answer that does not hold is refused in the
// words of a wrong password, and recorded with the reason.
func TestPasskeysAtTheDoor(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"refusals": func(t *testing.T, w world) {
			d, f := w.withPasskey(t)
			d.credential.Counter = 5
			if _, err := w.enter(t, d); err != nil {
				t.Fatal(err)
			}
			other := w.NewTenant(t, w.tenant.Code+"-other")
			for _, tt := range []struct {
				name   string
				change func(*device)
				reason string
			}{
				{"the user was not verified", func(d *device) { d.auth.Options.UserNotVerified = true }, "wrong passkey"},
				{"the user was not there", func(d *device) { d.auth.Options.UserNotPresent = true }, "wrong passkey"},
				{"a page of somebody else", func(d *device) { d.rp.Origin = "http://gatehouse.test.example.com" }, "wrong passkey"},
				{"the page of another tenant", func(d *device) { d.rp.Origin = "http://" + other.Tenant.Code + ".gatehouse.test" }, "wrong passkey"},
				{"for another party", func(d *device) { d.rp.ID = "example.com" }, "wrong passkey"},
				{"another key", func(d *device) { d.credential.Key = newDevice().credential.Key }, "wrong passkey"},
				{"another user's handle", func(d *device) { d.auth.Options.UserHandle = make([]byte, 16) }, "wrong passkey"},
				{"no handle", func(d *device) { d.auth.Options.UserHandle = nil }, "wrong passkey"},
				{"the same counter", func(*device) {}, "passkey may have been copied: its counter went back"},
				{"an earlier counter", func(d *device) { d.credential.Counter = 4 }, "passkey may have been copied: its counter went back"},
				{"no counter any more", func(d *device) { d.credential.Counter = 0 }, "passkey may have been copied: its counter went back"},
				{"an unknown passkey", func(d *device) { d.credential.ID = []byte("unknown") }, "unknown passkey"},
			} {
				bad := *d
				tt.change(&bad)
				_, err := w.enter(t, &bad)
				wants(t, tt.name, err, iam.Unauthenticated, iam.ReasonBadPassword)
				if e := w.lastLogin(t); e.Reason != tt.reason || e.Result != iam.LoginFailure {
					t.Errorf("%s: recorded %+v", tt.name, e)
				}
				w.Clock.Advance(time.Hour) // past any lock-out
			}
			d.credential.Counter = 6
			if _, err := w.enter(t, d); err != nil {
				t.Errorf("in between nothing went wrong for the owner: %v", err)
			}

			w.update(t, directory.UserChange{State: ptr(iam.UserDisabled)})
			d.credential.Counter++
			_, err := w.enter(t, d)
			wants(t, "disabled", err, iam.Unauthenticated, iam.ReasonBadPassword)
			w.update(t, directory.UserChange{State: ptr(iam.UserEnabled), Rules: &iam.UserRules{NoPages: true}})
			d.credential.Counter++
			_, err = w.enter(t, d)
			wants(t, "not on pages", err, iam.Unauthenticated, iam.ReasonBadPassword)
			w.update(t, directory.UserChange{Rules: &iam.UserRules{}})

			// Of another tenant it is unknown, with its own challenge and with ours.
			theirs := w.asked(t, other.Tenant.ID)
			d.credential.Counter++
			_, err = w.Authn.FinishPasskeySignIn(t.Context(), other.Tenant.ID, theirs.ID, d.get(t, theirs), from)
			wants(t, "in another tenant", err, iam.Unauthenticated, iam.ReasonBadPassword)
			_, err = w.Authn.FinishPasskeySignIn(t.Context(), w.tenant.ID, theirs.ID, d.get(t, theirs), from)
			wants(t, "by another tenant's challenge", err, iam.Unauthenticated, iam.ReasonBadPassword)

			d.credential.Counter++
			b, err := w.enter(t, d)
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Authn.RemoveFactor(t.Context(), w.prover(t, b), f.ID); err != nil {
				t.Fatal(err)
			}
			d.credential.Counter++
			_, err = w.enter(t, d)
			wants(t, "removed", err, iam.Unauthenticated, iam.ReasonBadPassword)
		},
		"what cannot be read": func(t *testing.T, w world) {
			r := w.asked(t, w.tenant.ID)
			for _, answer := range []string{"", "{}", "null", "[]", `{"id":"AQ","rawId":"AQ","type":"public-key","response":{}}`,
				strings.Repeat("[", 100_000), strings.Repeat(" ", 1<<20)} {
				_, err := w.Authn.FinishPasskeySignIn(t.Context(), w.tenant.ID, r.ID, []byte(answer), from)
				wants(t, iam.Cut(answer, 20), err, iam.Unauthenticated, iam.ReasonBadPassword)
			}
		},
	})
}

// TestPasskeyChallenges: a challenge is good once, for a while, for who it was
// made for and for what.
func TestPasskeyChallenges(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"of a proof": func(t *testing.T, w world) {
			ctx := t.Context()
			d, _ := w.withPasskey(t)
			p, other := w.prover(t, w.begin(t, true)), w.prover(t, w.begin(t, true))
			begin := func(p authn.Prover) authn.PasskeyRequest {
				t.Helper()
				r, err := w.Authn.BeginPasskeyProof(ctx, p)
				if err != nil {
					t.Fatal(err)
				}
				return r
			}
			finish := func(what string, p authn.Prover, id iam.ChallengeID, answer []byte) {
				t.Helper()
				_, err := w.Authn.FinishPasskeyProof(ctx, p, id, answer)
				wants(t, what, err, iam.Invalid, iam.ReasonWrongCode)
				w.Clock.Advance(time.Second)
			}
			w.settings(t, func(s *iam.Settings) { s.Lockout.FreeFailures = 100 })
			r := begin(p)
			finish("on another session", other, r.ID, d.get(t, r))
			door := w.asked(t, w.tenant.ID)
			finish("of the door", p, door.ID, d.get(t, door))
			for i := range r.ID {
				forged := []byte(r.ID)
				forged[i] ^= 1
				finish("of another id", p, iam.ChallengeID(forged), d.get(t, r))
			}
			for _, id := range []iam.ChallengeID{"", "x", iam.ChallengeID(w.Env().NewID())} {
				finish("of no id", p, id, d.get(t, r))
			}
			// None of these used it up; a wrong answer to it does.
			wrong := *d
			wrong.credential.Key = newDevice().credential.Key
			finish("a wrong answer", p, r.ID, wrong.get(t, r))
			finish("the right one after it", p, r.ID, d.get(t, r))

			before := begin(p)
			begin(p)
			finish("the one before", p, before.ID, d.get(t, before))
			w.Clock.Advance(10 * time.Minute)
			p = w.prover(t, w.begin(t, true))
			r = begin(p)
			if _, err := w.Authn.FinishPasskeyProof(ctx, p, r.ID, d.get(t, r)); err != nil {
				t.Error(err)
			}
		},
		"of the door": func(t *testing.T, w world) {
			d, _ := w.withPasskey(t)
			r := w.asked(t, w.tenant.ID)
			answer := d.get(t, r)
			if _, err := w.Authn.FinishPasskeySignIn(t.Context(), w.tenant.ID, r.ID, answer, from); err != nil {
				t.Fatal(err)
			}
			_, err := w.Authn.FinishPasskeySignIn(t.Context(), w.tenant.ID, r.ID, answer, from)
			wants(t, "again", err, iam.Unauthenticated, iam.ReasonBadPassword)
			r = w.asked(t, w.tenant.ID)
			w.Clock.Advance(10 * time.Minute)
			_, err = w.Authn.FinishPasskeySignIn(t.Context(), w.tenant.ID, r.ID, d.get(t, r), from)
			wants(t, "too late", err, iam.Unauthenticated, iam.ReasonBadPassword)
		},
		"of an enrolment": func(t *testing.T, w world) {
			ctx := t.Context()
			p, other := w.prover(t, w.begin(t, true)), w.prover(t, w.begin(t, true))
			d := newDevice()
			r, err := w.Authn.BeginPasskeyEnrolment(ctx, p)
			if err != nil {
				t.Fatal(err)
			}
			_, err = w.Authn.FinishPasskeyEnrolment(ctx, other, r.ID, "", d.create(t, r))
			wants(t, "on another session", err, iam.Invalid, iam.ReasonWrongCode)
			elsewhere := *d
			elsewhere.rp.Origin = "https://example.com"
			_, err = w.Authn.FinishPasskeyEnrolment(ctx, p, r.ID, "", elsewhere.create(t, r))
			wants(t, "on a page of somebody else", err, iam.Invalid, iam.ReasonWrongCode)
			_, err = w.Authn.FinishPasskeyEnrolment(ctx, p, r.ID, "", d.create(t, r))
			wants(t, "after a wrong answer", err, iam.Invalid, iam.ReasonWrongCode)
			for _, answer := range []string{"", "{}", "null", strings.Repeat("[", 70_000)} {
				r, err := w.Authn.BeginPasskeyEnrolment(ctx, p)
				if err != nil {
					t.Fatal(err)
				}
				_, err = w.Authn.FinishPasskeyEnrolment(ctx, p, r.ID, "", []byte(answer))
				wants(t, iam.Cut(answer, 20), err, iam.Invalid, iam.ReasonWrongCode)
			}
			w.enrol(t, d, p)
			r, err = w.Authn.BeginPasskeyEnrolment(ctx, p)
			if err != nil {
				t.Fatal(err)
			}
			if _, err = w.Authn.FinishPasskeyEnrolment(ctx, p, r.ID, "", d.create(t, r)); !iam.Is(err, iam.Exists) {
				t.Errorf("the same passkey twice: %v", err)
			}
		},
	})
}

// TestPasskeyAtOnce: of many uses of one answer one succeeds, on two nodes.
func TestPasskeyAtOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, here *apptest.Server) {
		nodes := []*apptest.Server{here, here.Beside(t)}
		w := newWorld(t, here, "at-once")
		w.settings(t, func(s *iam.Settings) { s.Lockout.FreeFailures, s.Lockout.FreeFailuresOfAddress = 100, 1000 })
		d, _ := w.withPasskey(t)
		r := w.asked(t, w.tenant.ID)
		answer := d.get(t, r)
		won := 0
		for _, err := range onNodes(nodes, 100, func(on *apptest.Server, _ int) error {
			_, err := on.Authn.FinishPasskeySignIn(t.Context(), w.tenant.ID, r.ID, answer, from)
			return err
		}) {
			if err == nil {
				won++
			} else if !iam.Is(err, iam.Unauthenticated) && !iam.Is(err, iam.RateLimited) {
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("one answer was accepted %d times", won)
		}
	})
}
