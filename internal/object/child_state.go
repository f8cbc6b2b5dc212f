package object

import (
	"context"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// childPhase is where the work on a child tenant is.
type childPhase string

const (
	childInitializing      childPhase = "initializing"
	childCreating          childPhase = "creating"
	childCreateFailed      childPhase = "create-failed"
	childMade              childPhase = "" // also of those that were not made by us
	childConfiguring       childPhase = "configuring"
	childConfiguringFailed childPhase = "configuring-failed"
	childDeleting          childPhase = "deleting"
	childDeleteFailed      childPhase = "delete-failed"
)

// childStatus is Record.Status of a child tenant.
type childStatus struct {
	Phase  childPhase `json:"phase"`
	Reason string     `json:"reason,omitzero"` // why it has not come further, for people
	At     time.Time  `json:"at"`
}

func childStatusOf(r Record) (st childStatus) {
	if len(r.Status) == 0 || json.Unmarshal(r.Status, &st) != nil {
		return childStatus{At: r.Updated}
	}
	return st
}

// setChildStatus writes where the work is. NotFound.
func (s *Service) setChildStatus(ctx context.Context, t iam.TenantID, id iam.ObjectID, p childPhase, reason string) error {
	status, err := json.Marshal(childStatus{p, reason, s.Env.Time()})
	if err != nil {
		return err
	}
	return s.Store.SetObjectStatus(ctx, t, id, status)
}

// childState is the state of a child tenant in the vendor's words.
type childState string

const childActive childState = "StateActive"

// Names implements message.Enum.
func (childState) Names() []string {
	return []string{"StateInitializing", "StateCreating", "StateCreateFailed", "StateInactive", string(childActive), "StateConfiguring",
		"StateConfiguringFailed", "StateDeleteInProgress", "StateDeleteFailed"}
}

// childStateOf answers the state of a child tenant, of which standing is the
// iam.TenantState.
func childStateOf(r Record, standing string) childState {
	phase := childStatusOf(r).Phase
	switch phase {
	case childInitializing:
		return "StateInitializing"
	case childCreating:
		return "StateCreating"
	case childCreateFailed:
		return "StateCreateFailed"
	case childDeleteFailed:
		return "StateDeleteFailed"
	}
	switch state := iam.TenantState(standing); {
	case phase == childDeleting, state == "", state == iam.TenantDeleting:
		return "StateDeleteInProgress"
	case state != iam.TenantActive:
		return "StateInactive"
	case phase == childConfiguring:
		return "StateConfiguring"
	case phase == childConfiguringFailed:
		return "StateConfiguringFailed"
	}
	return childActive
}

// childCondition tells the same as a condition of the object.
func childCondition(_ *childTenantSpec, r Record, standing string) Condition {
	st := childStatusOf(r)
	c := Condition{Status: StatusIncomplete, Reason: st.Reason, Updated: st.At}
	switch childStateOf(r, standing) {
	case childActive:
		c.Status = StatusSuccess
	case "StateCreateFailed", "StateConfiguringFailed", "StateDeleteFailed":
		c.Status = StatusFailed
	case "StateInactive":
		c.Status, c.Reason = StatusDisabled, "the tenant, or one above it, is not active"
	}
	return c
}
