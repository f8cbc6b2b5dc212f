package api_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// load reads a document as a client would, and validates it.
func load(t *testing.T, text []byte, err error) *openapi3.T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestOpenAPI(t *testing.T) {
	z := openZoo(t)
	text, err := z.OpenAPI("zoo")
	doc := load(t, text, err)
	if doc.OpenAPI != "3.0.3" || doc.Info.Title != "Zoo" || doc.Info.Version != "1.0" || doc.Tags.Get("animals") == nil {
		t.Errorf("document: %+v", doc.Info)
	}
	if scheme := doc.Components.SecuritySchemes["key"].Value; scheme.Type != "apiKey" || scheme.Name != "X-Key" {
		t.Errorf("security scheme: %+v", scheme)
	}

	feed := doc.Paths.Find("/zoo/animals/{id}")
	op := feed.Get
	if op.OperationID != "animal.feed" || feed.Put.OperationID != "animal.feed.put" || op.Summary != "Feed an animal" {
		t.Errorf("ids %q, %q, summary %q", op.OperationID, feed.Put.OperationID, op.Summary)
	}
	wantExtensions := map[string]any{
		"x-gatehouse-permission": "animals.update",
		"x-gatehouse-aliases":    []any{"/zoo/animals/{id}/", "/zoo/v2/animals/{id}"},
	}
	if diff := cmp.Diff(wantExtensions, op.Extensions); diff != "" {
		t.Errorf("extensions (-want +got):\n%s", diff)
	}
	var parameters []string
	for _, p := range op.Parameters {
		parameters = append(parameters, p.Value.In+" "+p.Value.Name+" "+strings.Join(*p.Value.Schema.Value.Type, ""))
	}
	want := []string{"path id string", "header Accept-Language string", "query tag array", "query quick boolean",
		"query day array", "query reason string", "query page integer", "query size integer"}
	if diff := cmp.Diff(want, parameters); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
	if id := op.Parameters.GetByInAndName("path", "id"); !id.Required || id.Description != "The animal's id." {
		t.Errorf("path parameter: %+v", id)
	}
	if op.RequestBody.Value.Required || op.RequestBody.Value.Content["application/json"].Example.(map[string]any)["food"] != "hay" {
		t.Errorf("request body: %+v", op.RequestBody.Value)
	}
	var statuses []string
	for status, response := range op.Responses.Map() {
		for example := range response.Value.Content["application/json"].Examples {
			statuses = append(statuses, status+" "+example)
		}
	}
	slices.Sort(statuses)
	want = []string{"200 success", "400 invalid", "400 malformed", "401 unauthenticated", "403 denied",
		"404 not_found", "409 conflict", "413 too_large", "500 internal", "503 unavailable"}
	if diff := cmp.Diff(want, statuses); diff != "" {
		t.Errorf("responses (-want +got):\n%s", diff)
	}

	hours := doc.Paths.Find("/zoo/hours").Get
	if hours.Security == nil || len(*hours.Security) != 0 || hours.Responses.Value("401") != nil {
		t.Error("a public operation asks for credentials")
	}
	clean := doc.Paths.Find("/zoo/ns/{ns}/clean").Post
	if clean.Parameters.GetByInAndName("path", "ns") == nil || clean.Responses.Value("204") == nil {
		t.Error("namespace parameter or 204 is missing")
	}
}

func TestSchemas(t *testing.T) {
	text, err := openZoo(t).OpenAPI("zoo")
	components := load(t, text, err).Components.Schemas
	dish := components["Dish"].Value
	if diff := cmp.Diff([]string{"name", "hot"}, dish.Required); diff != "" {
		t.Errorf("required (-want +got):\n%s", diff)
	}
	if hot := dish.Properties["hot"].Value; !hot.Nullable || !hot.Type.Is("boolean") {
		t.Errorf("pointer: %+v", hot)
	}
	if side := dish.Properties["side"].Value; !side.Nullable || side.AllOf[0].Ref != "#/components/schemas/Dish" {
		t.Errorf("pointer to itself: %+v", side)
	}
	meal := components["Meal"].Value
	if meal.Required != nil || meal.Properties["food"].Value.Description != "What there is to eat." ||
		meal.Properties["at"].Value.Format != "date-time" || !meal.Properties["notes"].Value.AdditionalProperties.Schema.Value.Type.Is("string") ||
		meal.Properties["dishes"].Value.Items.Ref != "#/components/schemas/Dish" || meal.Properties["raw"].Value.Type != nil {
		t.Errorf("meal: %+v", meal)
	}
}

type list[T any] struct {
	Items []T `json:"items"`
}

// quirky hides its wire form from reflection.
type quirky struct{}

