package f5xc_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
	"github.com/gatehouse-id/gatehouse/internal/support"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

const (
	managedDesk = "/api/web/namespaces/system/managed_client/customer_supports"
	childDesk   = "/api/web/namespaces/system/partner-management/customer_supports"
)

// lookAfter makes a tenant "branch" below the default one, and a tenant
// "customer" that it manages.
func lookAfter(t *testing.T, s *apptest.Server) (branch, customer iam.Tenant) {
	t.Helper()
	branch, err := s.Tenancy.CreateTenant(t.Context(), iam.System("", "test"), s.Tenant.ID, tenancy.NewTenant{Code: "branch"})
	if err != nil {
		t.Fatal(err)
	}
	customer = s.NewTenant(t, "customer").Tenant
	for _, half := range []struct {
		of, to iam.Tenant
		kind   iam.LinkKind
	}{{s.Tenant, customer, iam.LinkManaged}, {customer, s.Tenant, iam.LinkAllowed}} {
		now := s.Env().Time()
		err := s.Store.InsertObject(t.Context(), half.of.ID, object.Record{Metadata: object.Metadata{Namespace: "system", Name: "half"},
			ID: iam.ObjectID(s.Env().NewID()), Kind: string(half.kind) + "_tenant", Spec: []byte("{}"), Created: now, Updated: now, Version: 1,
			Link: &iam.Link{Kind: half.kind, Other: half.to.ID, OtherCode: half.to.Code}}, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
	}
	return branch, customer
}

// TestTickets leads a ticket through its life at both desks.
func TestTickets(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		branch, customer := lookAfter(t, s)
		c := caller{s, loadReference(t)}
		for desk, of := range map[string]iam.Tenant{childDesk: branch, managedDesk: customer} {
			t.Run(of.Code, func(t *testing.T) { liveTicket(t, c, desk, of) })
		}
	})
}

