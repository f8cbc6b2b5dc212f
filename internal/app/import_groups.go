package app

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
	"github.com/gatehouse-id/gatehouse/internal/transfer"
)

// joinAtOnce is how many members of a group one transaction takes.
const joinAtOnce = 5_000

// takeGroup makes a group or adds to one: members who are here join it, and nobody
// leaves.
func (b importing) takeGroup(ctx context.Context, e *transfer.Entry) (r transfer.Result, err error) {
	team, err := b.types.Groups.TeamDraft(e.Resource)
	if err != nil {
		return r, err
	}
	members, missing, err := b.members(ctx, e.Resource["members"])
	if err != nil {
		return r, err
	}
	r = e.Result(transfer.Unchanged, nil)
	r.Missing = missing
	g, err := b.Directory.Group(ctx, b.by, directory.GroupKey{Name: team.Name})
	switch {
	case err == nil:
		err = b.addToGroup(ctx, g, team, members, &r)
	case iam.Is(err, iam.NotFound):
		err = b.makeGroup(ctx, team, members, &r)
	}
	return r, err
}

func (b importing) makeGroup(ctx context.Context, team scim.Team, members []iam.UserID, r *transfer.Result) error {
	n := directory.NewGroup{Name: team.Name, Attributes: team.Attributes, Provisioning: b.Provisioned}
	if b.Provisioned {
		n.Attributes = iam.Merge(n.Attributes, map[string]string{iam.AttributeSyncMode: iam.SyncModeSCIM})
	}
	if b.Dry {
		if !b.wouldBe.has(transfer.Group, n.Name) { // else an earlier line would have made it
			r.Outcome = transfer.Created
		}
		b.wouldBe.add(transfer.Group, n.Name)
		return directory.CheckGroup(n)
	}
	n.MemberIDs = members[:min(len(members), joinAtOnce)]
	g, err := b.Directory.CreateGroup(ctx, b.by, n)
	if err != nil {
		return err
	}
	r.Outcome = transfer.Created
	return b.join(ctx, g.ID, members[len(n.MemberIDs):])
}

func (b importing) addToGroup(ctx context.Context, g iam.Group, team scim.Team, members []iam.UserID, r *transfer.Result) error {
	said, names := team.Over(g)
	ch := directory.GroupChange{Name: said.Name, Attributes: said.Attributes}
	if b.Provisioned && !g.Synced() {
		mode := iam.SyncModeSCIM
		ch.Attributes[iam.AttributeSyncMode] = &mode
		names = append(names, "provisioned")
	}
	present, err := b.Directory.Members(ctx, b.by, g.ID)
	if err != nil {
		return err
	}
	is := make(map[iam.UserID]bool, len(present))
	for _, m := range present {
		is[m.User.ID] = true
	}
	if members = slices.DeleteFunc(members, func(id iam.UserID) bool { return is[id] }); len(members) > 0 {
		names = append(names, "members")
	}
	if r.Changes = names; len(names) == 0 {
		return nil
	}
	r.Outcome = transfer.Updated
	if b.Dry {
		return nil
	}
	first := min(len(members), joinAtOnce)
	ch.Join, ch.Provisioning = members[:first], b.Provisioned
	if _, err := b.Directory.UpdateGroup(ctx, b.by, directory.GroupKey{ID: g.ID}, ch); err != nil {
		return err
	}
	return b.join(ctx, g.ID, members[first:])
}

// join adds members to a group, some at a time.
func (b importing) join(ctx context.Context, g iam.GroupID, members []iam.UserID) error {
	for some := range slices.Chunk(members, joinAtOnce) {
		_, err := b.Directory.UpdateGroup(ctx, b.by, directory.GroupKey{ID: g}, directory.GroupChange{Join: some, Provisioning: b.Provisioned})
		if err != nil {
			return err
		}
	}
	return nil
}

// members finds the members that a file names, each by the id of a user here or
// else by the username. missing are the names of those who are not here.
func (b importing) members(ctx context.Context, named any) (found []iam.UserID, missing []string, err error) {
	list, _ := named.([]any)
	refs := make([]reference, len(list))
	for i, v := range list {
		refs[i] = referenceOf(v)
	}
	ids, err := b.users(ctx, refs)
	seen := make(map[iam.UserID]bool, len(ids))
	for i, id := range ids {
		switch {
		case id != "" && !seen[id]:
			seen[id] = true
			found = append(found, id)
		case id == "" && !(b.Dry && b.wouldBe.has(transfer.User, refs[i].name)):
			missing = append(missing, refs[i].String())
		}
	}
	return found, missing, err
}
