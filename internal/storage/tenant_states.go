package storage

import (
	"context"
	"fmt"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// tenantStatements are those that keep a row as it is until the end of a write:
// a tenant, whose state decides that of one below it.
type tenantStatements struct{ state string }

func tenantsSQL(e Engine) tenantStatements {
	return tenantStatements{state: `SELECT t.state FROM tenants t WHERE t.tenant_id = $1` + e.Lock(Frozen, "t")}
}

// below are a tenant and all that are below it.
const below = `WITH RECURSIVE below (id) AS (
	SELECT tenant_id FROM tenants WHERE tenant_id = $1
	UNION ALL SELECT t.tenant_id FROM below b JOIN tenants t ON t.parent_id = b.id) `

const (
	ownState = `SELECT own_state, COALESCE(CAST(parent_id AS TEXT), '') FROM tenants WHERE tenant_id = $1`
	setState = `UPDATE tenants SET state = $1 WHERE tenant_id = $2`
	// A tenant's own state where it is not active, and else whether the one
	// above is. IN is for SQLite, which would look at every tenant otherwise.
	setStatesBelow = `WITH RECURSIVE below (id, state) AS (
			SELECT tenant_id, state FROM tenants WHERE tenant_id = $1
			UNION ALL SELECT t.tenant_id, CASE WHEN t.own_state <> 'active' THEN t.own_state
				WHEN b.state = 'active' THEN b.state ELSE 'suspended' END
			FROM below b JOIN tenants t ON t.parent_id = b.id)
		UPDATE tenants SET state = below.state FROM below WHERE tenants.tenant_id IN (SELECT id FROM below)
			AND tenants.tenant_id = below.id AND tenants.state <> below.state`
)

// stateBelow answers the state of a tenant by its own state and by that of its
// parent, which stays as it is until the end of the write. NotFound: there is no
// such parent.
func (x *call) stateBelow(ctx context.Context, parent iam.TenantID, own iam.TenantState) (state iam.TenantState, err error) {
	if parent == "" || own != iam.TenantActive {
		return own, nil
	}
	err = x.everywhere(ctx, func() error {
		return found("tenant", string(parent), x.row(ctx, x.store.tenants.state, parent).Scan(&state))
	})
	if state != iam.TenantActive {
		state = iam.TenantSuspended
	}
	return state, err
}

// stateChange answers the state that the call's tenant has with another own
// state; empty where it has that one already. Who then writes at a version
// finds that it still had it. NotFound.
//
// Locks go from the top of the tree downwards, so that of two who change tenants
// of one branch one waits for the other.
func (x *call) stateChange(ctx context.Context, own iam.TenantState) (iam.TenantState, error) {
	var was iam.TenantState
	var parent iam.TenantID
	if err := x.row(ctx, ownState, x.tenant).Scan(&was, &parent); err != nil {
		return "", found("tenant", string(x.tenant), err)
	}
	if own == was {
		return "", nil
	}
	return x.stateBelow(ctx, parent, own)
}

// setState writes the state of the call's tenant, and with it those of all
// below. On PostgreSQL a tenant may have been made below meanwhile; that it
// does not escape, the second look makes sure, since by then nobody can make
// another one: the tenant right above it is locked.
func (x *call) setState(ctx context.Context, state iam.TenantState) error {
	id := x.tenant
	return x.everywhere(ctx, func() error {
		if _, err := x.exec(ctx, setState, state, id); err != nil {
			return err
		}
		for changed := int64(1); changed > 0; {
			var err error
			if changed, err = x.exec(ctx, setStatesBelow, id); err != nil {
				return err
			}
		}
		return x.bumpBelow(ctx, id)
	})
}

// everywhere runs a part of a write that concerns several tenants.
func (x *call) everywhere(ctx context.Context, fn func() error) error {
	t := x.tenant
	if err := x.enter(ctx, Everywhere); err != nil {
		return err
	}
	if err := fn(); err != nil {
		return err
	}
	return x.enter(ctx, t)
}

// ending is an iam.Ending in the column of JSON.
type ending struct {
	Reason   string `json:"reason,omitempty"`
	Feedback string `json:"feedback,omitempty"`
	By       string `json:"by,omitempty"`
	At       int64  `json:"at"` // microseconds
}

func encodeEnding(e *iam.Ending) string {
	if e == nil {
		return ""
	}
	return encodeJSON(ending{Reason: e.Reason, Feedback: e.Feedback, By: e.By, At: micros(e.At)})
}

// endingTo scans a column that encodeEnding made.
type endingTo struct{ ending **iam.Ending }

func (d endingTo) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("the end of a tenant as %T", src)
	}
	*d.ending = nil
	if text == "" {
		return nil
	}
	var e ending
	if err := decodeJSON(text, &e); err != nil {
		return err
	}
	*d.ending = &iam.Ending{Reason: e.Reason, Feedback: e.Feedback, By: e.By, At: fromMicros(e.At)}
	return nil
}
