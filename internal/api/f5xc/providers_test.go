package f5xc_test

import (
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/federation"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	providersPath = "/api/web/custom/namespaces/system/oidc_providers"
	// openID is a spec with room for a secret and for what comes besides.
	openID = `"issuer":"https://login.example.com","client_id":"gatehouse","authorization_url":"https://login.example.com/authorize",` +
		`"token_url":"https://login.example.com/token"`
)

func openIDBody(secret, more string) string {
	return `{"namespace":"system","spec":{"provider_type":"DEFAULT","oidc_v10_spec_type":{` + openID + `,"client_secret":"` + secret + `"` + more + `}}}`
}

// TestProviderSecret: a secret is never answered. What readers see in its place
// keeps it, unless it would be sent elsewhere then.
func TestProviderSecret(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := caller{s, loadReference(t)}
		c.has(t, c.ok(t, "POST "+providersPath, openIDBody("swordfish", "")), `{"err":"EOK"}`)
		one := providersPath + "/oidc"
		shown := func(want string) {
			t.Helper()
			a := c.do(t, "GET "+one, "")
			if strings.Contains(a.Body, "swordfish") {
				t.Errorf("the secret is answered: %s", a.Body)
			}
			tells(t, a, 200, `"client_secret":"`+want+`"`)
		}
		shown("********")
		c.ok(t, "PUT "+one, openIDBody("********", `,"display_name":"Ours"`))
		shown("********")
		c.ok(t, "PUT "+one, openIDBody("********", `,"user_info_url":"https://elsewhere.example.com/me"`))
		shown("")
		// Without a secret there is no button, and writing back what was read is not enough.
		tells(t, c.do(t, "PUT "+one, openIDBody("", "")), 400, "Field spec.oidc_v10_spec_type.client_secret should")
		c.ok(t, "PUT "+one, openIDBody("swordfish", ""))
		shown("********")
	})
}

// TestProviderKeepsTheRest: what one type has no member for is lost with a
// change of the type, and with nothing else.
func TestProviderKeepsTheRest(t *testing.T) {
	s := apptest.SQLite(t)
	c := caller{s, loadReference(t)}
	google := func(domain string) string {
		return `{"namespace":"system","spec":{"google_oidc_spec_type":{"client_id":"g","client_secret":"s","hosted_domain":"` + domain + `"}}}`
	}
	c.ok(t, "POST "+providersPath, google(""))
	named := func(want string) iam.Provider {
		t.Helper()
		p, err := s.Federation.Provider(t.Context(), s.Operator(), "google")
		if err != nil || p.DisplayName != want {
			t.Errorf("%+v, %v, want %q", p, err, want)
		}
		return p
	}
	p := named("")
	p.DisplayName = "Ours"
	if _, err := s.Federation.Replace(t.Context(), s.Operator(), "google", federation.NewProvider{Provider: p}); err != nil {
		t.Fatal(err)
	}
	c.ok(t, "PUT "+providersPath+"/google", google("example.com"))
	if p = named("Ours"); p.HostedDomain != "example.com" {
		t.Errorf("%+v", p)
	}
	c.ok(t, "PUT "+providersPath+"/google", openIDBody("s", ""))
	if p = named(""); p.HostedDomain != "" || p.Type != iam.ProviderOIDC {
		t.Errorf("%+v", p)
	}
}

