package federation

import (
	"cmp"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// claims are what a provider says of somebody, in the words of OpenID Connect
// Core 1.0 section 5.1 or its own.
type claims map[string]any

// text answers a claim that is a text; a dot in a name that is none of a claim
// leads into an object.
func (c claims) text(name string) string {
	if v, ok := c[name]; ok {
		s, _ := v.(string)
		return s
	}
	outer, rest, ok := strings.Cut(name, ".")
	if !ok {
		return ""
	}
	inner, _ := c[outer].(map[string]any)
	return claims(inner).text(rest)
}

// texts answers a claim that is a list of texts, or one text.
func (c claims) texts(name string) []string {
	switch v := c[name].(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, e := range v {
			if s, ok := e.(string); ok {
				all = append(all, s)
			}
		}
		return all
	default:
		return nil
	}
}

// provedSince reports whether the provider has proved the user at the time or
// later. One that does not say when is believed, for Google and Microsoft never
// do: it was asked to prove the user, and a sign-in like any other would come to
// the same.
func (c claims) provedSince(at time.Time) bool {
	v, ok := c["auth_time"]
	seconds, number := v.(float64)
	return !ok || number && seconds >= float64(at.Unix())
}

// truth reports whether a claim is true; some providers write it as a text.
func (c claims) truth(name string) bool { return c[name] == true || c[name] == "true" }

// person is who a provider says has signed in, in our own words.
type person struct {
	subject  string
	email    string
	verified bool // the provider has: the address, not just the claim, is theirs
	username string
	given    string
	family   string
	name     string
	domain   string // hosted domain
	session  string
	methods  []string
}

// maxMethods bounds the ways that a provider says somebody was proved in, and
// maxWord each of them, and the provider's name of the session, in bytes.
const (
	maxMethods = 16
	maxWord    = 256
)

// personOf puts together what an ID token and user info say. An address and
// whether it is verified come from the same of the two, user info before the
// token.
func personOf(m iam.ProviderMappers, token, info claims) person {
	p := person{subject: token.text("sub"), domain: token.text("hd"), session: token.text("sid"), methods: token.texts("amr")}
	claim := cmp.Or(m.Email, "email")
	for _, from := range []claims{info, token} {
		if email := from.text(claim); p.email == "" && iam.ValidEmail(email) {
			p.email = email
			// It speaks of the standard claim, whatever else one is mapped.
			p.verified = from.truth("email_verified") && from.text("email") == email
		}
	}
	say := func(claim string, limit int) string {
		return cmp.Or(clean(info.text(claim), limit), clean(token.text(claim), limit))
	}
	p.given, p.family, p.name = say("given_name", maxText), say("family_name", maxText), say("name", maxText)
	p.username = say("preferred_username", maxUsername)
	if len(p.methods) > maxMethods {
		p.methods = p.methods[:maxMethods]
	}
	for i, w := range p.methods {
		p.methods[i] = iam.Cut(w, maxWord)
	}
	return p
}

// maxUsername is that of package directory, in characters.
const maxUsername = 100

// clean answers a text that can be kept of somebody; empty where it cannot.
func clean(s string, limit int) string {
	s = strings.TrimSpace(s)
	if len([]rune(s)) > limit || !iam.Printable(s) {
		return ""
	}
	return s
}

// named is the username for somebody who is new here: the address, else the name
// that the provider suggests, else the subject.
func (p person) named() string {
	return cmp.Or(clean(strings.ToLower(p.email), maxUsername), p.username, clean(p.subject, maxUsername))
}
