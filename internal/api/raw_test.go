package api_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/api"
)

// photo is a picture where it is asked for, and JSON otherwise.
type photo struct {
	Title   string `json:"title"`
	content []byte
}

func (p photo) Raw() []byte { return p.content }

func (p photo) Headers(h http.Header) {
	if p.content != nil {
		h.Set("Content-Type", "image/png")
	}
}

func TestRaw(t *testing.T) {
	registry := api.NewRegistry(slog.New(slog.DiscardHandler), &gate{})
	registry.Add(newZoo(), api.Handle(api.Op{ID: "photo", Methods: []string{"GET"}, Paths: []string{"/zoo/photo"}, Access: api.Public()},
		func(_ context.Context, _ *api.Call, in struct {
			Raw bool `query:"raw"`
		}) (photo, error) {
			p := photo{Title: "Emu"}
			if in.Raw {
				p.content = []byte("\x89PNG <not JSON>")
			}
			return p, nil
		}))
	for target, want := range map[string]struct{ contentType, body string }{
		"/zoo/photo":      {"application/json", `{"title":"Emu"}`},
		"/zoo/photo?raw=": {"image/png", "\x89PNG <not JSON>"},
	} {
		w := httptest.NewRecorder()
		registry.ServeHTTP(w, httptest.NewRequest("GET", target, nil))
		h := w.Result()
		if w.Body.String() != want.body || h.Header.Get("Content-Type") != want.contentType || h.ContentLength != int64(len(want.body)) ||
			h.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s answers %q %v, want %q of type %s", target, w.Body, h.Header, want.body, want.contentType)
		}
	}
}
