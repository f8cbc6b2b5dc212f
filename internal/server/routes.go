package server

import (
	"context"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/api"
)

// routes is the map of the whole program. Everything that is not named here
// is an operation of a dialect, and found through the registry.
func routes(operations *api.Registry, metrics http.Handler, ready func(context.Context) error) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { text(w, http.StatusOK, "ok\n") })
	mux.HandleFunc("GET /readyz", readiness(ready))
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		document(w, operations.OpenAPIAll)
	})
	mux.HandleFunc("GET /openapi/{file}", func(w http.ResponseWriter, r *http.Request) {
		dialect, ok := strings.CutSuffix(r.PathValue("file"), ".json")
		if !ok {
			http.NotFound(w, r)
			return
		}
		document(w, func() ([]byte, error) { return operations.OpenAPI(dialect) })
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// It is asked only for what it has under a clean path, since it would
		// redirect by itself from every other spelling.
		if _, pattern := mux.Handler(r); pattern != "" && path.Clean(r.URL.Path) == r.URL.Path {
			mux.ServeHTTP(w, r)
			return
		}
		operations.ServeHTTP(w, r)
	})
}

// readiness answers 503 while the database cannot be used, so that a load
// balancer looks elsewhere.
func readiness(ready func(context.Context) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if err := ready(ctx); err != nil {
			text(w, http.StatusServiceUnavailable, "the database cannot be used\n")
			return
		}
		text(w, http.StatusOK, "ready\n")
	}
}

func document(w http.ResponseWriter, get func() ([]byte, error)) {
	doc, err := get()
	if err != nil {
		http.Error(w, "there is no such document", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(doc)
}

func text(w http.ResponseWriter, status int, s string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(s))
}
