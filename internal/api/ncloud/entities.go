package ncloud

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

type entityList struct {
	Entities []entity `json:"roleEntityList"`
}

type entityIDs struct {
	IDs []string `json:"entityIdList"`
}

// roleTarget is the account that a role of the type Account trusts.
type roleTarget struct {
	IsMyAccount bool   `json:"isMyAccount"`
	AccountName string `json:"accountName"`
	LoginID     string `json:"loginId" doc:"Of the sub account that has the role; empty where it is only the main account."`
}

type targetForm struct {
	IsMyAccount *flag  `json:"isMyAccount" doc:"Must be true: other main accounts are other tenants, which a role cannot reach."`
	AccountName string `json:"accountName,omitzero"`
	LoginID     string `json:"loginId,omitzero" doc:"A sub account, which gets the policies of the role."`
}

// What may be trusted with a role of the type Service.
var services = []string{"Datafence", "DataFlow", "ExternalAccess"}

const (
	nameEntityAdded   = "addEntity"
	nameEntityRemoved = "removeEntity"

	ownAccount = "own" // of attrAccount
)

func (d *dialect) entityOperations() []api.Operation {
	example := entity{roleServer, "1000157"}
	target := roleTarget{true, nameOf(exampleUser), exampleUser.Username}
	op := func(id, method, path, summary string, p iam.Permission, request, response any) api.Op {
		return api.Op{ID: id, Methods: []string{method}, Paths: at(path), Access: api.Requires(p), Tag: "Role", Summary: summary,
			Errors: []iam.Kind{iam.NotFound}, RequestExample: request, ResponseExample: response}
	}
	one := func(name string) []result { return []result{{Success: true, ID: example.ID, Name: name}} }
	const servers, account = "/roles/{id}/entities", "/roles/{id}/entities/account"
	return []api.Operation{
		api.Handle(op("role.add-entities", http.MethodPost, servers, "Trust servers or services with a role", iam.GroupsUpdate,
			entityList{[]entity{example}}, one(nameEntityAdded)), d.addEntities),
		api.Handle(op("role.remove-entities", http.MethodDelete, servers, "Trust servers or services with a role no more", iam.GroupsUpdate,
			entityIDs{[]string{example.ID}}, one(nameEntityRemoved)), d.removeEntities),
		api.Handle(op("role.get-account", http.MethodGet, account, "Get the account that a role trusts", iam.GroupsRead, nil, target), d.getTarget),
		api.Handle(op("role.add-account", http.MethodPost, account, "Trust an account with a role", iam.UsersUpdate,
			targetForm{IsMyAccount: new(flag(true)), LoginID: exampleUser.Username}, done), d.addTarget),
		api.Handle(op("role.remove-account", http.MethodDelete, account, "Trust an account with a role no more", iam.UsersUpdate, nil, done), d.removeTarget),
	}
}

func (d *dialect) addEntities(ctx context.Context, c *api.Call, in struct {
	byID
	Body entityList `body:"required"`
}) ([]result, error) {
	ids := make([]string, len(in.Body.Entities))
	var check iam.Checker
	for i, e := range in.Body.Entities {
		ids[i] = e.ID
		if e.ID == "" || len(e.ID) > 128 || !iam.Printable(e.ID) {
			check.Add("id", iam.ReasonFormat, "id of a role entity must have 1 to 128 printable characters")
		}
	}
	err := checkList("roleEntityList", ids)
	if err == nil {
		err = check.Err()
	}
	if err != nil {
		return nil, err
	}
	return d.changeEntities(ctx, c, in.ID, func(g iam.Group, entities []entity) ([]entity, []result, error) {
		kind := typeOf(g)
		for _, e := range in.Body.Entities {
			if e.Type != "" && e.Type != kind {
				check.Add("type", iam.ReasonFormat, "type must be that of the role, %s", kind)
			} else if kind == roleService && !slices.Contains(services, e.ID) {
				check.Add("id", iam.ReasonFormat, "id must be one of the services %v", services)
			}
		}
		var results []result
		for _, id := range ids {
			if slices.Contains(entities, entity{kind, id}) {
				results = append(results, result{ID: id, Message: alreadyEntity.in(c.Request)})
				continue
			}
			entities = append(entities, entity{kind, id})
			results = append(results, result{Success: true, ID: id, Name: nameEntityAdded})
		}
		return entities, results, check.Err()
	})
}

func (d *dialect) removeEntities(ctx context.Context, c *api.Call, in struct {
	byID
	Body entityIDs `body:"required"`
}) ([]result, error) {
	if err := checkList("entityIdList", in.Body.IDs); err != nil {
		return nil, err
	}
	return d.changeEntities(ctx, c, in.ID, func(g iam.Group, entities []entity) ([]entity, []result, error) {
		var results []result
		for _, id := range in.Body.IDs {
			at := slices.Index(entities, entity{typeOf(g), id})
			if at < 0 {
				results = append(results, result{ID: id, Message: notAnEntity.in(c.Request)})
				continue
			}
			entities = slices.Delete(entities, at, at+1)
			results = append(results, result{Success: true, ID: id, Name: nameEntityRemoved})
		}
		return entities, results, nil
	})
}

