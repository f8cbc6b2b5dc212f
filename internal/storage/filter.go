package storage

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// filter is the WHERE clause of a list: conditions out of constant pieces, and
// the arguments that belong to them. Nothing that came from outside becomes
// text, and there are few different texts, since each is prepared and kept.
type filter struct {
	where  strings.Builder
	args   []any
	broken iam.Checker
	narrow bool // not just all rows of the tenant
}

// rowsOf begins a filter with all rows of a tenant.
func rowsOf(t iam.TenantID) *filter {
	f := &filter{}
	f.and("tenant_id = ?", t)
	f.narrow = false
	return f
}

// and adds a condition with a '?' for each argument.
func (f *filter) and(condition string, args ...any) {
	if f.where.Len() > 0 {
		f.where.WriteString(" AND ")
	}
	f.where.WriteString(numbered(condition, len(f.args)+1))
	f.args = append(f.args, args...)
	f.narrow = true
}

// numbered answers a text with each '?' replaced by a placeholder, from $n on.
func numbered(text string, n int) string {
	var b strings.Builder
	for {
		before, after, more := strings.Cut(text, "?")
		b.WriteString(before)
		if !more {
			return b.String()
		}
		b.WriteString("$" + strconv.Itoa(n))
		text, n = after, n+1
	}
}

// arg adds an argument and answers its placeholder.
func (f *filter) arg(a any) string {
	f.args = append(f.args, a)
	return "$" + strconv.Itoa(len(f.args))
}

// equal narrows to rows with a value, unless it is empty.
func (f *filter) equal(column, value string) {
	if value != "" {
		f.and(column+" = ?", value)
	}
}

// among narrows to what belongs to another object of the tenant, unless its id
// is empty. condition takes the tenant and the id. ok is false for an id that
// cannot be one, to which nothing belongs.
func (f *filter) among(condition string, t iam.TenantID, id string) (ok bool) {
	switch {
	case id == "":
	case !iam.ValidID(id):
		return false
	default:
		f.and(condition, t, id)
	}
	return true
}

// Bounds of a pattern, in alternatives and in bytes.
const (
	maxAlternatives = 16
	maxPattern      = 1024
)

// match narrows to rows whose column, which holds folded text, matches a
// pattern as Pattern.Match says. field names the pattern in errors.
//
// An exact text and a prefix are compared so that an index on the column can
// find them. For the rest there is LIKE: SQLite's disregards the case of ASCII
// and PostgreSQL's does not, which on folded texts is the same.
func (f *filter) match(field, column string, p iam.Pattern) {
	if p == "" {
		return
	}
	globs := p.Alternatives()
	if len(globs) > maxAlternatives || len(p) > maxPattern {
		f.broken.Add(field, iam.ReasonLength, "%s must have at most %d alternatives and %d bytes", field, maxAlternatives, maxPattern)
		return
	}
	if len(globs) > 1 {
		// Always as many as there can be, for the sake of one text.
		for len(globs) < maxAlternatives {
			globs = append(globs, globs[0])
		}
		likes := make([]any, len(globs))
		for i, g := range globs {
			likes[i] = like(g)
		}
		one := column + ` LIKE ? ESCAPE '\'`
		f.and("("+one+strings.Repeat(" OR "+one, maxAlternatives-1)+")", likes...)
		return
	}
	glob := globs[0]
	prefix, rest, wild := strings.Cut(glob, "*")
	above, bounded := successor(prefix)
	switch {
	case !wild:
		f.and(column+" = ?", glob)
	case strings.Trim(rest, "*") == "" && prefix == "": // everything
	case strings.Trim(rest, "*") == "" && bounded:
		f.and(column+" >= ? AND "+column+" < ?", prefix, above)
	default:
		f.and(column+` LIKE ? ESCAPE '\'`, like(glob))
	}
}

// like is a glob as a pattern of LIKE with the escape character '\'.
var like = strings.NewReplacer("*", "%", "%", `\%`, "_", `\_`, `\`, `\\`).Replace

// successor answers the least text, in the order of code points, that is
// greater than all that begin with prefix. There is none, and ok is false, for
// the empty prefix and one of nothing but the last code point.
func successor(prefix string) (s string, ok bool) {
	for prefix != "" {
		r, size := utf8.DecodeLastRuneInString(prefix)
		prefix = prefix[:len(prefix)-size]
		switch {
		case r == utf8.MaxRune:
		case r == 0xd7ff: // what follows are surrogates, which no text has
			return prefix + "\ue000", true
		default:
			return prefix + string(r+1), true
		}
	}
	return "", false
}
