package iam

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind says what went wrong, in a closed set that every dialect maps to its
// own status and code, in one table.
type Kind uint8

const (
	// Internal is a fault of ours. Its message is logged, never shown.
	Internal Kind = iota
	// Invalid is input that breaks a rule; Fields name the members.
	Invalid
	// Unauthenticated is a missing, wrong, expired or revoked credential.
	Unauthenticated
	// Denied is a known caller who lacks the right.
	Denied
	// NotFound is an object that is not there, or not for this caller.
	NotFound
	// Exists is a name or id that is taken.
	Exists
	// Conflict is a stale version: somebody else wrote in between.
	Conflict
	// Precondition is a state that forbids the operation, such as a region
	// that still has zones.
	Precondition
	// RateLimited is too many attempts; trying later helps.
	RateLimited
	// Unavailable is storage that cannot be reached or written now.
	Unavailable
)

var kindNames = [...]string{"internal", "invalid", "unauthenticated", "denied", "not found",
	"exists", "conflict", "precondition", "rate limited", "unavailable"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Kinds lists all kinds, for tests that prove a dialect's table complete.
func Kinds() []Kind {
	all := make([]Kind, len(kindNames))
	for i := range all {
		all[i] = Kind(i)
	}
	return all
}

// Reason is a stable word for the rule that was broken, by which a dialect
// finds the vendor's own text for it.
type Reason string

// Reasons for which at least one dialect has words of its own. An Error whose
// Code is empty has no such words.
const (
	ReasonRequired      Reason = "required"        // a field is missing
	ReasonLength        Reason = "length"          // shorter than Min or longer than Max
	ReasonType          Reason = "type"            // not of the field's type
	ReasonFormat        Reason = "format"          // right type, wrong form
	ReasonMalformed     Reason = "malformed"       // the body is not JSON
	ReasonTooLarge      Reason = "too_large"       // the body is over the limit
	ReasonTooDeep       Reason = "too_deep"        // JSON nested over the limit
	ReasonDuplicate     Reason = "duplicate"       // a JSON member given twice
	ReasonBadPassword   Reason = "bad_credentials" // unknown user or wrong password, indistinguishable
	ReasonWrongPassword Reason = "wrong_password"  // the current password of a known caller
	ReasonWeakPassword  Reason = "weak_password"   // refused by the password policy
	ReasonLower         Reason = "lower_case"      // too few of a class of characters in a password
	ReasonUpper         Reason = "upper_case"      //
	ReasonDigits        Reason = "digits"          //
	ReasonSymbols       Reason = "symbols"         //
	ReasonOwnName       Reason = "own_name"        // a password that is the user's name or address
	ReasonCommon        Reason = "common"          // a password that attackers try first
	ReasonGuessable     Reason = "guessable"       // a password of too little strength
	ReasonGrant         Reason = "grant"           // would give a right that the giver lacks
	ReasonStale         Reason = "stale_version"   // optimistic concurrency
	ReasonAppeared      Reason = "appeared"        // what was to be made is there by now
	ReasonInUse         Reason = "in_use"          // others still refer to it
	ReasonBuiltin       Reason = "builtin"         // belongs to the product, not to be changed
	ReasonSelf          Reason = "self"            // one cannot do that to oneself
	ReasonLimit         Reason = "limit"           // there are as many as there may be
	ReasonReauth        Reason = "reauthenticate"  // the sign-in is too long ago for this
	ReasonWrongCode     Reason = "wrong_code"      // a code or link is wrong, expired or used
	ReasonSamePassword  Reason = "same_password"   // the new password is the present one, or an earlier one
	ReasonUsed          Reason = "used"            // what may be used once was used before
	ReasonNoTicket      Reason = "no_ticket"       // no such ticket, or not for the caller
	ReasonNotOpen       Reason = "not_open"        // a ticket that is closed
	ReasonNotClosed     Reason = "not_closed"      // a ticket that is not
	ReasonNotEligible   Reason = "not_eligible"    // a ticket, or a plan, that is not to be escalated
	ReasonFlow          Reason = "flow"            // what a browser brings back from a provider was not begun in it, or too long ago
	ReasonProviderFault Reason = "provider_fault"  // a provider does not answer, or not as it should
	ReasonNotProved     Reason = "not_proved"      // a provider refuses, or what it says of somebody does not hold
	ReasonHostedDomain  Reason = "hosted_domain"   // somebody of another domain than a provider may sign in
	ReasonNoAccount     Reason = "no_account"      // somebody whom a provider knows, and nobody here
	ReasonNotLinked     Reason = "not_linked"      // somebody with that name or address is here, and not linked
	ReasonLinked        Reason = "linked"          // an identity that is linked to somebody else
	ReasonLastWay       Reason = "last_way"        // nothing else would be left to sign in with
	ReasonNoPath        Reason = "no_path"         // no operation at this path
	ReasonNoMethod      Reason = "no_method"       // the path exists, the method does not
)

// Field names one member that broke a rule. Path is dotted, as the core names
// the member; dialects translate it. Min and Max are set for ReasonLength.
type Field struct {
	Path    string
	Reason  Reason
	Message string
	Min     int
	Max     int
}

// Error is the one error type that crosses the core. Message is for people and
// never repeats a rejected secret. Object, when set, is what was looked for or
// what is in the way: the id or name as the caller gave it.
type Error struct {
	Kind    Kind
	Code    Reason
	Message string
	Object  string
	Fields  []Field
	// RetryAfter is how long to wait, of RateLimited; 0 where nobody knows.
	RetryAfter time.Duration
	// Err is the cause, for the log only.
	Err error
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Kind.String())
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	for _, f := range e.Fields {
		b.WriteString(" [" + f.Path + ": " + f.Message + "]")
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf answers the kind of the first Error in err's chain, Internal when
// there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is an Error of the kind.
func Is(err error, k Kind) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Kind == k
}

// E makes an Error of a kind with a message for people.
func E(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, args...)}
}

