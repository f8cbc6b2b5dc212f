package storage

import (
	"context"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

const (
	letSupportIn = ` FROM support_access a JOIN tenants t ON t.tenant_id = a.tenant_id WHERE a.mode <> ''`
	codeOrName   = `(t.code LIKE $1 ESCAPE '\' OR t.name_key LIKE $1 ESCAPE '\')`

	countSupported = `SELECT COUNT(*), COUNT(*) FILTER (WHERE ` + codeOrName + `)` + letSupportIn
	listSupported  = `SELECT t.tenant_id, t.code, t.name, a.disabled` + letSupportIn + ` AND ` + codeOrName +
		` AND t.tenant_id >= $2 ORDER BY t.tenant_id LIMIT $3`

	// firstID comes before all.
	firstID = "00000000-0000-0000-0000-000000000000"
)

// contains is a text as a pattern of LIKE for all that it is in.
func contains(text string) string {
	return "%" + strings.NewReplacer("%", `\%`, "_", `\_`, `\`, `\\`).Replace(text) + "%"
}

// Supported implements tenancy.Store. The name of an item is the tenant's.
func (s *Store) Supported(ctx context.Context, f tenancy.RelatedFilter) (p tenancy.RelatedPage, err error) {
	defer s.wrap(&err, "Supported()")
	size, search, from := iam.Page{Limit: f.Limit}.Size(), contains(iam.Fold(f.Search)), firstID
	if iam.ValidID(f.From) {
		from = f.From
	}
	err = s.readIn(ctx, Everywhere, func(ctx context.Context, x *call) error {
		p = tenancy.RelatedPage{}
		if err := x.row(ctx, countSupported, search).Scan(&p.Total, &p.Filtered); err != nil {
			return err
		}
		items, err := all(ctx, x, func(row scanner) (r tenancy.Related, err error) {
			err = row.Scan(&r.Tenant, &r.Code, &r.Name, &r.Disabled)
			return r, err
		}, listSupported, search, from, size+1)
		if err != nil {
			return err
		}
		if len(items) > size {
			p.Next, items = string(items[size].Tenant), items[:size]
		}
		p.Items = items
		return x.otherTenants(ctx, p.Items)
	})
	return p, err
}
