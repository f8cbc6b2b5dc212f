package f5xc_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/signup"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
	"github.com/gatehouse-id/gatehouse/internal/testpg"
)

// exchange is one request of the walk and what comes back.
type exchange struct {
	request string // method and target; $name stands for what was kept
	body    string
	want    string        // JSON that the answer has, besides more; "" for anything
	keep    string        // "name=items.0.uid" keeps a member of the answer under a name
	as      string        // "carol"; the administrator where it is empty
	later   time.Duration // how long after what came before
	until   bool          // ask again until it has what is wanted, which a job does
	file    string        // the answer is a file, of this content
	image   string        // the answer is an image, of this type
}

const keySet = `{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"one","use":"sig","alg":"EdDSA","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`

// TestReference asks every operation of the vendor's document that is served
// for an answer of success and one of failure, and holds them to the document:
// requests, answers, and that no answer has a member that the document does not
// know.
func TestReference(t *testing.T) {
	doc := loadReference(t)
	if doc == nil {
		return
	}
	eachReaching(t, func(t *testing.T, s *apptest.Server, keys string) {
		w := newWalk(t, s, doc)
		w.kept["jwks"] = keys
		w.neighbours(t)
		w.signUp(t)
		w.pictures(t)
		for _, x := range slices.Concat(namespaceExchanges, settingsExchanges, objectExchanges, roleExchanges, peopleExchanges, ownExchanges, decisionExchanges,
			treeExchanges, delegationExchanges, ticketExchanges, signupExchanges, lifeExchanges, noticeExchanges, scimExchanges, placeExchanges, evaluationExchanges, inventoryExchanges, providerExchanges, removalExchanges) {
			w.exchange(t, x)
		}
		for _, name := range doc.served(s.Registry) {
			if !w.succeeded[name] {
				t.Errorf("%s is served, and not in the walk", name)
			}
		}
	})
}

// eachReaching runs a test on both engines, each with a server that may fetch
// the key set that it is given the address of.
func eachReaching(t *testing.T, test func(t *testing.T, s *apptest.Server, keys string)) {
	t.Helper()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(keySet))
	}))
	t.Cleanup(web.Close)
	here, open := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, signup.Options{Below: iam.DefaultTenant}
	t.Run("sqlite", func(t *testing.T) {
		test(t, apptest.Start(t, app.Options{Outbound: here, Signup: open}), web.URL+"/jwks.json")
	})
	t.Run("postgres", func(t *testing.T) {
		test(t, apptest.Start(t, app.Options{Database: testpg.URL(t), Migrate: true, Outbound: here, Signup: open}), web.URL+"/jwks.json")
	})
}

// walk sends exchanges to a server, each of which has to succeed.
type walk struct {
	s         *apptest.Server
	doc       *reference
	kept      map[string]string
	tokens    map[string]string
	succeeded map[string]bool // operations of the document
}

// newWalk begins with terms of service, and with Carol, of whom everything is
// known that can be: she has verified her address, and has signed in.
func newWalk(t *testing.T, s *apptest.Server, doc *reference) *walk {
	t.Helper()
	settings, err := s.Tenancy.Settings(t.Context(), s.Tenant.ID)
	if err != nil {
		t.Fatal(err)
	}
	settings.Terms = iam.Terms{Text: "Be kind to one another.", Version: "2026-11"}
	if _, err := s.Tenancy.UpdateSettings(t.Context(), s.Operator(), settings); err != nil {
		t.Fatal(err)
	}
	carol := s.NewMember(t, s.Tenant, "carol@example.com", "admin")
	if err := s.Authn.SendVerification(t.Context(), carol.Actor(), "carol@example.com"); err != nil {
		t.Fatal(err)
	}
	if err := s.Authn.ConfirmEmail(t.Context(), carol.Actor(), s.LastMail(t, s.Tenant.ID, "carol@example.com").Code); err != nil {
		t.Fatal(err)
	}
	if a := s.Do(t, "POST", "/v2.1/auth/signin", "", `{"username":"carol@example.com","password":"`+apptest.AdminPassword+`"}`); a.Status != http.StatusOK {
		t.Fatalf("sign-in: %d %s", a.Status, a.Body)
	}
	return &walk{s: s, doc: doc, kept: map[string]string{}, succeeded: map[string]bool{},
		tokens: map[string]string{"": s.AdminToken, "carol": carol.Token}}
}

