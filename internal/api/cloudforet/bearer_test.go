package cloudforet_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

// FuzzBearer: nobody gets in with a token of which the part that is signed was
// not given out, and whatever comes is answered in the dialect's words.
func FuzzBearer(f *testing.F) {
	s := start(f, apptest.SQLite(f))
	access, refresh := s.signIn(wonny, wonnyPassword)
	f.Add("Bearer " + access)
	f.Add("bearer  " + access + " ")
	f.Add("Bearer " + refresh)
	f.Add("Bearer " + access[:len(access)-5])
	f.Add("Bearer " + s.AdminToken)
	f.Add("Basic YWRtaW46YWRtaW4=")
	f.Add("Bearer a.b.c")
	f.Add(access)
	signed := access[:strings.LastIndex(access, ".")]
	f.Fuzz(func(t *testing.T, header string) {
		if strings.ContainsAny(header, "\r\n\x00") || len(header) > 16<<10 {
			return // no header of HTTP
		}
		r := httptest.NewRequest(http.MethodPost, "/identity/user-profile/get", strings.NewReader("{}"))
		r.Header.Set("Authorization", header)
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		known := strings.Contains(header, signed+".")
		program := strings.Contains(header, s.AdminToken)
		switch {
		case w.Code == http.StatusUnauthorized && strings.Contains(w.Body.String(), `"code":"ERROR_AUTHENTICATE_FAILURE"`):
		case w.Code == http.StatusOK && known:
		case w.Code == http.StatusForbidden && program:
		default:
			t.Errorf("%q is answered %d %s", header, w.Code, w.Body)
		}
	})
}
