package console

import (
	"errors"
	"fmt"
	"hash/fnv"
	"html"
	"io"
	"net/http"
	"strings"
	"unicode"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// picture answers the picture of who is signed in, or their initials.
func (v *visit) picture() error {
	i, err := v.Directory.Picture(v.r.Context(), v.by, v.by.User)
	if iam.Is(err, iam.NotFound) {
		w := v.view("", "profile.title")
		i = initialsOf(w.Who())
	} else if err != nil {
		return err
	}
	v.sendImage(i, "private, no-cache")
	return nil
}

// sendImage answers with an image, or that the one which the browser has is
// still the same.
func (v *visit) sendImage(i iam.Image, cache string) {
	h := v.w.Header()
	h.Set("Cache-Control", cache)
	h.Set("ETag", `"`+i.Sum+`"`)
	h.Set("Content-Type", i.MediaType)
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
	if v.r.Header.Get("If-None-Match") == `"`+i.Sum+`"` {
		v.w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = v.w.Write(i.Content)
}

// hues are the colours behind initials; white stands out from each.
var hues = []string{"#3050c8", "#7a3fc0", "#b0316b", "#a8401c", "#7a5a00", "#2c6e31", "#0b6b72", "#46566e"}

// initialsOf draws the initials of a name: SVG of ours, with one or two letters in it.
func initialsOf(name string) iam.Image {
	letters := initials(name)
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(name)) // never fails
	size := 44
	if len([]rune(letters)) == 1 {
		size = 52
	}
	svg := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><rect width="100" height="100" fill="%s"/>`+
		`<text x="50" y="52" dy=".34em" text-anchor="middle" font-family="system-ui, sans-serif" font-size="%d" font-weight="600" fill="#fff">%s</text></svg>`,
		hues[sum.Sum64()%uint64(len(hues))], size, html.EscapeString(letters))
	return iam.Image{MediaType: "image/svg+xml", Content: []byte(svg), Sum: fmt.Sprintf("%016x", sum.Sum64())}
}

// initials are the first letters of the first and the last word of a name. Of
// names in Hangul, which have the family name first and no spaces, it is the
// first syllable.
func initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	switch {
	case len(words) == 0:
		return "?"
	case len(words) == 1 || strings.IndexFunc(words[0], func(r rune) bool { return unicode.Is(unicode.Hangul, r) }) == 0:
		return first(words[0])
	default:
		return first(words[0]) + first(words[len(words)-1])
	}
}

func first(word string) string { return strings.ToUpper(string([]rune(word)[:1])) }

func (v *visit) savePicture() error {
	content, err := v.uploaded("image")
	if err == nil {
		_, err = v.Directory.SetPicture(v.r.Context(), v.by, content)
	}
	if err == nil {
		return v.done("/account", "picture-saved")
	}
	w, errView := v.profileView()
	if errView != nil {
		return errView
	}
	return v.refuse(w, err, "image")
}

// uploaded answers a file of the form. What kind of file it is, its content
// says, not the browser.
func (v *visit) uploaded(name string) ([]byte, error) {
	f, _, err := v.r.FormFile(name)
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		var c iam.Checker
		c.Add(name, iam.ReasonRequired, "%s is required", name)
		return nil, c.Err()
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

func (v *visit) removePicture() error {
	if _, err := v.Directory.SetPicture(v.r.Context(), v.by, nil); err != nil {
		return err
	}
	return v.done("/account", "picture-removed")
}

// logo answers the tenant's logo. Its address has its hash in it, so that
// browsers may keep it for good.
func (v *visit) logo() error {
	i, err := v.Tenancy.Logo(v.r.Context(), v.tenant.ID)
	if err != nil {
		return err
	}
	cache := "no-cache"
	if v.r.URL.Query().Get("v") == i.Sum {
		cache = "public, max-age=31536000, immutable"
	}
	v.sendImage(i, cache)
	return nil
}
