package storage

import (
	"context"
	"hash/fnv"
)

// What is counted as it is written, because to count it when somebody asks
// would take long.
const (
	countedUsers      = "users"
	countedNamespaces = "namespaces"

	// How often something of a tenant's links, or of what they assign, has
	// changed: who remembers them asks for it.
	countedLinkChanges = "link-changes"
)

const (
	countRow = `INSERT INTO row_counts (tenant_id, kind, slot, n) VALUES ($1, $2, $3, $4)
		ON CONFLICT (tenant_id, kind, slot) DO UPDATE SET n = row_counts.n + $4`
	sumCounts = `SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM row_counts WHERE tenant_id = $1 AND kind = $2`
)

// countSlots is over how many rows the number of a tenant's rows is spread, so
// that writers do not queue for one.
const countSlots = 16

// count adds to the number of rows of a kind. The same row is always counted in
// the same slot.
func (x *call) count(ctx context.Context, kind, id string, n int) error {
	_, err := x.exec(ctx, countRow, x.tenant, kind, slotOf(id), n)
	return err
}

// countAll is count of many new rows.
func (x *call) countAll(ctx context.Context, kind string, ids []string) error {
	var n [countSlots]int
	for _, id := range ids {
		n[slotOf(id)]++
	}
	for slot, n := range n {
		if n == 0 {
			continue
		}
		if _, err := x.exec(ctx, countRow, x.tenant, kind, int64(slot), n); err != nil {
			return err
		}
	}
	return nil
}

func slotOf(id string) int64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // which never fails
	return int64(h.Sum32() % countSlots)
}

// counted answers how many rows of a kind the tenant has.
func (x *call) counted(ctx context.Context, kind string) (n int, err error) {
	err = x.row(ctx, sumCounts, x.tenant, kind).Scan(&n)
	return n, err
}
