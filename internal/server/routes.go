package server

import (
	"context"
	"net/http"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/console"
)

// routes is the map of the whole program. Everything that is not named here
// is an operation of a dialect, and found through the registry, or one of the
// pages for people, which are in console/routes.go. It is a map and not a
// ServeMux, which would look for other methods of the path with every request
// that is not for it.
func routes(operations *api.Registry, people *console.Site, metrics http.Handler, ready func(context.Context) error) http.Handler {
	pages := map[string]http.HandlerFunc{
		"/healthz":      func(w http.ResponseWriter, _ *http.Request) { text(w, http.StatusOK, "ok\n") },
		"/readyz":       readiness(ready),
		"/metrics":      metrics.ServeHTTP,
		"/openapi.json": document(operations.OpenAPIAll),
	}
	for _, op := range operations.Operations() {
		dialect := op.Dialect.Name
		pages["/openapi/"+dialect+".json"] = document(func() ([]byte, error) { return operations.OpenAPI(dialect) })
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, ok := pages[r.URL.Path]
		if ok && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			page(w, r)
			return
		}
		if people != nil && people.Owns(r.URL) {
			people.ServeHTTP(w, r)
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

func document(get func() ([]byte, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		doc, err := get()
		if err != nil {
			http.Error(w, "the document cannot be made", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(doc)
	}
}

func text(w http.ResponseWriter, status int, s string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(s))
}
