package authn_test

import (
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/crypto/scrypt"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/password"
)

func TestForeignHash(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"is replaced":           testForeignHash,
		"is an earlier one too": testForeignHashOfHistory,
	})
}

// foreignHashes are hashes of a password as other systems make them.
func foreignHashes(t *testing.T, pw string) map[string]string {
	t.Helper()
	crypt, err := bcrypt.GenerateFromPassword([]byte(pw), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	salt := []byte("0123456789abcdef")
	derived, err := pbkdf2.Key(sha256.New, pw, salt, 1000, 32)
	if err != nil {
		t.Fatal(err)
	}
	key, err := scrypt.Key([]byte(pw), salt, 16, 8, 1, 32)
	if err != nil {
		t.Fatal(err)
	}
	salted := sha1.Sum(append([]byte(pw), salt...))
	text := base64.RawStdEncoding.EncodeToString
	return map[string]string{
		"bcrypt":  "{CRYPT}" + string(crypt),
		"argon2i": "$argon2i$v=19$m=64,t=1,p=1$" + text(salt) + "$" + text(argon2.Key([]byte(pw), salt, 1, 64, 1, 32)),
		"PBKDF2":  "$pbkdf2-sha256$i=1000$" + text(salt) + "$" + text(derived),
		"scrypt":  "$scrypt$ln=4,r=8,p=1$" + text(salt) + "$" + text(key),
		"SSHA":    "{SSHA}" + text(append(salted[:], salt...)),
	}
}

func (w world) setHash(t *testing.T, text string) (stored string) {
	t.Helper()
	stored, err := password.Foreign(text)
	if err != nil {
		t.Fatal(err)
	}
	a, err := w.Store.Account(t.Context(), w.tenant.ID, "ann")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Store.SetPassword(t.Context(), w.tenant.ID, a.User, a.Generation, stored, false); err != nil {
		t.Fatal(err)
	}
	return stored
}

// testForeignHash: a hash of another system lets its user in as an own one does,
// and is replaced by an own one with that, but not by an attempt that fails.
func testForeignHash(t *testing.T, w world) {
	for name, text := range foreignHashes(t, phrase) {
		stored := w.setHash(t, text)
		if _, err := w.Authn.SignIn(t.Context(), w.tenant.ID, "ann", phrase+"!", from); !iam.Is(err, iam.Unauthenticated) {
			t.Errorf("%s: a wrong password answers %v", name, err)
		}
		if a, err := w.Store.Account(t.Context(), w.tenant.ID, "ann"); err != nil || a.PasswordHash != stored {
			t.Errorf("%s: after a wrong password: %v, replaced %v", name, err, a.PasswordHash != stored)
		}
		s, err := w.Authn.SignIn(t.Context(), w.tenant.ID, "ann", phrase, from)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if a, err := w.Store.Account(t.Context(), w.tenant.ID, "ann"); err != nil || !strings.HasPrefix(a.PasswordHash, "$argon2id$v=19$m=64,t=1,p=1$") {
			t.Errorf("%s: after the sign-in: %.20q, %v", name, a.PasswordHash, err)
		}
		w.session(t, w.token(t, s)) // which has not ended by that
		if _, err := w.Authn.SignIn(t.Context(), w.tenant.ID, "ann", phrase, from); err != nil {
			t.Errorf("%s: by the new hash: %v", name, err)
		}
	}
}

// testForeignHashOfHistory: a password that was brought in is an earlier one as
// any other is.
func testForeignHashOfHistory(t *testing.T, w world) {
	w.setHash(t, foreignHashes(t, phrase)["SSHA"])
	if _, err := w.Authn.ChangePassword(t.Context(), w.tenant.ID, "ann", phrase, phrase, from); !iam.Is(err, iam.Invalid) {
		t.Errorf("the present password is taken for a new one: %v", err)
	}
}
