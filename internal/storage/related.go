package storage

import (
	"context"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// Related implements tenancy.Store.
//
// What the tenant's own rows say comes from an index in memory, see linkIndex;
// the rest, such as the names of groups and the state of the other tenants, is read
// for the page only.
func (s *Store) Related(ctx context.Context, t iam.TenantID, f tenancy.RelatedFilter) (p tenancy.RelatedPage, err error) {
	defer s.wrap(&err, "Related(%s, %s)", t, f.Kind)
	err = s.snapshot(ctx, t, func(ctx context.Context, x *call) error {
		index, err := x.linkIndex(ctx, f.Kind)
		if err != nil {
			return err
		}
		var member map[iam.GroupID]bool
		if f.Member != "" {
			if member, err = x.groupsOf(ctx, f.Member); err != nil {
				return err
			}
		}
		p = index.page(f, member)
		if err := x.nameGroups(ctx, p.Items); err != nil {
			return err
		}
		return x.everywhere(ctx, func() error { return x.otherTenants(ctx, p.Items) })
	})
	return p, err
}

// groupsOf answers the groups of a user as a set, which is not nil.
func (x *call) groupsOf(ctx context.Context, u iam.UserID) (map[iam.GroupID]bool, error) {
	groups := map[iam.GroupID]bool{}
	if !iam.ValidID(string(u)) {
		return groups, nil
	}
	ids, err := all(ctx, x, scanOne[iam.GroupID], groupsOfUser, x.tenant, u)
	for _, id := range ids {
		groups[id] = true
	}
	return groups, err
}

// page answers what a filter finds. Unless member is nil, it is what one who is
// in these groups reaches.
func (ix *linkIndex) page(f tenancy.RelatedFilter, member map[iam.GroupID]bool) (p tenancy.RelatedPage) {
	size := iam.Page{Limit: f.Limit}.Size()
	search := iam.Fold(f.Search)
	for i := range ix.links {
		l := &ix.links[i]
		if member != nil && !l.reachedBy(member) {
			continue
		}
		p.Total++
		if f.Name != "" && l.Name != f.Name || f.Manager != "" && l.managerName != f.Manager ||
			!strings.Contains(l.nameKey, search) && !strings.Contains(l.Code, search) {
			continue
		}
		p.Filtered++
		switch {
		case string(l.ID) < f.From:
		case len(p.Items) < size:
			item := l.Related
			item.Assigned = l.assigned(member)
			p.Items = append(p.Items, item)
		case p.Next == "":
			p.Next = string(l.ID)
		}
	}
	return p
}

// inPieces calls fn with so many ids that, filled up with the last of them,
// there is one text of a statement for all.
func inPieces[T ~string](ids []T, fn func(args []any) error) error {
	for piece := range slices.Chunk(ids, pieceSize) {
		args := make([]any, pieceSize)
		for i := range args {
			args[i] = piece[min(i, len(piece)-1)]
		}
		if err := fn(args); err != nil {
			return err
		}
	}
	return nil
}

const pieceSize = 100

// oneOf is the SQL of the ids of a piece, from placeholder $n on.
func oneOf(n int) string {
	return "(" + numbered("?"+strings.Repeat(", ?", pieceSize-1), n) + ")"
}

var (
	groupNames   = `SELECT group_id, name, handle FROM user_groups WHERE tenant_id = $1 AND group_id IN ` + oneOf(2)
	tenantStates = `SELECT t.tenant_id, t.state, (SELECT COUNT(*) FROM tickets k WHERE k.tenant_id = t.tenant_id AND ` + ticketIsOpen + `)
		FROM tenants t WHERE t.tenant_id IN ` + oneOf(1)
)

// ticketIsOpen is the condition of the index of open tickets.
const ticketIsOpen = `status NOT IN ('solved', 'closed', 'failed')`

// nameGroups fills the names of the groups to which something is assigned.
func (x *call) nameGroups(ctx context.Context, items []tenancy.Related) error {
	names := map[iam.GroupID]iam.Ref[iam.GroupID]{}
	var ids []iam.GroupID
	for _, item := range items {
		for _, a := range item.Assigned {
			if _, known := names[a.Group.ID]; !known {
				names[a.Group.ID] = a.Group
				ids = append(ids, a.Group.ID)
			}
		}
	}
	err := inPieces(ids, func(piece []any) error {
		groups, err := all(ctx, x, scanRef[iam.GroupID], groupNames, append([]any{x.tenant}, piece...)...)
		for _, g := range groups {
			names[g.ID] = g
		}
		return err
	})
	for _, item := range items {
		for i := range item.Assigned {
			item.Assigned[i].Group = names[item.Assigned[i].Group.ID]
		}
	}
	return err
}

func scanRef[T ~string](row scanner) (r iam.Ref[T], err error) {
	err = row.Scan(&r.ID, &r.Name, &r.Handle)
	return r, err
}

// otherTenants fills what is known of the other tenants. The call sees
// everywhere.
func (x *call) otherTenants(ctx context.Context, items []tenancy.Related) error {
	type other struct {
		id      iam.TenantID
		state   iam.TenantState
		tickets int
	}
	ids := make([]iam.TenantID, 0, len(items))
	for _, item := range items {
		if item.Tenant != "" {
			ids = append(ids, item.Tenant)
		}
	}
	found := make(map[iam.TenantID]other, len(ids))
	err := inPieces(ids, func(piece []any) error {
		others, err := all(ctx, x, func(row scanner) (o other, err error) {
			err = row.Scan(&o.id, &o.state, &o.tickets)
			return o, err
		}, tenantStates, piece...)
		for _, o := range others {
			found[o.id] = o
		}
		return err
	})
	for i := range items {
		o := found[items[i].Tenant]
		items[i].State, items[i].OpenTickets = o.state, o.tickets
	}
	return err
}