// changeEntities changes the servers or services of a role as they are at that
// moment.
func (d *dialect) changeEntities(ctx context.Context, c *api.Call, id string, decide func(iam.Group, []entity) ([]entity, []result, error)) ([]result, error) {
	for range maxRetries {
		g, err := d.role(ctx, c.Actor, id)
		if err != nil {
			return nil, err
		}
		if typeOf(g) == roleAccount {
			return nil, iam.E(iam.Precondition, "a role of the type %s trusts accounts", roleAccount)
		}
		entities, results, err := decide(g, entitiesOf(g))
		if err != nil {
			return nil, err
		}
		text, err := json.Marshal(entities)
		if err != nil {
			return nil, err
		}
		kept := string(text)
		_, err = d.Directory.UpdateGroup(ctx, c.Actor, directory.GroupKey{ID: g.ID},
			directory.GroupChange{Attributes: map[string]*string{attrEntities: &kept}, Version: g.Version})
		if !iam.Is(err, iam.Conflict) {
			return results, inWords(missing(err, reasonNoRole), map[string]string{"attributes." + attrEntities: "roleEntityList"})
		}
	}
	return nil, iam.ErrStale("role", id)
}

// accountRole answers a role of the type Account.
func (d *dialect) accountRole(ctx context.Context, by iam.Actor, id string) (iam.Group, error) {
	g, err := d.role(ctx, by, id)
	if err == nil && typeOf(g) != roleAccount {
		err = iam.E(iam.Precondition, "a role of the type %s trusts no account", typeOf(g))
	}
	return g, err
}

// trusted answers the sub account that a role trusts. ok is false where it
// trusts none, or nobody but the main account.
func (d *dialect) trusted(ctx context.Context, by iam.Actor, g iam.Group) (u iam.User, ok bool, err error) {
	members, err := d.Directory.Users(ctx, by, directory.UserFilter{Group: g.ID}, iam.Page{Sort: "username", Limit: 1})
	if err != nil || len(members.Items) == 0 {
		return iam.User{}, false, err
	}
	return members.Items[0], true, nil
}

func (d *dialect) getTarget(ctx context.Context, c *api.Call, in byID) (roleTarget, error) {
	g, err := d.accountRole(ctx, c.Actor, in.ID)
	if err != nil {
		return roleTarget{}, err
	}
	u, ok, err := d.trusted(ctx, c.Actor, g)
	switch {
	case err != nil:
		return roleTarget{}, err
	case ok:
		return roleTarget{true, nameOf(u), u.Username}, nil
	case g.Attributes[attrAccount] != ownAccount:
		return roleTarget{}, nil
	}
	t, err := d.Tenancy.Tenant(ctx, c.Actor)
	return roleTarget{IsMyAccount: true, AccountName: t.Name}, err
}

func (d *dialect) addTarget(ctx context.Context, c *api.Call, in struct {
	byID
	Body targetForm `body:"required"`
}) (result, error) {
	f := &in.Body
	var check iam.Checker
	switch {
	case f.IsMyAccount == nil:
		check.Add("isMyAccount", iam.ReasonRequired, "isMyAccount is required")
	case !bool(*f.IsMyAccount):
		check.Add("isMyAccount", iam.ReasonFormat, "isMyAccount must be true: a role cannot reach other main accounts")
	}
	if err := check.Err(); err != nil {
		return result{}, err
	}
	g, err := d.accountRole(ctx, c.Actor, in.ID)
	if err != nil {
		return result{}, err
	}
	switch _, ok, err := d.trusted(ctx, c.Actor, g); {
	case err != nil:
		return result{}, err
	case ok || g.Attributes[attrAccount] == ownAccount:
		return result{Message: alreadyEntity.in(c.Request)}, nil
	case f.LoginID == "":
		return done, d.setOwn(ctx, c.Actor, g, new(ownAccount))
	}
	u, err := d.Directory.User(ctx, c.Actor, directory.UserKey{Username: f.LoginID})
	if err != nil {
		return result{}, err
	}
	return d.changeMember(ctx, c, g, string(u.ID), true)
}

// setOwn notes whether a role trusts the main account, which alone gives nobody
// a right.
func (d *dialect) setOwn(ctx context.Context, by iam.Actor, g iam.Group, own *string) error {
	_, err := d.Directory.UpdateGroup(ctx, by, directory.GroupKey{ID: g.ID}, directory.GroupChange{Attributes: map[string]*string{attrAccount: own}})
	return missing(err, reasonNoRole)
}

func (d *dialect) removeTarget(ctx context.Context, c *api.Call, in byID) (result, error) {
	g, err := d.accountRole(ctx, c.Actor, in.ID)
	if err != nil {
		return result{}, err
	}
	if g.Attributes[attrAccount] == ownAccount {
		return done, d.setOwn(ctx, c.Actor, g, nil)
	}
	switch u, ok, err := d.trusted(ctx, c.Actor, g); {
	case err != nil:
		return result{}, err
	case !ok:
		return result{Message: notAnEntity.in(c.Request)}, nil
	default:
		return d.changeMember(ctx, c, g, string(u.ID), false)
	}
}
