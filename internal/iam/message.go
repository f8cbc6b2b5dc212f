package iam

import "time"

// MessageKind is what a mail is about; it names the template.
type MessageKind string

const (
	MessageReset           MessageKind = "reset-password"   // a link to set a new password
	MessageInvite          MessageKind = "invite"           // a link to set the first one
	MessageVerifyEmail     MessageKind = "verify-email"     // a code, and a link, that prove the address
	MessageFactorCode      MessageKind = "factor-code"      // a code to sign in or to enrol a factor with
	MessagePasswordChanged MessageKind = "password-changed" // a notice, with a link for who did not do it
	MessageFactorChanged   MessageKind = "factor-changed"   // a notice
	MessageKeyCreated      MessageKind = "key-created"      // a notice: token, access key or certificate
	MessageTemporary       MessageKind = "temporary-password"
)

// Message is what one mail has to say. How, in which language and look, is for
// package notice.
type Message struct {
	Kind     MessageKind
	To       string // the address
	Username string
	Language string // of the user; empty is the tenant's
	// Token is the secret part of a link, and Code what is typed in. Neither
	// is ever logged or kept in the clear.
	Token string
	Code  string
	// Expires is when Token and Code do.
	Expires time.Time
	// Facts tell where it came from: "address", "client", "at", "what".
	Facts map[string]string
}
