package api_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// The zoo is a small dialect with one operation for each thing that the kit
// does.

type problem struct {
	Status int     `json:"status"`
	Kind   string  `json:"kind"`
	Code   string  `json:"code,omitempty"`
	Text   string  `json:"text"`
	Fields []wrong `json:"fields,omitempty"`
}

type wrong struct {
	Path string `json:"path"`
	Code string `json:"code"`
	Text string `json:"text"`
}

func (p problem) Headers(h http.Header) {
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
}

var zooStatus = map[iam.Kind]int{
	iam.Internal: 500, iam.Invalid: 400, iam.Unauthenticated: 401, iam.Denied: 403, iam.NotFound: 404,
	iam.Exists: 409, iam.Conflict: 409, iam.Precondition: 412, iam.RateLimited: 429, iam.Unavailable: 503,
}

func zooFail(_ *http.Request, e *iam.Error) (int, any) {
	status := zooStatus[e.Kind]
	switch e.Code {
	case iam.ReasonTooLarge:
		status = http.StatusRequestEntityTooLarge
	case iam.ReasonNoMethod:
		status = http.StatusMethodNotAllowed
	}
	p := problem{Status: status, Kind: e.Kind.String(), Code: string(e.Code), Text: e.Message}
	for _, f := range e.Fields {
		p.Fields = append(p.Fields, wrong{f.Path, string(f.Reason), f.Message})
	}
	return status, p
}

func newZoo() *api.Dialect {
	return &api.Dialect{
		Name: "zoo", Title: "Zoo", Version: "1.0", Prefixes: []string{"/zoo/"},
		MaxBody: 4096, MaxDepth: 8,
		Authenticate: func(ctx context.Context, r *http.Request) (iam.Actor, error) {
			switch r.Header.Get("Authorization") {
			case "Bearer keeper":
				return iam.Actor{Username: "keeper", Tenant: iam.TenantID("of " + api.TenantOf(ctx))}, nil
			case "Bearer visitor":
				return iam.Actor{Username: "visitor"}, nil
			default:
				return iam.Actor{}, iam.E(iam.Unauthenticated, "who are you?")
			}
		},
		Fail: zooFail,
		Security: []api.Security{
			{Name: "token", Scheme: "bearer", Format: "opaque"},
			{Name: "key", Header: "X-Key", Description: "an access key"},
		},
	}
}

// gate grants the keeper everything outside the namespace "closed".
type gate struct {
	mu   sync.Mutex
	seen []int // endpoints
}

func (g *gate) Authorize(_ context.Context, actor iam.Actor, endpoint int, namespace string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seen = append(g.seen, endpoint)
	if actor.Username != "keeper" || namespace == "closed" {
		return iam.E(iam.Denied, "%s may not do this in %s", actor.Username, namespace)
	}
	return nil
}

type paging struct {
	Page int   `query:"page" doc:"The first is 0."`
	Size *uint `query:"size"`
}

type feedInput struct {
	ID     iam.UserID `path:"id" doc:"The animal's id."`
	Lang   string     `header:"accept-language"`
	Tags   []string   `query:"tag"`
	Quick  bool       `query:"quick"`
	Days   []int8     `query:"day"`
	Reason *string    `query:"reason"`
	paging
	Meal meal `body:"optional"`
}

type meal struct {
	Food   string            `json:"food,omitzero" doc:"What there is to eat."`
	Grams  int32             `json:"grams,omitzero"`
	At     time.Time         `json:"at,omitzero"`
	Notes  map[string]string `json:"notes,omitempty"`
	Dishes []dish            `json:"dishes,omitzero"`
	Raw    jsontext.Value    `json:"raw,omitzero"`
}

type dish struct {
	Name string `json:"name"`
	Hot  *bool  `json:"hot"`
	Side *dish  `json:"side,omitempty"`
}

// fed repeats what a handler was given.
type fed struct {
	ID     string   `json:"id"`
	Lang   string   `json:"lang"`
	Tags   []string `json:"tags"`
	Quick  bool     `json:"quick"`
	Days   []int8   `json:"days"`
	Reason *string  `json:"reason"`
	Page   int      `json:"page"`
	Size   *uint    `json:"size"`
	Meal   meal     `json:"meal"`
	Actor  string   `json:"actor"`
	Tenant string   `json:"tenant"`
}

func feed(_ context.Context, c *api.Call, in feedInput) (fed, error) {
	return fed{ID: string(in.ID), Lang: in.Lang, Tags: in.Tags, Quick: in.Quick, Days: in.Days, Reason: in.Reason,
		Page: in.Page, Size: in.Size, Meal: in.Meal, Actor: c.Actor.Username, Tenant: string(c.Actor.Tenant)}, nil
}

// made is an answer that chooses status and headers.
type made struct {
	ID string `json:"id"`
}

func (made) HTTPStatus() int         { return http.StatusAccepted }
func (m made) Headers(h http.Header) { h.Set("Location", "/zoo/animals/"+m.ID) }

// broken cannot be encoded.
type broken struct{ Made func() }

type hatch struct {
	Egg struct {
		Kind string `json:"kind"`
	} `body:"required"`
}

type none struct{}

var errDisk = errors.New("disk on fire")

