package scim

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Team is what a resource says of a group.
type Team struct {
	Name string
	// Attributes are all that SCIM keeps among those of the group.
	Attributes map[string]string
	Members    []iam.UserID
}

// GroupChange says what to change in a group; nil members stay. Of Attributes a
// nil value removes one.
type GroupChange struct {
	Name       *string
	Attributes map[string]*string
	Members    *[]iam.UserID // all of them
	Join       []iam.UserID  // besides those who are members; Members is nil then
	Leave      []iam.UserID
	Version    int64 // the one that was read; 0 for whatever it is
}

// onlyMembers reports whether nothing but who is in the group is to be changed.
func (c GroupChange) onlyMembers() bool { return c.Name == nil && len(c.Attributes) == 0 }

// membership says who is to be in a group: all of Members where that is not nil,
// else those who are in it, with those who join and without those who leave.
type membership struct {
	Members     *[]iam.UserID
	Join, Leave []iam.UserID
}

// replace writes a group anew. Its members are not read before: the directory
// finds out who joins and who leaves.
func (c groups) replace(ctx context.Context, by iam.Actor, id string, version int64, sent Resource, of []string) (Resource, error) {
	members := len(of) == 0 || slices.Contains(of, attrMembers) || sent[attrMembers] != nil
	r, err := c.change(ctx, by, id, version, func(old Resource) (Resource, membership, error) {
		now, err := c.t.replaced(old, sent, of)
		if err != nil || !members {
			return now, membership{}, err
		}
		list, _ := now[attrMembers].([]any)
		ids, err := memberIDs(list)
		delete(now, attrMembers)
		return now, membership{Members: &ids}, err
	})
	if err != nil || !members {
		return r, err
	}
	e, err := c.get(ctx, by, id, true)
	return e.Resource, err
}

// patch changes a group by operations. Members are read only where an operation
// chooses some by what others than they themselves could be.
func (c groups) patch(ctx context.Context, by iam.Actor, id string, version int64, operations []Operation) (Resource, error) {
	return c.change(ctx, by, id, version, func(old Resource) (Resource, membership, error) {
		r := &roster{named: map[string]mention{}}
		now, err := c.t.patch(old, operations, r)
		if err == nil && r.blind {
			return c.patchWhole(ctx, by, id, operations)
		}
		if err != nil {
			return nil, membership{}, err
		}
		m, err := r.membership()
		return now, m, err
	})
}

// patchWhole applies operations to a group with all of its members.
func (c groups) patchWhole(ctx context.Context, by iam.Actor, id string, operations []Operation) (now Resource, m membership, err error) {
	old, err := c.get(ctx, by, id, true)
	if err != nil {
		return nil, m, err
	}
	if now, err = c.t.Patch(old.Resource, operations); err != nil {
		return nil, m, err
	}
	before, _ := old.Resource[attrMembers].([]any)
	were, err := memberIDs(before)
	if err != nil {
		return nil, m, err
	}
	after, _ := now[attrMembers].([]any)
	are, err := memberIDs(after)
	delete(now, attrMembers)
	return now, membership{Join: missing(were, are), Leave: missing(are, were)}, err
}

// missing answers what of one list is not in the other.
func missing(in, of []iam.UserID) []iam.UserID {
	there := make(map[iam.UserID]bool, len(in))
	for _, id := range in {
		there[id] = true
	}
	return slices.DeleteFunc(slices.Clone(of), func(id iam.UserID) bool { return there[id] })
}

// change writes what change makes of a group without members, and who is to be
// in it.
func (c groups) change(ctx context.Context, by iam.Actor, id string, version int64,
	change func(old Resource) (Resource, membership, error)) (Resource, error) {
	return retried(version, func() (Resource, error) {
		old, err := c.get(ctx, by, id, false)
		if err != nil {
			return nil, err
		}
		if version != 0 && version != old.version {
			return nil, iam.ErrStale(c.t.Name, id)
		}
		now, m, err := change(old.Resource)
		if err != nil {
			return nil, err
		}
		before, err := team(c.t, old.Resource)
		if err != nil {
			return nil, err
		}
		after, err := team(c.t, now)
		if err != nil {
			return nil, err
		}
		ch := GroupChange{Name: changed(before.Name, after.Name), Attributes: changes(before.Attributes, after.Attributes),
			Members: m.Members, Join: m.Join, Leave: m.Leave, Version: old.version}
		if ch.onlyMembers() && ch.Members == nil {
			// Who joins and who leaves takes nothing from what others write meanwhile.
			ch.Version = version
		}
		g, err := c.UpdateGroup(ctx, by, iam.GroupID(id), ch)
		if err != nil {
			return nil, inWords(err)
		}
		all, err := c.show(ctx, by, []iam.Group{g}, false)
		if err != nil {
			return nil, err
		}
		return all[0], nil
	})
}
