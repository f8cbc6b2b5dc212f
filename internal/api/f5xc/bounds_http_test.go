package f5xc_test

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/api/f5xc"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TestBoundsServed sends requests at the bound of every rule about specs to a
// server, which takes them, and past the bound of every rule there is, which it
// refuses with the path of the field, and writes nothing.
func TestBoundsServed(t *testing.T) {
	bounds := f5xc.Bounds(t)
	if bounds == nil {
		return
	}
	s := apptest.SQLite(t)
	send := func(method, path, body string) apptest.Answer {
		return s.Do(t, method, path, "", body, "Authorization: APIToken "+s.AdminToken)
	}
	if a := send("POST", "/api/web/namespaces", `{"metadata":{"name":"shop"},"spec":{}}`); a.Status != http.StatusOK {
		t.Fatalf("namespace: %d %s", a.Status, a.Body)
	}
	// There is an object of each kind to be replaced.
	s.NewTenant(t, "beside")
	made := map[string]bool{}
	for _, b := range bounds {
		if b.Kind == nil || b.Method != http.MethodPost || made[b.Kind.Name] {
			continue
		}
		made[b.Kind.Name] = true
		body := b.At[0]
		if spec, ok := speakOfOthers[b.Kind.Name]; ok {
			body = `{"metadata":{"name":"a"},"spec":` + spec + `}`
		}
		if a := send(b.Method, boundPath(b), body); a.Status != http.StatusOK {
			t.Fatalf("%s %s %s: %d %s", b.Method, b.Path, body, a.Status, a.Body)
		}
	}

	taken := 0
	for _, b := range bounds {
		if b.Kind == nil || b.Method != http.MethodPost || speakOfOthers[b.Kind.Name] != "" {
			continue
		}
		for _, body := range b.At {
			taken++
			one := boundPath(b) + "/" + cmp.Or(b.Kind.DefaultName, "a")
			if a := send(http.MethodDelete, one, ""); a.Status != http.StatusOK {
				t.Fatalf("DELETE %s: %d %s", one, a.Status, a.Body)
			}
			if a := send(b.Method, boundPath(b), body); a.Status != http.StatusOK {
				t.Errorf("%s %s at %s of %s: %d %s\n%s", b.Method, b.Path, b.Rule, b.Field, a.Status, iam.Cut(a.Body, 300), iam.Cut(body, 300))
			}
		}
	}

	before := written(t, s)
	refused := 0
	for _, b := range bounds {
		for _, body := range b.Past {
			refused++
			a := send(b.Method, boundPath(b), body)
			var failure struct {
				Code    int    `json:"code"`
				Message string `json:"message"`
			}
			err := json.Unmarshal([]byte(a.Body), &failure)
			if err != nil || a.Status != http.StatusBadRequest || failure.Code != 3 || !strings.Contains(failure.Message, "Field "+b.Field+" should ") {
				t.Errorf("%s %s past %s of %s: %d %s\n%s", b.Method, b.Path, b.Rule, b.Field, a.Status, iam.Cut(a.Body, 300), iam.Cut(body, 300))
			}
		}
	}
	if after := written(t, s); after != before {
		t.Errorf("%d events after %d refused requests, %d before", after, refused, before)
	}
	t.Logf("%d requests taken, %d refused", taken, refused)
}

// speakOfOthers are specs of kinds that are not taken at every bound, since what
// they name has to be there: groups, roles, other tenants.
var speakOfOthers = map[string]string{
	"allowed_tenant": `{"tenant_id":"beside"}`, "managed_tenant": `{"tenant_id":"beside"}`, "child_tenant_manager": `{}`,
	"child_tenant": `{"domain":"below-a"}`, "tenant_profile": `{}`,
}

// boundPath is the path of a request: of an object "a" in namespace shop, or of
// what lives in system.
func boundPath(b f5xc.Bound) string {
	namespace, name := "system", "a"
	switch {
	case b.Kind != nil && b.Kind.DefaultName != "":
		name = b.Kind.DefaultName
	case b.Kind != nil && !b.Kind.System, strings.Contains(b.Path, "/active_"), strings.HasSuffix(b.Path, "/fast_acls_for_internet_vips"):
		namespace = "shop"
	case slices.Contains([]string{"/api/web/namespaces/{name}", "/api/web/namespaces/{name}/cascade_delete"}, b.Path):
		name = "shop"
	}
	return strings.NewReplacer("{namespace}", namespace, "{name}", name).Replace(b.Path)
}

// written counts the events of the tenant, one of which goes with every change.
func written(t *testing.T, s *apptest.Server) int {
	t.Helper()
	l, err := s.Audit.Events(t.Context(), s.Operator(), audit.Filter{}, iam.Page{Limit: 1, Total: true})
	if err != nil {
		t.Fatal(err)
	}
	return l.Total
}
