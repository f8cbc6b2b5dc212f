package ncloud

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func (d *dialect) accountOperations() []api.Operation {
	return []api.Operation{
		api.Handle(api.Op{
			ID: "account.list", Methods: []string{http.MethodGet}, Paths: at("/sub-accounts"),
			Access: api.Requires(iam.UsersRead), Tag: "Sub account", Summary: "List sub accounts, in the order in which they were made",
			Description:     "loginId and name find what contains the word, without regard to case; subAccountNo finds exactly one.",
			ResponseExample: pageOf([]iam.User{exampleUser}, 1, examplePage, exampleAccount),
		}, d.listAccounts),
		api.Handle(api.Op{
			ID: "account.create", Methods: []string{http.MethodPost}, Paths: at("/sub-accounts"),
			Access: api.Requires(iam.UsersCreate), Tag: "Sub account", Summary: "Make a sub account",
			Errors: []iam.Kind{iam.Exists, iam.Precondition}, RequestExample: exampleNewAccount,
			ResponseExample: result{Success: true, ID: string(exampleUser.ID), GeneratedPassword: examplePassword},
		}, d.createAccount),
		api.Handle(api.Op{
			ID: "account.get", Methods: []string{http.MethodGet}, Paths: at("/sub-accounts/{id}"),
			Access: api.Requires(iam.UsersRead), Tag: "Sub account", Summary: "Get a sub account, with its groups and policies",
			Errors:          []iam.Kind{iam.NotFound},
			ResponseExample: accountDetail{exampleAccount(exampleUser), []groupDetail{exampleGroupDetail}, policiesOf(exampleUser.Roles)},
		}, d.getAccount),
		api.Handle(api.Op{
			ID: "account.update", Methods: []string{http.MethodPut}, Paths: at("/sub-accounts/{id}"),
			Access: api.Requires(iam.UsersUpdate), Tag: "Sub account", Summary: "Change a sub account",
			Description: "What is absent stays as it is; the name is required.", Errors: []iam.Kind{iam.NotFound, iam.Precondition},
			RequestExample: accountForm{Name: "Lee Hana"}, ResponseExample: result{Success: true, ID: string(exampleUser.ID)},
		}, d.updateAccount),
		api.Handle(api.Op{
			ID: "account.delete", Methods: []string{http.MethodDelete}, Paths: at("/sub-accounts/{id}"),
			Access: api.Requires(iam.UsersDelete), Tag: "Sub account", Summary: "Delete a sub account with its access keys",
			Errors: []iam.Kind{iam.NotFound, iam.Precondition}, ResponseExample: done,
		}, d.deleteAccount),
		api.Handle(api.Op{
			ID: "account.ids", Methods: []string{http.MethodGet}, Paths: at("/sub-accounts-with-no"),
			Access: api.Requires(iam.UsersRead), Tag: "Sub account", Summary: "Find the ids of sub accounts by their numbers",
			Errors: []iam.Kind{iam.NotFound}, ResponseExample: idNoMap{[]idNo{{exampleUser.Number, string(exampleUser.ID)}}},
		}, d.accountIDs),
	}
}

// searching is how lists are searched.
type searching struct {
	Column string `query:"searchColumn"`
	Word   string `query:"searchWord"`
}

// check demands one of the columns, unless nothing is searched. A word without
// a column, and an unknown column, are refused, so that nobody takes all for
// what they looked for.
func (s searching) check(columns ...string) error {
	var check iam.Checker
	known := false
	for _, c := range columns {
		known = known || s.Column == c
	}
	switch {
	case s.Column == "" && s.Word != "":
		check.Add("searchColumn", iam.ReasonRequired, "searchColumn is required with searchWord")
	case s.Column != "" && !known:
		check.Add("searchColumn", iam.ReasonFormat, "searchColumn must be one of %s", strings.Join(columns, ", "))
	}
	return check.Err()
}

// pattern is what contains the word. Its characters that have a meaning in a
// pattern stand for any text, so that more may be found, but nothing is missed.
func (s searching) pattern() iam.Pattern {
	return iam.Pattern("*" + strings.ReplaceAll(s.Word, "|", "*") + "*")
}

func (d *dialect) listAccounts(ctx context.Context, c *api.Call, in struct {
	paging
	searching
}) (page[account], error) {
	p, err := in.read()
	if err == nil {
		err = in.check("loginId", "name", "subAccountNo")
	}
	if err != nil {
		return page[account]{}, err
	}
	p.Sort = "created"
	var filter directory.UserFilter
	switch {
	case in.Word == "":
	case in.Column == "loginId":
		filter.Username = in.pattern()
	case in.Column == "name":
		filter.DisplayName = in.pattern()
	default:
		return d.accountByNumber(ctx, c.Actor, in.Word, p)
	}
	found, err := d.Directory.Users(ctx, c.Actor, filter, p)
	if err != nil {
		return page[account]{}, inWords(err, map[string]string{"username": "searchWord", "display_name": "searchWord"})
	}
	return pageOf(found.Items, found.Total, p, func(u iam.User) account { return accountOf(c.Actor.Tenant, u) }), nil
}

