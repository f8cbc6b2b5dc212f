package f5xc

import (
	"context"
	"net/http"
	"slices"
	"sort"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// mostSuggestions bounds an answer.
const mostSuggestions = 100

func (d *dialect) suggestOperations() []api.Operation {
	op := func(id, path, namespace string) api.Op {
		return api.Op{ID: id, Methods: []string{http.MethodPost}, Paths: []string{path}, Namespace: namespace,
			Access: api.Requires(iam.NamespacesRead), Tag: "Suggestions", Summary: "Suggest values of a field",
			Description: "Of what the caller may read: roles, groups, users, API groups, namespaces, objects of the kind that the field refers to, " +
				"labels, and the words of an enum. There are at most 100.",
			Errors:          []iam.Kind{iam.NotFound},
			RequestExample:  suggestForm{FieldPath: "spec.origin_pools[0].name", Match: "bl"},
			ResponseExample: suggestAnswer{[]suggestion{suggested("blue", "The first of two")}}}
	}
	return []api.Operation{
		api.Handle(op("suggestion.list", "/api/web/namespaces/{namespace}/suggest-values", "namespace"), func(ctx context.Context, c *api.Call, in struct {
			inNamespace
			Body suggestForm `body:"required"`
		}) (suggestAnswer, error) {
			return d.suggest(ctx, c.Actor, in.Namespace, in.Body)
		}),
		api.Handle(op("suggestion.cloud-data.list", "/api/cloud-data/namespaces/system/suggest-values", ""), func(ctx context.Context, c *api.Call, in struct {
			Body suggestForm `body:"required"`
		}) (suggestAnswer, error) {
			return d.suggest(ctx, c.Actor, iam.NamespaceSystem, in.Body)
		}),
	}
}

// suggestForm asks for values of a field of a request that is being written.
type suggestForm struct {
	FieldPath string      `json:"field_path" rule:"string.max_len=1024" doc:"Where the field is in the request: spec.origin_pools[0].name."`
	Match     string      `json:"match_value" rule:"string.max_len=256" doc:"What value or description must contain, in whatever case."`
	Namespace string      `json:"namespace"`
	Request   *suggestFor `json:"request_body,omitzero"`
}

// suggestFor is the request, a protobuf Any of which only the type matters.
type suggestFor struct {
	TypeURL string `json:"type_url" doc:"Ends in the kind of object and the request: ves.io.schema.contact.CreateRequest."`
	Value   []byte `json:"value"`
}

// kind is the kind of the object that the request is about, empty where it
// does not say.
func (f *suggestFor) kind() string {
	if f == nil {
		return ""
	}
	words := strings.Split(f.TypeURL[strings.LastIndexByte(f.TypeURL, '/')+1:], ".")
	if len(words) < 2 {
		return ""
	}
	return words[len(words)-2]
}

type suggestAnswer struct {
	Items []suggestion `json:"items"`
}

// suggestion is one value: a text, or a reference.
type suggestion struct {
	Description string   `json:"description"`
	Reference   *viewRef `json:"ref_value,omitzero"`
	Text        string   `json:"str_value,omitzero"`
	Title       string   `json:"title"`
	Value       string   `json:"value"`
}

// suggested is a text that is suggested.
func suggested(value, description string) suggestion {
	return suggestion{Description: description, Text: value, Title: value, Value: value}
}

func (d *dialect) suggest(ctx context.Context, by iam.Actor, namespace string, f suggestForm) (suggestAnswer, error) {
	if err := repeats("namespace", f.Namespace, namespace); err != nil {
		return suggestAnswer{}, err
	}
	if _, err := d.Tenancy.Namespace(ctx, by, namespace); err != nil {
		return suggestAnswer{}, err
	}
	all, err := suggester{d, by, namespace, f.Request.kind(), iam.Fold(f.Match)}.field(ctx, fieldPath(f.FieldPath))
	if err != nil {
		return suggestAnswer{}, err
	}
	match := iam.Fold(f.Match)
	all = slices.DeleteFunc(all, func(s suggestion) bool {
		return !strings.Contains(iam.Fold(s.Value), match) && !strings.Contains(iam.Fold(s.Description), match)
	})
	sort.Slice(all, func(i, j int) bool { return all[i].key() < all[j].key() })
	all = slices.CompactFunc(all, func(a, b suggestion) bool { return a.key() == b.key() })
	if all == nil {
		all = []suggestion{}
	}
	return suggestAnswer{all[:min(len(all), mostSuggestions)]}, nil
}

// key is what no two suggestions of an answer have in common.
func (s suggestion) key() string {
	if s.Reference != nil {
		return s.Value + "\x00" + s.Reference.Namespace
	}
	return s.Value
}

// fieldPath reads a JSON path into the names of its members; indexes, which do
// not matter for what may be there, are left out.
func fieldPath(path string) []string {
	steps := strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune(`.[]"'$`, r) })
	return slices.DeleteFunc(steps, func(s string) bool { return strings.Trim(s, "0123456789*") == "" })
}
