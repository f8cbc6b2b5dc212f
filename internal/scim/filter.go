package scim

import (
	"strconv"

	"github.com/go-json-experiment/json"
)

// Filter is an expression that is true or false of a resource, or of one value
// of a complex attribute (RFC 7644 section 3.4.2.2): And, Or, Not, Present,
// Compare or Values.
type Filter interface {
	// String writes the filter so that ParseFilter reads the same.
	String() string
	// rank is how tightly it binds: what binds less needs parentheses inside.
	rank() int
}

// And is true where both are.
type And struct{ Left, Right Filter }

// Or is true where one is.
type Or struct{ Left, Right Filter }

// Not is true where the other is not.
type Not struct{ Filter Filter }

// Present is true where the attribute has a value.
type Present struct{ Path Path }

// Compare is true where a value of the attribute compares so to Value: a
// string, a bool, a float64, or nil.
type Compare struct {
	Path  Path
	Op    Op
	Value any
}

// Values is true where a value of the complex attribute makes Filter true.
type Values struct {
	Path   Path
	Filter Filter
}

// Op is how values are compared.
type Op string

const (
	Equal          Op = "eq"
	NotEqual       Op = "ne"
	Contains       Op = "co"
	StartsWith     Op = "sw"
	EndsWith       Op = "ew"
	Greater        Op = "gt"
	GreaterOrEqual Op = "ge"
	Less           Op = "lt"
	LessOrEqual    Op = "le"
)

var ops = []Op{Equal, NotEqual, Contains, StartsWith, EndsWith, Greater, GreaterOrEqual, Less, LessOrEqual}

const (
	rankOr = iota
	rankAnd
	rankUnit
)

func (And) rank() int     { return rankAnd }
func (Or) rank() int      { return rankOr }
func (Not) rank() int     { return rankUnit }
func (Present) rank() int { return rankUnit }
func (Compare) rank() int { return rankUnit }
func (Values) rank() int  { return rankUnit }

func (f And) String() string { return inside(f.Left, rankAnd) + " and " + inside(f.Right, rankUnit) }

func (f Or) String() string { return inside(f.Left, rankOr) + " or " + inside(f.Right, rankAnd) }

func (f Not) String() string { return "not (" + f.Filter.String() + ")" }

func (f Present) String() string { return f.Path.String() + " pr" }

func (f Compare) String() string {
	return f.Path.String() + " " + string(f.Op) + " " + literal(f.Value)
}

func (f Values) String() string { return f.Path.String() + "[" + f.Filter.String() + "]" }

// inside is a filter as a part of one that binds so tightly.
func inside(f Filter, rank int) string {
	if f.rank() < rank {
		return "(" + f.String() + ")"
	}
	return f.String()
}

// literal is a value as a filter has it: JSON.
func literal(v any) string {
	switch v := v.(type) {
	case string:
		text, err := json.Marshal(v)
		if err != nil { // not UTF-8, which no parsed filter has
			return strconv.QuoteToASCII(v)
		}
		return string(text)
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	default:
		return "null"
	}
}