func zooOperations() []api.Operation {
	get, post := []string{"GET"}, []string{"POST"}
	fails := func(id string, err error) api.Operation {
		return api.Handle(api.Op{ID: "fail." + id, Methods: get, Paths: []string{"/zoo/fail/" + id}, Access: api.Public()},
			func(context.Context, *api.Call, none) (none, error) { return none{}, err })
	}
	return []api.Operation{
		api.Handle(api.Op{
			ID: "animal.feed", Methods: []string{"GET", "PUT", "DELETE"},
			Paths:  []string{"/zoo/animals/{id}", "/zoo/animals/{id}/", "/zoo/v2/animals/{id}"},
			Access: api.Requires("animals.update"), Errors: []iam.Kind{iam.NotFound, iam.Conflict},
			Tag: "animals", Summary: "Feed an animal", RequestExample: meal{Food: "hay"},
			ResponseExample: jsontext.Value(`{"id":"7","lang":"","tags":[],"quick":false,"days":[],"reason":null,
				"page":0,"size":null,"meal":{"food":"hay"},"actor":"keeper","tenant":""}`),
		}, feed),
		api.Handle(api.Op{
			ID: "egg.hatch", Methods: post, Paths: []string{"/zoo/animals/hatch"}, Access: api.SignedIn(),
			Tag: "animals", Status: http.StatusCreated,
		}, func(_ context.Context, _ *api.Call, in hatch) (*made, error) { return &made{ID: in.Egg.Kind}, nil }),
		api.Handle(api.Op{
			ID: "cage.clean", Methods: post, Paths: []string{"/zoo/ns/{ns}/clean"},
			Access: api.Requires("cages.update"), Namespace: "ns",
		}, func(context.Context, *api.Call, none) (api.NoContent, error) { return api.NoContent{}, nil }),
		api.Handle(api.Op{ID: "hours", Methods: get, Paths: []string{"/zoo/hours"}, Access: api.Public()},
			func(_ context.Context, c *api.Call, _ none) (map[string]string, error) {
				return map[string]string{"open": "<9>", "by": c.Actor.RequestID, "at": c.Actor.Address, "bad": "\xff"}, nil
			}),
		api.Handle(api.Op{ID: "wait", Methods: get, Paths: []string{"/zoo/wait"}, Access: api.Public()},
			func(ctx context.Context, _ *api.Call, _ none) (none, error) {
				<-ctx.Done()
				return none{}, ctx.Err()
			}),
		api.Handle(api.Op{ID: "panic", Methods: get, Paths: []string{"/zoo/panic"}, Access: api.Public()},
			func(context.Context, *api.Call, none) (none, error) { panic("lion at large") }),
		api.Handle(api.Op{ID: "abort", Methods: get, Paths: []string{"/zoo/abort"}, Access: api.Public()},
			func(context.Context, *api.Call, none) (none, error) { panic(http.ErrAbortHandler) }),
		api.Handle(api.Op{ID: "broken", Methods: get, Paths: []string{"/zoo/broken"}, Access: api.Public()},
			func(context.Context, *api.Call, none) (broken, error) { return broken{}, nil }),
		fails("foreign", errDisk),
		fails("internal", &iam.Error{Kind: iam.Internal, Message: "secret internals", Err: errDisk}),
		fails("unavailable", &iam.Error{Kind: iam.Unavailable, Message: "try later", Err: errDisk}),
		fails("wrapped", errors.Join(errors.New("get"), iam.ErrNotFound("animal", "7"))),
	}
}

// zoo is a served zoo and what can be watched of it.
type zoo struct {
	*api.Registry
	gate     *gate
	log      *bytes.Buffer
	observed []string
}

func openZoo(t testing.TB) *zoo {
	t.Helper()
	z := &zoo{gate: &gate{}, log: &bytes.Buffer{}}
	z.Registry = api.NewRegistry(slog.New(slog.NewTextHandler(z.log, nil)), z.gate)
	z.Add(newZoo(), zooOperations()...)
	return z
}

// do sends a request as the keeper; headers are "Name: value".
func (z *zoo) do(t testing.TB, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer keeper")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	return z.serve(r)
}

func (z *zoo) serve(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	z.ServeHTTP(w, r)
	return w
}

// decode reads an answer's body.
func decode[T any](t *testing.T, w *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("status %d, body %q: %v", w.Code, w.Body, err)
	}
	return v
}

// wantProblem checks an error's status, kind and code, and the path and code
// of its fields as "path:code".
func wantProblem(t *testing.T, w *httptest.ResponseRecorder, status int, kind iam.Kind, code iam.Reason, fields ...string) problem {
	t.Helper()
	p := decode[problem](t, w)
	var got []string
	for _, f := range p.Fields {
		got = append(got, f.Path+":"+f.Code)
	}
	if w.Code != status || p.Kind != kind.String() || p.Code != string(code) || strings.Join(got, " ") != strings.Join(fields, " ") {
		t.Errorf("got %d %+v, want %d %s %q with fields %q", w.Code, p, status, kind, code, fields)
	}
	if got := w.Header().Get("Content-Type"); got != "application/json" {
		t.Errorf("Content-Type %q", got)
	}
	return p
}