func liveTicket(t *testing.T, c caller, desk string, of iam.Tenant) {
	made := c.ok(t, "POST "+desk, fmt.Sprintf(`{"metadata":{"name":"outage","namespace":"system","labels":{"team":"retail"},"annotations":{},
		"description":"Mine","disable":false},"spec":{"subject":"Nothing loads","description":"Since nine\no'clock","type":"TYPE_INCIDENT_SUPPORT",
		"topic":"INCIDENT_SUPPORT_TOPIC_PARTIAL_OUTAGE","service":"SS_LOAD_BALANCERS","priority":1,"status":"STATUS_CLOSED","ongoing":true,
		"category":"web","timeline":"today","product_data":"v1","relates_to":[{"kind":"http_loadbalancer","namespace":"shop","name":"front","tenant":%q}],
		"comments":[{"plain_text":"First words"}]}}`, of.Code))
	c.has(t, made, `{"metadata":{"name":"outage","namespace":"system","labels":{"team":"retail"},"description":"Mine"},
		"system_metadata":{"tenant":%q,"creator_class":"user","creator_id":%q},
		"spec":{"subject":"Nothing loads","description":"Since nine\no'clock","type":"TYPE_INCIDENT_SUPPORT","status":"STATUS_NEW","escalated":false,
			"topic":"INCIDENT_SUPPORT_TOPIC_PARTIAL_OUTAGE","service":"SS_LOAD_BALANCERS","priority":"PRIORITY_NORMAL","ongoing":true,
			"category":"web","timeline":"today","product_data":"v1","relates_to":[{"kind":"http_loadbalancer","name":"front","tenant":%q}],
			"comments":[{"plain_text":"First words","html":"<p>First words</p>"}],"author_name":"Administrator"}}`, of.Code, apptest.AdminEmail, of.Code)
	id := dig(t, made, "spec.tp_id")
	path := desk + "/" + id
	c.has(t, c.ok(t, "GET "+desk, ""), `{"items":[{"name":"outage","uid":%q,"namespace":"system","tenant":%q,"get_spec":{"tp_id":%q,"status":"STATUS_NEW"},
		"metadata":{"name":"outage"},"system_metadata":{"tenant":%q}}],"errors":[]}`, id, of.Code, id, of.Code)

	// Words, files, and how they come back.
	const text = "no <route>\nto host"
	file := base64.StdEncoding.EncodeToString([]byte(text))
	c.has(t, c.ok(t, "POST "+path+"/comment", fmt.Sprintf(`{"tp_id":%q,"comment":"See <b>this</b>\n& that","attachments":[
		{"filename":"앞.log","content_type":"text/html","attachment":%q}]}`, id, file)), `{"err":"EOK"}`)
	got := c.ok(t, "GET "+path, "")
	c.has(t, got, `{"spec":{"status":"STATUS_OPEN","comments":[{"plain_text":"See <b>this</b>\n& that",
		"html":"<p>See &lt;b&gt;this&lt;/b&gt;<br>&amp; that</p>","author_name":"Administrator","author_email":%q,
		"attachments_info":[{"filename":"앞.log","content_type":"text/plain; charset=utf-8"}]}]}}`, apptest.AdminEmail)
	attachment := path + "/comment/" + dig(t, got, "spec.comments.1.comment_id") + "/attachment/" + dig(t, got, "spec.comments.1.attachment_ids.0")
	for accept, raw := range map[string]bool{"": true, "*/*": true, "application/json, text/plain, */*": true, "application/json": false} {
		a := c.s.Do(t, "GET", attachment, c.s.AdminToken, "", "Accept: "+accept)
		if a.Status != http.StatusOK || a.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("a file: %d %v", a.Status, a.Header)
		}
		if raw {
			want := http.Header{"Content-Type": {"text/plain; charset=utf-8"}, "Content-Security-Policy": {"default-src 'none'; sandbox"},
				"Content-Disposition": {"attachment; filename*=utf-8''%EC%95%9E.log"}}
			for name := range want {
				if a.Header.Get(name) != want.Get(name) {
					t.Errorf("%s: %q, want %q", name, a.Header.Get(name), want.Get(name))
				}
			}
			if a.Body != text {
				t.Errorf("the file is %q", a.Body)
			}
			continue
		}
		var value any
		if c.doc != nil {
			_, op := c.doc.find("GET", attachment)
			value = checkAnswer(t, op, a.Status, a.Body)
		} else if err := json.Unmarshal([]byte(a.Body), &value); err != nil {
			t.Fatal(err)
		}
		c.has(t, value, `{"content_type":"text/plain; charset=utf-8","data":%q}`, file)
	}
	c.fails(t, "GET "+attachment+"0", "", http.StatusNotFound)

	// What the state forbids is no error, but has a word for it.
	for _, step := range []struct{ verb, body, want, left string }{
		{"priority", `{"tp_id":%q,"priority":"PRIORITY_HIGH"}`, "EOK", `"priority":"PRIORITY_HIGH"`},
		{"reopen", `{"tp_id":%q}`, "E_NOT_CLOSED", `"status":"STATUS_OPEN"`},
		{"escalate", `{"tp_id":%q}`, "EOK", `"priority":"PRIORITY_URGENT","escalated":true`},
		{"escalate", `{"tp_id":%q}`, "E_NOT_ELIGIBLE", `"escalated":true`},
		{"close", `{"tp_id":%q}`, "EOK", `"status":"STATUS_CLOSED"`},
		{"close", `{"tp_id":%q}`, "E_NOT_OPEN", `"status":"STATUS_CLOSED"`},
		{"comment", `{"tp_id":%q,"comment":"late"}`, "E_NOT_OPEN", `"status":"STATUS_CLOSED"`},
		{"priority", `{"tp_id":%q,"priority":2}`, "E_NOT_OPEN", `"priority":"PRIORITY_URGENT"`},
		{"escalate", `{"tp_id":%q}`, "E_NOT_OPEN", `"status":"STATUS_CLOSED"`},
		{"reopen", `{"tp_id":%q}`, "EOK", `"status":"STATUS_OPEN"`},
	} {
		c.has(t, c.ok(t, "POST "+path+"/"+step.verb, fmt.Sprintf(step.body, id)), `{"err":%q}`, step.want)
		c.has(t, c.ok(t, "GET "+path, ""), `{"spec":{%s}}`, step.left)
	}
	c.ok(t, "POST "+path+"/close", "") // the body says nothing that the path does not

	follow := c.ok(t, "POST "+desk, fmt.Sprintf(`{"spec":{"subject":"Again","relates_to":[{"kind":"customer_support","uid":%q,"tenant":%q}]}}`, id, of.Code))
	c.has(t, follow, `{"metadata":{"name":%q}}`, dig(t, follow, "spec.tp_id")) // it has no other name
	c.has(t, c.ok(t, "GET "+path, ""), `{"spec":{"followups":[{"kind":"customer_support","uid":%q,"tenant":%q}]}}`, dig(t, follow, "spec.tp_id"), of.Code)

	// Nothing is there for who has no ticket, and all say so alike.
	for _, unknown := range []string{"nothing", "01890a5d-ac96-774b-bcce-b302099a8057"} {
		for _, request := range []string{"GET ", "POST /comment {\"comment\":\"a\"}", "POST /priority {\"priority\":\"PRIORITY_HIGH\"}",
			"POST /escalate {}", "POST /close {}", "POST /reopen {}", "GET /comment/a/attachment/b"} {
			method, rest, _ := strings.Cut(request, " ")
			verb, body, _ := strings.Cut(rest, " ")
			c.has(t, c.fails(t, method+" "+desk+"/"+unknown+verb, body, http.StatusNotFound), `{"code":5,"details":[],"err":"E_NOT_NOT_FOUND"}`)
		}
	}
}

