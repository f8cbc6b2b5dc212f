package object

import (
	"context"
	"reflect"
	"strconv"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// managedTenantChange is what can change of a managedTenantSpec.
type managedTenantChange struct {
	Groups []managedGroup `json:"groups" rule:"repeated.max_items=16;repeated.unique=true"`
}

// managedTenantSpec is the half of a delegation that the tenant has which
// manages: what groups of its own are given in the other one.
type managedTenantSpec struct {
	managedTenantChange
	TenantID *string `json:"tenant_id,omitzero" oneof:"tenant_choice" rule:"string.max_len=256"`
}

// managedGroup gives the members of a group what groups of the other tenant have.
type managedGroup struct {
	Group  *viewRef `json:"group,omitzero"`
	Theirs []string `json:"managed_tenant_groups" rule:"message.required=true;repeated.items.string.max_len=256;repeated.max_items=32;repeated.unique=true"`
}

// managedTenantView is the spec, and how the delegation stands.
type managedTenantView struct {
	managedTenantSpec
	Status relationStatus `json:"status"`
}

var _ = register(
	Kind{
		Name: "managed_tenant", Group: groupWeb, Title: "Managed tenant", System: true,
		Read: iam.DelegationsRead, Create: iam.DelegationsCreate, Update: iam.DelegationsUpdate, Delete: iam.DelegationsDelete,
		Replacement: reflect.TypeFor[managedTenantChange](), View: reflect.TypeFor[managedTenantView](),
	},
	hooks[*managedTenantSpec]{
		link:     (*Service).linkManaged,
		standing: (*Service).relationStanding,
		view: func(spec *managedTenantSpec, _ Record, standing string) any {
			return managedTenantView{*spec, relationStatusOf(standing)}
		},
		state: func(_ *managedTenantSpec, r Record, standing string) Condition { return relationCondition(r, standing) },
	})

// linkManaged gives groups what those of the other tenant have that it allows.
// Who may say so holds everything at home: nobody knows what that will be.
func (s *Service) linkManaged(ctx context.Context, by iam.Actor, spec *managedTenantSpec, r, old *Record) (relating, error) {
	l, err := s.linking(ctx, by)
	if err != nil {
		return relating{}, err
	}
	if err := s.Rights.CheckAll(ctx, by); err != nil {
		return relating{}, err
	}
	for i, g := range spec.Groups {
		if err := l.group("/groups/"+strconv.Itoa(i)+"/group", g.Group, iam.Assignment{Theirs: g.Theirs}); err != nil {
			return relating{}, err
		}
	}
	all, err := l.assignments(ctx)
	if err != nil || spec.TenantID == nil {
		return l.relating, err
	}
	// Another tenant cannot be chosen later, so that the name is that of before.
	if r.Link, err = l.other(ctx, iam.LinkManaged, *spec.TenantID, *spec.TenantID, old); err != nil {
		return relating{}, err
	}
	r.Link.Assignments = all
	return l.relating, nil
}
