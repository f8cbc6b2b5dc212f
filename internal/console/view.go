package console

import (
	"html"
	"html/template"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// view is what a template gets. Its exported methods are the templates' words:
// html/template escapes what they answer for the place where it stands.
type view struct {
	v      *visit
	name   string              // of the template
	Title  string              // the page's name, in words
	Alert  string              // what went wrong, above everything
	Errors map[string][]string // what is wrong with fields, by name
	Values map[string]string   // what fields have in them
	Data   any                 // whatever else the page shows
}

// view makes the view of a page. title is a key of the words.
func (v *visit) view(name, title string) *view {
	return &view{v: v, name: name, Title: v.words.say(title)}
}

// T answers the words of a key.
func (w *view) T(key string, args ...any) string { return w.v.words.say(key, args...) }

// Lang is the language of the page (BCP 47).
func (w *view) Lang() string { return w.v.words.tag }

// Theme is "light" or "dark" where the user has chosen, empty else.
func (w *view) Theme() string { return w.v.user.Theme }

// To is the address of a page of this tenant.
func (w *view) To(path string) string { return w.v.base + path }

// Keep is To for a page on the way of a sign-in: it keeps where that leads.
func (w *view) Keep(path string) string { return w.v.base + w.v.keep(path) }

// At is the address of the present page, or of one below it.
func (w *view) At(below string) string { return w.v.base + w.v.path + below }

// Asset is the address of one of our files.
func (w *view) Asset(name string) string { return assetPrefix + w.v.assets.named[name] }

// Accent is the address of the style sheet with the tenant's colour, empty
// where it has none.
func (w *view) Accent() string {
	if c := w.v.settings.Branding.Accent; validAccent(c) {
		return assetPrefix + w.v.assets.accent(c)
	}
	return ""
}

// Brand is the name of the tenant as its people know it.
func (w *view) Brand() string {
	switch b := w.v.settings.Branding.DisplayName; {
	case b != "":
		return b
	case w.v.tenant.Name != "" && w.v.tenant.Code != iam.DefaultTenant:
		return w.v.tenant.Name
	default:
		return "Gatehouse"
	}
}

// Logo is the address of the tenant's logo, empty where it has none.
func (w *view) Logo() string {
	if sum := w.v.settings.Branding.LogoSum; sum != "" {
		return w.v.base + with("/logo", "v", sum)
	}
	return ""
}

// Support is the address to write to for help, empty where there is none.
func (w *view) Support() string { return w.v.settings.Branding.SupportEmail }

// SignUp reports whether new customers may sign up here.
func (w *view) SignUp() bool { return w.v.Signup.Open(w.v.tenant.Code) }

// SignedIn reports whether somebody is, with no step left.
func (w *view) SignedIn() bool { return w.v.signedIn() }

// Administers reports whether who is signed in may do everything in the tenant.
func (w *view) Administers() (bool, error) {
	err := w.v.Access.CheckAll(w.v.r.Context(), w.v.by)
	if iam.Is(err, iam.Denied) {
		return false, nil
	}
	return err == nil, err
}

// Midway reports whether somebody is in the middle of a sign-in.
func (w *view) Midway() bool { return len(w.v.prover.Session().Pending) > 0 }

// Who is the name of who is signed in, or about to be, as they know it.
func (w *view) Who() string {
	switch {
	case w.v.user.DisplayName != "":
		return w.v.user.DisplayName
	case w.v.user.Username != "":
		return w.v.user.Username
	default:
		return w.v.prover.Username()
	}
}

// User is who is signed in.
func (w *view) User() iam.User { return w.v.user }

// Here reports whether a page is the present one, or the present one shows it
// again, as a form does in which something is wrong.
func (w *view) Here(path string) bool { return w.v.path == path || w.v.page.home == path }

// Done says what was done just before, by the fixed word in the query.
func (w *view) Done() string {
	if key, ok := doneWords[w.v.r.URL.Query().Get("done")]; ok && w.Alert == "" && len(w.Errors) == 0 {
		return w.T(key)
	}
	return ""
}

// When tells a time in the user's time zone.
func (w *view) When(t time.Time) string {
	if t.IsZero() {
		return w.T("time.never")
	}
	return w.v.words.date(w.v.local(t))
}

// Stamp is a time for machines (RFC 3339).
func (w *view) Stamp(t time.Time) string { return w.v.local(t).Format(time.RFC3339) }

// Policy tells what is asked of a new password.
func (w *view) Policy() []string { return w.v.policy() }

// Username is whose password a form is about, for password managers.
func (w *view) Username() string {
	if w.v.signedIn() {
		return w.v.by.Username
	}
	return w.v.prover.Username()
}

// input is what the template "field" shows: a label, an input, and what is
// wrong with it.
type input struct {
	Name   string
	Label  string
	Hint   string
	Errors []string
	Attrs  template.HTMLAttr
}

// Input makes a field. label is a key of the words; attributes are those of the
// input element, such as "type=email" or "required", and "hint=" with a key.
func (w *view) Input(name, label string, attributes ...string) input {
	in := input{Name: name, Label: w.T(label), Errors: w.Errors[name]}
	var attrs []string
	var described []string
	for _, a := range attributes {
		k, value, valued := strings.Cut(a, "=")
		switch {
		case k == "hint":
			in.Hint = w.T(value)
			described = append(described, name+"-hint")
		case k == "aria-describedby":
			described = append(described, value)
		case k == "autofocus" && len(w.Errors) > 0: // what is wrong comes first
		case valued:
			attrs = append(attrs, attribute(k, value))
		case k != "":
			attrs = append(attrs, k)
		}
	}
	if value, ok := w.Values[name]; ok {
		attrs = append(attrs, attribute("value", value))
	}
	if len(in.Errors) > 0 {
		described = append([]string{name + "-error"}, described...)
		attrs = append(attrs, `aria-invalid="true"`, "autofocus")
	}
	if len(described) > 0 {
		attrs = append(attrs, attribute("aria-describedby", strings.Join(described, " ")))
	}
	in.Attrs = template.HTMLAttr(strings.Join(attrs, " ")) //nolint:gosec // names are ours, values are escaped
	return in
}

func attribute(name, value string) string { return name + `="` + html.EscapeString(value) + `"` }
