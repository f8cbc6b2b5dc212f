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
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // which never fails
	_, err := x.exec(ctx, countRow, x.tenant, kind, int64(h.Sum32()%countSlots), n)
	return err
}

// counted answers how many rows of a kind the tenant has.
func (x *call) counted(ctx context.Context, kind string) (n int, err error) {
	err = x.row(ctx, sumCounts, x.tenant, kind).Scan(&n)
	return n, err
}