func TestProviderRights(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := caller{s, loadReference(t)}
		c.ok(t, "POST "+providersPath, openIDBody("s", ""))
		s.NewRole(t, s.Tenant, "providers", "providers.*")
		s.NewRole(t, s.Tenant, "readers", "providers.read")
		half := holder{s, s.NewMember(t, s.Tenant, "half", "providers").Token}
		reader := holder{s, s.NewMember(t, s.Tenant, "reader", "readers").Token}
		nobody := holder{s, s.NewMember(t, s.Tenant, "nobody").Token}
		writes := map[string]string{
			"POST " + providersPath:                   openIDBody("s", ""),
			"PUT " + providersPath + "/oidc":          openIDBody("s", ""),
			"POST " + providersPath + "/oidc/delete":  `{"namespace":"system"}`,
			"POST " + providersPath + "/oidc/mappers": `{"namespace":"system","oidc_mappers":{"email":"mail"}}`,
			"PUT " + providersPath + "/oidc/scim":     `{"namespace":"system","scim_enabled":true}`,
		}
		for request, body := range writes {
			for _, who := range []holder{half, reader, nobody} {
				tells(t, who.do(t, request, body), 403, `"code":7`)
			}
		}
		tells(t, reader.do(t, "GET "+providersPath, ""), 200, `"name":"oidc"`)
		tells(t, reader.do(t, "GET "+providersPath+"/oidc/mappers", ""), 200, `{"email":""}`)
		tells(t, nobody.do(t, "GET "+providersPath, ""), 403, `"code":7`)
		// Providers are in system, whatever one may elsewhere.
		elsewhere := strings.Replace(providersPath, "system", "shared", 1)
		for request, body := range writes {
			tells(t, c.do(t, strings.Replace(request, providersPath, elsewhere, 1), body), 404, `"code":5`)
		}
		tells(t, c.do(t, "GET "+elsewhere, ""), 404, `"code":5`)
		// Those of another tenant are not there.
		other := holder{s, s.NewTenant(t, "beside").Token}
		tells(t, other.do(t, "GET "+providersPath, ""), 200, `{"items":[]}`)
		tells(t, other.do(t, "POST "+providersPath+"/oidc/delete", `{"namespace":"system"}`), 404, `"code":5`)
	})
}

func TestProviderBadInput(t *testing.T) {
	s := apptest.SQLite(t)
	c := caller{s, loadReference(t)}
	one := providersPath + "/oidc"
	c.ok(t, "POST "+providersPath, openIDBody("s", ""))
	for _, x := range []struct{ request, body, want string }{
		{"POST " + providersPath, `{"namespace":"system"}`, "Field spec should be not nil"},
		{"POST " + providersPath, `{"namespace":"shared","spec":{}}`, "Field namespace should"},
		{"POST " + providersPath, `{"namespace":"system","spec":{"provider_type":"GOOGLE"}}`, "Field spec should be one of"},
		{"POST " + providersPath, `{"namespace":"system","spec":{"provider_type":"AZURE","google_oidc_spec_type":{"client_id":"a","client_secret":"b"}}}`,
			"Field spec.provider_type should be GOOGLE"},
		{"POST " + providersPath, `{"namespace":"system","spec":{"okta_oidc_spec_type":{"client_id":"a","client_secret":"b"},"google_oidc_spec_type":{"client_id":"a","client_secret":"b"}}}`,
			"oidcproviderspec"},
		{"POST " + providersPath, `{"namespace":"system","spec":{"google_oidc_spec_type":{"client_secret":"b"}}}`, "Field spec.google_oidc_spec_type.client_id should"},
		{"POST " + providersPath, openIDBody("s", `,"default_scopes":""`), "Field spec.oidc_v10_spec_type.default_scopes should"},
		{"POST " + providersPath, openIDBody("s", `,"allowed_clock_skew":"601"`), "Field spec.oidc_v10_spec_type.allowed_clock_skew should"},
		{"POST " + providersPath, openIDBody("s", `,"allowed_clock_skew":"9223372036854775807"`), "Field spec.oidc_v10_spec_type.allowed_clock_skew should"},
		{"POST " + providersPath, openIDBody("s", `,"jwks_url":"http://login.example.com/keys"`), "Field spec.oidc_v10_spec_type.jwks_url should begin with https://"},
		{"POST " + providersPath, openIDBody("s", `,"forwarded_query_parameters":"shop, redirect_uri"`), "Field spec.oidc_v10_spec_type.forwarded_query_parameters should"},
		{"POST " + providersPath, `{"namespace":"system","spec":{"google_oidc_spec_type":{"client_id":"a","client_secret":"b","hosted_domain":"EXAMPLE"}}}`,
			"Field spec.google_oidc_spec_type.hosted_domain should"},
		{"PUT " + one, strings.Replace(openIDBody("s", ""), "{", `{"name":"other",`, 1), "Field name should be"},
		{"POST " + one + "/delete", `{"name":"other","namespace":"system"}`, "Field name should be"},
		{"POST " + one + "/mappers", `{"namespace":"system","oidc_mappers":{"email":"` + strings.Repeat("x", 200) + `"}}`, "Field oidc_mappers.email should"},
		{"PUT " + one + "/scim", `{"namespace":"system","scim_enabled":true,"scim_token_meta":{"expiration_days":731}}`, "Field scim_token_meta.expiration_days should"},
		{"PUT " + one + "/scim", `{"namespace":"system","scim_enabled":true,"scim_token_meta":{"namespace":"shared"}}`, "Field scim_token_meta.namespace should"},
	} {
		a := c.do(t, x.request, x.body)
		tells(t, a, 400, x.want)
	}
	for n := 1; n < 16; n++ {
		c.ok(t, "POST "+providersPath, openIDBody("s", ""))
	}
	tells(t, c.do(t, "POST "+providersPath, openIDBody("s", "")), 409, `"code":9`)
	tells(t, c.do(t, "GET "+providersPath+"/oidc-16", ""), 200, `"name":"oidc-16"`)
}