// neighbours makes the other tenants of the walk: "beside", with Dana, and
// "leaving", with Erin. The default tenant is the support tenant.
func (w *walk) neighbours(t *testing.T) {
	t.Helper()
	for name, code := range map[string]string{"dana": "beside", "erin": "leaving"} {
		tenant, err := w.s.Tenancy.CreateTenant(t.Context(), iam.System("", "test"), "", tenancy.NewTenant{Code: code})
		if err != nil {
			t.Fatal(err)
		}
		w.tokens[name] = w.s.NewMember(t, tenant, name+"@example.com", access.RoleF5Admin).Token
	}
	if err := w.s.Tenancy.SetSupportTenant(t.Context(), w.s.Operator(), w.s.Tenant.Code); err != nil {
		t.Fatal(err)
	}
}

// signUp lets two customers sign up, and one of them use the link.
func (w *walk) signUp(t *testing.T) {
	t.Helper()
	token := func(email, domain string) string {
		mail := w.s.NewMail(t, w.s.Tenant.ID, email, func() {
			if err := w.s.Signup.Ask(t.Context(), signup.Request{GivenName: "New", Domain: domain, Email: email, Terms: "2026-11"}, signup.Origin{}); err != nil {
				t.Fatal(err)
			}
		})
		_, token, _ := strings.Cut(mail.Link, "token=")
		return token
	}
	w.kept["token"] = token("new@example.com", "new-one")
	name, err := w.s.Signup.Confirm(t.Context(), token("newer@example.com", "new-two"), signup.Origin{})
	if err != nil {
		t.Fatal(err)
	}
	w.kept["signup"] = name
}

// exchange sends one request, as a client of the vendor's does, and the same
// without a credential and with what is wrong with it.
func (w *walk) exchange(t *testing.T, x exchange) {
	t.Helper()
	request, body := w.fill(x.request), w.fill(x.body)
	w.s.Clock.Advance(x.later)
	method, target, _ := strings.Cut(request, " ")
	_, path, reached := strings.Cut(target, "/api/")
	name, op := w.doc.find(method, "/api/"+path)
	if !reached {
		name, op = w.doc.find(method, target)
	}
	t.Run(request, func(t *testing.T) {
		if op == nil {
			w.send(t, method, target, w.tokens[x.as], body, http.StatusOK) // of a free kind
			return
		}
		checkRequest(t, op, body)
		w.fails(t, name, op, method, target, body)
		var want any
		if x.want != "" {
			if err := json.Unmarshal([]byte(w.fill(x.want)), &want); err != nil {
				t.Fatalf("%s: %v", x.want, err)
			}
		}
		if x.file != "" {
			w.downloads(t, target, w.tokens[x.as], x.file)
			w.succeeded[name] = true
			return
		}
		if x.image != "" {
			w.shows(t, op, target, w.tokens[x.as], x.image)
			w.succeeded[name] = true
			return
		}
		got := checkAnswer(t, op, http.StatusOK, w.send(t, method, target, w.tokens[x.as], body, http.StatusOK))
		for began := time.Now(); x.until && !has(got, want) && time.Since(began) < 20*time.Second; time.Sleep(5 * time.Millisecond) {
			got = checkAnswer(t, op, http.StatusOK, w.send(t, method, target, w.tokens[x.as], body, http.StatusOK))
		}
		if t.Failed() {
			return
		}
		w.succeeded[name] = true
		if method == http.MethodDelete && len(got.(map[string]any)) > 0 {
			t.Errorf("a deletion answers %v", got)
		}
		if x.want != "" && !has(got, want) {
			t.Errorf("the answer\n%s\nhas no\n%s", text(got), text(want))
		}
		if as, path, ok := strings.Cut(x.keep, "="); ok {
			w.kept[as] = dig(t, got, path)
		}
	})
}

// fails sends what is wrong with a request: no credential, a body that is none,
// a name that nothing has.
func (w *walk) fails(t *testing.T, name string, op *openapi3.Operation, method, target, body string) {
	t.Helper()
	if w.succeeded[name] {
		return // once is enough
	}
	if !strings.HasPrefix(target, "/no_auth/") {
		checkError(t, op, http.StatusUnauthorized, w.send(t, method, target, "", body, http.StatusUnauthorized))
	}
	if op.RequestBody != nil {
		checkError(t, op, http.StatusBadRequest, w.send(t, method, target, w.tokens[""], `[]`, http.StatusBadRequest))
	}
	if strings.HasSuffix(name, "{name}") && op.RequestBody == nil {
		path, _, _ := strings.Cut(target, "?")
		nothing := path[:strings.LastIndex(path, "/")] + "/nothing-there"
		checkError(t, op, http.StatusNotFound, w.send(t, method, nothing, w.tokens[""], "", http.StatusNotFound))
	}
}

