package storage

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// touch notes when credentials of one kind were last used: a statement that
// takes the time, the tenant and the id. All nodes lock the rows in one order,
// so that none waits for the other in a circle.
func touch[K ~string](ctx context.Context, s *Store, t iam.TenantID, statement string, used map[K]time.Time) error {
	ids := slices.Sorted(maps.Keys(used))
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		for _, id := range ids {
			if _, err := x.exec(ctx, statement, used[id], t, id); err != nil {
				return err
			}
		}
		return nil
	})
}
