package rbac

import "strings"

// plain are the bytes that a path has as they are, and the sign of an escape
// (RFC 3986 section 3.3).
var plain = func() (set [256]bool) {
	for _, b := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@[]/%") {
		set[b] = true
	}
	return set
}()

// sent answers a path without its query, as http.ServeMux reads it, and whether
// anything in it is escaped. ok is false for one that cannot be sent, or that
// would be redirected to another spelling before it reaches an endpoint: it is
// not absolute, has an empty, "." or ".." segment, a space, a control character
// or a malformed escape.
func sent(path string) (_ string, escaped, ok bool) {
	if i := strings.IndexByte(path, '?'); i >= 0 {
		path = path[:i]
	}
	odd := false
	for i := 0; i < len(path); i++ {
		switch b := path[i]; {
		case plain[b] && b != '%':
		case b == '%':
			if i+2 >= len(path) || digit(path[i+1]) > 15 || digit(path[i+2]) > 15 {
				return "", false, false
			}
			escaped = true
		case b <= ' ' || b == 0x7f:
			return "", false, false
		default:
			odd = true
		}
	}
	if odd && escaped {
		// Bytes that had to be escaped, and are not, make net/url escape the
		// path anew, and what was an escaped slash becomes one.
		path, escaped = unescape(path), false
	}
	return path, escaped, clean(path)
}

// clean reports whether a path is absolute and without empty, "." and ".."
// segments, but for an empty one at its end.
func clean(path string) bool {
	if !strings.HasPrefix(path, "/") || strings.Contains(path, "//") {
		return false
	}
	if !strings.Contains(path, "/.") {
		return true
	}
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "." || segment == ".." {
			return false
		}
	}
	return true
}

// unescape decodes the percent-escapes of a segment (RFC 3986 section 2.1),
// which are well formed.
func unescape(segment string) string {
	if strings.IndexByte(segment, '%') < 0 {
		return segment
	}
	text := make([]byte, 0, len(segment))
	for i := 0; i < len(segment); i++ {
		b := segment[i]
		if b == '%' {
			b = digit(segment[i+1])<<4 | digit(segment[i+2])
			i += 2
		}
		text = append(text, b)
	}
	return string(text)
}

// digit answers the value of a hexadecimal digit, 255 for anything else.
func digit(b byte) byte {
	switch {
	case '0' <= b && b <= '9':
		return b - '0'
	case 'a' <= b && b <= 'f':
		return b - 'a' + 10
	case 'A' <= b && b <= 'F':
		return b - 'A' + 10
	}
	return 255
}
