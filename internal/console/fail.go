package console

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// errForeignForm is the answer to a form that is not on one of our pages.
var errForeignForm = iam.E(iam.Denied, "the form does not come from this site").Because("foreign_form")

// answer is how an error is told: the status of the page and the key of the
// words on it.
type answer struct {
	status int
	words  string
}

// answers has one for each kind of error.
var answers = map[iam.Kind]answer{
	iam.Internal:        {http.StatusInternalServerError, "error.internal"},
	iam.Invalid:         {http.StatusUnprocessableEntity, "error.invalid"},
	iam.Unauthenticated: {http.StatusUnprocessableEntity, "error.bad-credentials"},
	iam.Denied:          {http.StatusForbidden, "error.denied"},
	iam.NotFound:        {http.StatusNotFound, "error.not-found"},
	iam.Exists:          {http.StatusConflict, "error.exists"},
	iam.Conflict:        {http.StatusConflict, "error.conflict"},
	iam.Precondition:    {http.StatusConflict, "error.precondition"},
	iam.RateLimited:     {http.StatusTooManyRequests, "error.rate-limited"},
	iam.Unavailable:     {http.StatusServiceUnavailable, "error.unavailable"},
}

// reasons are errors that are told otherwise than others of their kind.
var reasons = map[iam.Reason]answer{
	iam.ReasonNoPath:        {http.StatusNotFound, "error.no-page"},
	iam.ReasonNoMethod:      {http.StatusMethodNotAllowed, "error.no-page"},
	iam.ReasonTooLarge:      {http.StatusRequestEntityTooLarge, "error.too-large"},
	iam.ReasonMalformed:     {http.StatusBadRequest, "error.malformed"},
	iam.ReasonWrongCode:     {http.StatusUnprocessableEntity, "error.wrong-code"},
	iam.ReasonWrongPassword: {http.StatusUnprocessableEntity, "error.wrong-password"},
	iam.ReasonBadPassword:   {http.StatusUnprocessableEntity, "error.bad-credentials"},
	iam.ReasonSamePassword:  {http.StatusUnprocessableEntity, "error.same-password"},
	iam.ReasonLimit:         {http.StatusConflict, "error.limit"},
	iam.ReasonLastWay:       {http.StatusConflict, "error.last-way"},
	errForeignForm.Code:     {http.StatusForbidden, "error.foreign-form"},
}

func answerTo(e *iam.Error) answer {
	if a, ok := reasons[e.Code]; ok {
		return a
	}
	return answers[e.Kind]
}

// fail answers an error that no form has a place for: with a page of its own,
// or with the page where one can do something about it.
func (v *visit) fail(err error) {
	e, ok := errors.AsType[*iam.Error](err)
	if !ok {
		e = &iam.Error{Kind: iam.Internal, Err: err}
	}
	switch {
	case e.Code == iam.ReasonReauth && v.signedIn():
		_ = v.redirect(with("/account/confirm", returnName, v.page.origin()))
		return
	case e.Kind == iam.Unauthenticated: // the session has ended since we looked
		_ = v.redirect("/sign-in")
		return
	case e.Kind == iam.Internal:
		v.Log.ErrorContext(v.r.Context(), "console", "path", v.path, "request_id", v.from.RequestID, "error", err)
	case e.Kind == iam.Unavailable:
		v.Log.WarnContext(v.r.Context(), "console", "path", v.path, "request_id", v.from.RequestID, "error", err)
	}
	a := answerTo(e)
	title := "error.title"
	if a.status == http.StatusNotFound {
		title = "error.nothing-title"
	}
	view := v.view("error", title)
	view.Alert = v.tell(e, a)
	view.Data = v.from.RequestID
	if err := v.show(a.status, view); err != nil {
		v.Log.ErrorContext(v.r.Context(), "console: the page of an error", "request_id", v.from.RequestID, "error", err)
		http.Error(v.w, "internal error", http.StatusInternalServerError)
	}
}

// tell puts an error into words.
func (v *visit) tell(e *iam.Error, a answer) string {
	if e.Kind == iam.RateLimited {
		if e.RetryAfter > 0 {
			v.w.Header().Set("Retry-After", strconv.Itoa(int(e.RetryAfter.Seconds())+1))
			return v.words.say("error.rate-limited-for", v.words.duration(e.RetryAfter))
		}
	}
	return v.words.say(a.words)
}

// refuse shows a form again, with what is wrong with it: next to the field
// where the form has it, above the form else. Errors that a reader can do
// nothing about get a page of their own.
func (v *visit) refuse(view *view, err error, fields ...string) error {
	e, ok := errors.AsType[*iam.Error](err)
	if !ok || e.Kind == iam.Internal || e.Kind == iam.Unavailable || e.Code == iam.ReasonReauth ||
		e.Kind == iam.Unauthenticated && e.Code == "" {
		return err
	}
	a := answerTo(e)
	view.Errors = map[string][]string{}
	for _, f := range e.Fields {
		words := v.fault(f)
		switch {
		case !slices.Contains(fields, f.Path):
			view.Alert = words
		case !slices.Contains(view.Errors[f.Path], words):
			view.Errors[f.Path] = append(view.Errors[f.Path], words)
		}
	}
	if len(e.Fields) == 0 {
		if at := placeOf[e.Code]; slices.Contains(fields, at) {
			view.Errors[at] = []string{v.tell(e, a)}
		} else {
			view.Alert = v.tell(e, a)
		}
	}
	return v.show(a.status, view)
}

// placeOf names the field that an error without fields is about.
var placeOf = map[iam.Reason]string{
	iam.ReasonWrongCode:     "code",
	iam.ReasonWrongPassword: "current",
	iam.ReasonSamePassword:  "password",
}
