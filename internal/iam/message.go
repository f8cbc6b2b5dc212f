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
	MessageEmailChanged    MessageKind = "email-changed"    // the same, to the address of before
	MessageFactorChanged   MessageKind = "factor-changed"   // a notice
	MessageKeyCreated      MessageKind = "key-created"      // a notice: token, access key or certificate
	MessageTemporary       MessageKind = "temporary-password"
	MessageSignup          MessageKind = "signup"       // a link that proves the address of a new customer
	MessageTicket          MessageKind = "ticket"       // a notice: a ticket was opened, answered, or changed
	MessageTenantState     MessageKind = "tenant-state" // a notice: a tenant was made, is to end, was disabled

	MessageNewPlace        MessageKind = "sign-in-new-place"  // a notice, with a link for who it was not
	MessageKeyExpiring     MessageKind = "key-expiring"       // a notice: token or certificate
	MessageIdentityLinked  MessageKind = "identity-linked"    // a notice: a provider's account was linked, or is not any more
	MessageNoticeOff       MessageKind = "notice-off"         // the last of a kind of notice that the reader has switched off
	MessageAccessRequested MessageKind = "access-requested"   // to administrators: somebody asks for rights
	MessageFactorPolicy    MessageKind = "otp-policy-changed" // to administrators
	MessageProviderChanged MessageKind = "provider-changed"   // to administrators
)

// Message is what one mail has to say. How, in which language and look, is for
// package notice.
type Message struct {
	Kind MessageKind
	To   string // the address
	// User is whose wishes count, of a notice that one may do without. Empty:
	// it is sent whatever anybody wishes.
	User     UserID
	Username string
	Language string // of the user; empty is the tenant's
	// Token is the secret part of a link, and Code what is typed in. Neither
	// is ever logged or kept in the clear.
	Token string
	Code  string
	// Expires is when Token and Code do.
	Expires time.Time
	// Facts tell what happened: "what" is one of the words below, "id" what it
	// happened to, "name" what that is called, "subject" what it is about, "tenant" the name of the
	// tenant of which it is, "reason" why, "by" the name of who did it where
	// that is somebody else, "at" the time (RFC 3339; now, when it is missing),
	// "until" when what it tells of ends (RFC 3339), "client" the User-Agent
	// and "address" the address it came from.
	Facts map[string]string
}

// What happened, in Message.Facts. Each has words of its own in every language.
const (
	WhatTOTPAdded       = "totp-added"
	WhatTOTPRemoved     = "totp-removed"
	WhatEmailAdded      = "email-added"
	WhatEmailRemoved    = "email-removed"
	WhatPasskeyAdded    = "passkey-added"
	WhatPasskeyRemoved  = "passkey-removed"
	WhatRecoveryRenewed = "recovery-renewed" // new recovery codes replaced the old ones
	WhatRecoveryUsed    = "recovery-used"    // a recovery code was used to sign in
	WhatFactorsReset    = "factors-reset"    // an administrator removed all factors and recovery codes
	WhatToken           = "token"
	WhatAccessKey       = "access-key"
	WhatCertificate     = "certificate"

	WhatTicketOpened    = "ticket-opened"
	WhatTicketComment   = "ticket-comment"
	WhatTicketPriority  = "ticket-priority"
	WhatTicketEscalated = "ticket-escalated"
	WhatTicketClosed    = "ticket-closed"
	WhatTicketReopened  = "ticket-reopened"
	WhatTicketSolved    = "ticket-solved"

	WhatTenantMade     = "tenant-made"
	WhatTenantDisabled = "tenant-disabled"
	WhatTenantEnabled  = "tenant-enabled"
	WhatTenantLeaving  = "tenant-leaving" // its administrators want it to end
	WhatTenantStaying  = "tenant-staying" // that was refused
	WhatTenantDeleting = "tenant-deleting"

	WhatIdentityLinked   = "identity-linked"
	WhatIdentityUnlinked = "identity-unlinked"

	WhatFactorRequired = "factor-required" // everybody needs a second factor from now on
	WhatFactorOptional = "factor-optional"

	WhatProviderCreated = "provider-created"
	WhatProviderUpdated = "provider-updated"
	WhatProviderDeleted = "provider-deleted"
)
