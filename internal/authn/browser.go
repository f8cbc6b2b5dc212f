package authn

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Browser answers who the cookie of a completed sign-in stands for.
// Unauthenticated: it is malformed or forged, its session has ended or has
// steps left, or its user may not act on pages, from here.
func (s *Service) Browser(ctx context.Context, cookie string, from Origin) (iam.Actor, iam.Session, error) {
	by, r, err := s.browser(ctx, cookie, from)
	return by, r.Session, err
}

// BrowserCall is Browser for a page that calls an API. code is as for Bearer.
// Unauthenticated also where the user may not call APIs, from here.
func (s *Service) BrowserCall(ctx context.Context, cookie, code string, from Origin) (iam.Actor, error) {
	by, r, err := s.browser(ctx, cookie, from)
	if err == nil {
		err = s.admit(ctx, by.Home, r.Standing, onAPI, nil, from)
	}
	if err != nil {
		return iam.Actor{}, err
	}
	return s.ofTenant(ctx, by, code)
}

func (s *Service) browser(ctx context.Context, cookie string, from Origin) (iam.Actor, SessionRecord, error) {
	t, r, err := s.byCookie(ctx, cookie, from)
	if err == nil && len(r.Pending) > 0 {
		err = unauthenticated()
	}
	if err != nil {
		return iam.Actor{}, SessionRecord{}, err
	}
	return s.actor(t, r.Standing, iam.MethodSession, r.ID, from), r, nil
}