func (w *walk) send(t *testing.T, method, target, token, body string, want int) string {
	t.Helper()
	headers := []string{"Accept: application/json"} // alone, so that images and documents come in it
	if token != "" {
		headers = append(headers, "Authorization: APIToken "+token)
	}
	a := w.s.Do(t, method, target, "", body, headers...)
	if a.Status != want {
		t.Fatalf("%s %s %s\nanswers %d %s, want %d", method, target, body, a.Status, a.Body, want)
	}
	if contentType := a.Header.Get("Content-Type"); !strings.HasPrefix(contentType, "application/json") {
		t.Errorf("%s %s answers %q", method, target, contentType)
	}
	return a.Body
}

// downloads demands a file that no browser shows, whatever is in it.
func (w *walk) downloads(t *testing.T, target, token, content string) {
	t.Helper()
	a := w.s.Do(t, http.MethodGet, target, "", "", "Authorization: APIToken "+token)
	if a.Status != http.StatusOK || a.Body != content || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment") ||
		a.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(a.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("GET %s\nanswers %d %v %q", target, a.Status, a.Header, a.Body)
	}
}

// fill puts what was kept in its place.
func (w *walk) fill(template string) string {
	for name, value := range w.kept {
		template = strings.ReplaceAll(template, "$"+name, value)
	}
	return template
}

// dig answers the text at a dotted path.
func dig(t *testing.T, value any, path string) string {
	t.Helper()
	for step := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				t.Fatalf("no %s of %s in %v", step, path, v)
			}
			value = v[i]
		}
	}
	found, ok := value.(string)
	if !ok || found == "" {
		t.Fatalf("no text at %s", path)
	}
	return found
}

func text(value any) string {
	out, err := json.MarshalIndent(value, "", " ")
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(out)
}

// TestWhoamiIsComplete: every member of the vendor's schema is in the answer to
// somebody who has signed in and accepted the terms, and one of the two that
// exclude one another. Roles through groups are where the namespaces are.
func TestWhoamiIsComplete(t *testing.T) {
	doc := loadReference(t)
	if doc == nil {
		return
	}
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		w := newWalk(t, s, doc)
		w.exchange(t, exchange{request: "POST /api/web/custom/namespaces/system/user_groups",
			body: `{"name":"sales","usernames":["carol@example.com"],"namespace_roles":[{"namespace":"shared","role":"ves-io-developer-role"}]}`})
		w.exchange(t, exchange{request: "POST /api/web/custom/namespaces/system/accept_tos", as: "carol",
			body: `{"namespace":"system","tos_accepted":"2026-11","tos_version":"2026-11"}`})
		const target = "/api/web/custom/namespaces/system/whoami"
		_, op := doc.find(http.MethodGet, target)
		got, _ := checkAnswer(t, op, http.StatusOK, w.send(t, http.MethodGet, target, w.tokens["carol"], "", http.StatusOK)).(map[string]any)
		var missing []string
		for member := range doc.Components.Schemas["userGetUserRoleResponse"].Value.Properties {
			if _, there := got[member]; !there {
				missing = append(missing, member)
			}
		}
		slices.Sort(missing)
		if want := []string{"msp_managed"}; !slices.Equal(missing, want) {
			t.Errorf("whoami has no %v, want all but %v:\n%s", missing, want, text(got))
		}
		wantRoles := []any{map[string]any{"namespace": "*", "role": "admin"}, map[string]any{"namespace": "system", "role": "admin"}}
		if diff := cmp.Diff(wantRoles, got["namespace_roles"]); diff != "" {
			t.Errorf("roles of the user itself (-want +got):\n%s", diff)
		}
		wantAccess := map[string]any{"names": []any{"admin", "ves-io-developer-role"}}
		if diff := cmp.Diff(wantAccess, got["namespace_access"].(map[string]any)["namespace_role_map"].(map[string]any)["shared"]); diff != "" {
			t.Errorf("roles in a namespace (-want +got):\n%s", diff)
		}
	})
}
