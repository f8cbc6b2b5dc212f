package object

import (
	"context"
	"reflect"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// A tenant below another one is an object of kind child_tenant of that one,
// however it was made. Where the object is made first, a job makes the tenant:
//
//	initializing ─▶ creating ─▶ made ◀─▶ configuring ─▶ configuring-failed
//	                   │           └─▶ deleting ─▶ gone
//	                   └─▶ create-failed ──┘ └─▶ delete-failed
//
// Of what is made, the tenant itself says whether it is active. That is kept
// nowhere else, so that whoever disables it, the object says so.

// childTenantChange is what can change of a childTenantSpec.
type childTenantChange struct {
	CompanyName string        `json:"company_name" rule:"string.max_len=256"`
	Contact     *Contact      `json:"contact_detail,omitzero"`
	Customer    *customerInfo `json:"customer_info,omitzero"`
}

// childTenantSpec is a tenant below one's own.
type childTenantSpec struct {
	childTenantChange
	Manager *viewRef `json:"child_tenant_manager,omitzero"`
	Domain  string   `json:"domain" rule:"message.required=true;string.max_len=17;string.min_len=5;string.not_in=[\"ves\",\"volterra\",\"f5\"];string.ves_object_name=true"`
	Profile *viewRef `json:"tenant_profile,omitzero"`
}

// customerInfo is whose the tenant is.
type customerInfo struct {
	Info      string `json:"additional_info" rule:"string.max_len=1024"`
	Email     string `json:"email" rule:"string.email=true"`
	FirstName string `json:"first_name" rule:"string.max_len=128"`
	LastName  string `json:"last_name" rule:"string.max_len=128"`
}

// maxOwnerEmail is how long an address may be that becomes a username.
const maxOwnerEmail = 100

// childTenantView is the spec, and how the tenant stands.
type childTenantView struct {
	childTenantSpec
	Status childState `json:"status"`
}

var childTenant = register(
	Kind{
		Name: "child_tenant", Group: groupWeb, Title: "Child tenant", System: true,
		Read: iam.TenantsRead, Create: iam.TenantsCreate, Update: iam.TenantsUpdate, Delete: iam.TenantsDelete,
		Replacement: reflect.TypeFor[childTenantChange](), View: reflect.TypeFor[childTenantView](),
	},
	hooks[*childTenantSpec]{
		check: func(spec *childTenantSpec) error {
			if c := spec.Customer; c != nil && len(c.Email) > maxOwnerEmail {
				return invalid("spec.customer_info.email", iam.ReasonLength, "have at most 100 characters")
			}
			return nil
		},
		link:     (*Service).linkChild,
		begin:    (*Service).beginChild,
		after:    (*Service).setChild,
		end:      (*Service).endChild,
		standing: (*Service).childStanding,
		off:      childOff,
		view: func(spec *childTenantSpec, r Record, standing string) any {
			return childTenantView{*spec, childStateOf(r, standing)}
		},
		state: childCondition,
	})

// linkChild chooses the id of the tenant that is to be made, and keeps that of
// one that is there, with its manager.
func (s *Service) linkChild(ctx context.Context, by iam.Actor, spec *childTenantSpec, r, old *Record) (relating, error) {
	r.Disabled = false // the tenant says so itself
	l, err := s.linking(ctx, by)
	if err != nil {
		return relating{}, err
	}
	if old != nil {
		link, err := s.Store.Link(ctx, by.Tenant, old.ID)
		if err != nil {
			return relating{}, err
		}
		r.Link = &link
		return relating{refs: childReferences(spec)}, nil
	}
	manager, err := l.object(ctx, childTenantManager, "/child_tenant_manager", spec.Manager)
	if err != nil {
		return relating{}, err
	}
	if _, err := l.object(ctx, tenantProfile, "/tenant_profile", spec.Profile); err != nil {
		return relating{}, err
	}
	t, err := s.Tenants.NewBelow(ctx, by, spec.Domain, spec.CompanyName)
	if err != nil {
		return relating{}, inSpec(err, map[string]string{"code": "domain", "name": "company_name"})
	}
	r.Link = &iam.Link{Kind: iam.LinkChild, Other: t.ID, OtherCode: t.Code, Manager: manager.ID}
	r.Status, err = json.Marshal(childStatus{Phase: childInitializing, At: s.Env.Time()})
	return l.relating, err
}

// childReferences are those of a spec that has been stored.
func childReferences(spec *childTenantSpec) (refs []Reference) {
	for _, m := range []struct {
		kind string
		*viewRef
	}{{childTenantManager, spec.Manager}, {tenantProfile, spec.Profile}} {
		if m.viewRef != nil {
			refs = append(refs, Reference{"/" + m.kind, Target{Kind: m.kind, Namespace: iam.NamespaceSystem, Name: m.Name}})
		}
	}
	return refs
}

// childOff reports whether a child tenant is disabled, by its iam.TenantState.
func childOff(standing string) bool {
	return standing == string(iam.TenantDisabled) || standing == string(iam.TenantLeaving)
}

// setChild disables or enables the tenant of an object that was replaced, where
// the writer wants another than it has.
func (s *Service) setChild(ctx context.Context, by iam.Actor, m Metadata, r Record) error {
	standing, err := s.childStanding(ctx, by.Tenant, []Record{r})
	if err != nil || m.Disabled == childOff(standing[r.ID]) {
		return err
	}
	if standing[r.ID] == "" {
		return iam.E(iam.Precondition, "tenant %q is not there", r.Link.OtherCode).About(r.Name)
	}
	state := iam.TenantActive
	if m.Disabled {
		state = iam.TenantDisabled
	}
	_, err = s.Tenants.SetState(ctx, by, r.Link.Other, state)
	return err
}

// lookUp is how many children are looked up one by one, which costs the same
// however many there are.
const lookUp = 8

// childStanding answers the states of the tenants of objects; nothing of one
// that is not there.
func (s *Service) childStanding(ctx context.Context, t iam.TenantID, of []Record) (map[iam.ObjectID]string, error) {
	all := make(map[iam.ObjectID]string, len(of))
	if len(of) > lookUp {
		states, err := s.Tenants.Children(ctx, t, "")
		for _, r := range of {
			all[r.ID] = string(states[r.ID])
		}
		return all, err
	}
	for _, r := range of {
		link, err := s.Store.Link(ctx, t, r.ID)
		if err == nil {
			var there iam.Tenant
			there, err = s.Tenants.KnownTenant(ctx, string(link.Other))
			all[r.ID] = string(there.State)
		}
		if err != nil && !iam.Is(err, iam.NotFound) {
			return nil, err
		}
	}
	return all, nil
}
