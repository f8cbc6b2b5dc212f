package app

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/password"
	"github.com/gatehouse-id/gatehouse/internal/scim"
	"github.com/gatehouse-id/gatehouse/internal/transfer"
)

// importedUsers is a batch of users.
type importedUsers struct {
	importing
	batch *directory.ImportBatch
	named []transfer.Result // of each its line and its name; the rest of what the file has of it is gone
	// groups are those that each is to be in, for a try only.
	groups [][]string
}

func (b importing) prepareUsers(ctx context.Context) (transfer.Batch, error) {
	users, named := make([]directory.Import, len(b.entries)), make([]transfer.Result, len(b.entries))
	var groups [][]string
	for i, e := range b.entries {
		users[i], named[i] = b.userOf(e), e.Result(transfer.Unchanged, nil)
		if b.Dry {
			groups = append(groups, users[i].Groups)
		}
	}
	b.entries = nil
	batch, err := b.Directory.PrepareImport(ctx, b.by, users, b.Dry)
	return importedUsers{b, batch, named, groups}, err
}

// userOf reads what an entry says of a user.
func (b importing) userOf(e *transfer.Entry) directory.Import {
	draft, err := b.types.Users.Draft(e.Resource)
	if err != nil {
		return directory.Import{Err: err}
	}
	in := directory.Import{NewUser: newUser(draft.Person)}
	if in.Groups, in.Err = groupNames(e.Resource["groups"]); in.Err != nil {
		return in
	}
	if e.PasswordHash != "" {
		in.Password = ""
		if in.PasswordHash, in.Err = password.Foreign(e.PasswordHash); in.Err != nil {
			return in
		}
	}
	if b.Provisioned {
		in.Attributes = iam.Merge(in.Attributes, map[string]string{iam.AttributeSyncMode: iam.SyncModeSCIM})
	}
	in.Change = func(present iam.User) (directory.UserChange, []string) {
		ch, names := draft.Over(present)
		d := userChange(ch)
		if d.Provisioning = b.Provisioned; b.Provisioned && !present.Synced() {
			mode := iam.SyncModeSCIM
			d.Attributes[iam.AttributeSyncMode] = &mode
			names = append(names, "provisioned")
		}
		return d, names
	}
	return in
}

// groupNames are the names of the groups that a user of a file is to be in.
func groupNames(groups any) ([]string, error) {
	list, _ := groups.([]any)
	var all []string
	for _, v := range list {
		m, _ := v.(map[string]any)
		name, _ := m["display"].(string)
		if name == "" {
			var c iam.Checker
			c.Add("groups", iam.ReasonFormat, "groups must have a name as display each")
			return nil, c.Err()
		}
		all = append(all, name)
	}
	return all, nil
}

// Take implements transfer.Batch.
func (b importedUsers) Take(ctx context.Context, mark transfer.Mark) ([]transfer.Result, error) {
	results, err := b.Directory.TakeImport(ctx, b.by, b.batch, func(so []directory.Imported) directory.ImportMark {
		return stored(mark.With(b.results(so)))
	})
	return b.results(results), err
}

// Try implements transfer.Batch.
func (b importedUsers) Try(ctx context.Context) ([]transfer.Result, error) {
	found, err := b.Directory.TryImport(ctx, b.by, b.batch)
	results := b.results(found)
	for i, r := range results {
		if r.Outcome != transfer.Failed {
			for _, name := range b.groups[i] { // which are made where they are not here
				b.wouldBe.add(transfer.Group, name)
			}
		}
		if r.Outcome != transfer.Created {
			continue
		}
		if b.wouldBe.has(transfer.User, r.Name) { // an earlier line would have made it
			results[i].Outcome = transfer.Unchanged
		}
		b.wouldBe.add(transfer.User, r.Name)
	}
	return results, err
}

func (b importedUsers) results(of []directory.Imported) []transfer.Result {
	results := b.named[:len(of)]
	for i, r := range of {
		outcome := transfer.Unchanged
		switch {
		case r.Err != nil:
			outcome = transfer.Failed
		case r.Made:
			outcome = transfer.Created
		case len(r.Changes) > 0:
			outcome = transfer.Updated
		}
		results[i].Outcome, results[i].Changes, results[i].Err = outcome, r.Changes, scim.InWords(r.Err)
	}
	return results
}
