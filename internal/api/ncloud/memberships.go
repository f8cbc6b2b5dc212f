package ncloud

import (
	"context"
	"net/http"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

type groupList struct {
	IDs []string `json:"groupIdList"`
}

type accountList struct {
	IDs []string `json:"subAccountIdList"`
}

func (d *dialect) membershipOperations() []api.Operation {
	op := func(id, method, path, summary string, request any) api.Op {
		return api.Op{ID: id, Methods: []string{method}, Paths: at(path), Access: api.Requires(iam.UsersUpdate), Tag: "Membership", Summary: summary,
			Description: "Each id has a result of its own.", Errors: []iam.Kind{iam.NotFound}, RequestExample: request,
			ResponseExample: []result{{Success: true, ID: exampleGroup.GroupID}}}
	}
	groups, accounts := groupList{[]string{exampleGroup.GroupID}}, accountList{[]string{string(exampleUser.ID)}}
	return []api.Operation{
		api.Handle(op("account.add-groups", http.MethodPost, "/sub-accounts/{id}/groups", "Put a sub account into groups", groups), d.addGroups),
		api.Handle(op("account.remove-groups", http.MethodDelete, "/sub-accounts/{id}/groups", "Take a sub account out of groups", groups), d.removeGroups),
		api.Handle(op("group.add-accounts", http.MethodPost, "/groups/{id}/sub-accounts", "Put sub accounts into a group", accounts), d.addAccounts),
		api.Handle(op("group.remove-accounts", http.MethodDelete, "/groups/{id}/sub-accounts", "Take sub accounts out of a group", accounts), d.removeAccounts),
	}
}

func (d *dialect) addGroups(ctx context.Context, c *api.Call, in struct {
	byID
	Body groupList `body:"required"`
}) ([]result, error) {
	return d.changeGroups(ctx, c, in.ID, in.Body.IDs, true)
}

func (d *dialect) removeGroups(ctx context.Context, c *api.Call, in struct {
	byID
	Body groupList `body:"required"`
}) ([]result, error) {
	return d.changeGroups(ctx, c, in.ID, in.Body.IDs, false)
}

// changeGroups puts a sub account into groups or takes it out of them, all in
// one write.
func (d *dialect) changeGroups(ctx context.Context, c *api.Call, id string, ids []string, add bool) ([]result, error) {
	if err := checkList("groupIdList", ids); err != nil {
		return nil, err
	}
	known := map[string]string{} // handles, by id
	for _, group := range ids {
		switch g, err := d.group(ctx, c.Actor, group); {
		case err == nil:
			known[group] = g.Handle
		case !iam.Is(err, iam.NotFound):
			return nil, err
		}
	}
	var results []result
	_, err := d.change(ctx, c.Actor, id, func(u iam.User) (*directory.UserChange, error) {
		var handles []string
		results, handles = assign(c, ids, known, handlesOf(u.Groups), add, notAGroup, alreadyInGroup)
		if handles == nil {
			return nil, nil
		}
		return &directory.UserChange{Groups: &handles}, nil
	})
	return results, err
}

// assign works ids into what an object has, or out of it: both are handles,
// which known has by id. It answers a result for each id, and the handles to
// be, nil where they are as they were.
func assign(c *api.Call, ids []string, known map[string]string, has []string, add bool, unknown, already phrase) (results []result, handles []string) {
	now := slices.Clone(has)
	changed := false
	for _, id := range ids {
		handle, ok := known[id]
		at := slices.Index(now, handle)
		r := result{Success: true, ID: id}
		switch {
		case !ok, !add && at < 0:
			r = result{ID: id, Message: unknown.in(c.Request)}
		case add && at >= 0:
			r = result{ID: id, Message: already.in(c.Request)}
		case add:
			now, changed = append(now, handle), true
		default:
			now, changed = slices.Delete(now, at, at+1), true
		}
		results = append(results, r)
	}
	if !changed {
		return results, nil
	}
	if now == nil {
		now = []string{}
	}
	return results, now
}

func handlesOf[T ~string](refs []iam.Ref[T]) []string {
	handles := make([]string, len(refs))
	for i, r := range refs {
		handles[i] = r.Handle
	}
	return handles
}

func (d *dialect) addAccounts(ctx context.Context, c *api.Call, in struct {
	byID
	Body accountList `body:"required"`
}) ([]result, error) {
	return d.changeMembers(ctx, c, in.ID, in.Body.IDs, true)
}

func (d *dialect) removeAccounts(ctx context.Context, c *api.Call, in struct {
	byID
	Body accountList `body:"required"`
}) ([]result, error) {
	return d.changeMembers(ctx, c, in.ID, in.Body.IDs, false)
}

// changeMembers puts sub accounts into a group or takes them out of it, one
// after the other: it ends at the first that the caller may not change.
func (d *dialect) changeMembers(ctx context.Context, c *api.Call, id string, ids []string, add bool) ([]result, error) {
	if err := checkList("subAccountIdList", ids); err != nil {
		return nil, err
	}
	g, err := d.group(ctx, c.Actor, id)
	if err != nil {
		return nil, err
	}
	results := make([]result, len(ids))
	for i, account := range ids {
		if results[i], err = d.changeMember(ctx, c, g, account, add); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// changeMember puts one sub account into a group or takes it out of it.
func (d *dialect) changeMember(ctx context.Context, c *api.Call, g iam.Group, account string, add bool) (result, error) {
	var of []result
	_, err := d.change(ctx, c.Actor, account, func(u iam.User) (*directory.UserChange, error) {
		var handles []string
		of, handles = assign(c, []string{account}, map[string]string{account: g.Handle}, handlesOf(u.Groups), add, notAnAccount, alreadyMember)
		if handles == nil {
			return nil, nil
		}
		return &directory.UserChange{Groups: &handles}, nil
	})
	if iam.Is(err, iam.NotFound) {
		return result{ID: account, Message: notAnAccount.in(c.Request)}, nil
	}
	if err != nil {
		return result{}, err
	}
	return of[0], nil
}
