package storage

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"sync"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// linkIndex is what the rows of a tenant say of its relations of one kind. To
// filter and count ten thousand of them in memory takes half a millisecond, and
// some ten in SQL.
//
// All that it holds is written with one more of countedLinkChanges, which is
// looked up each time: it is never older than a read would be, on whatever node.
// An epoch would do, too, but grows with every sign-out, and to read an index of
// ten thousand anew takes 50 ms.
type linkIndex struct {
	changes int
	links   []indexedLink // by id
}

// indexedLink is a link, without what has to be read anew. Its Assigned are its
// own, and those of its manager without the names of the groups.
type indexedLink struct {
	tenancy.Related
	nameKey         string
	manager         iam.ObjectID
	managerName     string
	managerDisabled bool
}

// assigned answers what a link gives: all, or where member is not nil what is
// of any effect for these groups. It is the caller's to change.
func (l *indexedLink) assigned(member map[iam.GroupID]bool) (as []tenancy.Assigned) {
	for _, a := range l.Assigned {
		if member == nil || member[a.Group.ID] {
			a.Theirs = slices.Clone(a.Theirs)
			as = append(as, a)
		}
	}
	return as
}

// reachedBy reports whether a link gives anything to any of these groups.
func (l *indexedLink) reachedBy(member map[iam.GroupID]bool) bool {
	if l.managerDisabled {
		return false
	}
	for i := range l.Assigned {
		if member[l.Assigned[i].Group.ID] {
			return true
		}
	}
	return false
}

// linkIndexes remembers indexes of the tenants that were last asked for.
type linkIndexes struct {
	mu    sync.Mutex
	known map[linkIndexKey]*linkIndex
	size  int // the links in all of them
}

type linkIndexKey struct {
	tenant iam.TenantID
	kind   iam.LinkKind
}

// maxIndexed bounds how much is remembered, in links: each takes up to half a
// kilobyte.
const maxIndexed = 50_000

func (c *linkIndexes) get(k linkIndexKey, changes int) *linkIndex {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ix := c.known[k]; ix != nil && ix.changes == changes {
		return ix
	}
	return nil
}

func (c *linkIndexes) put(k linkIndexKey, ix *linkIndex) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.known[k]; old != nil {
		c.size -= len(old.links)
	}
	if c.known == nil || c.size+len(ix.links) > maxIndexed {
		c.known, c.size = map[linkIndexKey]*linkIndex{}, 0
	}
	c.known[k] = ix
	c.size += len(ix.links)
}

const (
	linksOfKind       = `SELECT object_id, name, disabled, other_id, other_code, manager_id FROM tenant_links WHERE tenant_id = $1 AND kind = $2 ORDER BY object_id`
	assignmentsOfKind = `SELECT a.object_id, ` + assignmentColumns + ` FROM tenant_links l
		CROSS JOIN assignments a WHERE l.tenant_id = $1 AND l.kind = $2 AND a.tenant_id = l.tenant_id AND a.object_id = l.object_id
		ORDER BY a.object_id, a.position`
)

// linkIndex answers the index of the call's tenant. The statements of the call
// see one state of the database.
func (x *call) linkIndex(ctx context.Context, kind iam.LinkKind) (*linkIndex, error) {
	changes, err := x.counted(ctx, countedLinkChanges)
	if err != nil {
		return nil, err
	}
	key := linkIndexKey{x.tenant, kind}
	if ix := x.store.linked.get(key, changes); ix != nil {
		return ix, nil
	}
	ix, err := x.readLinkIndex(ctx, kind)
	if err != nil {
		return nil, err
	}
	ix.changes = changes
	x.store.linked.put(key, ix)
	return ix, nil
}

func (x *call) readLinkIndex(ctx context.Context, kind iam.LinkKind) (*linkIndex, error) {
	links, err := all(ctx, x, scanIndexedLink, linksOfKind, x.tenant, kind)
	if err != nil {
		return nil, err
	}
	if kind == iam.LinkChild {
		managers, err := x.readLinkIndex(ctx, iam.LinkManager)
		if err != nil {
			return nil, err
		}
		for i := range links {
			links[i].managedBy(managers)
		}
	} else if err := x.readAssigned(ctx, kind, links); err != nil {
		return nil, err
	}
	return &linkIndex{links: links}, nil
}

// managedBy fills what a link has from its manager.
func (l *indexedLink) managedBy(managers *linkIndex) {
	if m := managers.find(l.manager); m != nil {
		l.managerName, l.managerDisabled, l.Assigned = m.Name, m.Disabled, m.Assigned
	}
}

// find answers the link of an object; nil is none.
func (ix *linkIndex) find(id iam.ObjectID) *indexedLink {
	i, ok := slices.BinarySearchFunc(ix.links, id, func(l indexedLink, id iam.ObjectID) int { return cmp.Compare(l.ID, id) })
	if !ok {
		return nil
	}
	return &ix.links[i]
}

func scanIndexedLink(row scanner) (l indexedLink, err error) {
	var other, manager sql.NullString
	err = row.Scan(&l.ID, &l.Name, &l.Disabled, &other, &l.Code, &manager)
	l.Tenant, l.manager = iam.TenantID(other.String), iam.ObjectID(manager.String)
	l.nameKey = iam.Fold(l.Name) // which a code is as it is
	return l, err
}

// readAssigned fills the assignments of links, of a kind and in the order of
// their ids. Those that say the same share their names, for there are few
// different ones.
func (x *call) readAssigned(ctx context.Context, kind iam.LinkKind, links []indexedLink) error {
	rows, err := x.query(ctx, assignmentsOfKind, x.tenant, kind)
	if err != nil {
		return err
	}
	defer rows.Close()
	theirs, at := map[string][]string{}, 0
	for rows.Next() {
		var id iam.ObjectID
		var a tenancy.Assigned
		var text string
		if err := rows.Scan(&id, &a.Group.ID, &text, &a.Owner); err != nil {
			return err
		}
		names, known := theirs[text]
		if !known {
			if err := decodeJSON(text, &names); err != nil {
				return err
			}
			theirs[text] = names
		}
		a.Theirs = names
		for links[at].ID != id {
			at++
		}
		links[at].Assigned = append(links[at].Assigned, a)
	}
	return rows.Err()
}
