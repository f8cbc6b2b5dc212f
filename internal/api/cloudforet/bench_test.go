package cloudforet_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

// BenchmarkGrant swaps a refresh token for an access token, which signs once
// with RSA, as the vendor's clients verify it.
func BenchmarkGrant(b *testing.B) {
	s := start(b, apptest.SQLite(b))
	_, refresh := s.signIn(wonny, wonnyPassword)
	body := `{"grant_type":"REFRESH_TOKEN","scope":"USER","token":"` + refresh + `"}`
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			w := httptest.NewRecorder()
			s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/identity/token/grant", strings.NewReader(body)))
			if w.Code != http.StatusOK {
				b.Fatal(w.Code, w.Body)
			}
		}
	})
}
