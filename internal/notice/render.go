package notice

import (
	"embed"
	htmltemplate "html/template"
	"strings"
	"sync"
	"text/template"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

//go:embed templates/*.tmpl
var files embed.FS

// words are the templates of one kind of mail in one language. Both layouts
// are filled with the same words, which hold no markup.
type words struct {
	text *template.Template
	html *htmltemplate.Template
}

// written are all mails, by kind and language, "reset-password.ko". They are
// parsed for the first one: not every node, and no command, sends any.
var written = sync.OnceValue(parse)

func parse() map[string]words {
	all := map[string]words{}
	for k := range kinds {
		for _, l := range []string{"en", "ko"} {
			name := string(k) + "." + l
			own := []string{"templates/words." + l + ".tmpl", "templates/" + name + ".tmpl"}
			all[name] = words{
				text: template.Must(template.ParseFS(files, append(own, "templates/layout.txt.tmpl")...)),
				html: htmltemplate.Must(htmltemplate.ParseFS(files, append(own, "templates/layout.html.tmpl")...)),
			}
		}
	}
	return all
}

// render fills the templates of a kind of mail.
func render(k iam.MessageKind, p page) (w Written, err error) {
	of := written()[string(k)+"."+p.Language]
	for _, part := range []struct {
		name string
		to   *string
	}{{"subject", &w.Subject}, {"text", &w.Text}} {
		var b strings.Builder
		if err := of.text.ExecuteTemplate(&b, part.name, p); err != nil {
			return w, err
		}
		*part.to = b.String()
	}
	var b strings.Builder
	err = of.html.ExecuteTemplate(&b, "html", p)
	w.HTML = b.String()
	return w, err
}
