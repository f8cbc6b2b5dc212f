package golden

import (
	"fmt"
	"regexp"
	"strings"
)

// values are what was captured or given, by name.
type values map[string]string

const uuid = `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`

var kinds = map[string]string{ //nolint:gosec // forms of values, not values
	"any":   `(?s:.*)`,
	"text":  `(?s:.+)`,
	"int":   `-?[0-9]+`,
	"id":    `[0-9a-f]{24}|` + uuid,
	"uuid":  uuid,
	"time":  `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)`,
	"token": `[A-Za-z0-9._~+/=-]{16,}`,
}

// placeholder finds $$, ${name}, and $kind or $kind(name).
var placeholder = regexp.MustCompile(`\$(?:\$|\{(\w+)\}|([a-z]+)(?:\((\w+)\))?)`)

// fill puts values in the place of ${name}; everything else in a request
// stands for itself.
func (v values) fill(text string) (string, error) {
	var err error
	text = placeholder.ReplaceAllStringFunc(text, func(p string) string {
		name := placeholder.FindStringSubmatch(p)[1]
		if name == "" {
			return p
		}
		value, ok := v[name]
		if !ok {
			err = fmt.Errorf("nothing was captured as %s", p)
		}
		return value
	})
	return text, err
}

// match compares text with a pattern, and captures.
func (v values) match(pattern, text string) error {
	var expr strings.Builder
	var names []string
	end := 0
	for _, at := range placeholder.FindAllStringSubmatchIndex(pattern, -1) {
		group := func(i int) string {
			if at[2*i] < 0 {
				return ""
			}
			return pattern[at[2*i]:at[2*i+1]]
		}
		expr.WriteString(regexp.QuoteMeta(pattern[end:at[0]]))
		end = at[1]
		switch reuse, kind := group(1), group(2); {
		case reuse != "":
			value, ok := v[reuse]
			if !ok {
				return fmt.Errorf("nothing was captured as ${%s}", reuse)
			}
			expr.WriteString(regexp.QuoteMeta(value))
		case kind == "":
			expr.WriteString(`\$`)
		case kinds[kind] == "":
			return fmt.Errorf("unknown placeholder $%s", kind)
		default:
			expr.WriteString("(" + kinds[kind] + ")")
			names = append(names, group(3))
		}
	}
	expr.WriteString(regexp.QuoteMeta(pattern[end:]))
	found := regexp.MustCompile("^(?:" + expr.String() + ")$").FindStringSubmatch(text)
	if found == nil {
		return fmt.Errorf("got %q, want %q", text, pattern)
	}
	for i, name := range names {
		if name != "" {
			v[name] = found[i+1]
		}
	}
	return nil
}

// alone answers the kind of a pattern that is one placeholder and nothing
// else.
func alone(pattern string) (kind string) {
	m := placeholder.FindStringSubmatch(pattern)
	if len(m) == 0 || m[0] != pattern {
		return ""
	}
	return m[2]
}
