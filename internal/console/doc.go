// Package console owns the web pages: how somebody signs in, proves a second
// factor, regains a lost password, and looks after their own account.
//
//	/sign-in ─▶ /sign-in/password ─▶ steps that are pending ─▶ /account
//	                                 /sign-in/factor
//	                                 /sign-in/new-password
//	/sso/<name> ─▶ the provider ─▶   /sign-in/enrol
//	/sso/<name>/callback ─────────▶
//
// Every page is in the table of routes.go, which also says who may see it;
// dispatch in console.go holds to that before any handler runs, so that a
// sign-in with steps left leads to the next of them, whatever address is asked
// for. Pages are rendered here, and work without a script, but for passkeys,
// which browsers give to scripts only.
//
// It must not know how a password is proved, what a tenant allows, or any SQL:
// it asks the use cases, whose errors it puts into words of the reader's
// language.
package console
