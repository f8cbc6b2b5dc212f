package object

import (
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Selector says which labels are wanted. All of its requirements have to hold;
// the empty Selector is met by all labels.
type Selector []Requirement

// Requirement is one condition on one label.
type Requirement struct {
	Key string
	Op  Operator
	// Values has one value for OpEquals and OpNotEquals, at least one for OpIn
	// and OpNotIn, and none else.
	Values []string
}

// Operator is how a label is compared.
type Operator string

// The operators of Kubernetes
// (kubernetes.io/docs/concepts/overview/working-with-objects/labels). Those that
// exclude values are met, too, where the label is not there.
const (
	OpExists    Operator = ""
	OpNotExists Operator = "!"
	OpEquals    Operator = "="
	OpNotEquals Operator = "!="
	OpIn        Operator = "in"
	OpNotIn     Operator = "notin"
)

// maxSelector bounds the text of a selector, in bytes.
const maxSelector = 4096

// ParseSelector reads the text of a selector: `k`, `!k`, `k=v`, `k==v`, `k!=v`,
// `k in (v,w)`, `k notin (v)`, with commas between them that mean "and". Text
// that is empty or blank is the empty Selector. Invalid, with path "label_filter".
func ParseSelector(text string) (Selector, error) {
	if len(text) > maxSelector {
		return nil, notSelector("be at most 4096 bytes long")
	}
	p := parser{strings.TrimSpace(text)}
	if p.rest == "" {
		return nil, nil
	}
	var s Selector
	for {
		r, err := p.requirement()
		if err != nil {
			return nil, err
		}
		s = append(s, r)
		switch {
		case p.rest == "":
			return s, nil
		case !p.skip(","):
			return nil, notSelector("have a comma between requirements")
		}
	}
}

// Matches reports whether labels meet every requirement.
func (s Selector) Matches(labels map[string]string) bool {
	for _, r := range s {
		value, there := labels[r.Key]
		var met bool
		switch r.Op {
		case OpExists:
			met = there
		case OpNotExists:
			met = !there
		case OpEquals, OpIn:
			met = there && slices.Contains(r.Values, value)
		case OpNotEquals, OpNotIn:
			met = !there || !slices.Contains(r.Values, value)
		}
		if !met {
			return false
		}
	}
	return true
}

// String is the text of which ParseSelector makes the same Selector.
func (s Selector) String() string {
	parts := make([]string, len(s))
	for i, r := range s {
		switch r.Op {
		case OpExists:
			parts[i] = r.Key
		case OpNotExists:
			parts[i] = "!" + r.Key
		case OpEquals, OpNotEquals:
			parts[i] = r.Key + string(r.Op) + r.Values[0]
		case OpIn, OpNotIn:
			parts[i] = r.Key + " " + string(r.Op) + " (" + strings.Join(r.Values, ",") + ")"
		}
	}
	return strings.Join(parts, ",")
}

func notSelector(should string) error {
	return invalid("label_filter", iam.ReasonFormat, should)
}

// parser takes a selector apart. rest is what is left, without space before it.
type parser struct{ rest string }

// skip takes a token off the front, if it is there.
func (p *parser) skip(token string) bool {
	rest, ok := strings.CutPrefix(p.rest, token)
	if ok {
		p.rest = strings.TrimSpace(rest)
	}
	return ok
}

// word takes off everything up to the next token or space.
func (p *parser) word() string {
	end := strings.IndexAny(p.rest, "=!,() \t\r\n")
	if end < 0 {
		end = len(p.rest)
	}
	w := p.rest[:end]
	p.rest = strings.TrimSpace(p.rest[end:])
	return w
}

func (p *parser) requirement() (r Requirement, err error) {
	if p.skip("!") {
		r.Op = OpNotExists
	}
	if r.Key = p.word(); !iam.ValidLabelKey(r.Key) {
		return r, notSelector("have the key of a label in each requirement")
	}
	if r.Op == OpNotExists || p.rest == "" || p.rest[0] == ',' {
		return r, nil
	}
	switch {
	case p.skip("!="):
		r.Op = OpNotEquals
	case p.skip("=="), p.skip("="):
		r.Op = OpEquals
	default:
		switch Operator(p.word()) {
		case OpIn:
			r.Op = OpIn
		case OpNotIn:
			r.Op = OpNotIn
		default:
			return r, notSelector("have one of =, ==, !=, in, notin behind a key")
		}
		r.Values, err = p.set()
		return r, err
	}
	r.Values = []string{p.word()}
	if !iam.ValidLabelValue(r.Values[0]) {
		return r, notValue()
	}
	return r, nil
}

// set takes off the values in brackets.
func (p *parser) set() (values []string, err error) {
	if !p.skip("(") {
		return nil, notSelector("have values in brackets behind in and notin")
	}
	for {
		v := p.word()
		if !iam.ValidLabelValue(v) {
			return nil, notValue()
		}
		values = append(values, v)
		switch {
		case p.skip(","):
		case !p.skip(")"):
			return nil, notSelector("have commas between values, and a bracket behind them")
		case len(values) == 1 && v == "":
			return nil, notSelector("have at least one value in brackets")
		default:
			return values, nil
		}
	}
}

func notValue() error {
	return notSelector("have values that labels can have: at most 63 letters, digits, '-', '_' and '.', between letters or digits")
}
