package transfer

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// rdn answers what the first part of a distinguished name (RFC 4514) says of the
// attributes, by their names in small letters. ok is false for what is no name.
func rdn(dn string) (attributes map[string]string, ok bool) {
	attributes = map[string]string{}
	for rest, more := dn, true; more; {
		name, value, found := strings.Cut(rest, "=")
		if !found {
			return nil, false
		}
		var text string
		if text, rest, more, ok = rdnValue(strings.TrimLeft(value, " ")); !ok {
			return nil, false
		}
		attributes[strings.ToLower(strings.TrimSpace(name))] = text
	}
	return attributes, true
}

// rdnValue reads a value up to the "," or ";" that ends the part, or to the "+"
// before another attribute of it: more says so.
func rdnValue(s string) (value, rest string, more, ok bool) {
	var b strings.Builder
	quoted := strings.HasPrefix(s, `"`) // of RFC 2253 and earlier
	if quoted {
		s = s[1:]
	}
	kept := 0 // spaces behind are not of the value, save escaped ones
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\':
			plain, size := unescape(s[i+1:])
			if size == 0 {
				return "", "", false, false
			}
			i += size
			b.WriteString(plain)
			kept = b.Len()
			continue
		case quoted && c == '"':
			after := strings.TrimLeft(s[i+1:], " ")
			if after != "" && strings.IndexByte(",;+", after[0]) < 0 {
				return "", "", false, false
			}
			return b.String(), strings.TrimLeft(after, "+"), strings.HasPrefix(after, "+"), utf8.ValidString(b.String())
		case !quoted && (c == ',' || c == ';' || c == '+'):
			return b.String()[:kept], s[i+1:], c == '+', utf8.ValidString(b.String())
		}
		if b.WriteByte(c); c != ' ' || quoted {
			kept = b.Len()
		}
	}
	return b.String()[:kept], "", false, !quoted && utf8.ValidString(b.String())
}

// unescape reads what is behind a backslash: a character, or two hexadecimal
// digits of a byte. size is 0 where neither is there.
func unescape(s string) (plain string, size int) {
	if len(s) >= 2 {
		if b, err := hex.DecodeString(s[:2]); err == nil {
			return string(b), 2
		}
	}
	if len(s) >= 1 {
		return s[:1], 1
	}
	return "", 0
}

// makeDN writes a distinguished name of one attribute below a unit.
func makeDN(attribute, value, unit string) string {
	var b strings.Builder
	for i, c := range []byte(value) {
		edge := c == ' ' && (i == 0 || i == len(value)-1) || c == '#' && i == 0
		switch {
		case c < ' ':
			b.WriteString(`\` + hex.EncodeToString([]byte{c}))
			continue
		case edge, strings.IndexByte(`\,;+"<>=`, c) >= 0:
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return attribute + "=" + b.String() + ",ou=" + unit
}
