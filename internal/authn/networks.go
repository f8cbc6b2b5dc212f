package authn

import (
	"context"
	"net/netip"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// way is through which door somebody comes.
type way uint8

const (
	onPages way = iota // pages in a browser
	onAPI              // calls of a program, with whatever credential
)

// admit answers Unauthenticated where a user may not act at the moment: who is
// disabled or whose tenant is not active, who may not use that door, and whose
// request comes from where the tenant, the user's rules or the credential do
// not allow it. It is asked on every request.
func (s *Service) admit(ctx context.Context, t iam.TenantID, st Standing, w way, credential []netip.Prefix, from Origin) error {
	reason, err := s.refusal(ctx, t, st, w, credential, from)
	if err == nil && reason != "" {
		err = unauthenticated()
	}
	return err
}

// refusal is why admit refuses, for the record of a sign-in; empty when it
// does not.
func (s *Service) refusal(ctx context.Context, t iam.TenantID, st Standing, w way, credential []netip.Prefix, from Origin) (string, error) {
	switch {
	case st.State == iam.UserDisabled:
		return "user disabled", nil
	case st.TenantState != iam.TenantActive:
		return "tenant not active", nil
	}
	barred, sources := st.Rules.NoPages, st.Rules.Pages
	if w == onAPI {
		barred, sources = st.Rules.NoAPI, st.Rules.API
	}
	if barred {
		return "not allowed to the user", nil
	}
	if !sources.Allows(from.Address) {
		return "address not allowed to the user", nil
	}
	if !within(credential, from.Address) {
		return "address not allowed to the credential", nil
	}
	settings, err := s.settings.Settings(ctx, t)
	if err != nil {
		return "", err
	}
	if !within(settings.Networks, from.Address) {
		return "address not allowed by the tenant", nil
	}
	return "", nil
}

// within reports whether an address is in one of the networks, of which none
// means anywhere.
func within(networks []netip.Prefix, address string) bool {
	if len(networks) == 0 {
		return true
	}
	a, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	a = a.Unmap().WithZone("")
	return slices.ContainsFunc(networks, func(p netip.Prefix) bool { return p.Contains(a) })
}
