package message

import (
	"net/url"
	"strings"
)

const (
	lower  = "abcdefghijklmnopqrstuvwxyz"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits = "0123456789"

	labelChars = lower + digits + "-"                              // RFC 1035 section 2.3.1
	valueChars = lower + upper + digits + "-_."                    // kubernetes.io, "Labels and Selectors"
	tokenChars = lower + upper + digits + "!#$%&'*+-.^_`|~"        // RFC 9110 section 5.6.2
	uriChars   = lower + upper + digits + "-._~:/?#[]@!$&'()*+,;=" // RFC 3986 sections 2.2 and 2.3
)

// only reports whether s has something in it, and nothing but these characters.
func only(s, characters string) bool {
	for i := range len(s) {
		if strings.IndexByte(characters, s[i]) < 0 {
			return false
		}
	}
	return s != ""
}

// isLabel reports whether s is a DNS label in lower case, of whatever length
// (RFC 1035 section 2.3.1).
func isLabel(s string) bool {
	return only(s, labelChars) && only(s[:1], lower) && s[len(s)-1] != '-'
}

// isLabelValue reports whether s is the value of a Kubernetes label, of
// whatever length (kubernetes.io, "Labels and Selectors"). The empty one is.
func isLabelValue(s string) bool {
	const ends = lower + upper + digits
	return s == "" || only(s, valueChars) && only(s[:1], ends) && only(s[len(s)-1:], ends)
}

// isToken reports whether s is a token, as names of HTTP fields are (RFC 9110
// section 5.1).
func isToken(s string) bool { return only(s, tokenChars) }

// isReference reports whether s is a URI or a relative reference (RFC 3986
// section 4.1). The empty one is.
func isReference(s string) bool {
	if _, err := url.Parse(s); err != nil {
		return false
	}
	return s == "" || only(s, uriChars+"%") && escaped(s)
}

// escaped reports whether each percent sign in s begins an escape: url.Parse
// leaves those of a query alone.
func escaped(s string) bool {
	for _, after := range strings.Split(s, "%")[1:] {
		if len(after) < 2 || !only(after[:2], digits+"abcdefABCDEF") {
			return false
		}
	}
	return true
}

// isURI reports whether s is a URI, which has a scheme, and is more than that.
func isURI(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.IsAbs() && isReference(s) && (u.Host != "" || u.Opaque != "" || u.Path != "")
}