// TestTicketRules: each broken rule names the member that the request has.
func TestTicketRules(t *testing.T) {
	s := apptest.SQLite(t)
	c := caller{s, loadReference(t)}
	id := dig(t, c.ok(t, "POST "+childDesk, `{"spec":{"subject":"s"}}`), "spec.tp_id")
	for _, x := range []struct{ request, body, want string }{
		{"", `{"spec":{}}`, "Field spec.subject should be not nil"},
		{"", `{"spec":{"subject":"s","priority":"PRIORITY_LOW"}}`, "Field spec.priority should"},
		{"", `{"spec":{"subject":"s","relates_to":[{"tenant":"nobody"}]}}`, "Field spec.relates_to[0].tenant should be the own tenant or one that it looks after"},
		{"", `{"spec":{"subject":"s","comments":[{"plain_text":""}]}}`, "Field spec.comments[0].text should be not nil"},
		{"", `{"spec":{"subject":"s"},"metadata":{"name":"n","namespace":"shop"}}`, "Field metadata.namespace should be \"system\""},
		{"", `{"spec":{"subject":"s"},"metadata":{"name":"N"}}`, "Field metadata.name should"},
		{"", `{"spec":{"subject":"s"},"metadata":{}}`, "Field metadata.name should be not nil"},
		{"/comment", `{}`, "Field comment should be not nil"},
		{"/comment", `{"comment":"c","tp_id":"another"}`, "Field tp_id should be"},
		{"/comment", `{"comment":"c","attachments":[{"filename":"a.exe","attachment":"TVqQAAM="}]}`, "Field attachments[0].attachment should be a PNG"},
		{"/comment", `{"comment":"c","attachments":[{"filename":"../a.txt","attachment":"YQ=="}]}`, "Field attachments[0].filename should be the name of a file"},
		{"/comment", `{"comment":"c","attachments":[{},{},{},{},{},{},{},{},{},{},{}]}`, "Field attachments should have at most 10 members"},
		{"/priority", `{}`, "Field priority should be"},
		{"/close", `{"tp_id":"another"}`, "Field tp_id should be"},
	} {
		target := "POST " + childDesk
		if x.request != "" {
			target += "/" + id + x.request
		}
		got := c.fails(t, target, x.body, http.StatusBadRequest)
		if message, _ := got["message"].(string); got["code"] != 3.0 || !strings.Contains(message, x.want) {
			t.Errorf("%s %s: %v, want %q", x.request, x.body, got, x.want)
		}
	}
	// As large as may be, and larger.
	largest := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("a", support.MaxAttachment)))
	c.ok(t, "POST "+childDesk+"/"+id+"/comment", `{"attachments":[{"filename":"a.txt","attachment":"`+largest+`"},{"filename":"b.txt","attachment":"`+largest+`"}]}`)
	c.fails(t, "POST "+childDesk+"/"+id+"/comment", `{"attachments":[{"filename":"a.txt","attachment":"`+largest+`YWE="}]}`, http.StatusBadRequest)
}

