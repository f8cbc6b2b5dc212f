package console

import (
	_ "embed"
	"html/template"
	"strings"
	"sync"
)

// zoneNames are the time zones that people choose from, one a line, in order:
// those of zone.tab in the IANA time zone database (public domain).
//
//go:embed zones.txt
var zoneNames string

// zoneOptions are all of them as they stand in a list to choose from, by part of
// the world. They are the same on every page, and made once, when first asked for.
var zoneOptions = sync.OnceValue(func() template.HTML {
	var b strings.Builder
	readable := strings.NewReplacer("_", " ", "/", " – ")
	part := ""
	for name := range strings.Lines(zoneNames) {
		name = strings.TrimSpace(name)
		of, place, _ := strings.Cut(name, "/")
		if of != part {
			if part != "" {
				b.WriteString("</optgroup>")
			}
			part = of
			b.WriteString(`<optgroup label="` + of + `">`)
		}
		b.WriteString(`<option value="` + name + `">` + readable.Replace(place) + "</option>\n")
	}
	b.WriteString("</optgroup>")
	return template.HTML(b.String()) //nolint:gosec // names of the database, of letters, '_', '-' and '/'
})
