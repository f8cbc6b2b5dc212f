package tenancy_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// TestReached: somebody may act where a relation holds and gives them
// something, and nowhere else.
func TestReached(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ctx := t.Context()
		root := s.NewTenant(t, "root")
		mina := s.NewMember(t, root.Tenant, "mina")
		operators := s.NewGroup(t, root.Tenant, "operators", "", "mina")
		by := mina.Actor()
		check := func(why string, want ...string) {
			t.Helper()
			reached, err := s.Tenancy.Reached(ctx, by)
			if err != nil {
				t.Fatal(err)
			}
			got := []string{}
			for _, r := range reached {
				got = append(got, r.Tenant.Code+" by "+string(r.Actor.Reach))
				if r.Actor.Tenant != r.Tenant.ID || r.Actor.Home != root.Tenant.ID || r.Actor.User != mina.User.ID {
					t.Errorf("%s: the actor %+v", why, r.Actor)
				}
			}
			if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", why, diff)
			}
		}
		check("no relation")

		// The first half alone, groups that hold nothing, and a tenant that is gone
		// let nobody in.
		var all []apptest.Member
		for _, code := range []string{"zoo", "alpha"} {
			m := s.NewTenant(t, code)
			s.Delegate(t, root.Tenant, operators, m.Tenant, s.NewGroup(t, m.Tenant, "guests", "read"))
			all = append(all, m)
		}
		empty := s.NewTenant(t, "empty")
		s.Delegate(t, root.Tenant, operators, empty.Tenant, s.NewGroup(t, empty.Tenant, "guests", ""))
		half := s.NewTenant(t, "half")
		s.NewGroup(t, half.Tenant, "guests", "read")
		for name, other := range map[string]iam.TenantID{"half": half.Tenant.ID, "gone": iam.TenantID(s.Env().NewID())} {
			s.Link(t, root.Tenant, name, iam.Link{Kind: iam.LinkManaged, Other: other, OtherCode: name,
				Assignments: []iam.Assignment{{Group: operators.ID, Theirs: []string{"guests"}}}})
		}
		check("two delegations", "alpha by delegation", "zoo by delegation")

		if _, err := s.Tenancy.SetState(ctx, s.Operator(), all[0].Tenant.ID, iam.TenantDisabled); err != nil {
			t.Fatal(err)
		}
		check("one is disabled", "alpha by delegation")

		// A child, by the manager that it names.
		s.Link(t, root.Tenant, "first", iam.Link{Kind: iam.LinkManager, Assignments: []iam.Assignment{{Group: operators.ID, Theirs: []string{"keepers"}}}})
		if _, err := s.Objects.CreateChild(ctx, root.Actor(), iam.NewChild{Domain: "child-one", Manager: "first"}); err != nil {
			t.Fatal(err)
		}
		var child iam.Tenant
		for child.State != iam.TenantActive {
			var err error
			if child, err = s.Tenancy.ByCode(ctx, "child-one"); err != nil && !iam.Is(err, iam.NotFound) {
				t.Fatal(err)
			}
			time.Sleep(time.Millisecond)
		}
		check("its group of that name is missing", "alpha by delegation")
		s.NewGroup(t, child, "keepers", "read")
		check("a child", "alpha by delegation", "child-one by tree")

		// Support is of who runs tenants in the support tenant.
		operator := iam.System("", "test")
		if err := s.Tenancy.SetSupportTenant(ctx, operator, "root"); err != nil {
			t.Fatal(err)
		}
		for _, m := range []apptest.Member{half, all[1]} {
			if _, err := s.Tenancy.SetSupportAccess(ctx, m.Actor(), iam.SupportAccess{Mode: iam.SupportRead}); err != nil {
				t.Fatal(err)
			}
		}
		check("support is of others", "alpha by delegation", "child-one by tree")
		by = root.Actor()
		mina.User = root.User
		check("support", "alpha by support", "half by support")
		if err := s.Tenancy.SetSupportTenant(ctx, operator, ""); err != nil {
			t.Fatal(err)
		}
		check("no support tenant")

		// Who has come from elsewhere does not go on from there.
		by.Tenant, by.Reach = half.Tenant.ID, iam.ReachSupport
		check("an outsider")
	})
}

