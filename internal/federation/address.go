package federation

import (
	"cmp"
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Addresses are what a provider has to be told.
type Addresses struct {
	Redirect   string // where it sends browsers back to
	PostLogout string // where it sends those that have signed out
	BackLogout string // where it says that a session of its own has ended
}

// Addresses of a provider of a tenant. They are made of the public URL alone,
// whatever host a request names. Precondition: no public URL.
func (s *Service) Addresses(tenantCode, name string) (Addresses, error) {
	if s.PublicURL == nil {
		return Addresses{}, iam.E(iam.Precondition, "providers need the public URL of Gatehouse")
	}
	at := func(parts ...string) string {
		return s.PublicURL.JoinPath(append([]string{"t", tenantCode}, parts...)...).String()
	}
	return Addresses{Redirect: at("sso", name, "callback"), PostLogout: at("sign-in"), BackLogout: at("sso", name, "logout")}, nil
}

// Button is a provider as the sign-in page shows it.
type Button struct {
	Name  string // in the address
	Label string
	Type  iam.ProviderType
}

// Buttons answers the providers that can sign somebody in, by name. They are
// remembered, and nobody's to change.
func (s *Service) Buttons(ctx context.Context, t iam.TenantID) ([]Button, error) {
	return s.buttons.Get(ctx, t, "", func(ctx context.Context) ([]Button, error) {
		records, err := s.Store.Providers(ctx, t)
		if err != nil {
			return nil, err
		}
		var all []Button
		for _, r := range records {
			if r.HasSecret {
				all = append(all, Button{Name: r.Name, Label: label(r.Provider), Type: r.Type})
			}
		}
		return all, nil
	})
}

// label is what people call a provider.
func label(p iam.Provider) string { return cmp.Or(p.DisplayName, known[p.Type], p.Name) }

// known are the names that people know types by.
var known = map[iam.ProviderType]string{iam.ProviderGoogle: "Google", iam.ProviderAzure: "Microsoft", iam.ProviderOkta: "Okta"}
