package signup

import (
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// ID is the id of a sign-up.
type ID string

// Request is what a new customer says.
type Request struct {
	GivenName  string
	FamilyName string
	Company    string
	Domain     string // the code that the tenant is to have
	Email      string
	Language   string // of the mails: "en", "ko"; empty is the parent's
	Terms      string // the version of the parent's terms that was accepted; empty where it has none
}

// Origin is where a request comes from.
type Origin struct {
	Address   string // the client's, after trusted proxies
	Client    string // the User-Agent
	RequestID string
}

// State is how far a sign-up has come.
type State string

const (
	StateAsked  State = "asked"  // the address is to be proved
	StateProved State = "proved" // it was, and the tenant is being made
	StateDone   State = "done"   // the tenant is there
	StateFailed State = "failed" // it cannot be made
)

// Reason is why a sign-up has failed.
type Reason string

const (
	// ReasonTaken: another tenant has the domain by now.
	ReasonTaken Reason = "taken"
	// ReasonFault: it is for the operator to find out, whose log says more.
	ReasonFault Reason = "fault"
)

// Signup is what is known of one. Its link, and what proves it, is not part of it.
type Signup struct {
	Request
	ID       ID
	Name     string // nobody guesses it: who has it may see how it stands
	Accepted time.Time
	State    State
	Reason   Reason
	Tenant   iam.TenantID // that is made; empty before
	Created  time.Time
	Updated  time.Time
	Expires  time.Time // of the link
}

// Record is a Signup as it is stored: of the secret of its link there is only a
// MAC, and the key's id.
type Record struct {
	Signup
	KeyID string
	MAC   []byte
}
