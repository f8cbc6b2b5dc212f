package storage

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	readOwnSettings = `SELECT view, requested_at, mailed FROM user_settings WHERE tenant_id = $1 AND user_id = $2`
	setView         = `INSERT INTO user_settings (tenant_id, user_id, view, requested_at, mailed) VALUES ($1, $2, $3, 0, FALSE)
		ON CONFLICT (tenant_id, user_id) DO UPDATE SET view = $3`
	requestAccess = `INSERT INTO user_settings (tenant_id, user_id, view, requested_at, mailed) VALUES ($1, $2, '', $3, FALSE)
		ON CONFLICT (tenant_id, user_id) DO UPDATE SET requested_at = $3, mailed = FALSE WHERE user_settings.requested_at <= $4`
	accessMailed = `UPDATE user_settings SET mailed = TRUE WHERE tenant_id = $1 AND user_id = $2 AND requested_at = $3`
)

// storedView is a directory.View as the column view has it.
type storedView struct {
	Advanced   bool `json:"advanced,omitempty"`
	AutoExpand bool `json:"auto_expand,omitempty"`
	Billing    bool `json:"billing,omitempty"`
	DevOps     bool `json:"dev_ops,omitempty"`
	Developer  bool `json:"developer,omitempty"`
	Master     bool `json:"master,omitempty"`
	NetOps     bool `json:"net_ops,omitempty"`
	SecOps     bool `json:"sec_ops,omitempty"`
}

func (v storedView) view() directory.View {
	return directory.View{Advanced: v.Advanced, AutoExpand: v.AutoExpand, Personas: directory.Personas{Billing: v.Billing, DevOps: v.DevOps,
		Developer: v.Developer, Master: v.Master, NetOps: v.NetOps, SecOps: v.SecOps}}
}

func storedViewOf(v directory.View) storedView {
	p := v.Personas
	return storedView{Advanced: v.Advanced, AutoExpand: v.AutoExpand, Billing: p.Billing, DevOps: p.DevOps, Developer: p.Developer,
		Master: p.Master, NetOps: p.NetOps, SecOps: p.SecOps}
}

// OwnSettings implements directory.Store.
func (s *Store) OwnSettings(ctx context.Context, t iam.TenantID, u iam.UserID) (own directory.OwnSettings, err error) {
	defer s.wrap(&err, "OwnSettings(%s, %s)", t, u)
	if !iam.ValidID(string(u)) {
		return own, nil
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		var view string
		err := x.row(ctx, readOwnSettings, t, u).Scan(&view, to(&own.Access.At), &own.Access.Mailed)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil || view == "" {
			return err
		}
		var stored storedView
		own.Viewed, err = true, decodeJSON(view, &stored)
		own.View = stored.view()
		return err
	})
	return own, err
}

// SetView implements directory.Store.
func (s *Store) SetView(ctx context.Context, t iam.TenantID, u iam.UserID, v directory.View, events ...iam.Event) (err error) {
	defer s.wrap(&err, "SetView(%s, %s)", t, u)
	if err := checkID("user", u); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if _, err := x.exec(ctx, setView, t, u, encodeJSON(storedViewOf(v))); err != nil {
			return x.refers("user", string(u), err)
		}
		return x.note(ctx, events)
	})
}

// RequestAccess implements directory.Store.
func (s *Store) RequestAccess(ctx context.Context, t iam.TenantID, u iam.UserID, at, before time.Time, j iam.Job, events ...iam.Event) (err error) {
	defer s.wrap(&err, "RequestAccess(%s, %s)", t, u)
	if err := checkID("user", u); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		n, err := x.exec(ctx, requestAccess, t, u, at, before)
		if err != nil {
			return x.refers("user", string(u), err)
		}
		if n == 0 {
			return iam.E(iam.Conflict, "user %q has asked before", u).About(string(u))
		}
		return x.told(ctx, j, events)
	})
}

// AccessMailed implements directory.Store.
func (s *Store) AccessMailed(ctx context.Context, t iam.TenantID, u iam.UserID, at time.Time) (err error) {
	defer s.wrap(&err, "AccessMailed(%s, %s)", t, u)
	if err := checkID("user", u); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		_, err := x.exec(ctx, accessMailed, t, u, at)
		return err
	})
}
