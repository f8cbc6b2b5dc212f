package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed assets
var assetFiles embed.FS

// assetPrefix is where our files are, the same for every tenant.
const assetPrefix = "/assets/"

// asset is one of our files, in plain and compressed.
type asset struct {
	mediaType string
	plain     []byte
	gzipped   func() []byte // made when first asked for; nil where it is not worth it
}

// assets are our files. Their names on the wire have a piece of their content's
// hash in them, so that browsers may keep them for good.
type assets struct {
	files map[string]asset  // by the name on the wire
	named map[string]string // the name on the wire by the name in the tree
}

func loadAssets() *assets {
	a := &assets{files: map[string]asset{}, named: map[string]string{}}
	entries, err := assetFiles.ReadDir("assets")
	if err != nil {
		panic(err)
	}
	for _, e := range entries {
		content, err := assetFiles.ReadFile("assets/" + e.Name())
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(content)
		ext := path.Ext(e.Name())
		wire := strings.TrimSuffix(e.Name(), ext) + "-" + hex.EncodeToString(sum[:5]) + ext
		a.named[e.Name()] = wire
		a.files[wire] = asset{mediaType: mime.TypeByExtension(ext), plain: content, gzipped: sync.OnceValue(func() []byte { return compress(content) })}
	}
	return a
}

func compress(content []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is one
	_, _ = w.Write(content)                               // into memory
	_ = w.Close()
	return b.Bytes()
}

// serve answers a request for one of our files.
func (a *assets) serve(w http.ResponseWriter, r *http.Request, name string) {
	f, ok := a.files[name]
	if hex, isAccent := a.accentOf(name); isAccent {
		f, ok = asset{mediaType: "text/css; charset=utf-8", plain: accentSheet(hex)}, true
	}
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	switch {
	case !ok:
		// A page of another version of the program may ask for its own file.
		h.Set("Cache-Control", "no-store")
		http.NotFound(w, r)
		return
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	h.Set("Content-Type", f.mediaType)
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	if f.gzipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		f.plain = f.gzipped()
	}
	_, _ = w.Write(f.plain)
}

// accent is the name on the wire of the style sheet with a colour "#rrggbb".
// It is made anew with each version of app.css, whose surfaces it has to suit.
func (a *assets) accent(colour string) string {
	return "accent-" + colour[1:] + "-" + a.named["app.css"]
}

// accentOf takes accent apart.
func (a *assets) accentOf(name string) (colour string, ok bool) {
	rest, ok := strings.CutPrefix(name, "accent-")
	digits, ok2 := strings.CutSuffix(rest, "-"+a.named["app.css"])
	return "#" + digits, ok && ok2 && validAccent("#"+digits)
}