// TestRelatedBadInput: who asks for what nobody has learns why.
func TestRelatedBadInput(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){"related": func(t *testing.T, w world) {
		ctx := t.Context()
		outsider := w.by
		outsider.Home = w.Tenant.ID
		for name, tt := range map[string]struct {
			by     iam.Actor
			filter tenancy.RelatedFilter
			kind   iam.Kind
			field  string
		}{
			"another member": {w.by, tenancy.RelatedFilter{Kind: iam.LinkManaged, Member: "0191a5c4-7a3c-7b1e-9d2f-3c4b5a697888"}, iam.Denied, ""},
			"an outsider":    {outsider, tenancy.RelatedFilter{Kind: iam.LinkManaged, Member: outsider.User}, iam.Denied, ""},
			"no id":          {w.by, tenancy.RelatedFilter{Kind: iam.LinkManaged, From: "first"}, iam.Invalid, "from"},
			"a long search":  {w.by, tenancy.RelatedFilter{Kind: iam.LinkManaged, Search: strings.Repeat("é", 257)}, iam.Invalid, "search"},
			"a long name":    {w.by, tenancy.RelatedFilter{Kind: iam.LinkChild, Name: strings.Repeat("a", 257)}, iam.Invalid, "name"},
			"a long manager": {w.by, tenancy.RelatedFilter{Kind: iam.LinkChild, Manager: strings.Repeat("a", 257)}, iam.Invalid, "manager"},
		} {
			_, err := w.Tenancy.Related(ctx, tt.by, tt.filter)
			isError(t, name, err, tt.kind, tt.field)
		}
		_, err := w.Tenancy.Supported(ctx, w.by, tenancy.RelatedFilter{From: "first"})
		isError(t, "supported", err, iam.Invalid, "from")
	}})
}

// TestSupportBadInput: what support may do is said in full, and who supports by
// the operator alone.
func TestSupportBadInput(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){"support": func(t *testing.T, w world) {
		ctx := t.Context()
		for name, tt := range map[string]struct {
			access iam.SupportAccess
			field  string
		}{
			"an unknown mode":            {iam.SupportAccess{Mode: "all"}, "mode"},
			"no namespaces":              {iam.SupportAccess{Mode: iam.SupportNamespaces}, "namespaces"},
			"too many":                   {iam.SupportAccess{Mode: iam.SupportNamespaces, Namespaces: make([]string, 33)}, "namespaces"},
			"a namespace that is not":    {iam.SupportAccess{Mode: iam.SupportNamespaces, Namespaces: []string{"default", "none"}}, "namespaces[1]"},
			"one twice":                  {iam.SupportAccess{Mode: iam.SupportNamespaces, Namespaces: []string{"default", "default"}}, "namespaces[1]"},
			"namespaces and all of them": {iam.SupportAccess{Mode: iam.SupportWrite, Namespaces: []string{"default"}}, "namespaces"},
		} {
			_, err := w.Tenancy.SetSupportAccess(ctx, w.by, tt.access)
			isError(t, name, err, iam.Invalid, tt.field)
		}
		got, err := w.Tenancy.SupportAccess(ctx, w.by)
		if err != nil || got.Mode != iam.SupportNone {
			t.Errorf("after all that: %+v, %v", got, err)
		}
		isError(t, "an administrator", w.Tenancy.SetSupportTenant(ctx, w.by, w.tenant.Code), iam.Denied, "")
		isError(t, "no tenant", w.Tenancy.SetSupportTenant(ctx, w.Operator(), "no-such-tenant"), iam.NotFound, "")
		_, err = w.Tenancy.SupportTenant(ctx)
		isError(t, "none", err, iam.NotFound, "")
	}})
}

// isError demands an error of a kind that is about a field.
func isError(t *testing.T, what string, err error, kind iam.Kind, field string) {
	t.Helper()
	e, ok := errors.AsType[*iam.Error](err)
	if !ok || e.Kind != kind || field != "" && !slices.ContainsFunc(e.Fields, func(f iam.Field) bool { return f.Path == field }) {
		t.Errorf("%s: %v, want %v of %q", what, err, kind, field)
	}
}
