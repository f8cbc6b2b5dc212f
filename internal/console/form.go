package console

import (
	"errors"
	"mime"
	"net/http"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/picture"
)

// Limits of what a form posts, in bytes.
const (
	maxForm   = 64 << 10
	maxUpload = picture.MaxBytes + maxForm
)

// readForm reads what a form posts.
func (v *visit) readForm() error {
	limit := int64(maxForm)
	if v.page.body > 0 {
		limit = v.page.body
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, limit)
	var err error
	if media, _, _ := mime.ParseMediaType(v.r.Header.Get("Content-Type")); media == "multipart/form-data" {
		err = v.r.ParseMultipartForm(limit) // all in memory, nothing in files
	} else {
		err = v.r.ParseForm()
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return iam.E(iam.Invalid, "the form is too large").Because(iam.ReasonTooLarge)
	}
	if err != nil {
		return iam.E(iam.Invalid, "the form cannot be read").Because(iam.ReasonMalformed)
	}
	return nil
}

// posted answers a field of the form, without white space around it.
func (v *visit) posted(name string) string { return strings.TrimSpace(v.r.PostFormValue(name)) }

// code answers a one-time code, which people type in groups.
func (v *visit) code() string { return strings.Join(strings.Fields(v.r.PostFormValue("code")), "") }
