package f5xc_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

// reference is the vendor's document, made strict.
type reference struct{ *openapi3.T }

// loadReference answers the vendor's document, nil where it is not at hand: it
// lies beside the checkout, not in it.
func loadReference(t *testing.T) *reference {
	t.Helper()
	doc, err := readReference()
	if errors.Is(err, fs.ErrNotExist) {
		t.Logf("the vendor's document is not here: %v", err)
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

var readReference = sync.OnceValues(func() (*reference, error) {
	root, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		if root == filepath.Dir(root) {
			return nil, errors.New("no go.mod above the test")
		}
		root = filepath.Dir(root)
	}
	doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join(root, "..", "shared", "reference", "f5xc", "openapi.json"))
	if err != nil {
		return nil, err
	}
	for _, s := range doc.Components.Schemas {
		s.Value.AdditionalProperties = closed // a message without members is empty, and not free
		tighten(s.Value)
	}
	return &reference{doc}, nil
})

var closed = openapi3.AdditionalProperties{Has: new(bool)}

// tighten lets a schema, and those written inside it, refuse what the vendor
// would never write: members that the message does not have, two of a oneof,
// integers of 64 bits that are no number; and leaving out what is required.
func tighten(s *openapi3.Schema) {
	if len(s.Properties) > 0 {
		s.AdditionalProperties = closed
	}
	if s.Type.Is("string") && (s.Format == "int64" || s.Format == "uint64") {
		s.Pattern = `^-?[0-9]+$`
	}
	for key, members := range s.Extensions {
		if !strings.HasPrefix(key, "x-ves-oneof-field-") {
			continue
		}
		names := members.([]any)
		for i, a := range names {
			for _, b := range names[:i] {
				both := &openapi3.Schema{Required: []string{a.(string), b.(string)}}
				s.AllOf = append(s.AllOf, (&openapi3.Schema{Not: both.NewRef()}).NewRef())
			}
		}
	}
	for name, p := range s.Properties {
		if rules, ok := p.Value.Extensions["x-ves-validation-rules"].(map[string]any); ok && rules["message.required"] == "true" {
			s.Required = append(s.Required, name)
		}
		if p.Ref == "" {
			tighten(p.Value)
		}
	}
	if s.Items != nil && s.Items.Ref == "" {
		tighten(s.Items.Value)
	}
}

// operations calls visit with every operation of the document, the path as
// there.
func (d *reference) operations(visit func(method, path string, op *openapi3.Operation)) {
	for path, item := range d.Paths.Map() {
		for method, op := range item.Operations() {
			visit(method, path, op)
		}
	}
}

// find answers the operation that a request is for, and its name, nil when the
// document has none.
func (d *reference) find(method, target string) (name string, found *openapi3.Operation) {
	target, _, _ = strings.Cut(target, "?")
	most := -1
	d.operations(func(m, path string, op *openapi3.Operation) {
		if literal, ok := matches(path, target); ok && m == method && literal > most {
			name, found, most = m+" "+path, op, literal
		}
	})
	return name, found
}

// matches reports whether a template takes a path, and how many segments of it
// are the same. What is in braces takes any segment.
func matches(template, path string) (literal int, ok bool) {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return 0, false
	}
	for i := range want {
		switch {
		case want[i] == got[i], isParameter(want[i]) && isParameter(got[i]):
			literal++
		case !isParameter(want[i]):
			return 0, false
		}
	}
	return literal, true
}

func isParameter(segment string) bool { return strings.HasPrefix(segment, "{") }

// served lists the operations of the document that a registry has. One that is
// taken by the paths of free kinds counts where the kind is one that is known.
func (d *reference) served(r *api.Registry) []string {
	var names []string
	d.operations(func(method, path string, _ *openapi3.Operation) {
		for _, op := range r.Operations() {
			if slices.Contains(op.Op.Methods, method) && slices.ContainsFunc(op.Op.Paths, func(template string) bool {
				return serves(template, path)
			}) {
				names = append(names, method+" "+path)
				return
			}
		}
	})
	slices.Sort(names)
	return names
}

func serves(template, path string) bool {
	if _, ok := matches(template, path); !ok {
		return false
	}
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	for i := range want {
		if isParameter(want[i]) && !isParameter(got[i]) {
			// /api/<group>/namespaces/<namespace>/<plural>
			if i != 5 {
				return false
			}
			if kind, err := object.KindOf(got[2], got[5]); err != nil || kind.Spec == nil {
				return false
			}
		}
	}
	return true
}

