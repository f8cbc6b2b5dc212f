package directory

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// maxAdministrators is how many administrators of a tenant are told of something.
const maxAdministrators = 100

// Administrators answers the users who may change users in the whole tenant, by
// id; none who is disabled.
func (s *Service) Administrators(ctx context.Context, t iam.TenantID) ([]iam.User, error) {
	ids, groups, err := s.rights.Holders(ctx, t, iam.UsersUpdate)
	if err != nil {
		return nil, err
	}
	if len(groups) > 0 {
		members, err := s.store.Members(ctx, t, groups...)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			ids = append(ids, m.User.ID)
		}
	}
	slices.Sort(ids)
	var all []iam.User
	for _, id := range slices.Compact(ids) {
		u, err := s.store.User(ctx, t, UserKey{ID: id})
		if iam.Is(err, iam.NotFound) {
			continue // gone meanwhile
		}
		if err != nil {
			return nil, err
		}
		if u.State != iam.UserDisabled {
			all = append(all, u)
		}
		if len(all) == maxAdministrators {
			break
		}
	}
	return all, nil
}
