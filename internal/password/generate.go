package password

import (
	"encoding/binary"
	"io"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Letters, digits and symbols of generated passwords, without those that look
// alike in many fonts.
const (
	generatedLower   = "abcdefghijkmnpqrstuvwxyz"
	generatedUpper   = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	generatedDigits  = "23456789"
	generatedSymbols = "!@#$%^&*-_=+?"
)

// attempts bound how often Generate tries, each tenth time with a character
// more: of random passwords hardly one in millions breaks a rule that not all of
// that length break, as the greatest strength is out of reach of eight characters.
const attempts = 100

// Generate makes a password that the policy allows: of length characters, or
// of as many more as the policy asks for, with at least one of each class. A
// source of randomness that fails panics, as in iam.Env. Precondition: the
// policy contradicts itself, so that it allows none.
func (p Policy) Generate(random io.Reader, length int, who Identity) (string, error) {
	for n := range attempts {
		if pw := p.generate(random, length+n/10); p.Check(pw, who) == nil {
			return pw, nil
		}
	}
	return "", iam.E(iam.Precondition, "the password policy asks for more than a password of its greatest length can have")
}

func (p Policy) generate(random io.Reader, length int) string {
	var b []byte
	for _, class := range []struct {
		letters string
		least   int
	}{{generatedLower, p.MinLower}, {generatedUpper, p.MinUpper}, {generatedDigits, p.MinDigits}, {generatedSymbols, p.MinSymbols}} {
		for range max(class.least, 1) {
			b = append(b, pick(random, class.letters))
		}
	}
	all := strings.Join([]string{generatedLower, generatedUpper, generatedDigits, generatedSymbols}, "")
	for len(b) < max(length, p.MinLength) {
		b = append(b, pick(random, all))
	}
	for i := len(b) - 1; i > 0; i-- { // Fisher and Yates
		j := below(random, i+1)
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

func pick(random io.Reader, letters string) byte { return letters[below(random, len(letters))] }

// below answers a number from 0 to n-1, each as likely as the others.
func below(random io.Reader, n int) int {
	const span = 1 << 32
	for {
		var raw [4]byte
		if _, err := io.ReadFull(random, raw[:]); err != nil {
			panic("password: source of randomness failed: " + err.Error())
		}
		if v := int(binary.BigEndian.Uint32(raw[:])); v < span-span%n {
			return v % n
		}
	}
}
