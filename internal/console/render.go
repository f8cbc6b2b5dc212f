package console

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"sync"
)

//go:embed templates
var templateFiles embed.FS

// layouts are the templates of pages by name, each with what all share.
type layouts map[string]*template.Template

// loadLayouts parses the templates: layout.html and parts.html are in each
// page, which defines "main".
func loadLayouts() layouts {
	files, err := fs.Sub(templateFiles, "templates")
	if err != nil {
		panic(err)
	}
	shared := template.Must(template.ParseFS(files, "layout.html", "parts.html", "icons.html"))
	names, err := fs.Glob(files, "*.html")
	if err != nil {
		panic(err)
	}
	all := layouts{}
	for _, name := range names {
		page := strings.TrimSuffix(name, ".html")
		switch page {
		case "layout", "parts", "icons":
			continue
		}
		all[page] = template.Must(template.Must(shared.Clone()).ParseFS(files, name))
	}
	return all
}

// buffers are for pages while they are made: what fails half-way must not have
// been sent.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// show answers with a page.
func (v *visit) show(status int, w *view) error {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := v.layouts()[w.name].ExecuteTemplate(b, "layout", w); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.Header().Set("Content-Language", v.words.tag)
	v.w.WriteHeader(status)
	_, _ = v.w.Write(b.Bytes())
	return nil
}

// open shows a page for the first time.
func (v *visit) open(w *view) error { return v.show(http.StatusOK, w) }
