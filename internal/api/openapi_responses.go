package api

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// sample is an error as an example of its kind.
type sample struct {
	name  string
	error *iam.Error
}

// samples are the errors that an operation may answer, each once: those that
// follow from its declaration, those that it lists, and those that may always
// happen.
func samples(e *endpoint) []sample {
	var kinds []iam.Kind
	if len(e.operation.binding.fields) > 0 || e.operation.binding.body != nil {
		kinds = append(kinds, iam.Invalid)
	}
	if !e.Op.Access.IsPublic() {
		kinds = append(kinds, iam.Unauthenticated)
	}
	if e.Op.Access.Permission() != "" {
		kinds = append(kinds, iam.Denied)
	}
	kinds = append(kinds, e.Op.Errors...)
	kinds = append(kinds, iam.Internal, iam.Unavailable)

	var list []sample
	seen := map[iam.Kind]bool{}
	for _, k := range kinds {
		if !seen[k] {
			seen[k] = true
			list = append(list, sample{strings.ReplaceAll(k.String(), " ", "_"), sampleOf(k)})
		}
	}
	if e.operation.binding.body != nil {
		list = append(list,
			sample{"malformed", iam.E(iam.Invalid, "the body is not valid JSON, at byte 17").Because(iam.ReasonMalformed)},
			sample{"too_large", iam.E(iam.Invalid, "the body is larger than %d bytes", e.limits.body).Because(iam.ReasonTooLarge)})
	}
	return list
}

func sampleOf(k iam.Kind) *iam.Error {
	switch k {
	case iam.Invalid:
		var check iam.Checker
		check.Add("name", iam.ReasonRequired, "name is required")
		e, _ := errors.AsType[*iam.Error](check.Err())
		return e
	case iam.Unauthenticated:
		return iam.E(k, "the credential is missing or wrong")
	case iam.Denied:
		return iam.E(k, "the right to do this is missing")
	case iam.NotFound:
		return iam.ErrNotFound("object", "example")
	case iam.Exists:
		return iam.ErrExists("object", "example")
	case iam.Conflict:
		return iam.ErrStale("object", "example")
	case iam.Precondition:
		return iam.E(k, "object \"example\" is in use").Because(iam.ReasonInUse).About("example")
	case iam.RateLimited:
		return iam.E(k, "too many attempts")
	case iam.Unavailable:
		return iam.E(k, "storage cannot be reached")
	default:
		return iam.E(iam.Internal, "internal error")
	}
}

// answers gathers what may be answered with one status.
type answers struct {
	types    []reflect.Type
	schemas  []*schema
	examples map[string]example
}

// responses documents success and every error, under the status that the
// dialect gives them. Several may share one: some vendors report errors with
// status 200.
func (b *builder) responses(e *endpoint, method string) map[string]responseObject {
	byStatus := map[int]*answers{}
	add := func(status int, name string, t reflect.Type, shown any) {
		a := byStatus[status]
		if a == nil {
			a = &answers{examples: map[string]example{}}
			byStatus[status] = a
		}
		if t == nil || status == http.StatusNoContent {
			return
		}
		if !slices.Contains(a.types, t) {
			a.types = append(a.types, t)
			a.schemas = append(a.schemas, b.types.of(t))
		}
		if shown != nil {
			a.examples[name] = example{b.written(shown)}
		}
	}
	add(e.Op.Status, "success", e.operation.out, e.Op.ResponseExample)
	for _, s := range samples(e) {
		r := &http.Request{Method: method, URL: &url.URL{Path: e.Op.Paths[0]}, Header: http.Header{}}
		status, body := e.Dialect.Fail(r, s.error)
		add(status, s.name, reflect.TypeOf(body), body)
	}
	responses := make(map[string]responseObject, len(byStatus))
	for status, a := range byStatus {
		response := responseObject{Description: cmp.Or(http.StatusText(status), "Answer")}
		if len(a.schemas) > 0 {
			response.Content = e.Dialect.content(a.media())
		}
		responses[strconv.Itoa(status)] = response
	}
	return responses
}

// content is a body in each media type of the dialect.
func (d *Dialect) content(m mediaType) map[string]mediaType {
	content := map[string]mediaType{}
	for _, t := range d.mediaTypes() {
		content[t] = m
	}
	return content
}

func (a *answers) media() mediaType {
	of := a.schemas[0]
	if len(a.schemas) > 1 {
		of = &schema{AnyOf: a.schemas}
	}
	return mediaType{Schema: of, Examples: a.examples}
}

// written answers an example as it goes over the wire; nil for none.
func (b *builder) written(example any) jsontext.Value {
	if example == nil {
		return nil
	}
	text, err := json.Marshal(example, wireOptions)
	b.err = cmp.Or(b.err, err)
	return text
}
