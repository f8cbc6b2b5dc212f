package f5xc_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

// TestPlaces: both families answer the same; one needs a credential, of whomever.
func TestPlaces(t *testing.T) {
	s := apptest.Start(t, app.Options{})
	nobody := s.NewMember(t, s.Tenant, "nobody") // who has no role
	for _, path := range []string{"/countries/kor", "/countries/" + url.PathEscape("Côte d'I"), "/countries/" + url.PathEscape("대한"), "/countries/KR/states/" + url.PathEscape("서울"),
		"/countries/kor/states/se", "/countries/SG/states/x", "/countries/KR/states/41/cities/" + url.PathEscape("수원"), "/countries/SG/states/-/cities/si",
		"/countries/US/states/ny/cities/new"} {
		open := s.Do(t, "GET", "/no_auth"+path, "", "")
		own := s.Do(t, "GET", "/api/web/custom"+path, nobody.Token, "")
		if open.Status != http.StatusOK || own.Status != http.StatusOK || open.Body != own.Body || !strings.Contains(open.Body, `"additional_info"`) && !strings.Contains(open.Body, "ENO_STATES") {
			t.Errorf("%s: %d %s\n%d %s", path, open.Status, open.Body, own.Status, own.Body)
		}
		if open.Header.Get("Cache-Control") != "public, max-age=86400" || own.Header.Get("Cache-Control") != "private, max-age=86400" {
			t.Errorf("%s may be kept as %q and %q", path, open.Header.Get("Cache-Control"), own.Header.Get("Cache-Control"))
		}
		if a := s.Do(t, "GET", "/api/web/custom"+path, "", ""); a.Status != http.StatusUnauthorized {
			t.Errorf("%s without a credential: %d", path, a.Status)
		}
	}
}

// TestPlacesThatAreNone: what is wrong is told, and kept by nobody.
func TestPlacesThatAreNone(t *testing.T) {
	s := apptest.Start(t, app.Options{})
	for path, want := range map[string]int{"/countries/ZZ/states/se": http.StatusNotFound, "/countries/Korea/states/se": http.StatusNotFound,
		"/countries/US/states/XX/cities/new": http.StatusNotFound, "/countries/" + strings.Repeat("a", 129): http.StatusBadRequest,
		"/countries/%ff": http.StatusBadRequest, "/countries/KR/states/%ff%fe": http.StatusBadRequest, "/countries/KR/states/11/cities/%c0": http.StatusBadRequest,
		"/countries/%00": http.StatusBadRequest, "/countries/": http.StatusNotFound} {
		a := s.Do(t, "GET", "/no_auth"+path, "", "")
		if a.Status != want || strings.Contains(a.Header.Get("Cache-Control"), "max-age") {
			t.Errorf("%s: %d %q %s, want %d", path, a.Status, a.Header.Get("Cache-Control"), a.Body, want)
		}
	}
	for _, nothing := range []string{"/countries/xqz", "/countries/%20", "/countries/%27", "/countries/%0A"} {
		if a := s.Do(t, "GET", "/no_auth"+nothing, "", ""); a.Status != http.StatusOK || a.Body != `{"countries":[]}` {
			t.Errorf("%s: %d %s", nothing, a.Status, a.Body)
		}
	}
}

// TestZipCodesAgree: the rule that a country is told with is the one that
// contacts are held to.
func TestZipCodesAgree(t *testing.T) {
	s := apptest.Start(t, app.Options{})
	a := s.Do(t, "GET", "/no_auth/countries/GBR", "", "")
	var got struct {
		Countries []struct {
			Info struct {
				ZipCode string `json:"zip_code_regexp"`
			} `json:"additional_info"`
		} `json:"countries"`
	}
	if err := json.Unmarshal([]byte(a.Body), &got); err != nil || len(got.Countries) != 1 || !strings.HasPrefix(got.Countries[0].Info.ZipCode, "^(?:GIR") {
		t.Fatalf("%s, %v", a.Body, err)
	}
	if a := s.Do(t, "POST", "/no_auth/validate_contact", "", `{"spec":{"country":"GB","zip_code":"SW1A 1AA"}}`); !strings.Contains(a.Body, `"is_valid":true`) {
		t.Error(a.Body)
	}
}
