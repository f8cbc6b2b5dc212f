package netapp_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

func names(t *testing.T, r result) []string {
	t.Helper()
	all := []string{}
	for _, raw := range r.Records {
		var one struct {
			Name     string `json:"name"`
			Username string `json:"username"`
		}
		if err := json.Unmarshal(raw, &one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one.Name+one.Username)
	}
	return all
}

// Every spelling of a path answers the same.
func TestSpellings(t *testing.T) {
	s := apptest.SQLite(t)
	send(t, s, "POST", "/v2.1/regions", s.AdminToken, `{"name":"kr"}`)
	send(t, s, "POST", "/v2.1/zones", s.AdminToken, `{"name":"kr-a","region_name":"kr"}`)
	for _, path := range []string{"regions", "regions/kr", "zones", "zones/kr-a", "jobs", "users", "tenants", "subtenants", "users/admin", "tenants/" + tenantID(s)} {
		want := s.Do(t, "GET", "/v2.1/"+path, s.AdminToken, "")
		if want.Status != 200 {
			t.Errorf("%s: %d", path, want.Status)
		}
		var spellings []string
		for _, base := range []string{"/v2.1/", "/api/v2.1/", "/t/default/v2.1/", "/t/default/api/v2.1/"} {
			spellings = append(spellings, base+path, base+path+"/")
			if strings.HasPrefix(path, "regions") || strings.HasPrefix(path, "zones") {
				spellings = append(spellings, base+"auth/"+path, base+"auth/"+path+"/")
			}
			if rest, ok := strings.CutPrefix(path, "zones"); ok {
				spellings = append(spellings, base+"auth/zone"+rest)
			}
		}
		for _, spelling := range spellings {
			if got := s.Do(t, "GET", spelling, s.AdminToken, ""); got.Status != 200 || got.Body != want.Body {
				t.Errorf("%s: %d %s", spelling, got.Status, got.Body)
			}
		}
	}
}

// Pages of a list make the list, in either order.
func TestPaging(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		var made []string
		for i := range 7 {
			name := fmt.Sprintf("zone-%d", (i*3)%7)
			made = append(made, name)
			if i == 0 {
				send(t, s, "POST", "/v2.1/regions", s.AdminToken, `{"name":"kr"}`)
			}
			send(t, s, "POST", "/v2.1/zones", s.AdminToken, `{"name":"`+name+`","region_name":"kr"}`)
		}
		sorted := slices.Sorted(slices.Values(made))
		latest := slices.Clone(made)
		slices.Reverse(latest)
		for query, want := range map[string][]string{"sort_by=name&order_by=asc": sorted, "": latest, "sort_by=created&order_by=asc": made} {
			for limit := 1; limit <= 8; limit++ {
				got := []string{}
				for offset := 0; offset < 7; offset += limit {
					r := get(t, s, fmt.Sprintf("/v2.1/zones?%s&limit=%d&offset=%d", query, limit, offset), s.AdminToken)
					if r.TotalRecords != 7 || *r.ReturnedRecords != len(r.Records) {
						t.Errorf("total %d, returned %d of %d", r.TotalRecords, *r.ReturnedRecords, len(r.Records))
					}
					got = append(got, names(t, r)...)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%q by %d (-want +got):\n%s", query, limit, diff)
				}
			}
		}
		if r := get(t, s, "/v2.1/zones?offset=100", s.AdminToken); len(r.Records) != 0 || r.TotalRecords != 7 {
			t.Errorf("behind the end: %+v", r)
		}
	})
}

