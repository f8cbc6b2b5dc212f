package object

import (
	"context"
	"reflect"
	"strconv"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// allowedTenantSpec is the half of a delegation that the tenant has which is
// managed: who may, and which groups they may be given.
type allowedTenantSpec struct {
	Groups   []viewRef `json:"allowed_groups" rule:"repeated.max_items=32;repeated.unique=true"`
	TenantID string    `json:"tenant_id" rule:"message.required=true;string.max_len=256"`
}

// allowedTenantView is the spec, and how the delegation stands.
type allowedTenantView struct {
	allowedTenantSpec
	Status relationStatus `json:"status"`
}

var _ = register(
	Kind{
		Name: "allowed_tenant", Group: groupWeb, Title: "Allowed tenant", System: true,
		Read: iam.DelegationsRead, Create: iam.DelegationsCreate, Update: iam.DelegationsUpdate, Delete: iam.DelegationsDelete,
		View: reflect.TypeFor[allowedTenantView](),
	},
	hooks[*allowedTenantSpec]{
		link:     (*Service).linkAllowed,
		standing: (*Service).relationStanding,
		view: func(spec *allowedTenantSpec, _ Record, standing string) any {
			return allowedTenantView{*spec, relationStatusOf(standing)}
		},
		state: func(_ *allowedTenantSpec, r Record, standing string) Condition { return relationCondition(r, standing) },
	})

// linkAllowed lets another tenant give groups to its people. Who may say so
// holds what the groups give.
func (s *Service) linkAllowed(ctx context.Context, by iam.Actor, spec *allowedTenantSpec, r, old *Record) (relating, error) {
	l, err := s.linking(ctx, by)
	if err != nil {
		return relating{}, err
	}
	for i := range spec.Groups {
		if err := l.group("/allowed_groups/"+strconv.Itoa(i), &spec.Groups[i], iam.Assignment{}); err != nil {
			return relating{}, err
		}
	}
	all, err := l.assignments(ctx)
	if err != nil {
		return relating{}, err
	}
	groups := make([]iam.GroupID, len(all))
	for i, a := range all {
		groups[i] = a.Group
	}
	if err := s.Rights.CheckGroups(ctx, by, groups); err != nil {
		return relating{}, err
	}
	var before allowedTenantSpec
	if old != nil {
		if err := json.Unmarshal(old.Spec, &before); err != nil {
			return relating{}, err
		}
	}
	if r.Link, err = l.other(ctx, iam.LinkAllowed, spec.TenantID, before.TenantID, old); err != nil {
		return relating{}, err
	}
	r.Link.Assignments = all
	return l.relating, nil
}
