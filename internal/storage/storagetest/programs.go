package storagetest

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// programs are the credentials of programs that populate makes.
type programs struct {
	key         authn.AccessKeyRecord
	signing     authn.SigningKey
	authority   authn.Authority
	certificate iam.Certificate
	signature   string
}

// newPrograms makes one of each for a user; their ids are the same in every tenant.
func (f *fixture) newPrograms(u iam.User) programs {
	f.Helper()
	p := programs{key: f.anAccessKey("ncp_iam_1", u), signing: f.aSigningKey("k1"), authority: f.anAuthority(),
		certificate: f.aCertificate("4f", u), signature: "5eed"}
	f.ok(f.store.InsertAccessKey(f.ctx(), f.tenant.ID, p.key, 2))
	_, err := f.store.InsertSigningKey(f.ctx(), f.tenant.ID, p.signing)
	f.ok(err)
	_, err = f.store.InsertAuthority(f.ctx(), f.tenant.ID, p.authority, f.env.Time())
	f.ok(err)
	f.ok(f.store.InsertCertificate(f.ctx(), f.tenant.ID, p.certificate))
	f.ok(f.store.UseSignature(f.ctx(), f.tenant.ID, p.signature, f.env.Time().Add(time.Hour)))
	return p
}

// networks are of both families, and of one address.
func networks() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("192.0.2.7/32")}
}

func (f *fixture) anAccessKey(id iam.AccessKeyID, u iam.User) authn.AccessKeyRecord {
	return authn.AccessKeyRecord{Secret: []byte{0, 1, 2, 255}, AccessKey: iam.AccessKey{ID: id, User: u.ID, Username: u.Username,
		Active: true, Networks: networks(), Created: f.env.Time()}}
}

func (f *fixture) aSigningKey(id string) authn.SigningKey {
	return authn.SigningKey{ID: id, Algorithm: "RS256", Public: []byte{1, 0}, Private: []byte{2, 0}, Created: f.env.Time()}
}

func (f *fixture) anAuthority() authn.Authority {
	now := f.env.Time()
	return authn.Authority{ID: f.env.NewID(), Certificate: []byte{3, 0}, Private: []byte{4, 0}, Created: now, Expires: now.Add(24 * time.Hour)}
}

func (f *fixture) aCertificate(serial string, u iam.User) iam.Certificate {
	now := f.env.Time()
	return iam.Certificate{Serial: serial, User: u.ID, Username: u.Username, Name: "laptop", Fingerprint: "ab" + serial,
		Created: now, Expires: now.Add(time.Hour)}
}

func standingOf(u iam.User) authn.Standing {
	return authn.Standing{User: u.ID, Username: u.Username, State: u.State, TenantState: iam.TenantActive}
}

func testAccessKeys(f *fixture) {
	u, other := f.newUser("kim"), f.newUser("lee")
	first := f.anAccessKey("First", u)
	e := f.event("access-key", "create")
	f.bumps(false, func() { f.ok(f.store.InsertAccessKey(f.ctx(), f.tenant.ID, first, 2, e)) })
	f.logged(e)
	want := first
	want.Standing = standingOf(u)
	got, err := f.store.AccessKey(f.ctx(), f.tenant.ID, first.ID)
	f.ok(err)
	same(f, got, want)
	for _, id := range []iam.AccessKeyID{"", "first", "nothing", "\x00"} {
		_, err = f.store.AccessKey(f.ctx(), f.tenant.ID, id)
		f.fails(err, iam.NotFound)
		f.fails(f.store.UpdateAccessKey(f.ctx(), f.tenant.ID, iam.AccessKey{ID: id}), iam.NotFound)
		f.fails(f.store.DeleteAccessKey(f.ctx(), f.tenant.ID, id), iam.NotFound)
	}

	// Limits are those of a user.
	second, third := f.anAccessKey("Second", u), f.anAccessKey("Third", u)
	second.Networks = nil
	f.ok(f.store.InsertAccessKey(f.ctx(), f.tenant.ID, second, 2))
	if e := f.failure(f.store.InsertAccessKey(f.ctx(), f.tenant.ID, third, 2), iam.Precondition); e.Code != iam.ReasonLimit {
		f.Errorf("a third: %v", e)
	}
	taken := f.anAccessKey(first.ID, other)
	f.fails(f.store.InsertAccessKey(f.ctx(), f.tenant.ID, taken, 2), iam.Exists)
	for _, id := range []iam.UserID{"no id", iam.UserID(f.env.NewID())} {
		third.User = id
		f.fails(f.store.InsertAccessKey(f.ctx(), f.tenant.ID, third, 2), iam.NotFound)
	}

	e = f.event("access-key", "update")
	second.Active, second.Networks = false, networks()[:1]
	f.bumps(true, func() { f.ok(f.store.UpdateAccessKey(f.ctx(), f.tenant.ID, second.AccessKey, e)) })
	f.logged(e)
	at := f.env.Time()
	f.bumps(false, func() {
		f.ok(f.store.TouchAccessKeys(f.ctx(), f.tenant.ID, map[iam.AccessKeyID]time.Time{first.ID: at, "nothing": at}))
		f.ok(f.store.TouchAccessKeys(f.ctx(), f.tenant.ID, map[iam.AccessKeyID]time.Time{first.ID: at.Add(-time.Hour)})) // told late
	})
	first.LastUsed = at
	third = f.anAccessKey("Third", other)
	f.ok(f.store.InsertAccessKey(f.ctx(), f.tenant.ID, third, 1))
	l, err := f.store.AccessKeys(f.ctx(), f.tenant.ID, u.ID, iam.Page{Total: true})
	f.ok(err)
	same(f, l, iam.List[iam.AccessKey]{Items: []iam.AccessKey{second.AccessKey, first.AccessKey}, Total: 2})
	l, err = f.store.AccessKeys(f.ctx(), f.tenant.ID, "", iam.Page{})
	f.ok(err)
	same(f, l.Items, []iam.AccessKey{third.AccessKey, second.AccessKey, first.AccessKey})
	walk(f, iam.Page{}, func(k iam.AccessKey) iam.AccessKeyID { return k.ID }, func(p iam.Page) (iam.List[iam.AccessKey], error) {
		return f.store.AccessKeys(f.ctx(), f.tenant.ID, "", p)
	})

	e = f.event("access-key", "delete")
	f.bumps(true, func() { f.ok(f.store.DeleteAccessKey(f.ctx(), f.tenant.ID, second.ID, e)) })
	f.logged(e)
	f.fails(f.store.DeleteAccessKey(f.ctx(), f.tenant.ID, second.ID), iam.NotFound)
	f.ok(f.store.InsertAccessKey(f.ctx(), f.tenant.ID, second, 2)) // there is room again
}

