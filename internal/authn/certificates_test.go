package authn_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestCertificates(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"speak for":         testCertificate,
		"refused":           testCertificateRefused,
		"expire":            testCertificateExpiry,
		"end with the user": testCertificateStanding,
		"with bad input":    testCertificateInvalid,
		"of authorities":    testAuthority,
		"last used":         testCertificateLastUsed,
	})
}

// issued is a client certificate as it came out of its file.
type issued struct {
	iam.Certificate
	x509      *x509.Certificate
	private   crypto.Signer
	authority *x509.Certificate
}

// issue makes a certificate of Ann's.
func (w world) issue(t *testing.T, life time.Duration) issued {
	t.Helper()
	file, c, err := w.Authn.IssueCertificate(t.Context(), w.ann.Actor(),
		authn.NewCertificate{User: w.ann.User.ID, Name: "laptop", Passphrase: phrase, Life: life})
	if err != nil {
		t.Fatal(err)
	}
	private, x, chain, err := pkcs12.DecodeChain(file, phrase)
	if err != nil || len(chain) != 1 {
		t.Fatalf("the file has a chain of %d, %v", len(chain), err)
	}
	return issued{c, x, private.(crypto.Signer), chain[0]}
}

// present answers who a certificate speaks for.
func (w world) present(t *testing.T, c *x509.Certificate) (iam.Actor, error) {
	t.Helper()
	return w.Authn.ClientCertificate(t.Context(), c, "", from)
}

func testCertificate(t *testing.T, w world) {
	c := w.issue(t, 0)
	by, err := w.present(t, c.x509)
	if err != nil {
		t.Fatal(err)
	}
	want := iam.Actor{Tenant: w.tenant.ID, Home: w.tenant.ID, User: w.ann.User.ID, Username: "Ann", Method: iam.MethodCertificate,
		Address: from.Address, Client: from.Client, RequestID: from.RequestID}
	if by != want {
		t.Errorf("actor %+v", by)
	}
	x := c.x509
	if x.SerialNumber.Text(16) != c.Serial || x.SerialNumber.BitLen() != 127 || !x.NotAfter.Equal(c.Expires) ||
		c.Expires.Sub(c.Created).Round(time.Hour) != 365*24*time.Hour || c.Name != "laptop" || c.Username != "Ann" {
		t.Errorf("made %+v", c.Certificate)
	}
	if x.IsCA || len(x.ExtKeyUsage) != 1 || x.ExtKeyUsage[0] != x509.ExtKeyUsageClientAuth || x.KeyUsage != x509.KeyUsageDigitalSignature ||
		len(x.URIs) != 1 || x.URIs[0].String() != "urn:gatehouse:"+string(w.tenant.ID)+":"+string(w.ann.User.ID) {
		t.Errorf("the certificate is for %v %v %v", x.KeyUsage, x.ExtKeyUsage, x.URIs)
	}
	for _, code := range []string{w.tenant.Code, string(w.tenant.ID)} {
		if _, err := w.Authn.ClientCertificate(t.Context(), x, code, from); err != nil {
			t.Errorf("in %q: %v", code, err)
		}
	}
	for _, code := range []string{"default", "nobody", "*", w.Env().NewID()} {
		_, err := w.Authn.ClientCertificate(t.Context(), x, code, from)
		refused(t, "in "+code, err)
	}
	other := w.issue(t, 0)
	if other.Serial == c.Serial || !other.authority.Equal(c.authority) {
		t.Error("a second certificate has the first one's number, or another authority")
	}
}

