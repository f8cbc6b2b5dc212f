package object

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Activity is a list of objects that are active in a namespace.
type Activity struct {
	name string // the kind of the record that keeps it
	of   string // the kind of the objects
	most int
}

// The activities.
var (
	AlertPolicies   = Activity{"active_alert_policies", "alert_policy", 32}
	NetworkPolicies = Activity{"active_network_policies", "network_policy", 32}
	ServicePolicies = Activity{"active_service_policies", "service_policy", 32}
	FastACLs        = Activity{"fast_acls_for_internet_vips", "fast_acl", 128}
)

// ActiveObject is one of them, with its state.
type ActiveObject struct {
	Target
	Missing  bool // it has been removed since
	Disabled bool
}

// Active answers what is active in a namespace, in order. NotFound: the namespace.
func (s *Service) Active(ctx context.Context, by iam.Actor, a Activity, namespace string) ([]ActiveObject, error) {
	panic("unfinished")
}

// SetActive says what is active in a namespace, in order; none is none. A
// target without a namespace is in this one, or else in "shared". Invalid: one
// is not there, or is given twice; NotFound: the namespace.
func (s *Service) SetActive(ctx context.Context, by iam.Actor, a Activity, namespace string, targets []Target) error {
	panic("unfinished")
}
