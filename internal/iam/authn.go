package iam

import (
	"net/netip"
	"time"
)

// APIToken is an opaque credential of a user, gh_<tenant>_<id>_<secret>. It
// has exactly the rights of its user. The secret is kept as a keyed hash only.
type APIToken struct {
	ID       TokenID
	User     UserID
	Username string // filled on reading
	Name     string
	// Scope narrows the rights of its user to permissions, each a name or a
	// pattern as in a Rule, separated by spaces (RFC 6749 section 3.3). Empty
	// is all of them.
	Scope    string
	Networks []netip.Prefix // where it may be used from; empty is anywhere
	Created  time.Time
	Expires  time.Time // zero: never
	LastUsed time.Time // zero: never; exact to a minute
}

// AccessKey is a credential of a program: an id and a secret that it signs
// its requests with. The secret is kept sealed, since signatures are checked
// with it.
type AccessKey struct {
	ID       AccessKeyID
	User     UserID
	Username string // filled on reading
	Active   bool
	Networks []netip.Prefix // where it may be used from; empty is anywhere
	Created  time.Time
	LastUsed time.Time // zero: never; exact to a minute
}

// Certificate is a client certificate that a tenant's own authority issued to
// a user. Its private key is given out once and not kept.
type Certificate struct {
	Serial      string // hexadecimal
	User        UserID
	Username    string // filled on reading
	Name        string
	Fingerprint string // SHA-256 of the DER form, hexadecimal
	Created     time.Time
	Expires     time.Time
	Revoked     time.Time // zero: it is not
	LastUsed    time.Time // zero: never; exact to a minute
}

// FactorKind is what a second factor is made of.
type FactorKind string

const (
	FactorTOTP    FactorKind = "totp"    // RFC 6238
	FactorEmail   FactorKind = "email"   // a code by mail
	FactorPasskey FactorKind = "passkey" // WebAuthn, also good as the only factor
)

// Factor is something that a user has besides a password.
type Factor struct {
	ID       FactorID
	User     UserID
	Kind     FactorKind
	Name     string // the user's own words for it
	Email    string // of FactorEmail
	Active   bool   // false until the user has proved once that they have it
	Created  time.Time
	LastUsed time.Time // zero: never
}

// Step is something that a sign-in still has to go through. A session with
// steps left is good for nothing but to take them.
type Step string

const (
	StepFactor      Step = "factor"       // prove a second factor
	StepSetPassword Step = "set-password" // choose a new password
	StepEnrolFactor Step = "enrol-factor" // set up a second factor
)

// Session is one sign-in of a user, as a row: ending the row ends every token
// that was made for it.
type Session struct {
	ID       SessionID
	User     UserID
	Username string // filled on reading
	Dialect  string // where it began
	Method   AuthMethod
	Address  string
	Client   string    // the User-Agent, cut to 256 bytes
	SignedIn time.Time // when the user last proved who they are
	Created  time.Time // when this row began: later than SignedIn after a refresh
	Expires  time.Time
	LastSeen time.Time // exact to a minute
	// Pages is set for a session in a browser, which ends when it is idle.
	Pages bool
	// Methods are those by which the user proved who they are (amr, RFC 8176).
	Methods []AuthMethod
	// Pending are the steps that are left; empty when the user is signed in.
	Pending []Step
}

// LoginResult is the outcome of an attempt to sign in.
type LoginResult string

const (
	LoginSuccess LoginResult = "success"
	LoginFailure LoginResult = "failure"
)

// LoginEvent is one attempt to sign in, kept whether it succeeded or not.
type LoginEvent struct {
	ID       EventID
	At       time.Time
	User     UserID // empty when the name is unknown
	Username string // as given, cut to 256 bytes
	Dialect  string
	Method   AuthMethod
	Address  string
	Client   string
	Session  SessionID // that it began; empty where it began none
	Result   LoginResult
	Reason   string // for the administrator; never shown to who tried
}

// Event is one line of the audit trail, written in the transaction of the
// change that it tells of.
type Event struct {
	ID        EventID
	At        time.Time
	ActorID   UserID
	ActorName string
	Method    AuthMethod
	Action    string // "user.create", "binding.delete"
	Object    string // kind: "user", "role"
	ObjectID  string
	Name      string // of the object, as it was then
	Address   string
	RequestID string
	Details   map[string]string // never a secret
}

// Event makes a line of the audit trail for what an actor does.
// what is the kind of object, verb what happens to it.
func (e Env) Event(by Actor, what, verb, id, name string) Event {
	ev := Event{
		ID: EventID(e.NewID()), At: e.Time(), ActorID: by.User, ActorName: by.Username, Method: by.Method,
		Action: what + "." + verb, Object: what, ObjectID: id, Name: name,
		Address: by.Address, RequestID: by.RequestID,
	}
	if by.Home != by.Tenant {
		ev.Details = map[string]string{DetailHome: string(by.Home)}
		if by.HomeCode != "" {
			ev.Details[DetailHomeCode] = by.HomeCode
		}
		if by.Reach != ReachHome {
			ev.Details[DetailReach] = string(by.Reach)
		}
	}
	return ev
}
