package authn_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// sign makes the signature of a read, now.
func (w world) sign(secret string, id iam.AccessKeyID) authn.Signature {
	message := []byte("GET /somewhere\n" + string(id))
	return authn.Signature{Key: id, Message: message, MAC: mac(secret, message), At: w.Clock.Now()}
}

func mac(secret string, message []byte) []byte {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write(message)
	return h.Sum(nil)
}

func testSigned(t *testing.T, w world) {
	secret, k := w.newKey(t)
	by, err := w.Authn.Signed(t.Context(), w.sign(secret, k.ID), "", from)
	if err != nil {
		t.Fatal(err)
	}
	want := iam.Actor{Tenant: w.tenant.ID, Home: w.tenant.ID, User: w.ann.User.ID, Username: "Ann", Method: iam.MethodKey, Key: k.ID,
		Address: from.Address, Client: from.Client, RequestID: from.RequestID}
	if by != want {
		t.Errorf("actor %+v", by)
	}
}

// testSignedRefused: whatever is wrong, the answer is one.
func testSignedRefused(t *testing.T, w world) {
	secret, k := w.newKey(t)
	otherSecret, other := w.newKey(t)
	elsewhere := newWorld(t, w.Server, w.tenant.Code+"-other")
	foreignSecret, foreign := elsewhere.newKey(t)
	right := w.sign(secret, k.ID)
	for name, change := range map[string]func(*authn.Signature){
		"nothing":                    func(s *authn.Signature) { *s = authn.Signature{} },
		"no MAC":                     func(s *authn.Signature) { s.MAC = nil },
		"an empty MAC":               func(s *authn.Signature) { s.MAC = []byte{} },
		"half a MAC":                 func(s *authn.Signature) { s.MAC = s.MAC[:16] },
		"a longer MAC":               func(s *authn.Signature) { s.MAC = append(s.MAC[:len(s.MAC):len(s.MAC)], 0) },
		"a bit of the MAC":           func(s *authn.Signature) { s.MAC = append([]byte{s.MAC[0] ^ 1}, s.MAC[1:]...) },
		"another message":            func(s *authn.Signature) { s.Message = []byte("DELETE /everything") },
		"no message":                 func(s *authn.Signature) { s.Message = nil },
		"another secret":             func(s *authn.Signature) { s.MAC = mac(otherSecret, s.Message) },
		"the empty secret":           func(s *authn.Signature) { s.MAC = mac("", s.Message) },
		"another key":                func(s *authn.Signature) { s.Key = other.ID },
		"a key of another tenant":    func(s *authn.Signature) { s.Key = foreign.ID },
		"that key's secret, our key": func(s *authn.Signature) { s.MAC = mac(foreignSecret, s.Message) },
		"our random part, its tenant": func(s *authn.Signature) {
			s.Key = foreign.ID[:30] + k.ID[30:]
		},
		"an unknown key":          func(s *authn.Signature) { s.Key = k.ID[:30] + iam.AccessKeyID(strings.Repeat("x", 18)) },
		"an unknown tenant":       func(s *authn.Signature) { s.Key = "ncp_iam_" + iam.AccessKeyID(strings.Repeat("A", 40)) },
		"an id of no form":        func(s *authn.Signature) { s.Key = "AKIAIOSFODNN7EXAMPLE" },
		"the id in capitals":      func(s *authn.Signature) { s.Key = iam.AccessKeyID(strings.ToUpper(string(s.Key))) },
		"a NUL behind the id":     func(s *authn.Signature) { s.Key += "\x00" },
		"no time":                 func(s *authn.Signature) { s.At = time.Time{} },
		"the end of time":         func(s *authn.Signature) { s.At = time.Unix(1<<60, 0) },
		"before there was time":   func(s *authn.Signature) { s.At = time.Unix(-1<<60, 0) },
		"a time that is too late": func(s *authn.Signature) { s.At = s.At.Add(6 * time.Minute) },
	} {
		sig := right
		change(&sig)
		by, err := w.Authn.Signed(t.Context(), sig, "", from)
		refused(t, name, err, secret)
		if by != (iam.Actor{}) {
			t.Errorf("%s: refused, and answered %+v", name, by)
		}
	}
	if _, err := w.Authn.Signed(t.Context(), right, "", from); err != nil {
		t.Errorf("the right one, after all that: %v", err)
	}
	if _, err := w.Authn.UpdateAccessKey(t.Context(), w.by, "", k.ID, authn.AccessKeyChange{Active: ptr(false)}); err != nil {
		t.Fatal(err)
	}
	_, err := w.Authn.Signed(t.Context(), right, "", from)
	refused(t, "not active", err)
	if _, err := w.Authn.UpdateAccessKey(t.Context(), w.by, "", k.ID, authn.AccessKeyChange{Active: ptr(true)}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Authn.Signed(t.Context(), right, "", from); err != nil {
		t.Errorf("active again: %v", err)
	}
	if err := w.Authn.DeleteAccessKey(t.Context(), w.by, "", k.ID); err != nil {
		t.Fatal(err)
	}
	_, err = w.Authn.Signed(t.Context(), right, "", from)
	refused(t, "deleted", err)
}

func testSignatureWindow(t *testing.T, w world) {
	secret, k := w.newKey(t)
	for _, tt := range []struct {
		off  time.Duration
		good bool
	}{
		{0, true},
		{authn.SignatureWindow - 10*time.Second, true},
		{-authn.SignatureWindow + 10*time.Second, true},
		{authn.SignatureWindow + 10*time.Second, false},
		{-authn.SignatureWindow - time.Microsecond, false},
		{-24 * time.Hour, false},
		{24 * time.Hour, false},
	} {
		sig := w.sign(secret, k.ID)
		sig.At = sig.At.Add(tt.off)
		if _, err := w.Authn.Signed(t.Context(), sig, "", from); (err == nil) != tt.good {
			t.Errorf("a clock that differs by %v: %v", tt.off, err)
		}
	}
}

// testReplay: of a hundred uses of one signed write, on two nodes, one counts;
// and it is not forgotten while its time is good.
func testReplay(t *testing.T, w world) {
	secret, k := w.newKey(t)
	beside := w.Beside(t)
	sig := w.sign(secret, k.ID)
	sig.Write = true
	var wg sync.WaitGroup
	errs := make([]error, 100)
	for i := range errs {
		node := w.Authn
		if i%2 == 1 {
			node = beside.Authn
		}
		wg.Go(func() { _, errs[i] = node.Signed(t.Context(), sig, "", from) })
	}
	wg.Wait()
	good := 0
	for _, err := range errs {
		if err == nil {
			good++
			continue
		}
		refused(t, "again", err)
	}
	if good != 1 {
		t.Errorf("%d of %d uses counted", good, len(errs))
	}
	w.Clock.Advance(authn.SignatureWindow - 10*time.Second)
	authn.Purge(w.Authn, t.Context())
	_, err := w.Authn.Signed(t.Context(), sig, "", from)
	refused(t, "again, near the end of its time", err)

	read := w.sign(secret, k.ID)
	for range 2 {
		if _, err := w.Authn.Signed(t.Context(), read, "", from); err != nil {
			t.Errorf("a read: %v", err)
		}
	}

	// A signature that was refused is not used up.
	another := w.sign(secret, k.ID)
	another.Write, another.Message = true, []byte("POST /somewhere/else")
	_, err = w.Authn.Signed(t.Context(), another, "", from)
	refused(t, "of another message", err)
	another.MAC = mac(secret, another.Message)
	if _, err := w.Authn.Signed(t.Context(), another, "", from); err != nil {
		t.Errorf("after it was refused with a wrong MAC: %v", err)
	}
}

func testSignedStanding(t *testing.T, w world) {
	secret, k := w.newKey(t)
	use := func() error { _, err := w.Authn.Signed(t.Context(), w.sign(secret, k.ID), "", from); return err }
	if err := use(); err != nil {
		t.Fatal(err)
	}
	w.update(t, directory.UserChange{State: ptr(iam.UserDisabled)})
	refused(t, "of a disabled user", use())
	w.update(t, directory.UserChange{State: ptr(iam.UserEnabled)})
	if err := use(); err != nil {
		t.Errorf("of a user who is enabled again: %v", err)
	}
	w.setTenant(t, iam.TenantDisabled)
	refused(t, "of an inactive tenant", use())
	w.setTenant(t, iam.TenantActive)
	w.setRules(t, iam.UserRules{NoAPI: true})
	refused(t, "of a user without APIs", use())
	w.setRules(t, iam.UserRules{NoPages: true})
	if err := use(); err != nil {
		t.Errorf("of a user without pages: %v", err)
	}
}

// testSignedNetworks: the key's networks, the user's sources and the tenant's
// networks all have to allow an address; also of a key that is remembered.
func testSignedNetworks(t *testing.T, w world) {
	secret, k := w.newKey(t, netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::/32"))
	use := func(address string) error {
		_, err := w.Authn.Signed(t.Context(), w.sign(secret, k.ID), "", authn.Origin{Address: address})
		return err
	}
	allows := func(what string, addresses ...string) {
		t.Helper()
		for _, a := range addresses {
			if err := use(a); err != nil {
				t.Errorf("%s: from %s: %v", what, a, err)
			}
		}
	}
	refuses := func(what string, addresses ...string) {
		t.Helper()
		for _, a := range addresses {
			refused(t, what+": from "+a, use(a))
		}
	}
	allows("the key's", "192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1")
	refuses("the key's", "198.51.100.1", "2001:db9::1", "@", "", "192.0.2.1:80", "192.0.2.1, 198.51.100.1")
	w.setRules(t, iam.UserRules{API: iam.SourceRule{On: true, Sources: []iam.Source{{Type: iam.SourceIP, Value: "192.0.2.128/25"}}}})
	allows("the user's", "192.0.2.129")
	refuses("the user's", "192.0.2.1", "2001:db8::1")
	w.setRules(t, iam.UserRules{Pages: iam.SourceRule{On: true}})
	allows("the user's, of pages", "192.0.2.1")
	w.setNetworks(t, netip.MustParsePrefix("192.0.2.64/26"))
	allows("the tenant's", "192.0.2.65")
	refuses("the tenant's", "192.0.2.1", "2001:db8::1")
	w.setNetworks(t)
	if _, err := w.Authn.UpdateAccessKey(context.Background(), w.ann.Actor(), w.ann.User.ID, k.ID, authn.AccessKeyChange{Networks: &[]netip.Prefix{}}); err != nil {
		t.Fatal(err)
	}
	allows("anywhere", "198.51.100.1", "@")
}
