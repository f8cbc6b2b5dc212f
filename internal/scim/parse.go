package scim

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Bounds of a filter.
const (
	maxFilter = 8 << 10 // bytes
	maxDepth  = 32      // parentheses and brackets inside one another
)

// ParseFilter reads a filter (RFC 7644 section 3.4.2.2, figure 1). Besides, a
// value path may be compared, as in emails[type eq "work"].value eq "a@b.c",
// which clients send and which says emails[type eq "work" and value eq "a@b.c"].
// Invalid, of ReasonFilter.
func ParseFilter(text string) (Filter, error) {
	if len(text) > maxFilter {
		return nil, broken(ReasonFilter, "filter", "must have at most %d bytes", maxFilter)
	}
	p := parser{text: text}
	f, ok := p.or()
	if p.space(); ok && p.at < len(text) {
		ok = p.refuse("and, or, or the end")
	}
	if !ok {
		return nil, p.err()
	}
	return f, nil
}

// PatchPath is the path of a PATCH operation (RFC 7644 section 3.5.2): an
// attribute, of whose values only those are meant that make Filter true.
type PatchPath struct {
	Path   Path
	Filter Filter // nil: all values
}

// String writes the path as ParsePatchPath reads it.
func (p PatchPath) String() string {
	if p.Filter == nil {
		return p.Path.String()
	}
	s := Path{Schema: p.Path.Schema, Name: p.Path.Name}.String() + "[" + p.Filter.String() + "]"
	if p.Path.Sub != "" {
		s += "." + p.Path.Sub
	}
	return s
}

// ParsePatchPath reads the path of a PATCH operation. Invalid, of ReasonPath,
// or of ReasonFilter for what is in brackets.
func ParsePatchPath(text string) (PatchPath, error) {
	open := strings.IndexByte(text, '[')
	if open < 0 {
		path, err := ParsePath(text)
		return PatchPath{Path: path}, err
	}
	if len(text) > maxFilter {
		return PatchPath{}, broken(ReasonPath, "path", "must have at most %d bytes", maxFilter)
	}
	path, err := ParsePath(text[:open])
	if err != nil {
		return PatchPath{}, err
	}
	p := parser{text: text, at: open}
	f, ok := p.bracket()
	if !ok {
		return PatchPath{}, p.err()
	}
	if rest := text[p.at:]; path.Sub != "" || rest != "" && (rest[0] != '.' || !validName(rest[1:])) {
		return PatchPath{}, broken(ReasonPath, "path", `must be as in emails[type eq "work"].value, unlike %q`, iam.Cut(text, 64))
	} else if rest != "" {
		path.Sub = rest[1:]
	}
	return PatchPath{Path: path, Filter: f}, nil
}

// parser reads a filter by recursive descent. Its methods answer ok false after
// the first thing that is not as it should be, which refuse has noted.
type parser struct {
	text  string
	at    int // bytes read
	depth int
	want  string // what should have been there
}

func (p *parser) refuse(want string) bool {
	if p.want == "" {
		p.want = want
	}
	return false
}

func (p *parser) err() error {
	return broken(ReasonFilter, "filter", "must have %s at byte %d", p.want, p.at+1)
}

func (p *parser) space() {
	for p.at < len(p.text) && p.text[p.at] == ' ' {
		p.at++
	}
}

// word reads up to a space, bracket or quote.
func (p *parser) word() string {
	p.space()
	start := p.at
	if n := strings.IndexAny(p.text[start:], ` ()[]"`); n >= 0 {
		p.at += n
	} else {
		p.at = len(p.text)
	}
	return p.text[start:p.at]
}

// keyword takes a word, in whatever case, and reports whether it was there.
func (p *parser) keyword(word string) bool {
	before := p.at
	if strings.EqualFold(p.word(), word) {
		return true
	}
	p.at = before
	return false
}

func (p *parser) take(c byte) bool {
	p.space()
	if p.at == len(p.text) || p.text[p.at] != c {
		return false
	}
	p.at++
	return true
}

func (p *parser) or() (Filter, bool) {
	left, ok := p.and()
	for ok && p.keyword("or") {
		var right Filter
		if right, ok = p.and(); ok {
			left = Or{left, right}
		}
	}
	return left, ok
}

func (p *parser) and() (Filter, bool) {
	left, ok := p.unit()
	for ok && p.keyword("and") {
		var right Filter
		if right, ok = p.unit(); ok {
			left = And{left, right}
		}
	}
	return left, ok
}

// unit reads what stands between two of "and" and "or".
func (p *parser) unit() (Filter, bool) {
	if p.take('(') {
		return p.within(')')
	}
	before := p.at
	if p.keyword("not") && p.take('(') {
		f, ok := p.within(')')
		return Not{f}, ok
	}
	p.at = before
	return p.expression()
}

// within reads a filter and what closes it.
func (p *parser) within(closing byte) (Filter, bool) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.refuse("fewer parentheses inside one another")
	}
	f, ok := p.or()
	p.depth--
	if ok && !p.take(closing) {
		ok = p.refuse(string(closing))
	}
	return f, ok
}

// bracket reads a filter in brackets.
func (p *parser) bracket() (Filter, bool) {
	if !p.take('[') {
		return nil, p.refuse("[")
	}
	return p.within(']')
}

// expression reads an attribute and what is said of it.
func (p *parser) expression() (Filter, bool) {
	p.space()
	start := p.at
	path, err := ParsePath(p.word())
	if err != nil {
		p.at = start
		return nil, p.refuse("the name of an attribute")
	}
	if p.at < len(p.text) && p.text[p.at] == '[' {
		return p.values(path)
	}
	return p.said(path)
}

// values reads a value path, and what may be said of a sub-attribute behind it.
func (p *parser) values(path Path) (Filter, bool) {
	f, ok := p.bracket()
	if !ok || path.Sub != "" {
		return nil, ok && p.refuse("no sub-attribute before the bracket")
	}
	if p.at == len(p.text) || p.text[p.at] != '.' {
		return Values{path, f}, true
	}
	p.at++
	sub := p.word()
	if !validName(sub) {
		return nil, p.refuse("the name of a sub-attribute")
	}
	said, ok := p.said(Path{Name: sub})
	return Values{path, And{f, said}}, ok
}

// said reads an operator and what it compares to.
func (p *parser) said(path Path) (Filter, bool) {
	p.space()
	start := p.at
	op := Op(strings.ToLower(p.word()))
	switch {
	case op == "pr":
		return Present{path}, true
	case !slices.Contains(ops, op):
		p.at = start
		return nil, p.refuse("an operator")
	}
	value, ok := p.value()
	return Compare{path, op, value}, ok
}

// value reads a JSON string, number, true, false or null.
func (p *parser) value() (value any, ok bool) {
	p.space()
	start := p.at
	if p.take('"') {
		for p.at < len(p.text) && p.text[p.at] != '"' {
			if p.text[p.at] == '\\' {
				p.at++
			}
			p.at++
		}
		p.at = min(p.at+1, len(p.text))
	} else {
		p.word()
	}
	err := json.Unmarshal([]byte(p.text[start:p.at]), &value)
	if _, object := value.(map[string]any); err != nil || object {
		p.at = start
		return nil, p.refuse("a value as JSON has it")
	}
	return value, true
}