func TestFilters(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		for _, region := range []string{"kr", "us"} {
			send(t, s, "POST", "/v2.1/regions", s.AdminToken, `{"name":"`+region+`","description":"Region `+region+`"}`)
			for _, zone := range []string{"a", "b"} {
				send(t, s, "POST", "/v2.1/zones", s.AdminToken, `{"name":"`+region+`-`+zone+`","region_name":"`+region+`","description":"100%_`+zone+`"}`)
			}
		}
		send(t, s, "POST", "/v2.1/tenants", s.AdminToken, `{"name":"Hanbit","code":"hanbit"}`)
		send(t, s, "POST", "/v2.1/users", s.AdminToken, `{"username":"mina","email":"mina@example.com"}`)
		for target, want := range map[string][]string{
			"regions?name=KR":                          {"kr"},
			"regions?name=*r|u*":                       {"kr", "us"},
			"regions?description=region*":              {"kr", "us"},
			"regions?name=":                            {"kr", "us"},
			"regions?name=k":                           {},
			"zones?region=kr":                          {"kr-a", "kr-b"},
			"zones?region_name=us&name=*-b":            {"us-b"},
			"zones?description=100%25_a":               {"kr-a", "us-a"},
			"zones?description=100%25%25_a":            {},
			"zones?name=kr_a":                          {}, // no wildcard of SQL
			"tenants?code=han*":                        {"Hanbit"},
			"tenants?name=default|HANBIT":              {"Default", "Hanbit"},
			"subtenants?name=*":                        {"Hanbit"},
			"users?username=m*|adm?n":                  {"mina"},
			"users?email=*@EXAMPLE.com":                {"admin", "mina"},
			"users?email=nobody@*":                     {},
			"users?sort_by=username&order_by=asc":      {"admin", "mina"},
			"users?sort_by=email&order_by=asc&limit=1": {"admin"},
			"users?offset=5":                           {},
		} {
			t.Run(target, func(t *testing.T) {
				got := names(t, get(t, s, "/v2.1/"+target, s.AdminToken))
				slices.Sort(got)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
		for query, want := range map[string]int{"": 7, "&action=create": 7, "&action=delete": 0, "&object_type=zones": 4, "&object_name=kr*": 3, "&status=failed": 0} {
			if got := get(t, s, "/v2.1/jobs?limit=1"+query, s.AdminToken); got.TotalRecords != want {
				t.Errorf("jobs %q: %d, want %d", query, got.TotalRecords, want)
			}
		}
	})
}

// Of many who make the same, one does.
func TestSameNameAtTheSameTime(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		for _, r := range []struct{ target, body string }{
			{"/v2.1/regions", `{"name":"kr"}`},
			{"/v2.1/tenants", `{"name":"Hanbit","code":"hanbit"}`},
			{"/v2.1/users", `{"username":"mina"}`},
		} {
			codes := make([]int, 8)
			var all sync.WaitGroup
			for i := range codes {
				all.Go(func() { codes[i], _ = do(t, s, "POST", r.target, s.AdminToken, r.body) })
			}
			all.Wait()
			slices.Sort(codes)
			if diff := cmp.Diff([]int{201, 409, 409, 409, 409, 409, 409, 409}, codes); diff != "" {
				t.Errorf("%s (-want +got):\n%s", r.target, diff)
			}
		}
	})
}

// A zone that appears in a region while that is being deleted keeps it, or
// goes with a clear answer; nothing is left half done.
func TestDeletionAgainstCreation(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		for i := range 5 {
			region := fmt.Sprintf("r%d", i)
			send(t, s, "POST", "/v2.1/regions", s.AdminToken, `{"name":"`+region+`"}`)
			var zone, gone int
			var both sync.WaitGroup
			both.Go(func() {
				zone, _ = do(t, s, "POST", "/v2.1/zones", s.AdminToken, `{"name":"z`+region+`","region_name":"`+region+`"}`)
			})
			both.Go(func() { gone, _ = do(t, s, "DELETE", "/v2.1/regions/"+region, s.AdminToken, "") })
			both.Wait()
			kept := s.Do(t, "GET", "/v2.1/regions/"+region, s.AdminToken, "").Status == 200
			switch {
			case zone == 201 && gone == 412 && kept:
			case zone >= 400 && zone < 500 && gone == 204 && !kept:
			default:
				t.Errorf("zone %d, deletion %d, region kept: %v", zone, gone, kept)
			}
		}
	})
}
