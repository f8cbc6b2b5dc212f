package directory

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// OwnSettings are what users have set for themselves, of which nothing else
// takes note.
type OwnSettings struct {
	View   View
	Viewed bool // the user has chosen it
	// Access is when the user asked the administrators for rights, last.
	Access AccessRequest
}

// View is how somebody wants a console to look: how much of it, and for whom.
type View struct {
	Advanced   bool // shows more options
	AutoExpand bool // opens the advanced members of what is being made
	Personas   Personas
}

// Personas are for whom a console is.
type Personas struct {
	Billing   bool
	DevOps    bool
	Developer bool
	Master    bool // an administrator of everything
	NetOps    bool
	SecOps    bool
}

// OwnSettings answers the actor's. Errors as for Self.
func (s *Service) OwnSettings(ctx context.Context, by iam.Actor) (OwnSettings, error) {
	u, err := s.Self(ctx, by)
	if err != nil {
		return OwnSettings{}, err
	}
	return s.store.OwnSettings(ctx, by.Tenant, u.ID)
}

// SetView keeps how the actor wants a console to look. Errors as for Self.
func (s *Service) SetView(ctx context.Context, by iam.Actor, v View) error {
	u, err := s.Self(ctx, by)
	if err != nil {
		return err
	}
	return s.store.SetView(ctx, by.Tenant, u.ID, v, s.env.Event(by, "user", "set-view", string(u.ID), u.Username))
}
