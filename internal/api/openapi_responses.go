package api

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json"

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
	schemas  openapi3.SchemaRefs
	examples openapi3.Examples
}

// responses documents success and every error, under the status that the
// dialect gives them. Several may share one: some vendors report errors with
// status 200.
func (b *builder) responses(e *endpoint, method string) *openapi3.Responses {
	byStatus := map[int]*answers{}
	add := func(status int, name string, t reflect.Type, example any) {
		a := byStatus[status]
		if a == nil {
			a = &answers{examples: openapi3.Examples{}}
			byStatus[status] = a
		}
		if t == nil || status == http.StatusNoContent {
			return
		}
		if !slices.Contains(a.types, t) {
			a.types = append(a.types, t)
			a.schemas = append(a.schemas, b.types.of(t))
		}
		if example != nil {
			a.examples[name] = &openapi3.ExampleRef{Value: openapi3.NewExample(b.generic(example))}
		}
	}
	add(e.Op.Status, "success", e.operation.out, e.Op.ResponseExample)
	for _, s := range samples(e) {
		r := &http.Request{Method: method, URL: &url.URL{Path: e.Op.Paths[0]}, Header: http.Header{}}
		status, body := e.Dialect.Fail(r, s.error)
		add(status, s.name, reflect.TypeOf(body), body)
	}
	responses := openapi3.NewResponsesWithCapacity(len(byStatus))
	for status, a := range byStatus {
		response := openapi3.NewResponse().WithDescription(cmp.Or(http.StatusText(status), "Answer"))
		if len(a.schemas) > 0 {
			response.Content = openapi3.Content{"application/json": a.media()}
		}
		openapi3.WithStatus(status, &openapi3.ResponseRef{Value: response})(responses)
	}
	return responses
}

func (a *answers) media() *openapi3.MediaType {
	schema := a.schemas[0]
	if len(a.schemas) > 1 {
		schema = (&openapi3.Schema{AnyOf: a.schemas}).NewRef()
	}
	return &openapi3.MediaType{Schema: schema, Examples: a.examples}
}

// generic turns an example into maps and slices, as the document wants it.
func (b *builder) generic(example any) (value any) {
	if example == nil {
		return nil
	}
	text, err := json.Marshal(example, wireOptions)
	if err == nil {
		err = json.Unmarshal(text, &value)
	}
	b.err = cmp.Or(b.err, err)
	return value
}