// accountByNumber is the list of at most one sub account.
func (d *dialect) accountByNumber(ctx context.Context, by iam.Actor, word string, p iam.Page) (page[account], error) {
	var found []iam.User
	if number, err := strconv.ParseInt(strings.TrimSpace(word), 10, 64); err == nil && number > 0 {
		u, err := d.Directory.User(ctx, by, directory.UserKey{Number: number})
		if err == nil {
			found = append(found, u)
		} else if !iam.Is(err, iam.NotFound) {
			return page[account]{}, err
		}
	}
	return pageOf(cut(found, p), len(found), p, func(u iam.User) account { return accountOf(by.Tenant, u) }), nil
}

func (d *dialect) createAccount(ctx context.Context, c *api.Call, in struct {
	Body newAccountForm `body:"required"`
}) (result, error) {
	f := &in.Body
	if err := f.check(); err != nil {
		return result{}, err
	}
	tags, err := checkTags(f.Tags)
	if err != nil {
		return result{}, err
	}
	u := f.newUser(tags)
	answer := result{Success: true}
	if f.NeedPasswordGenerate || f.Password != "" {
		if u.Password, answer.GeneratedPassword, err = d.newPassword(ctx, c.Actor, bool(f.NeedPasswordGenerate), f.Password, u.Username, u.Email); err != nil {
			return result{}, err
		}
	}
	made, err := d.Directory.CreateUser(ctx, c.Actor, u)
	if err != nil {
		return result{}, inWords(err, nil)
	}
	answer.ID = string(made.ID)
	return answer, nil
}

// account answers one sub account. NotFound.
func (d *dialect) account(ctx context.Context, by iam.Actor, id string) (iam.User, error) {
	return d.Directory.User(ctx, by, directory.UserKey{ID: iam.UserID(id)})
}

func (d *dialect) getAccount(ctx context.Context, c *api.Call, in byID) (accountDetail, error) {
	u, err := d.account(ctx, c.Actor, in.ID)
	if err != nil {
		return accountDetail{}, err
	}
	groups, err := d.groupsOfAccount(ctx, c.Actor, u)
	return accountDetail{accountOf(c.Actor.Tenant, u), groups, policiesOf(u.Roles)}, err
}

func (d *dialect) updateAccount(ctx context.Context, c *api.Call, in struct {
	byID
	Body accountForm `body:"required"`
}) (result, error) {
	u, err := d.change(ctx, c.Actor, in.ID, in.Body.change)
	if err != nil {
		return result{}, inWords(err, nil)
	}
	return result{Success: true, ID: string(u.ID)}, nil
}

// maxRetries is how often a change is made again when somebody else changed
// the sub account at the same moment.
const maxRetries = 5

// change changes a sub account as it is at that moment: what decide answers of
// it, nothing where that is nil. NotFound; Conflict, after maxRetries.
func (d *dialect) change(ctx context.Context, by iam.Actor, id string, decide func(iam.User) (*directory.UserChange, error)) (u iam.User, err error) {
	for range maxRetries {
		if u, err = d.account(ctx, by, id); err != nil {
			return u, err
		}
		ch, err := decide(u)
		if err != nil || ch == nil {
			return u, err
		}
		ch.Version = u.Version
		changed, err := d.Directory.UpdateUser(ctx, by, directory.UserKey{ID: u.ID}, *ch)
		if !iam.Is(err, iam.Conflict) {
			return changed, err
		}
	}
	return u, iam.ErrStale("sub account", id)
}

func (d *dialect) deleteAccount(ctx context.Context, c *api.Call, in byID) (result, error) {
	_, err := d.Directory.DeleteUser(ctx, c.Actor, directory.UserKey{ID: iam.UserID(in.ID)})
	return done, err
}

// idNoMap is the vendor's way from numbers to ids.
type idNoMap struct {
	Map []idNo `json:"idNoMap"`
}

type idNo struct {
	SubAccountNo int64  `json:"subAccountNo"`
	IDNo         string `json:"idNo"`
}

// accountIDs answers the ids of sub accounts by their numbers, which are given
// one by one or separated by commas. Unknown ones are left out, unless none is
// known.
func (d *dialect) accountIDs(ctx context.Context, c *api.Call, in struct {
	Numbers []string `query:"subAccountNo" doc:"Numbers, separated by commas."`
}) (idNoMap, error) {
	numbers := strings.Split(strings.Join(in.Numbers, ","), ",")
	if len(in.Numbers) == 0 {
		numbers = nil
	}
	if err := checkList("subAccountNo", numbers); err != nil {
		return idNoMap{}, err
	}
	var answer idNoMap
	for _, text := range numbers {
		number, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		if err != nil || number < 1 {
			var check iam.Checker
			check.Add("subAccountNo", iam.ReasonType, "subAccountNo must be positive integers, separated by commas")
			return idNoMap{}, check.Err()
		}
		u, err := d.Directory.User(ctx, c.Actor, directory.UserKey{Number: number})
		switch {
		case err == nil:
			answer.Map = append(answer.Map, idNo{u.Number, string(u.ID)})
		case !iam.Is(err, iam.NotFound):
			return idNoMap{}, err
		}
	}
	if len(answer.Map) == 0 {
		return idNoMap{}, iam.ErrNotFound("sub account", strings.Join(numbers, ","))
	}
	return answer, nil
}