func (quirky) MarshalJSON() ([]byte, error) { return []byte(`{"name":"q"}`), nil }
func (quirky) DocumentedAs() any            { return dish{} }

type base struct {
	Kind string `json:"kind"`
}

func TestSchemaOfUnusualTypes(t *testing.T) {
	z := openZoo(t)
	type answer struct {
		base
		Quirky  quirky            `json:"quirky"`
		List    list[dish]        `json:"list"`
		Numbers int64             `json:"numbers,string"`
		Bytes   []byte            `json:"bytes"`
		Rest    map[string]string `json:",embed"`
		Skipped string            `json:"-"`
		Inline  struct{ A bool }  `json:"inline"`
		Other   iam.Kind          `json:"other" doc:"A kind."`
		Dish    dish              `json:"dish" doc:"A dish."`
		Float   float32           `json:"float"`
		Any     any               `json:"any"`
	}
	z.Add(newZooOf(z), api.Handle(api.Op{ID: "odd", Methods: []string{"GET"}, Paths: []string{"/zoo/odd"}, Access: api.Public()},
		func(context.Context, *api.Call, none) (answer, error) { return answer{}, nil }))
	text, err := z.OpenAPI("zoo")
	components := load(t, text, err).Components.Schemas
	got := components["Answer"].Value
	want := []string{"kind", "quirky", "list", "numbers", "bytes", "inline", "other", "dish", "float", "any"}
	if diff := cmp.Diff(want, got.Required); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
	if got.Properties["quirky"].Ref != "#/components/schemas/Dish" || got.Properties["list"].Ref != "#/components/schemas/ListDish" ||
		!got.Properties["numbers"].Value.Type.Is("string") || got.Properties["bytes"].Value.Format != "byte" ||
		got.AdditionalProperties.Schema == nil || got.Properties["dish"].Value.Description != "A dish." ||
		components["Dish"].Value.Description != "" {
		t.Errorf("schema: %+v", got)
	}
}

// Some vendors report errors with the status of success.
func TestErrorsUnderSuccess(t *testing.T) {
	z := openZoo(t)
	d := newZoo()
	d.Name, d.Prefixes = "calm", []string{"/calm/"}
	d.Fail = func(_ *http.Request, e *iam.Error) (int, any) { return 200, problem{Kind: e.Kind.String()} }
	z.Add(d, api.Handle(api.Op{ID: "x", Methods: []string{"GET"}, Paths: []string{"/calm/x"}, Access: api.SignedIn(), ResponseExample: made{"7"}},
		func(context.Context, *api.Call, none) (made, error) { return made{}, nil }))
	text, err := z.OpenAPI("calm")
	media := load(t, text, err).Paths.Find("/calm/x").Get.Responses.Value("200").Value.Content["application/json"]
	if len(media.Schema.Value.AnyOf) != 2 || len(media.Examples) != 4 {
		t.Errorf("%d schemas, %d examples", len(media.Schema.Value.AnyOf), len(media.Examples))
	}
}

func TestOpenAPIAll(t *testing.T) {
	z := openZoo(t)
	d := newZoo()
	d.Name, d.Prefixes = "annex", []string{"/annex/"}
	z.Add(d, handle[hatch](api.Op{ID: "egg.hatch", Methods: []string{"POST"}, Paths: []string{"/annex/hatch"}, Access: api.SignedIn(), Tag: "animals"}))
	text, err := z.OpenAPIAll()
	doc := load(t, text, err)
	if doc.Paths.Find("/annex/hatch").Post.OperationID != "annex.egg.hatch" || doc.Paths.Find("/zoo/animals/hatch").Post.OperationID != "zoo.egg.hatch" {
		t.Error("ids lack the dialect's name")
	}
	if doc.Components.Schemas["zoo.Problem"] == nil || doc.Components.Schemas["annex.Problem"] == nil || doc.Tags.Get("annex.animals") == nil {
		t.Error("schemas or tags lack the dialect's name")
	}
	again, _ := z.OpenAPIAll()
	if &again[0] != &text[0] {
		t.Error("built twice")
	}
}

func TestOpenAPIErrors(t *testing.T) {
	z := openZoo(t)
	if _, err := z.OpenAPI("nobody"); !iam.Is(err, iam.NotFound) {
		t.Errorf("unknown dialect: %v", err)
	}
	d := newZoo()
	d.Name, d.Prefixes = "broken", []string{"/broken/"}
	z.Add(d, api.Handle(api.Op{ID: "x", Methods: []string{"GET"}, Paths: []string{"/broken/x"}, Access: api.Public(), ResponseExample: broken{}},
		func(context.Context, *api.Call, none) (dish, error) { return dish{}, nil }))
	if _, err := z.OpenAPI(d.Name); err == nil {
		t.Error("an example that is no JSON was accepted")
	}
}