// Because sets the reason code and answers e.
func (e *Error) Because(r Reason) *Error { e.Code = r; return e }

// About sets the object and answers e.
func (e *Error) About(object string) *Error { e.Object = object; return e }

// ErrNotFound says that there is no such object. what is its kind in words.
func ErrNotFound(what, id string) *Error {
	return E(NotFound, "%s %q not found", what, id).About(id)
}

// ErrExists says that a name is taken.
func ErrExists(what, name string) *Error {
	return E(Exists, "%s %q already exists", what, name).About(name)
}

// ErrStale says that the object was changed since the caller read it.
func ErrStale(what, id string) *Error {
	return E(Conflict, "%s %q was changed in the meantime", what, id).Because(ReasonStale).About(id)
}

// Checker gathers the broken rules of one input, so that a caller learns of
// all of them at once.
type Checker struct{ fields []Field }

// Add records a broken rule.
func (c *Checker) Add(path string, r Reason, format string, args ...any) {
	c.fields = append(c.fields, Field{Path: path, Reason: r, Message: fmt.Sprintf(format, args...)})
}

// Length checks that s has between low and high characters (code points).
// An s that is empty though low is above zero is missing.
func (c *Checker) Length(path, s string, low, high int) {
	n := len([]rune(s))
	switch {
	case n == 0 && low > 0:
		c.Add(path, ReasonRequired, "%s is required", path)
	case n < low || n > high:
		c.fields = append(c.fields, Field{Path: path, Reason: ReasonLength, Min: low, Max: high,
			Message: fmt.Sprintf("%s must have between %d and %d characters", path, low, high)})
	}
}

// Err answers nil when every rule held, else one Invalid Error with all fields.
func (c *Checker) Err() error {
	if len(c.fields) == 0 {
		return nil
	}
	msgs := make([]string, len(c.fields))
	for i, f := range c.fields {
		msgs[i] = f.Message
	}
	return &Error{Kind: Invalid, Code: c.fields[0].Reason, Message: strings.Join(msgs, "; "), Fields: c.fields}
}