// TestProviderSCIM: the token is of who made it, and narrower; the next one
// ends it, as does switching off.
func TestProviderSCIM(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := caller{s, loadReference(t)}
		c.ok(t, "POST "+providersPath, openIDBody("s", ""))
		const on = `{"namespace":"system","scim_enabled":true}`
		token := func() holder {
			t.Helper()
			return holder{s, dig(t, c.ok(t, "PUT "+providersPath+"/oidc/scim", on), "scim_token.data")}
		}
		const users = "GET /api/scim/namespaces/system/v2/Users"
		first := token()
		tells(t, first.do(t, users, ""), 200, "")
		tells(t, first.do(t, "GET "+providersPath, ""), 403, "")
		second := token()
		tells(t, first.do(t, users, ""), 401, "")
		tells(t, second.do(t, users, ""), 200, "")
		tells(t, c.do(t, "PUT "+providersPath+"/oidc/scim", `{"namespace":"system"}`), 200, `"scim_enabled":false`)
		tells(t, second.do(t, users, ""), 401, "")
		third := token()
		c.ok(t, "POST "+providersPath+"/oidc/delete", `{"namespace":"system"}`)
		tells(t, third.do(t, users, ""), 401, "")
	})
}

// TestOwnerHandedBack: who is an owner no more is one of the provider's people
// again, where there is a provider that works.
func TestOwnerHandedBack(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := caller{s, loadReference(t)}
		const owner = `{"email":"owner@example.com"}`
		boss := s.NewMember(t, s.Tenant, "owner", "admin")
		if _, err := s.Directory.UpdateUser(t.Context(), s.Operator(), directory.UserKey{ID: boss.User.ID},
			directory.UserChange{Email: ptr("owner@example.com")}); err != nil {
			t.Fatal(err)
		}
		idm := func(want string) {
			t.Helper()
			c.ok(t, "POST "+tenantPath+"domain_owner/assign", owner)
			tells(t, holder{s, boss.Token}.do(t, "POST "+tenantPath+"domain_owner/unassign", owner), 200, "{}")
			u, err := s.Directory.User(t.Context(), s.Operator(), directory.UserKey{ID: boss.User.ID})
			if err != nil || u.Attributes["f5xc.idm_type"] != want {
				t.Errorf("the user is of %q, %v, want %q", u.Attributes["f5xc.idm_type"], err, want)
			}
		}
		idm("")
		c.ok(t, "POST "+providersPath, openIDBody("s", ""))
		idm("SSO")
	})
}
