package object

import (
	"context"
	"reflect"
	"strconv"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// newChildTenantManager is a childTenantManagerSpec as it is made.
type newChildTenantManager struct {
	Groups     []childGroup `json:"group_assignments" rule:"repeated.max_items=16;repeated.unique=true"`
	OwnerGroup *viewRef     `json:"tenant_owner_group,omitzero" oneof:"tenant_owner_choice"`
}

// childTenantManagerSpec says what groups are given in the children that have
// the manager.
type childTenantManagerSpec struct {
	newChildTenantManager
	Banner *bannerMessage `json:"banner_message,omitzero"`
}

// childGroup gives the members of a group what groups of a child have.
type childGroup struct {
	Group  *viewRef `json:"group,omitzero"`
	Theirs []string `json:"child_tenant_groups" rule:"message.required=true;repeated.items.string.max_len=256;repeated.max_items=32;repeated.unique=true"`
}

// bannerMessage is for the people of the children to read.
type bannerMessage struct {
	HTML   *string    `json:"content_html,omitzero" oneof:"content_choice"`
	Text   *string    `json:"content_text,omitzero" oneof:"content_choice"`
	Period *dateRange `json:"time_period,omitzero"`
	Title  string     `json:"title" rule:"message.required=true"`
}

type dateRange struct {
	End   time.Time `json:"end_date" rule:"message.required=true"`
	Start time.Time `json:"start_date" rule:"message.required=true"`
}

const childTenantManager = "child_tenant_manager"

var _ = register(
	Kind{
		Name: childTenantManager, Group: groupWeb, Title: "Child tenant manager", System: true, Stateless: true,
		Read: iam.DelegationsRead, Create: iam.DelegationsCreate, Update: iam.DelegationsUpdate, Delete: iam.DelegationsDelete,
		Creation: reflect.TypeFor[newChildTenantManager](),
	},
	hooks[*childTenantManagerSpec]{
		check: func(spec *childTenantManagerSpec) error {
			if b := spec.Banner; b != nil && b.Period != nil && b.Period.End.Before(b.Period.Start) {
				return invalid("spec.banner_message.time_period.end_date", iam.ReasonFormat, "not be before start_date")
			}
			return nil
		},
		link: (*Service).linkManager,
	})

// linkManager gives groups what those of children have. Who may say so holds
// everything at home.
func (s *Service) linkManager(ctx context.Context, by iam.Actor, spec *childTenantManagerSpec, r, _ *Record) (relating, error) {
	l, err := s.linking(ctx, by)
	if err != nil {
		return relating{}, err
	}
	if err := s.Rights.CheckAll(ctx, by); err != nil {
		return relating{}, err
	}
	for i, g := range spec.Groups {
		if err := l.group("/group_assignments/"+strconv.Itoa(i)+"/group", g.Group, iam.Assignment{Theirs: g.Theirs}); err != nil {
			return relating{}, err
		}
	}
	if spec.OwnerGroup != nil {
		if err := l.group("/tenant_owner_group", spec.OwnerGroup, iam.Assignment{Owner: true}); err != nil {
			return relating{}, err
		}
	}
	all, err := l.assignments(ctx)
	if err != nil {
		return relating{}, err
	}
	r.Link = &iam.Link{Kind: iam.LinkManager, Assignments: all}
	return l.relating, nil
}
