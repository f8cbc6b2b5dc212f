package iam

import "strings"

// Pattern is a filter on a text: alternatives separated by '|', in each of
// which '*' stands for any run of characters. It compares without regard to
// case, over the whole text. The empty Pattern matches everything.
type Pattern string

// Match reports whether the pattern matches s. It is the meaning that storage
// has to reproduce.
func (p Pattern) Match(s string) bool {
	if p == "" {
		return true
	}
	s = Fold(s)
	for _, alt := range p.Alternatives() {
		if matchGlob(alt, s) {
			return true
		}
	}
	return false
}

// Alternatives answers the folded parts between '|'.
func (p Pattern) Alternatives() []string {
	parts := strings.Split(string(p), "|")
	for i, part := range parts {
		parts[i] = Fold(part)
	}
	return parts
}

// matchGlob matches with one restart point, in time linear in len(glob)*len(s)
// at worst.
func matchGlob(glob, s string) bool {
	g, i, star, mark := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case g < len(glob) && glob[g] == '*':
			star, mark = g, i
			g++
		case g < len(glob) && glob[g] == s[i]:
			g++
			i++
		case star >= 0:
			mark++
			g, i = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(glob[g:], "*") == ""
}
