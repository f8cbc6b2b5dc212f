package iam

import "time"

// APIToken is an opaque credential of a user, gh_<tenant>_<id>_<secret>. It
// has exactly the rights of its user. The secret is kept as a keyed hash only.
type APIToken struct {
	ID       TokenID
	User     UserID
	Username string // filled on reading
	Name     string
	Created  time.Time
	Expires  time.Time // zero: never
	LastUsed time.Time // zero: never; exact to a minute
}

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
		ev.Details = map[string]string{"home_tenant": string(by.Home)}
	}
	return ev
}
