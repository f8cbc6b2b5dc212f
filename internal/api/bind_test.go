package api_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestBind(t *testing.T) {
	z := openZoo(t)
	plain := fed{ID: "7", Tags: []string{}, Days: []int8{}, Actor: "keeper", Tenant: "of "}
	with := func(change func(*fed)) fed {
		f := plain
		change(&f)
		return f
	}
	tests := map[string]struct {
		method, target, body string
		headers              []string
		want                 fed
	}{
		"nothing but the path": {target: "/zoo/animals/7", want: plain},
		"trailing slash":       {target: "/zoo/animals/7/", want: plain},
		"other spelling":       {target: "/zoo/v2/animals/7", want: plain},
		"other method":         {method: "PUT", target: "/zoo/animals/7", want: plain},
		"equals sign raw":      {target: "/zoo/animals/YWRtaW4=", want: with(func(f *fed) { f.ID = "YWRtaW4=" })},
		"equals sign escaped":  {target: "/zoo/animals/YWRtaW4%3D", want: with(func(f *fed) { f.ID = "YWRtaW4=" })},
		"slash in an id":       {target: "/zoo/animals/a%2Fb", want: with(func(f *fed) { f.ID = "a/b" })},
		"dots in an id":        {target: "/zoo/animals/%2e%2e", want: with(func(f *fed) { f.ID = ".." })},
		"hidden file as an id": {target: "/zoo/animals/.x", want: with(func(f *fed) { f.ID = ".x" })},
		"Hangul in an id":      {target: "/zoo/animals/%EA%B0%80", want: with(func(f *fed) { f.ID = "가" })},
		"query": {target: "/zoo/animals/7?page=2&size=50&tag=a&tag=b&day=1&day=-3&quick=true&reason=",
			want: with(func(f *fed) {
				f.Page, f.Size, f.Tags, f.Days, f.Quick, f.Reason = 2, new(uint(50)), []string{"a", "b"}, []int8{1, -3}, true, new("")
			})},
		"flag without value": {target: "/zoo/animals/7?quick", want: with(func(f *fed) { f.Quick = true })},
		"flag off":           {target: "/zoo/animals/7?quick=false", want: plain},
		"empty numbers":      {target: "/zoo/animals/7?page=&size=&day=", want: plain},
		"first of a scalar":  {target: "/zoo/animals/7?page=1&page=2", want: with(func(f *fed) { f.Page = 1 })},
		"unknown parameter":  {target: "/zoo/animals/7?colour=red", want: plain},
		"header":             {target: "/zoo/animals/7", headers: []string{"Accept-Language: ko"}, want: with(func(f *fed) { f.Lang = "ko" })},
		"body on GET":        {target: "/zoo/animals/7", body: `{"food":"hay","grams":3}`, want: with(func(f *fed) { f.Meal = meal{Food: "hay", Grams: 3} })},
		"body on DELETE":     {method: "DELETE", target: "/zoo/animals/7", body: `{"food":"hay"}`, want: with(func(f *fed) { f.Meal.Food = "hay" })},
		"unknown member":     {target: "/zoo/animals/7", body: `{"colour":{"a":[1]},"food":"hay"}`, want: with(func(f *fed) { f.Meal.Food = "hay" })},
		"null body":          {target: "/zoo/animals/7", body: `null`, want: plain},
		"white body":         {target: "/zoo/animals/7", body: " \r\n\t", want: plain},
		"byte order mark":    {target: "/zoo/animals/7", body: "\ufeff{\"food\":\"hay\"}", want: with(func(f *fed) { f.Meal.Food = "hay" })},
		"careless type":      {target: "/zoo/animals/7", body: `{"food":"hay"}`, headers: []string{"Content-Type: text/plain"}, want: with(func(f *fed) { f.Meal.Food = "hay" })},
		"type of curl -d":    {target: "/zoo/animals/7", body: `{"food":"hay"}`, headers: []string{"Content-Type: application/x-www-form-urlencoded"}, want: with(func(f *fed) { f.Meal.Food = "hay" })},
		"deepest allowed":    {target: "/zoo/animals/7", body: `{"x":[[[[[[[]]]]]]],"food":"[[[[[[[[[\"[["}`, want: with(func(f *fed) { f.Meal.Food = `[[[[[[[[["[[` })},
		"below a tenant":     {target: "/t/acme/zoo/animals/a%2Fb", want: with(func(f *fed) { f.ID, f.Tenant = "a/b", "of acme" })},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if tt.method == "" {
				tt.method = "GET"
			}
			w := z.do(t, tt.method, tt.target, tt.body, tt.headers...)
			if w.Code != http.StatusOK {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
			if diff := cmp.Diff(tt.want, decode[fed](t, w)); diff != "" {
				t.Errorf("bound (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBindRefuses(t *testing.T) {
	z := openZoo(t)
	const feed, hatch = "PUT /zoo/animals/7", "POST /zoo/animals/hatch"
	tests := map[string]struct {
		call, query, body string
		header            string
		status            int // 400 when zero
		code              iam.Reason
		fields            []string
		text              string // in the message
	}{
		"text for a number":     {query: "page=two", code: iam.ReasonType, fields: []string{"page:type"}, text: "page must be an integer"},
		"all wrong parameters":  {query: "page=x&size=-1&quick=perhaps", code: iam.ReasonType, fields: []string{"quick:type", "page:type", "size:type"}},
		"number out of range":   {query: "day=300", code: iam.ReasonType, fields: []string{"day:type"}},
		"query not UTF-8":       {query: "tag=%ff", code: iam.ReasonFormat, fields: []string{"tag:format"}},
		"NUL in the query":      {query: "tag=a%00", code: iam.ReasonFormat, fields: []string{"tag:format"}},
		"malformed query":       {query: "tag=%zz", code: iam.ReasonMalformed, text: "query"},
		"not JSON":              {body: `{"food":hay}`, code: iam.ReasonMalformed, text: "byte 8"},
		"cut off":               {body: `{"food":"ha`, code: iam.ReasonMalformed},
		"two values":            {body: `{} {}`, code: iam.ReasonMalformed},
		"invalid UTF-8":         {body: "{\"food\":\"\xff\"}", code: iam.ReasonMalformed},
		"wrong type":            {body: `{"food":17}`, code: iam.ReasonType, fields: []string{"food:type"}, text: "food must be a string"},
		"fraction":              {body: `{"grams":1.5}`, code: iam.ReasonType, fields: []string{"grams:type"}, text: "grams must be an integer"},
		"range":                 {body: `{"grams":99999999999}`, code: iam.ReasonType, fields: []string{"grams:type"}, text: "out of range"},
		"wrong type deep":       {body: `{"dishes":[{"name":"a"},{"name":"b","hot":"yes"}]}`, code: iam.ReasonType, fields: []string{"dishes.1.hot:type"}, text: "true or false"},
		"object for an array":   {body: `{"dishes":{}}`, code: iam.ReasonType, fields: []string{"dishes:type"}, text: "an array"},
		"wrong form":            {body: `{"at":"yesterday"}`, code: iam.ReasonFormat, fields: []string{"at:format"}},
		"number for a time":     {body: `{"at":5}`, code: iam.ReasonType, fields: []string{"at:type"}, text: "a string"},
		"body is not an object": {body: `[]`, code: iam.ReasonType, text: "the body must be an object"},
		"duplicate member":      {body: `{"notes":{"a":"1","a":"2"}}`, code: iam.ReasonDuplicate, fields: []string{"notes.a:duplicate"}},
		"duplicate unknown":     {body: `{"x":1,"x":2}`, code: iam.ReasonDuplicate, fields: []string{"x:duplicate"}},
		"too deep":              {body: `{"x":[[[[[[[[]]]]]]]]}`, code: iam.ReasonTooDeep, text: "8 levels"},
		"too large":             {body: `{"food":"` + strings.Repeat("x", 4096) + `"}`, status: 413, code: iam.ReasonTooLarge, text: "4096 bytes"},
		"form":                  {body: `food=hay`, header: "application/x-www-form-urlencoded; charset=utf-8", code: iam.ReasonMalformed},
		"NUL":                   {body: `{"food":"a\\\u0000"}`, code: iam.ReasonFormat, text: "NUL"},
		"required body missing": {call: hatch, code: iam.ReasonRequired, text: "body is required"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if tt.call == "" {
				tt.call = feed
			}
			method, target, _ := strings.Cut(tt.call, " ")
			if tt.status == 0 {
				tt.status = http.StatusBadRequest
			}
			var headers []string
			if tt.header != "" {
				headers = []string{"Content-Type: " + tt.header}
			}
			p := wantProblem(t, z.do(t, method, target+"?"+tt.query, tt.body, headers...), tt.status, iam.Invalid, tt.code, tt.fields...)
			if !strings.Contains(p.Text, tt.text) {
				t.Errorf("message %q does not say %q", p.Text, tt.text)
			}
		})
	}
}

func TestTooLargeWithoutLength(t *testing.T) {
	z := openZoo(t)
	for name, unknown := range map[string]int64{"chunked": -1, "understated": 10} {
		r := httptest.NewRequest("PUT", "/zoo/animals/7", strings.NewReader(`{"food":"`+strings.Repeat("x", 4096)))
		r.ContentLength = unknown
		r.Header.Set("Authorization", "Bearer keeper")
		t.Run(name, func(t *testing.T) {
			wantProblem(t, z.serve(r), http.StatusRequestEntityTooLarge, iam.Invalid, iam.ReasonTooLarge)
		})
	}
}

// A limit that the server put on the body before counts like the kit's own.
func TestTooLargeForTheServer(t *testing.T) {
	z := openZoo(t)
	r := httptest.NewRequest("PUT", "/zoo/animals/7", strings.NewReader(`{"food":"hay"}`))
	r.Header.Set("Authorization", "Bearer keeper")
	r.Body = http.MaxBytesReader(nil, r.Body, 5)
	wantProblem(t, z.serve(r), http.StatusRequestEntityTooLarge, iam.Invalid, iam.ReasonTooLarge)
}

func TestDuplicatesAllowed(t *testing.T) {
	z := openZoo(t)
	d := newZoo()
	d.Name, d.Prefixes, d.AllowDuplicates = "lax", []string{"/lax/"}, true
	z.Add(d, api.Handle(api.Op{ID: "x", Methods: []string{"POST"}, Paths: []string{"/lax/x"}, Access: api.SignedIn()},
		func(_ context.Context, _ *api.Call, in hatch) (made, error) { return made{in.Egg.Kind}, nil }))
	w := z.do(t, "POST", "/lax/x", `{"kind":"a","kind":"b"}`)
	if got := decode[made](t, w).ID; got != "b" {
		t.Errorf("got %q, want the last", got)
	}
}

// A dialect that reads bodies itself speaks with its own errors; the kit tells
// what is no JSON.
func TestDialectDecodes(t *testing.T) {
	z := openZoo(t)
	d := newZoo()
	d.Name, d.Prefixes = "own", []string{"/own/"}
	d.Decode = func(text []byte, body any) error {
		if err := json.Unmarshal(text, body); err != nil {
			return err
		}
		if strings.Contains(string(text), "bad") {
			return iam.E(iam.Invalid, "no such egg").Because("egg")
		}
		return nil
	}
	z.Add(d, api.Handle(api.Op{ID: "x", Methods: []string{"POST"}, Paths: []string{"/own/x"}, Access: api.SignedIn()},
		func(_ context.Context, _ *api.Call, in hatch) (made, error) { return made{in.Egg.Kind}, nil }))
	if got := decode[made](t, z.do(t, "POST", "/own/x", `{"kind":"good"}`)).ID; got != "good" {
		t.Errorf("got %q", got)
	}
	wantProblem(t, z.do(t, "POST", "/own/x", `{"kind":"bad"}`), http.StatusBadRequest, iam.Invalid, "egg")
	wantProblem(t, z.do(t, "POST", "/own/x", `{"kind":`), http.StatusBadRequest, iam.Invalid, iam.ReasonMalformed)
	wantProblem(t, z.do(t, "POST", "/own/x", `{"kind":1}`), http.StatusBadRequest, iam.Invalid, iam.ReasonType, "kind:type")
}

// A wire type that decodes itself speaks with its own errors.
type month time.Month

func (m *month) UnmarshalJSON(b []byte) error {
	if string(b) != `"may"` {
		return iam.E(iam.Invalid, "no such month").Because("month")
	}
	*m = month(time.May)
	return nil
}

func TestOwnDecoding(t *testing.T) {
	z := openZoo(t)
	type input struct {
		Body struct {
			Month month `json:"month"`
		} `body:"required"`
	}
	z.Add(z.Operations()[0].Dialect, api.Handle(
		api.Op{ID: "x", Methods: []string{"POST"}, Paths: []string{"/zoo/month"}, Access: api.SignedIn()},
		func(_ context.Context, _ *api.Call, in input) (int, error) { return int(in.Body.Month), nil }))
	if w := z.do(t, "POST", "/zoo/month", `{"month":"may"}`); w.Body.String() != "5" {
		t.Errorf("got %s", w.Body)
	}
	wantProblem(t, z.do(t, "POST", "/zoo/month", `{"month":"maybe"}`), 400, iam.Invalid, "month")
}
