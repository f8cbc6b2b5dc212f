package transfer

import (
	"bufio"
	"encoding/base64"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

// ldifWriter writes LDIF (RFC 2849), with relative names that end in ou=people,
// ou=groups and ou=bindings.
type ldifWriter struct {
	to    *bufio.Writer
	begun bool
}

func newLDIFWriter(to io.Writer) Writer { return &ldifWriter{to: bufio.NewWriterSize(to, 64<<10)} }

var (
	ldapUsers    = newLayout(paths(ldapColumns)...)
	ldapBindings = newLayout("role", "user", "group", "namespace")
)

func paths(columns []ldapColumn) []string {
	all := make([]string, len(columns))
	for i, l := range columns {
		all[i] = l.column.String()
	}
	return all
}

func (w *ldifWriter) Write(e Entry) error {
	w.begin()
	w.line("", "")
	r := maps.Clone(e.Resource)
	delete(r, "id") // in LDIF names are what one refers by
	var rest map[string]any
	var class string
	switch e.Kind {
	case User:
		class = "inetOrgPerson"
		rest = w.user(r, e.PasswordHash)
	case Group:
		class = "groupOfNames"
		rest = w.group(r)
	case Binding:
		class = classBinding
		rest = w.binding(r)
	}
	w.line("objectClass", class)
	if len(rest) > 0 {
		text, err := json.Marshal(rest, json.Deterministic(true))
		if err != nil {
			return err
		}
		w.line("objectClass", classResource)
		w.line(ldapJSON, string(text))
	}
	return w.err()
}

// err answers what has gone wrong with the file, which a buffer keeps.
func (w *ldifWriter) err() error {
	_, err := w.to.Write(nil)
	return err
}

func (w *ldifWriter) user(r map[string]any, hash string) (rest map[string]any) {
	delete(r, "groups") // the groups name their members
	active, told := r[attrActive].(bool)
	if told {
		delete(r, attrActive)
	}
	texts, rest := ldapUsers.fill(r)
	name := scalar(r["userName"])
	w.line("dn", makeDN("uid", name, "people"))
	if cn := scalar(r["displayName"]); cn != "" {
		w.line("cn", cn)
	} else {
		w.line("cn", name)
	}
	for i, l := range ldapColumns {
		if texts[i] != "" {
			w.line(l.attribute, texts[i])
		}
	}
	emails, _ := rest["emails"].([]any)
	for _, e := range emails { // for other readers; the one here has them from the JSON
		if m, _ := e.(map[string]any); scalar(m[attrValue]) != "" {
			w.line("mail", scalar(m[attrValue]))
		}
	}
	if told {
		w.line("nsAccountLock", map[bool]string{true: "FALSE", false: "TRUE"}[active])
	}
	switch {
	case strings.HasPrefix(hash, "$argon2"):
		hash = "{ARGON2}" + hash
	case strings.HasPrefix(hash, "$2"):
		hash = "{CRYPT}" + hash
	}
	if hash != "" {
		w.line("userPassword", hash)
	}
	return rest
}

func (w *ldifWriter) group(r map[string]any) (rest map[string]any) {
	name := scalar(r["displayName"])
	members, _ := r["members"].([]any)
	if !slices.ContainsFunc(members, func(m any) bool { return named(m) == "" }) {
		delete(r, "members")
	}
	delete(r, "displayName")
	w.line("dn", makeDN("cn", name, "groups"))
	w.line("cn", name)
	_, rest = layout{}.fill(r)
	if len(members) == 0 || rest["members"] != nil {
		w.line("member", "") // LDAP wants one
		return rest
	}
	for _, m := range members {
		w.line("member", makeDN("uid", named(m), "people"))
	}
	return rest
}

func (w *ldifWriter) binding(r map[string]any) (rest map[string]any) {
	texts, rest := ldapBindings.fill(r)
	w.line("dn", makeDN("cn", strings.Join(slices.DeleteFunc(slices.Clone(texts), func(s string) bool { return s == "" }), " "), "bindings"))
	for i, c := range ldapBindings.columns {
		if texts[i] != "" {
			w.line("gatehouse"+strings.ToUpper(c.attribute[:1])+c.attribute[1:], texts[i])
		}
	}
	return rest
}

func (w *ldifWriter) begin() {
	if !w.begun {
		w.begun = true
		w.line("version", "1")
	}
}

func (w *ldifWriter) Close() error {
	w.begin()
	return w.to.Flush()
}

// line writes one, in Base64 where its value could not be read as it is, and
// folded where it is long. Errors are kept by the buffer.
func (w *ldifWriter) line(name, value string) {
	text := name
	switch {
	case name == "":
	case value == "":
		text += ":"
	case safe(value):
		text += ": " + value
	default:
		text += ":: " + base64.StdEncoding.EncodeToString([]byte(value))
	}
	const width = 75 // 76 with the space that continues a line
	for len(text) > width {
		_, _ = w.to.WriteString(text[:width] + "\n ")
		text = text[width:]
	}
	_, _ = w.to.WriteString(text + "\n")
}

// safe reports whether a value is a SAFE-STRING of RFC 2849 that does not end in a
// space, which its readers may drop.
func safe(value string) bool {
	for _, c := range []byte(value) {
		if c == 0 || c == '\n' || c == '\r' || c >= 0x80 {
			return false
		}
	}
	return strings.IndexByte(" :<", value[0]) < 0 && !strings.HasSuffix(value, " ")
}
