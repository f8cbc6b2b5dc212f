package password_test

import (
	"crypto/rand"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/password"
)

// Whatever a tenant asks for, what is generated passes, has every class, and
// is as long as was wished where the policy does not ask for more.
func TestGenerate(t *testing.T) {
	seen := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		class := rapid.IntRange(0, 16)
		p := password.Policy{
			MinLength: rapid.IntRange(4, 128).Draw(t, "min"), MaxLength: 256,
			MinLower: class.Draw(t, "lower"), MinUpper: class.Draw(t, "upper"), MinDigits: class.Draw(t, "digits"), MinSymbols: class.Draw(t, "symbols"),
			NotUsername: true, RefuseCommon: true, MinStrength: rapid.IntRange(0, 4).Draw(t, "strength"),
		}
		length := rapid.IntRange(8, 40).Draw(t, "length")
		who := password.Identity{Username: "hana", Email: "hana@example.com"}
		pw, err := p.Generate(rand.Reader, length, who)
		if err == nil {
			err = p.Check(pw, who)
		}
		if err != nil {
			t.Fatalf("%q: %v", pw, err)
		}
		every := password.Policy{MaxLength: 256, MinLower: 1, MinUpper: 1, MinDigits: 1, MinSymbols: 1}
		if err := every.Check(pw, who); err != nil {
			t.Fatalf("%q: %v", pw, err)
		}
		classes := max(p.MinLower, 1) + max(p.MinUpper, 1) + max(p.MinDigits, 1) + max(p.MinSymbols, 1)
		want, most := max(length, p.MinLength, classes), 0
		if p.MinStrength == 4 {
			most = 4 // what a short one needs to be so strong
		}
		if len(pw) < want || len(pw) > want+most {
			t.Fatalf("%q has %d characters, want %d", pw, len(pw), want)
		}
		if seen[pw] {
			t.Fatalf("%q was made twice", pw)
		}
		seen[pw] = true
	})
}

// A length at which no password is as strong as the policy asks for is no
// reason to have none.
func TestGenerateStrong(t *testing.T) {
	p := password.Policy{MinLength: 4, MaxLength: 256, NotUsername: true, RefuseCommon: true, MinStrength: 4}
	for range 20 {
		pw, err := p.Generate(rand.Reader, 8, password.Identity{})
		if err != nil || len(pw) < 8 || len(pw) > 12 {
			t.Fatalf("%q, %v", pw, err)
		}
	}
}

func TestGenerateWhereNothingIsAllowed(t *testing.T) {
	p := password.Policy{MinLength: 8, MaxLength: 16, MinLower: 9, MinUpper: 9}
	if pw, err := p.Generate(rand.Reader, 16, password.Identity{}); !iam.Is(err, iam.Precondition) || pw != "" {
		t.Errorf("answered %q, %v", pw, err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, iam.E(iam.Internal, "no randomness") }

func TestGenerateWithoutRandomness(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a password was made without randomness")
		}
	}()
	pw, err := password.DefaultPolicy().Generate(broken{}, 16, password.Identity{})
	t.Errorf("answered %q, %v", pw, err)
}