// forge makes a certificate that claims what template does, signed by parent.
func forge(t *testing.T, template, parent *x509.Certificate, key crypto.Signer) *x509.Certificate {
	t.Helper()
	pair, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if parent == nil {
		parent, key = template, pair
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &pair.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// testCertificateRefused: nothing that is in a certificate makes it good, but
// that the tenant's authority has signed it and it is the very one.
func testCertificateRefused(t *testing.T, w world) {
	c := w.issue(t, 0)
	elsewhere := newWorld(t, w.Server, w.tenant.Code+"-other")
	theirs := elsewhere.issue(t, 0)
	like := func(change func(*x509.Certificate)) *x509.Certificate {
		template := &x509.Certificate{SerialNumber: c.x509.SerialNumber, Subject: c.x509.Subject, URIs: c.x509.URIs,
			NotBefore: c.x509.NotBefore, NotAfter: c.x509.NotAfter, KeyUsage: c.x509.KeyUsage, ExtKeyUsage: c.x509.ExtKeyUsage}
		change(template)
		return template
	}
	same := func(*x509.Certificate) {}
	authority := like(func(x *x509.Certificate) {
		x.Subject, x.IsCA, x.BasicConstraintsValid, x.KeyUsage, x.SubjectKeyId = c.authority.Subject, true, true, x509.KeyUsageCertSign, c.authority.SubjectKeyId
	})
	authorityKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	theirName := *theirs.authority
	theirName.PublicKey = nil // signs with the key that is given
	for name, x := range map[string]*x509.Certificate{
		"signed by itself":                        forge(t, like(same), nil, nil),
		"signed by an authority of the same name": forge(t, like(same), authority, authorityKey),
		"signed by a client certificate":          forge(t, like(same), c.x509, c.private),
		"of another serial number":                forge(t, like(func(x *x509.Certificate) { x.SerialNumber = big.NewInt(1) }), c.x509, c.private),
		"of our authority itself":                 c.authority,
		"of their user, that says ours": forge(t, like(func(x *x509.Certificate) { x.SerialNumber = theirs.x509.SerialNumber }),
			&theirName, authorityKey),
		"without a name": forge(t, like(func(x *x509.Certificate) { x.URIs = nil }), nil, nil),
		"with two names": forge(t, like(func(x *x509.Certificate) { x.URIs = append(x.URIs[:1:1], theirs.x509.URIs...) }), nil, nil),
		"with a name of no form": forge(t, like(func(x *x509.Certificate) {
			x.URIs = []*url.URL{{Scheme: "urn", Opaque: "gatehouse:" + string(w.tenant.ID)}}
		}), nil, nil),
		"with a name in the subject only": forge(t, like(func(x *x509.Certificate) {
			x.URIs, x.Subject = nil, pkix.Name{CommonName: "urn:gatehouse:" + string(w.tenant.ID) + ":" + string(w.ann.User.ID)}
		}), nil, nil),
		"of an unknown tenant": forge(t, like(func(x *x509.Certificate) {
			x.URIs = []*url.URL{{Scheme: "urn", Opaque: "gatehouse:" + w.Env().NewID() + ":" + string(w.ann.User.ID)}}
		}), nil, nil),
	} {
		// Both when the right one was not seen yet, and when it is remembered.
		for range 2 {
			by, err := w.present(t, x)
			refused(t, name, err)
			if by != (iam.Actor{}) {
				t.Errorf("%s: refused, and answered %+v", name, by)
			}
			if _, err := w.present(t, c.x509); err != nil {
				t.Fatalf("the right one, after %s: %v", name, err)
			}
		}
	}
	if err := w.Authn.RevokeCertificate(t.Context(), w.by, "", theirs.Serial); !iam.Is(err, iam.NotFound) {
		t.Errorf("another tenant's is revoked: %v", err)
	}
	if err := w.Authn.RevokeCertificate(t.Context(), w.by, "", c.Serial); err != nil {
		t.Fatal(err)
	}
	_, err = w.present(t, c.x509)
	refused(t, "revoked", err)
	if err := w.Authn.RevokeCertificate(t.Context(), w.by, "", c.Serial); !iam.Is(err, iam.NotFound) {
		t.Errorf("revoked twice: %v", err)
	}
	if _, err := w.present(t, theirs.x509); err != nil {
		t.Errorf("theirs: %v", err)
	}
}

func testCertificateExpiry(t *testing.T, w world) {
	c := w.issue(t, time.Hour)
	if _, err := w.present(t, c.x509); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(c.Expires.Sub(w.Clock.Now()) - 10*time.Second)
	if _, err := w.present(t, c.x509); err != nil {
		t.Errorf("before its end: %v", err)
	}
	w.Clock.Advance(10 * time.Second)
	_, err := w.present(t, c.x509)
	refused(t, "expired", err)
	w.Clock.Advance(-2 * time.Hour)
	_, err = w.present(t, c.x509)
	refused(t, "before its beginning", err)
}

func testCertificateStanding(t *testing.T, w world) {
	c := w.issue(t, 0)
	use := func() error { _, err := w.present(t, c.x509); return err }
	if err := use(); err != nil {
		t.Fatal(err)
	}
	w.update(t, directory.UserChange{State: ptr(iam.UserDisabled)})
	refused(t, "of a disabled user", use())
	w.update(t, directory.UserChange{State: ptr(iam.UserEnabled)})
	w.setTenant(t, iam.TenantDisabled)
	refused(t, "of an inactive tenant", use())
	w.setTenant(t, iam.TenantActive)
	w.setRules(t, iam.UserRules{API: iam.SourceRule{On: true, Sources: []iam.Source{{Type: iam.SourceIP, Value: "198.51.100.0/24"}}}})
	refused(t, "from elsewhere", use())
	w.setRules(t, iam.UserRules{})
	w.setNetworks(t, netip.MustParsePrefix("198.51.100.0/24"))
	refused(t, "from outside of the tenant's networks", use())
	w.setNetworks(t)
	if err := use(); err != nil {
		t.Errorf("after all that: %v", err)
	}
	if _, err := w.Directory.DeleteUser(t.Context(), w.by, directory.UserKey{ID: w.ann.User.ID}); err != nil {
		t.Fatal(err)
	}
	refused(t, "of a user who is no more", use())
}

func testCertificateInvalid(t *testing.T, w world) {
	for name, in := range map[string]authn.NewCertificate{
		"no passphrase":       {},
		"a short one":         {Passphrase: "1234567"},
		"a long one":          {Passphrase: strings.Repeat("x", 257)},
		"one with a NUL":      {Passphrase: "12345678\x00"},
		"one beyond UCS-2":    {Passphrase: "12345678😀"},
		"a long name":         {Passphrase: phrase, Name: strings.Repeat("x", 257)},
		"a life of minutes":   {Passphrase: phrase, Life: 59 * time.Minute},
		"a life of the past":  {Passphrase: phrase, Life: -time.Hour},
		"a life of centuries": {Passphrase: phrase, Life: 3 * 365 * 24 * time.Hour},
	} {
		in.User = w.ann.User.ID
		_, _, err := w.Authn.IssueCertificate(t.Context(), w.by, in)
		if !iam.Is(err, iam.Invalid) || in.Passphrase != "" && strings.Contains(err.Error(), in.Passphrase) {
			t.Errorf("%s: %v, want Invalid", name, err)
		}
	}
	if _, _, err := w.Authn.IssueCertificate(t.Context(), w.by, authn.NewCertificate{User: w.ann.User.ID, Passphrase: "비밀번호입니다요"}); err != nil {
		t.Errorf("a passphrase in Korean: %v", err)
	}
	if l, err := w.Authn.Certificates(t.Context(), w.by, w.ann.User.ID, iam.Page{Total: true}); err != nil || l.Total != 1 {
		t.Errorf("%d certificates, %v", l.Total, err)
	}
}

// testAuthority: a tenant has one authority of its own, and another before it
// could not outlive what it issues; what the first has issued stays good.
func testAuthority(t *testing.T, w world) {
	authorities := func(by iam.Actor) []*x509.Certificate {
		t.Helper()
		text, err := w.Authn.Authority(t.Context(), by)
		if err != nil {
			t.Fatal(err)
		}
		var found []*x509.Certificate
		for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
			c, err := x509.ParseCertificate(block.Bytes)
			if err != nil || block.Type != "CERTIFICATE" {
				t.Fatalf("%s: %v", block.Type, err)
			}
			found = append(found, c)
		}
		return found
	}
	first := authorities(w.by)
	if len(first) != 1 || !first[0].IsCA || first[0].MaxPathLen != 0 || first[0].Subject.CommonName != "Gatehouse "+w.tenant.Code {
		t.Fatalf("%d authorities: %+v", len(first), first[0].Subject)
	}
	if theirs := authorities(w.Operator()); theirs[0].Equal(first[0]) || bytes.Equal(theirs[0].RawSubject, first[0].RawSubject) {
		t.Error("two tenants have one authority, or two of one name")
	}
	w.Clock.Advance(8*365*24*time.Hour - 24*time.Hour)
	early := w.issue(t, 2*365*24*time.Hour)
	if !early.authority.Equal(first[0]) {
		t.Error("another authority came too early")
	}
	w.Clock.Advance(48 * time.Hour)
	late := w.issue(t, 2*365*24*time.Hour)
	both := authorities(w.by)
	if len(both) != 2 || !both[0].Equal(late.authority) || !both[1].Equal(first[0]) {
		t.Errorf("%d authorities", len(both))
	}
	for _, c := range []issued{early, late} {
		if _, err := w.present(t, c.x509); err != nil {
			t.Errorf("while one takes the place of the other: %v", err)
		}
	}
	w.Clock.Advance(2 * 365 * 24 * time.Hour)
	if left := authorities(w.by); len(left) != 1 || !left[0].Equal(late.authority) {
		t.Errorf("%d authorities are left", len(left))
	}
	if strings.Contains(w.Log.String(), "PRIVATE") {
		t.Error("the log has a private key")
	}
}

func testCertificateLastUsed(t *testing.T, w world) {
	c := w.issue(t, 0)
	lastUsed := func() time.Time {
		t.Helper()
		authn.FlushUsage(w.Authn, t.Context())
		l, err := w.Authn.Certificates(t.Context(), w.by, w.ann.User.ID, iam.Page{})
		if err != nil || len(l.Items) != 1 {
			t.Fatalf("certificates %+v, %v", l.Items, err)
		}
		return l.Items[0].LastUsed
	}
	if at := lastUsed(); !at.IsZero() {
		t.Errorf("never used, at %v", at)
	}
	if _, err := w.present(t, c.x509); err != nil {
		t.Fatal(err)
	}
	if lastUsed().IsZero() {
		t.Error("used, and it does not show")
	}
}