// testAccessKeyRace makes many keys of one user at once: as many come about as
// may be.
func testAccessKeyRace(f *fixture) {
	u := f.newUser("kim")
	errs := race(16, func(i int) error {
		return f.store.InsertAccessKey(f.ctx(), f.tenant.ID, f.anAccessKey(iam.AccessKeyID(fmt.Sprint("key", i)), u), 2)
	})
	same(f, f.winners(errs, iam.Precondition), 2)
	l, err := f.store.AccessKeys(f.ctx(), f.tenant.ID, u.ID, iam.Page{Total: true})
	f.ok(err)
	same(f, l.Total, 2)
}

// testSignatures uses one signature many times at once.
func testSignatures(f *fixture) {
	until := f.env.Time().Add(time.Hour)
	errs := race(100, func(int) error { return f.store.UseSignature(f.ctx(), f.tenant.ID, "abc", until) })
	same(f, f.winners(errs, iam.Exists), 1)
	f.bumps(false, func() { f.ok(f.store.UseSignature(f.ctx(), f.tenant.ID, "abd", until)) })
	f.ok(f.store.UseSignature(f.ctx(), f.newTenant("").ID, "abc", until))
	f.fails(f.store.UseSignature(f.ctx(), iam.TenantID(f.env.NewID()), "abc", until), iam.NotFound)
}

// testSigningKeys makes the first key pair on many nodes at once: all answer
// the one that came of it.
func testSigningKeys(f *fixture) {
	keys, err := f.store.SigningKeys(f.ctx(), f.tenant.ID)
	f.ok(err)
	same(f, keys, nil)
	_, err = f.store.SigningKeys(f.ctx(), iam.TenantID(f.env.NewID()))
	f.fails(err, iam.NotFound)
	_, err = f.store.InsertSigningKey(f.ctx(), iam.TenantID(f.env.NewID()), f.aSigningKey("k"))
	f.fails(err, iam.NotFound)

	answers := make([]authn.SigningKey, 16)
	errs := race(len(answers), func(i int) (err error) {
		answers[i], err = f.store.InsertSigningKey(f.ctx(), f.tenant.ID, f.aSigningKey(fmt.Sprint("k", i)))
		return err
	})
	f.ok(errors.Join(errs...))
	keys, err = f.store.SigningKeys(f.ctx(), f.tenant.ID)
	f.ok(err)
	same(f, len(keys), 1)
	for _, k := range answers {
		same(f, k, keys[0])
	}
	other := f.aSigningKey("other")
	other.Algorithm = "ES256"
	f.bumps(true, func() {
		k, err := f.store.InsertSigningKey(f.ctx(), f.tenant.ID, other)
		f.ok(err)
		same(f, k, other)
	})
	keys, err = f.store.SigningKeys(f.ctx(), f.tenant.ID)
	f.ok(err)
	same(f, keys, []authn.SigningKey{other, answers[0]})
}

