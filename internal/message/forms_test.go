package message

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// The forms once more, as the sources of their rules write them.
var (
	labelForm      = regexp.MustCompile(`^[a-z]([-a-z0-9]*[a-z0-9])?$`)                               // RFC 1035 section 2.3.1
	labelValueForm = regexp.MustCompile(`^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$`)              // what the API server of Kubernetes tells of a wrong one
	tokenForm      = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")                              // RFC 9110 section 5.6.2
	uriForm        = regexp.MustCompile(`^(([^:/?#]+):)?(//([^/?#]*))?([^?#]*)(\?([^#]*))?(#(.*))?$`) // RFC 3986 appendix B
)

// FuzzForms holds the readers of values against their sources.
func FuzzForms(f *testing.F) {
	for _, s := range []string{"", "a", "a-b", "A.b_c", "X-User", "https://h/p?q=%20#f", "string:///YQ==", "urn:a:b", "%zz", "//h", "a\n", "é", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if isLabel(s) != labelForm.MatchString(s) {
			t.Errorf("isLabel(%q) is %v", s, isLabel(s))
		}
		if isLabelValue(s) != labelValueForm.MatchString(s) {
			t.Errorf("isLabelValue(%q) is %v", s, isLabelValue(s))
		}
		if isToken(s) != tokenForm.MatchString(s) {
			t.Errorf("isToken(%q) is %v", s, isToken(s))
		}
		if isURI(s) && !isReference(s) {
			t.Errorf("%q is a URI and no reference", s)
		}
		if !isReference(s) {
			return
		}
		if strings.ContainsAny(s, " <>\"\\^`{}|\x7f") || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%q has what no URI has", s)
		}
		u, err := url.Parse(s)
		if err != nil {
			t.Fatalf("%q is a reference that cannot be read: %v", s, err)
		}
		if parts := uriForm.FindStringSubmatch(s); isURI(s) && !strings.EqualFold(parts[2], u.Scheme) {
			t.Errorf("the scheme of %q is %q, read as %q", s, parts[2], u.Scheme)
		}
	})
}