// TestTicketRights: each operation asks for the right in system, and a plan that
// withholds delegations does not keep from asking for them.
func TestTicketRights(t *testing.T) {
	s := apptest.SQLite(t)
	lookAfter(t, s)
	c := caller{s, loadReference(t)}
	id := dig(t, c.ok(t, "POST "+managedDesk, `{"spec":{"subject":"s"}}`), "spec.tp_id")
	who := map[iam.Permission]apptest.Member{}
	for _, p := range []iam.Permission{iam.TicketsRead, iam.TicketsCreate, iam.TicketsUpdate} {
		who[p] = s.NewMember(t, s.Tenant, string(p), s.NewRole(t, s.Tenant, "only "+string(p), p).Name)
	}
	for request, needs := range map[string]iam.Permission{
		"GET " + managedDesk: iam.TicketsRead, "GET " + managedDesk + "/" + id: iam.TicketsRead,
		"POST " + managedDesk + ` {"spec":{"subject":"s"}}`:                                 iam.TicketsCreate,
		"POST " + managedDesk + "/" + id + `/comment {"comment":"c"}`:                       iam.TicketsUpdate,
		"POST " + managedDesk + "/" + id + `/priority {"priority":"PRIORITY_HIGH"}`:         iam.TicketsUpdate,
		"POST " + managedDesk + "/" + id + `/reopen {}`:                                     iam.TicketsUpdate,
		"POST /api/web/namespaces/system/tenant_management/delegated_access/subscribe {}":   iam.TicketsCreate,
		"POST /api/web/namespaces/system/tenant_management/delegated_access/unsubscribe {}": iam.TicketsCreate,
	} {
		method, rest, _ := strings.Cut(request, " ")
		target, body, _ := strings.Cut(rest, " ")
		for p, m := range who {
			want := http.StatusForbidden
			if p == needs {
				want = http.StatusOK
			}
			if a := s.Do(t, method, target, m.Token, body); a.Status != want {
				t.Errorf("%s with %s: %d %s, want %d", request, p, a.Status, a.Body, want)
			}
		}
	}
}

// TestDelegatedAccessSubscription: asking twice is asking once.
func TestDelegatedAccessSubscription(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := caller{s, loadReference(t)}
		const path = "POST /api/web/namespaces/system/tenant_management/delegated_access/"
		err := s.Tenancy.SetPlan(t.Context(), s.Operator(), s.Tenant.ID,
			iam.Plan{Withheld: []iam.Withheld{{Permission: "delegations.*", Addon: support.DelegatedAccess}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, verb := range []string{"subscribe", "subscribe", "unsubscribe"} {
			if got := c.ok(t, path+verb, `{}`); len(got.(map[string]any)) != 0 {
				t.Errorf("%s answers %v", verb, got)
			}
		}
		items := c.ok(t, "GET "+managedDesk, "").(map[string]any)["items"].([]any)
		if len(items) != 1 {
			t.Fatalf("%d tickets, want 1", len(items))
		}
		c.has(t, items[0], `{"get_spec":{"type":"TYPE_TASK","service":"SS_DELEGATED_ACCESS","topic":"TASK_TOPIC_PLAN_TRANSITION","status":"STATUS_NEW"}}`)
	})
}
