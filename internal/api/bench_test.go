package api_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// sink answers nowhere, so that the kit is measured and not a recorder.
type sink struct{ header http.Header }

func (s sink) Header() http.Header         { return s.header }
func (s sink) Write(b []byte) (int, error) { return len(b), nil }
func (s sink) WriteHeader(int)             {}

// BenchmarkOperation is the kit's share of a request: a GET with an id, a
// query, authentication and authorization, beside a handler that writes the
// same bytes.
func BenchmarkOperation(b *testing.B) {
	g := api.NewRegistry(slog.New(slog.DiscardHandler), &openGate{})
	g.Add(newZoo(), zooOperations()...)
	request := httptest.NewRequest("GET", "/zoo/animals/YWRtaW4%3D?page=2&size=20", nil)
	request.Header.Set("Authorization", "Bearer keeper")
	w := httptest.NewRecorder()
	g.ServeHTTP(w, request)
	if w.Code != 200 {
		b.Fatalf("status %d: %s", w.Code, w.Body)
	}
	bytes := w.Body.Bytes()
	bare := http.NewServeMux()
	bare.HandleFunc("GET /zoo/animals/{id}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(bytes)
	})
	for name, h := range map[string]http.Handler{"kit": g, "bare": bare} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				h.ServeHTTP(sink{http.Header{}}, request)
			}
		})
	}
}

type openGate struct{}

func (*openGate) Authorize(context.Context, iam.Actor, int, string) error { return nil }
