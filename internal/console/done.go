package console

// doneWords are what a page can say that was done just before, by the word in
// its query. Nothing else that a query says is ever shown.
var doneWords = map[string]string{ //nolint:gosec // words, no credentials
	"saved":            "done.saved",
	"signed-out":       "done.signed-out",
	"code-sent":        "done.code-sent",
	"picture-saved":    "done.picture-saved",
	"picture-removed":  "done.picture-removed",
	"email-verified":   "done.email-verified",
	"password-changed": "done.password-changed",
	"factor-added":     "done.factor-added",
	"passkey-added":    "done.passkey-added",
	"factor-removed":   "done.factor-removed",
	"codes-renewed":    "done.codes-renewed",
	"session-ended":    "done.session-ended",
	"sessions-ended":   "done.sessions-ended",
	"token-revoked":    "done.token-revoked",
	"key-deleted":      "done.key-deleted",
	"linked":           "done.linked",
	"unlinked":         "done.unlinked",
	"not-me":           "done.not-me",
}
