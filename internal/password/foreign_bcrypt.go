package password

import (
	"errors"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// Costs of bcrypt that are verified: the highest takes about four seconds.
const minBcrypt, maxBcrypt = 4, 16

// bcryptHash is one of the form $2b$12$ and 53 letters.
type bcryptHash string

// readBcrypt takes the names of the algorithm that mean the same. $2x$ is what
// had the fault of an early implementation.
func readBcrypt(text string) (foreign, error) {
	parts := strings.Split(text, "$")
	if len(parts) != 4 || parts[0] != "" {
		return nil, errors.New("bcrypt does not have three parts")
	}
	if v := parts[1]; v != "2a" && v != "2b" && v != "2y" {
		return nil, errors.New("version of bcrypt is not 2a, 2b or 2y")
	}
	if len(parts[2]) != 2 {
		return nil, errors.New("cost of bcrypt does not have two digits")
	}
	if _, err := number(strings.TrimPrefix(parts[2], "0"), "", "cost", minBcrypt, maxBcrypt); err != nil {
		return nil, err
	}
	const letters = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	if len(parts[3]) != 53 || strings.Trim(parts[3], letters) != "" {
		return nil, errors.New("salt and hash of bcrypt are not 53 letters")
	}
	return bcryptHash(text), nil
}

func (h bcryptHash) String() string { return string(h) }

func (bcryptHash) memory() uint32 { return 4 }

func (h bcryptHash) matches(pw string) bool {
	return bcrypt.CompareHashAndPassword([]byte(h), []byte(pw)) == nil
}
