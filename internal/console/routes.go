package console

import (
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// need is who a page is for.
type need uint8

const (
	// forAnyone: whoever asks, also in the middle of a sign-in. These pages
	// carry a proof of their own, or change nothing.
	forAnyone need = iota
	// forVisitors: who is not signed in; others are led on.
	forVisitors
	// forStep: who has that step to take next.
	forStep
	// forUser: who is signed in, with no step left.
	forUser
)

// page is one address, and what happens there.
type page struct {
	path string
	need need
	step iam.Step // with forStep
	// home is where one gets back to after signing in, where that is not the
	// page itself: what a form belongs to, whose answer is shown but once.
	home string
	get  func(*visit) error
	post func(*visit) error
	// body bounds what may be posted, in bytes; 0 is maxForm.
	body int64
}

// pages is the map of everything that this package answers, besides assets.
func pages() []page {
	return []page{
		{path: "/", need: forUser, home: "/account", get: (*visit).start},
		{path: "/logo", get: (*visit).logo},
		{path: "/sign-out", get: (*visit).askSignOut, post: (*visit).signOut},

		{path: "/sign-in", need: forVisitors, get: (*visit).askName},
		{path: "/sign-in/password", need: forVisitors, get: (*visit).askPassword, post: (*visit).signIn},
		{path: "/sign-in/passkey", need: forVisitors, post: (*visit).passkeySignIn},
		{path: "/sign-in/passkey/options", need: forVisitors, post: (*visit).passkeySignInOptions},

		{path: "/sign-in/factor", need: forStep, step: iam.StepFactor, get: (*visit).askFactor, post: (*visit).proveFactor},
		{path: "/sign-in/factor/send", need: forStep, step: iam.StepFactor, post: (*visit).sendFactorCode},
		{path: "/sign-in/factor/passkey", need: forStep, step: iam.StepFactor, post: (*visit).provePasskey},
		{path: "/sign-in/factor/passkey/options", need: forStep, step: iam.StepFactor, post: (*visit).provePasskeyOptions},
		{path: "/sign-in/new-password", need: forStep, step: iam.StepSetPassword, get: (*visit).askNewPassword, post: (*visit).setNewPassword},
		{path: "/sign-in/enrol", need: forStep, step: iam.StepEnrolFactor, get: (*visit).askEnrol},
		{path: "/sign-in/enrol/totp", need: forStep, step: iam.StepEnrolFactor, home: "/sign-in/enrol", post: (*visit).enrolTOTP},
		{path: "/sign-in/enrol/email", need: forStep, step: iam.StepEnrolFactor, get: (*visit).askEnrolEmail, post: (*visit).enrolEmail},
		{path: "/sign-in/enrol/confirm", need: forStep, step: iam.StepEnrolFactor, get: (*visit).askConfirmFactor, post: (*visit).confirmFactor},
		{path: "/sign-in/enrol/passkey", need: forStep, step: iam.StepEnrolFactor, get: (*visit).askEnrolPasskey, post: (*visit).enrolPasskey},
		{path: "/sign-in/enrol/passkey/options", need: forStep, step: iam.StepEnrolFactor, post: (*visit).enrolPasskeyOptions},

		{path: "/sso/{name}", need: forVisitors, get: (*visit).toProvider},
		{path: "/sso/{name}/callback", get: (*visit).fromProvider},
		{path: "/sso/{name}/logout", post: (*visit).providerSignedOut},

		{path: "/sign-up", need: forVisitors, get: (*visit).askSignUp, post: (*visit).signUp},
		{path: "/sign-up/confirm", get: (*visit).askSignUpConfirm, post: (*visit).confirmSignUp},
		{path: "/sign-up/status", get: (*visit).signUpStatus},

		{path: "/forgot", need: forVisitors, get: (*visit).askForgotten, post: (*visit).forgotten},
		{path: "/reset", get: (*visit).askReset, post: (*visit).reset},
		{path: "/invite", get: (*visit).askReset, post: (*visit).reset},
		{path: "/verify", get: (*visit).askVerify, post: (*visit).verify},
		{path: "/not-me", get: (*visit).askNotMe, post: (*visit).notMe},
		{path: "/unsubscribe", get: (*visit).askUnsubscribe, post: (*visit).unsubscribe},

		{path: "/account", need: forUser, get: (*visit).profile, post: (*visit).saveProfile},
		{path: "/account/picture", need: forUser, home: "/account", get: (*visit).picture, post: (*visit).savePicture, body: maxUpload},
		{path: "/account/picture/remove", need: forUser, home: "/account", post: (*visit).removePicture},
		{path: "/account/email", need: forUser, get: (*visit).askEmail, post: (*visit).saveEmail},
		{path: "/account/email/code", need: forUser, get: (*visit).askEmailCode, post: (*visit).confirmEmail},
		{path: "/account/preferences", need: forUser, get: (*visit).preferences, post: (*visit).savePreferences},
		{path: "/account/preferences/view", need: forUser, home: "/account/preferences", post: (*visit).saveView},
		{path: "/account/notifications", need: forUser, get: (*visit).notifications, post: (*visit).saveNotifications},
		{path: "/account/confirm", need: forUser, home: "/account", get: (*visit).askConfirm, post: (*visit).confirm},
		{path: "/account/confirm/passkey", need: forUser, home: "/account", post: (*visit).passkeySignIn},
		{path: "/account/confirm/passkey/options", need: forUser, home: "/account", post: (*visit).passkeySignInOptions},
		{path: "/account/confirm/provider", need: forUser, home: "/account", post: (*visit).confirmByProvider},

		{path: "/account/security", need: forUser, get: (*visit).security},
		{path: "/account/password", need: forUser, get: (*visit).askChangePassword, post: (*visit).changePassword},
		{path: "/account/factors", need: forUser, get: (*visit).askEnrol},
		{path: "/account/factors/totp", need: forUser, home: "/account/factors", post: (*visit).enrolTOTP},
		{path: "/account/factors/email", need: forUser, get: (*visit).askEnrolEmail, post: (*visit).enrolEmail},
		{path: "/account/factors/confirm", need: forUser, home: "/account/security", get: (*visit).askConfirmFactor, post: (*visit).confirmFactor},
		{path: "/account/factors/passkey", need: forUser, get: (*visit).askEnrolPasskey, post: (*visit).enrolPasskey},
		{path: "/account/factors/passkey/options", need: forUser, home: "/account/factors/passkey", post: (*visit).enrolPasskeyOptions},
		{path: "/account/factors/rename", need: forUser, home: "/account/security", post: (*visit).renameFactor},
		{path: "/account/factors/remove", need: forUser, home: "/account/security", post: (*visit).removeFactor},
		{path: "/account/recovery-codes", need: forUser, home: "/account/security", post: (*visit).newRecoveryCodes},
		{path: "/account/identities/link", need: forUser, home: "/account/security", post: (*visit).linkIdentity},
		{path: "/account/identities/unlink", need: forUser, home: "/account/security", post: (*visit).unlinkIdentity},

		{path: "/account/sessions", need: forUser, get: (*visit).sessions},
		{path: "/account/sessions/end", need: forUser, home: "/account/sessions", post: (*visit).endSession},
		{path: "/account/sessions/end-others", need: forUser, home: "/account/sessions", post: (*visit).endOtherSessions},
		{path: "/account/history", need: forUser, get: (*visit).history},
		{path: "/account/history/not-me", need: forUser, home: "/account/history", post: (*visit).notMeEvent},

		{path: "/account/keys", need: forUser, get: (*visit).keys},
		{path: "/account/keys/tokens", need: forUser, home: "/account/keys", post: (*visit).createToken},
		{path: "/account/keys/tokens/revoke", need: forUser, home: "/account/keys", post: (*visit).revokeToken},
		{path: "/account/keys/access-keys", need: forUser, home: "/account/keys", post: (*visit).createAccessKey},
		{path: "/account/keys/access-keys/state", need: forUser, home: "/account/keys", post: (*visit).setAccessKeyState},
		{path: "/account/keys/access-keys/delete", need: forUser, home: "/account/keys", post: (*visit).deleteAccessKey},

		{path: "/account/provisioning", need: forUser, get: (*visit).provisioning},
		{path: "/account/provisioning/tokens", need: forUser, home: "/account/provisioning", post: (*visit).createProvisioningToken},
		{path: "/account/provisioning/tokens/revoke", need: forUser, home: "/account/provisioning", post: (*visit).revokeProvisioningToken},
	}
}

// ssoPrefix begins the paths of pages of a provider, whose name comes next.
const ssoPrefix = "/sso/"

// find answers the page at the path, and keeps the name of the provider whose
// page it is.
func (v *visit) find() *page {
	if p, ok := v.pages[v.path]; ok {
		return p
	}
	below, ok := strings.CutPrefix(v.path, ssoPrefix)
	if !ok {
		return nil
	}
	var rest string
	if i := strings.IndexByte(below, '/'); i >= 0 {
		below, rest = below[:i], below[i:]
	}
	v.provider = below
	return v.pages[ssoPrefix+"{name}"+rest]
}

// stepPages are where each step of a sign-in is taken.
var stepPages = map[iam.Step]string{
	iam.StepFactor:      "/sign-in/factor",
	iam.StepSetPassword: "/sign-in/new-password",
	iam.StepEnrolFactor: "/sign-in/enrol",
}
