package iam

import (
	"maps"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fold is the form in which names are compared without regard to case, and
// which storage keeps in its ..._key columns: each letter as the least of its
// simple case folding orbit (Unicode), so that it is the same in Go, SQLite
// and PostgreSQL whatever their locale. Surrounding white space does not count.
func Fold(s string) string { return FoldCase(strings.TrimSpace(s)) }

// FoldCase is Fold of a text whose white space counts, such as a part of one.
func FoldCase(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 {
			if 'A' <= r && r <= 'Z' {
				r += 'a' - 'A'
			}
			return r
		}
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return unicode.ToLower(least)
	}, s)
}

// Cut shortens s to at most n bytes without breaking a character. It is for
// what comes from outside and is only kept for people to read.
func Cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:n]
}

// Printable reports whether s is free of control characters and of the
// invisible ones that make two different names look the same: formats, line
// and paragraph separators, fillers, joiners and variation selectors.
func Printable(s string) bool {
	for _, r := range s {
		if r < utf8.RuneSelf { // most are, and searching the tables takes its time
			if r < ' ' || r == 0x7f {
				return false
			}
			continue
		}
		if r == unicode.ReplacementChar || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp,
			unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) {
			return false
		}
	}
	return true
}

// Merge answers a with the members of b over it, leaving both as they are.
func Merge(a, b map[string]string) map[string]string {
	if len(b) == 0 {
		return a
	}
	m := maps.Clone(a)
	if m == nil {
		m = make(map[string]string, len(b))
	}
	maps.Copy(m, b)
	return m
}

// Patch answers a with the members of b over it, leaving both as they are. A
// nil value removes a member.
func Patch(a map[string]string, b map[string]*string) map[string]string {
	if len(b) == 0 {
		return a
	}
	m := make(map[string]string, len(a)+len(b))
	maps.Copy(m, a)
	for k, v := range b {
		if v == nil {
			delete(m, k)
		} else {
			m[k] = *v
		}
	}
	return m
}
