package f5xc

import (
	"net/http"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/picture"
)

// maxImageBody is for the largest image that is taken, in Base64.
const maxImageBody = picture.MaxBytes/3*4 + api.DefaultMaxBody

// imageForm is an image that somebody uploads.
type imageForm struct {
	ContentType string `json:"content_type" doc:"Not looked at: the content says what it is."`
	Image       []byte `json:"image" doc:"A JPEG, PNG, GIF or WebP of at most 5 MiB. What is kept is made anew of what it shows."`
}

// content answers the image. Invalid: there is none, which would remove the
// present one.
func (f imageForm) content() ([]byte, error) {
	if len(f.Image) > 0 {
		return f.Image, nil
	}
	var c iam.Checker
	c.Add("image", iam.ReasonRequired, "image is required")
	return nil, c.Err()
}

// wantedImage says in which form an image is wanted, and which one the caller
// has already.
type wantedImage struct {
	Accept      string `header:"Accept"`
	IfNoneMatch string `header:"If-None-Match"`
}

// asJSON reports whether the caller takes nothing but JSON. Browsers and tools
// for files take anything, and get the file itself.
func asJSON(accept string) bool {
	return strings.Contains(accept, "application/json") && !strings.Contains(accept, "*/*")
}

// How long an image may be kept by whoever has received it.
const (
	keepAsking = "private, no-cache"    // and has to ask whether it is still the same
	keepAWhile = "private, max-age=300" // of addresses that pages refer to
)

// servedImage is an image, as it is or in JSON.
type servedImage struct {
	ContentType string `json:"content_type"`
	Data        []byte `json:"data"`

	tag   string
	keep  string
	json  bool
	known bool // the caller has it
}

// serveImage answers an image that was encoded here, see package picture.
func serveImage(i iam.Image, keep string, want wantedImage) servedImage {
	s := servedImage{ContentType: i.MediaType, Data: i.Content, tag: `"` + i.Sum + `"`, keep: keep, json: asJSON(want.Accept)}
	s.known = !s.json && want.IfNoneMatch != "" && hasTag(want.IfNoneMatch, s.tag)
	return s
}

// hasTag reports whether a list of entity tags has one (RFC 9110 section 13.1.2).
func hasTag(list, tag string) bool {
	for t := range strings.SplitSeq(list, ",") {
		if t = strings.TrimSpace(t); t == "*" || strings.TrimPrefix(t, "W/") == tag {
			return true
		}
	}
	return false
}

// HTTPStatus is 304 for who has the image.
func (s servedImage) HTTPStatus() int {
	if s.known {
		return http.StatusNotModified
	}
	return http.StatusOK
}

// Raw is the image itself.
func (s servedImage) Raw() []byte {
	switch {
	case s.json:
		return nil
	case s.known:
		return []byte{}
	}
	return s.Data
}

// What the headers of all images have in common, in the form in which a Header
// keeps it: images are asked for by every page, and Set makes each anew.
var (
	varyAccept   = []string{"Accept"}
	pictureAlone = []string{"default-src 'none'; frame-ancestors 'none'; sandbox"}
)

// Headers say what it is, and that it is a picture and nothing else.
func (s servedImage) Headers(h http.Header) {
	h["Vary"] = varyAccept
	if s.json {
		return
	}
	h["Cache-Control"], h["Etag"], h["Content-Security-Policy"] = []string{s.keep}, []string{s.tag}, pictureAlone
	if !s.known {
		h["Content-Type"] = []string{s.ContentType}
	}
}

// examplePNG is one grey pixel, for the document.
var examplePNG = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\b\x00\x00\x00\x00:~\x9bU" +
	"\x00\x00\x00\x0eIDATx\xdabj\x00\x04\x00\x00\xff\xff\x00\x86\x00\x83Q\xf6n=\x00\x00\x00\x00IEND\xaeB`\x82")

var exampleImage = servedImage{ContentType: "image/png", Data: examplePNG}