// checkRequest holds what a test sends to the document.
func checkRequest(t *testing.T, op *openapi3.Operation, body string) {
	t.Helper()
	if op.RequestBody == nil {
		if body != "" {
			t.Errorf("the operation has no body, and the test sends %s", body)
		}
		return
	}
	validate(t, "the request", op.RequestBody.Value.Content.Get("application/json").Schema, body)
}

// checkAnswer holds an answer to the document, and returns it decoded.
func checkAnswer(t *testing.T, op *openapi3.Operation, status int, body string) any {
	t.Helper()
	response := op.Responses.Status(status)
	if response == nil {
		t.Errorf("the operation has no answer of %d: %s", status, body)
		return nil
	}
	return validate(t, "the answer", response.Value.Content.Get("application/json").Schema, body)
}

func validate(t *testing.T, what string, schema *openapi3.SchemaRef, body string) (value any) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), &value); err != nil {
		t.Errorf("%s %q: %v", what, body, err)
		return nil
	}
	if err := schema.Value.VisitJSON(value, openapi3.MultiErrors(), openapi3.EnableFormatValidation(),
		openapi3.DisableSchemaErrorDetails()); err != nil {
		t.Errorf("%s does not validate: %v\n%s", what, err, body)
	}
	return value
}

// grpcCodes are the codes that go with a status, as the vendor pairs them.
var grpcCodes = map[int][]float64{
	http.StatusBadRequest: {3}, http.StatusUnauthorized: {16}, http.StatusForbidden: {7}, http.StatusNotFound: {5},
	http.StatusConflict: {6, 9, 10}, http.StatusTooManyRequests: {8}, http.StatusServiceUnavailable: {14},
}

// checkError holds the answer of a failure to the document, which lets it be
// anything, and to the envelope of the gRPC gateway.
func checkError(t *testing.T, op *openapi3.Operation, status int, body string) {
	t.Helper()
	value, _ := validate(t, "the error", op.Responses.Default().Value.Content.Get("application/json").Schema, body).(map[string]any)
	code, _ := value["code"].(float64)
	message, _ := value["message"].(string)
	_, details := value["details"].([]any)
	if !slices.Contains(grpcCodes[status], code) || message == "" || !details || len(value) != 3 {
		t.Errorf("the error %d is %s", status, body)
	}
}

// has reports whether a value is in another one: members in an object with more
// of them, elements in a list with more of them.
func has(got, want any) bool {
	switch want := want.(type) {
	case map[string]any:
		got, ok := got.(map[string]any)
		for key, w := range want {
			g, there := got[key]
			ok = ok && there && has(g, w)
		}
		return ok
	case []any:
		got, ok := got.([]any)
		for _, w := range want {
			ok = ok && slices.ContainsFunc(got, func(g any) bool { return has(g, w) })
		}
		return ok && (len(want) > 0 || len(got) == 0) // an empty one is an empty one
	default:
		return got == want
	}
}

// TestReferenceIsStrict: the other tests find what they are there to find.
func TestReferenceIsStrict(t *testing.T) {
	doc := loadReference(t)
	if doc == nil {
		return
	}
	for _, c := range []struct{ schema, body string }{
		{"schemaObjectGetMetaType", `{"name":"a","colour":"blue"}`},
		{"schemaObjectGetMetaType", `{"name":null}`},
		{"schemaNamespaceRoleType", `{"namespace":"shop"}`},
		{"namespaceReplaceResponse", `{"ok":true}`},
		{"userUserRoleRequest", `{"type":"ROBOT"}`},
		{"namespaceAPIItemResp", `{"none":{},"addon_services":{}}`},
		{"userAcceptTOSRequest", `{"tos_accepted_at":"soon"}`},
		{"schemaSystemObjectGetMetaType", `{"creation_timestamp":"today"}`},
	} {
		var value any
		if err := json.Unmarshal([]byte(c.body), &value); err != nil {
			t.Fatal(err)
		}
		if doc.Components.Schemas[c.schema].Value.VisitJSON(value, openapi3.EnableFormatValidation()) == nil {
			t.Errorf("%s takes %s", c.schema, c.body)
		}
	}
	for _, c := range []struct{ schema, body string }{
		{"schemaObjectGetMetaType", `{"name":"a","labels":{"any":"thing"}}`},
		{"namespaceReplaceResponse", `{}`},
		{"namespaceAPIItemResp", `{"none":{},"result":true}`},
		{"userAcceptTOSRequest", `{"tos_accepted_at":"1789000000"}`},
	} {
		validate(t, c.schema, doc.Components.Schemas[c.schema], c.body)
	}
}
