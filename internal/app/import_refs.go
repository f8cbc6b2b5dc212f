package app

import (
	"cmp"
	"context"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// reference is how a file names a user or a group: by an id, which is of this
// directory or of another one, or by name.
type reference struct{ id, name string }

func (r reference) String() string { return iam.Cut(cmp.Or(r.name, r.id), 100) }

func referenceOf(v any) (r reference) {
	m, _ := v.(map[string]any)
	r.id, _ = m["value"].(string)
	r.name, _ = m["display"].(string)
	return r
}

// users finds users, each by id or else by username, in the order given; one who is
// not here has an empty id.
func (b importing) users(ctx context.Context, refs []reference) ([]iam.UserID, error) {
	keys := make([]directory.UserKey, len(refs))
	for i, r := range refs {
		keys[i].ID = iam.UserID(r.id)
	}
	ids, err := b.Directory.ResolveUsers(ctx, b.by, keys)
	if err != nil {
		return nil, err
	}
	var left []int
	var named []directory.UserKey
	for i, r := range refs {
		if ids[i] == "" && r.name != "" {
			left = append(left, i)
			named = append(named, directory.UserKey{Username: r.name})
		}
	}
	byName, err := b.Directory.ResolveUsers(ctx, b.by, named)
	for n, id := range byName {
		ids[left[n]] = id
	}
	return ids, err
}

// group finds a group by id or else by name. NotFound.
func (b importing) group(ctx context.Context, r reference) (iam.GroupID, error) {
	if iam.ValidID(r.id) {
		g, err := b.Directory.Group(ctx, b.by, directory.GroupKey{ID: iam.GroupID(r.id)})
		if !iam.Is(err, iam.NotFound) {
			return g.ID, err
		}
	}
	g, err := b.Directory.Group(ctx, b.by, directory.GroupKey{Name: r.name})
	return g.ID, err
}