func testAuthorities(f *fixture) {
	found, err := f.store.Authorities(f.ctx(), f.tenant.ID)
	f.ok(err)
	same(f, found, nil)
	_, err = f.store.InsertAuthority(f.ctx(), iam.TenantID(f.env.NewID()), f.anAuthority(), f.env.Time())
	f.fails(err, iam.NotFound)

	first, second := f.anAuthority(), f.anAuthority()
	for _, a := range []authn.Authority{first, second} { // the second is not needed while the first lasts
		got, err := f.store.InsertAuthority(f.ctx(), f.tenant.ID, a, first.Expires.Add(-time.Second))
		f.ok(err)
		same(f, got, first)
	}
	got, err := f.store.InsertAuthority(f.ctx(), f.tenant.ID, second, first.Expires)
	f.ok(err)
	same(f, got, second)
	found, err = f.store.Authorities(f.ctx(), f.tenant.ID)
	f.ok(err)
	same(f, found, []authn.Authority{second, first})

	until := second.Expires
	errs := race(16, func(int) error {
		_, err := f.store.InsertAuthority(f.ctx(), f.tenant.ID, f.anAuthority(), until)
		return err
	})
	f.ok(errors.Join(errs...))
	found, err = f.store.Authorities(f.ctx(), f.tenant.ID)
	f.ok(err)
	same(f, len(found), 3)
}

func testCertificates(f *fixture) {
	u, other := f.newUser("kim"), f.newUser("lee")
	first, second := f.aCertificate("aa", u), f.aCertificate("bb", other)
	e := f.event("certificate", "create")
	f.bumps(false, func() { f.ok(f.store.InsertCertificate(f.ctx(), f.tenant.ID, first, e)) })
	f.logged(e)
	f.ok(f.store.InsertCertificate(f.ctx(), f.tenant.ID, second))
	f.fails(f.store.InsertCertificate(f.ctx(), f.tenant.ID, first), iam.Exists)
	stray := f.aCertificate("cc", u)
	for _, id := range []iam.UserID{"no id", iam.UserID(f.env.NewID())} {
		stray.User = id
		f.fails(f.store.InsertCertificate(f.ctx(), f.tenant.ID, stray), iam.NotFound)
	}
	got, err := f.store.Certificate(f.ctx(), f.tenant.ID, "aa")
	f.ok(err)
	same(f, got, authn.CertificateRecord{Certificate: first, Standing: standingOf(u)})

	at := f.env.Time()
	f.bumps(false, func() {
		f.ok(f.store.TouchCertificates(f.ctx(), f.tenant.ID, map[string]time.Time{"aa": at, "nothing": at}))
		f.ok(f.store.TouchCertificates(f.ctx(), f.tenant.ID, map[string]time.Time{"aa": at.Add(-time.Hour)}))
	})
	e = f.event("certificate", "revoke")
	f.bumps(true, func() { f.ok(f.store.RevokeCertificate(f.ctx(), f.tenant.ID, "aa", at, e)) })
	f.logged(e)
	for _, serial := range []string{"aa", "AA", "", "nothing"} { // the first is revoked already
		f.fails(f.store.RevokeCertificate(f.ctx(), f.tenant.ID, serial, at), iam.NotFound)
	}
	_, err = f.store.Certificate(f.ctx(), f.tenant.ID, "nothing")
	f.fails(err, iam.NotFound)

	first.LastUsed, first.Revoked = at, at
	l, err := f.store.Certificates(f.ctx(), f.tenant.ID, "", iam.Page{Total: true})
	f.ok(err)
	same(f, l, iam.List[iam.Certificate]{Items: []iam.Certificate{second, first}, Total: 2})
	l, err = f.store.Certificates(f.ctx(), f.tenant.ID, u.ID, iam.Page{})
	f.ok(err)
	same(f, l.Items, []iam.Certificate{first})
	walk(f, iam.Page{}, func(c iam.Certificate) string { return c.Serial }, func(p iam.Page) (iam.List[iam.Certificate], error) {
		return f.store.Certificates(f.ctx(), f.tenant.ID, "", p)
	})
}

// testScopedTokens: what narrows a token is kept.
func testScopedTokens(f *fixture) {
	u := f.newUser("kim")
	r := authn.TokenRecord{KeyID: "1", MAC: []byte{1}, APIToken: iam.APIToken{ID: "scoped", User: u.ID, Username: u.Username,
		Scope: "users.read regions.*", Networks: networks(), Created: f.env.Time()}}
	f.ok(f.store.InsertToken(f.ctx(), f.tenant.ID, r))
	got, err := f.store.Token(f.ctx(), f.tenant.ID, r.ID)
	f.ok(err)
	same(f, got.APIToken, r.APIToken)
	l, err := f.store.Tokens(f.ctx(), f.tenant.ID, u.ID, iam.Page{})
	f.ok(err)
	same(f, l.Items, []iam.APIToken{r.APIToken})

	other := r
	other.ID, other.User, other.Username, other.Created = "of-lee", f.newUser("lee").ID, "lee", r.Created.Add(time.Second)
	f.ok(f.store.InsertToken(f.ctx(), f.tenant.ID, other))
	f.newToken("wide", u)
	l, err = f.store.TokensOfScope(f.ctx(), f.tenant.ID, r.Scope, iam.Page{Total: true})
	f.ok(err)
	same(f, l, iam.List[iam.APIToken]{Items: []iam.APIToken{other.APIToken, r.APIToken}, Total: 2})
	l, err = f.store.TokensOfScope(f.ctx(), f.tenant.ID, "users.read", iam.Page{})
	f.ok(err)
	same(f, l.Items, nil)
}
