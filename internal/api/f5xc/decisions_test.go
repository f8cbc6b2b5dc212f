package f5xc_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	evaluate      = "POST /api/web/namespaces/system/evaluate-api-access"
	evaluateBatch = "POST /api/web/namespaces/system/evaluate-batch-api-access"
	lookup        = "POST /api/web/namespaces/system/lookup-user-roles"
)

func TestEvaluate(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := caller{s, nil}
		doc := loadReference(t)
		c.ok(t, "POST /api/web/custom/namespaces/system/user_roles", `{"email":"mina@example.com","first_name":"M","last_name":"S","namespace":"system",
			"type":"SERVICE","namespace_roles":[{"namespace":"shared","role":"ves-io-developer-role"},{"namespace":"system","role":"ves-io-monitor-role"}]}`)
		if err := s.Tenancy.SetPlan(t.Context(), s.Operator(), s.Tenant.ID, iam.Plan{Withheld: []iam.Withheld{
			{Permission: "objects.create", Addon: "web-app"}, {Permission: "users.create"}}}); err != nil {
			t.Fatal(err)
		}
		mina := holder{s, tokenOf(t, s, "mina@example.com")}
		ask := func(t *testing.T, request, body, want string) {
			t.Helper()
			a := mina.do(t, request, body)
			if a.Status != http.StatusOK {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
			if doc != nil {
				method, target, _ := strings.Cut(request, " ")
				_, op := doc.find(method, target)
				checkAnswer(t, op, a.Status, a.Body)
			}
			c.has(t, value(t, a.Body), "%s", want)
			// What has no place in an answer about roles alone.
			if strings.Contains(body, "RBAC") && (strings.Contains(a.Body, "none") || strings.Contains(a.Body, "addon")) {
				t.Errorf("by roles: %s", a.Body)
			}
		}
		const calls = `"item_lists":[{"list_id":"read","items":[{"method":"GET","path":"/api/web/namespaces/shared/contacts"},
				{"method":"GET","path":"/api/web/custom/namespaces/system/user_roles"}]},
			{"list_id":"write","items":[{"method":"POST","path":"/api/web/namespaces/{namespace}/contacts"},
				{"method":"POST","path":"/api/web/custom/namespaces/system/user_roles"},{"method":"GET","path":"/no/such/thing"}]},{"list_id":"nothing"}]`
		ask(t, evaluate, `{"access_control_type":"RBAC","namespace":"shared",`+calls+`}`, `{"item_lists":[{"list_id":"read","result":true,"items":[{"result":true},{"result":true}]},
			{"list_id":"write","result":false,"items":[{"result":true,"method":"POST","path":"/api/web/namespaces/{namespace}/contacts"},{"result":false},{"result":false}]},
			{"list_id":"nothing","result":true,"items":[]}]}`)
		ask(t, evaluate, `{"access_control_type":1,"namespace":"shared",`+calls+`}`, `{"item_lists":[{"result":true,"items":[{"none":{}},{"none":{}}]},
			{"result":false,"items":[{"result":false,"addon_services":{"addon_service_names":["web-app"]}},{"result":false,"none":{}},{"result":false}]}]}`)
		ask(t, evaluate, `{"access_control_type":"ALL","namespace":"shared",`+calls+`}`, `{"item_lists":[{"result":true,"items":[{"result":true,"none":{}},{"result":true}]},
			{"result":false,"items":[{"result":false,"addon_services":{"addon_service_names":["web-app"]}},{"result":false},{"result":false}]}]}`)
		ask(t, evaluateBatch, `{"batch_namespace_api_list":[{"namespace":"shared",`+calls+`},{"namespace":"default","item_lists":[
			{"list_id":"here","items":[{"method":"GET","path":"/api/web/namespaces/{namespace}/contacts"}]}]}]}`,
			`{"batch_namespace_api_list":[{"namespace":"shared","item_lists":[{"list_id":"read","result":true},{"list_id":"write","result":false}]},
			{"namespace":"default","item_lists":[{"list_id":"here","result":false}]}]}`)

		for namespace, want := range map[string]string{"shared": `["ves-io-developer-role"]`, "system": `["ves-io-monitor-role"]`, "": `["ves-io-monitor-role"]`,
			"default": `[]`, "nowhere": `[]`} {
			ask(t, lookup, fmt.Sprintf(`{"namespace":%q}`, namespace), `{"roles":`+want+`}`)
		}

		list := `{"list_id":"x","items":[` + strings.Repeat(`{"method":"GET","path":"/"},`, 100) + `{"method":"GET","path":"/"}]}`
		short := `{"list_id":"x"}`
		for name, tt := range map[string]struct{ request, body, want string }{
			"items":         {evaluate, `{"item_lists":[` + list + `]}`, "Field item_lists[0].items should have at most 100 items, got 101"},
			"lists":         {evaluate, `{"item_lists":[` + strings.Repeat(short+",", 1000) + short + `]}`, "Field item_lists should have at most 1000 items, got 1001"},
			"batch":         {evaluateBatch, `{"batch_namespace_api_list":[` + strings.Repeat(`{},`, 75) + `{}]}`, "Field batch_namespace_api_list should have at most 75 items"},
			"lists in it":   {evaluateBatch, `{"batch_namespace_api_list":[{"item_lists":[` + strings.Repeat(short+",", 15) + short + `]}]}`, "should have at most 15 items"},
			"control":       {evaluate, `{"access_control_type":"MAC"}`, "Field access_control_type should"},
			"control by no": {evaluate, `{"access_control_type":3}`, "Field access_control_type should"},
			"type":          {evaluate, `{"item_lists":[{"items":[{"method":7}]}]}`, "Field item_lists"},
			"not JSON":      {evaluate, `{"item_lists":[{`, "JSON"},
		} {
			t.Run(name, func(t *testing.T) { mina.refused(t, tt.request, tt.body, 400, `"code":3`, tt.want) })
		}
		holder{s, "nobody"}.refused(t, evaluate, `{}`, 401)
	})
}

// many is a question about a hundred thousand calls, in 1,000 lists.
func many() []byte {
	var b bytes.Buffer
	b.WriteString(`{"namespace":"shared","access_control_type":"ALL","item_lists":[`)
	for i := range 1000 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"list_id":"list-%d","items":[`, i)
		for j := range 100 {
			if j > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `{"method":"GET","path":"/api/web/namespaces/shared/contacts/contact-%d-%d"}`, i, j)
		}
		b.WriteString(`]}`)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

// BenchmarkEvaluate: the greatest question that there can be, but for the network.
func BenchmarkEvaluate(b *testing.B) {
	s := apptest.SQLite(b)
	h, body := s.Handler(), many()
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/api/web/namespaces/system/evaluate-api-access", bytes.NewReader(body))
		r.Header.Set("Authorization", "APIToken "+s.AdminToken)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatalf("%d %s", w.Code, w.Body)
		}
	}
}
