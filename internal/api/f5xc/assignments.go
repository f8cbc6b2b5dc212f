package f5xc

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// assignForm gives a role in namespaces to users.
type assignForm struct {
	Namespace string         `json:"namespace" rule:"string.const=system"`
	Role      namespacesRole `json:"namespaces_role"`
	Usernames []string       `json:"username"`
}

// namespacesRole is a role in several namespaces.
type namespacesRole struct {
	Namespaces []string `json:"namespaces"`
	Role       string   `json:"role"`
}

// membershipForm puts a user into groups, or takes it out.
type membershipForm struct {
	GroupNames []string `json:"group_names"`
	Username   string   `json:"username" rule:"string.max_bytes=320;string.min_bytes=1"`
}

// membershipAnswer has an error where one is worth telling beside success,
// which none is.
type membershipAnswer struct{}

func (d *dialect) assignmentOperations() []api.Operation {
	const groups = "/api/web/custom/namespaces/system/users/group_"
	form := membershipForm{GroupNames: []string{exampleTeam.Name}, Username: exampleUserItem.Name}
	return []api.Operation{
		api.Handle(api.Op{
			ID: "user.assign-role", Methods: []string{http.MethodPost}, Paths: []string{"/api/web/custom/namespaces/{namespace}/role_users"},
			Access: api.Requires(iam.UsersUpdate), Namespace: "namespace", Tag: "Users", Summary: "Bind a role to users in namespaces",
			Description: "All or nothing. Who has the role in a namespace keeps it.", Errors: []iam.Kind{iam.NotFound},
			RequestExample: assignForm{Namespace: iam.NamespaceSystem, Usernames: []string{exampleUserItem.Name},
				Role: namespacesRole{Namespaces: []string{"*"}, Role: "ves-io-monitor-role"}},
			ResponseExample: empty{},
		}, d.assignRole),
		api.Handle(api.Op{
			ID: "user.add-to-groups", Methods: []string{http.MethodPut}, Paths: []string{groups + "add"}, Access: api.Requires(iam.UsersUpdate),
			Tag: "Users", Summary: "Put a user into groups", Errors: []iam.Kind{iam.NotFound, iam.Conflict},
			RequestExample: form, ResponseExample: membershipAnswer{},
		}, d.addToGroups),
		api.Handle(api.Op{
			ID: "user.remove-from-groups", Methods: []string{http.MethodPut}, Paths: []string{groups + "remove"}, Access: api.Requires(iam.UsersUpdate),
			Tag: "Users", Summary: "Take a user out of groups", Description: "A group that the user is not in changes nothing.",
			Errors: []iam.Kind{iam.NotFound, iam.Conflict}, RequestExample: form, ResponseExample: membershipAnswer{},
		}, d.removeFromGroups),
	}
}

func (d *dialect) assignRole(ctx context.Context, c *api.Call, in struct {
	inNamespace
	Body assignForm `body:"required"`
}) (empty, error) {
	if err := inSystem("users", in.inNamespace.Namespace); err != nil {
		return empty{}, err
	}
	f := in.Body
	role, err := d.roleNamed(ctx, c.Actor, f.Role.Role)
	if iam.Is(err, iam.NotFound) {
		return empty{}, notAs("namespaces_role.role", "the name of a role", f.Role.Role)
	}
	if err != nil {
		return empty{}, err
	}
	scopes, err := d.scopesNamed(ctx, c.Actor, role, f.Role.Namespaces)
	if err != nil {
		return empty{}, err
	}
	users, err := d.userIDs(ctx, c.Actor, "username", f.Usernames)
	if err != nil {
		return empty{}, err
	}
	return empty{}, d.Access.BindAll(ctx, c.Actor, role.ID, users, scopes)
}

// scopesNamed answers the scopes that a list of namespaces means for a role.
func (d *dialect) scopesNamed(ctx context.Context, by iam.Actor, role iam.Role, namespaces []string) ([]iam.Scope, error) {
	p, err := d.places(ctx, by)
	if err != nil {
		return nil, err
	}
	a := &asked{handle: role.Handle, namespaces: map[string]bool{}, covered: map[string]bool{}}
	for i, n := range namespaces {
		if n != string(iam.ScopeApplications) && !p.namespaces[n] {
			return nil, notAs(fmt.Sprintf("namespaces_role.namespaces[%d]", i), `the name of a namespace or "*"`, n)
		}
		a.namespaces[n] = true
	}
	a.whole = a.all(p.names(iam.ScopeTenant))
	var scopes []iam.Scope
	for _, r := range p.written(map[string]*asked{role.Handle: a}, nil) {
		scopes = append(scopes, r.Scope)
	}
	return scopes, nil
}

// userIDs finds users by name. Invalid: one is not there.
func (d *dialect) userIDs(ctx context.Context, by iam.Actor, field string, names []string) ([]iam.UserID, error) {
	var ids []iam.UserID
	for i, name := range names {
		u, err := d.findUser(ctx, by, name)
		if iam.Is(err, iam.NotFound) {
			return nil, notAs(fmt.Sprintf("%s[%d]", field, i), "the name of a user", name)
		}
		if err != nil {
			return nil, err
		}
		if !slices.Contains(ids, u.ID) {
			ids = append(ids, u.ID)
		}
	}
	return ids, nil
}

type membershipInput struct {
	Body membershipForm `body:"required"`
}

func (d *dialect) addToGroups(ctx context.Context, c *api.Call, in membershipInput) (membershipAnswer, error) {
	return membershipAnswer{}, d.changeGroups(ctx, c.Actor, in.Body, func(now, named []string) []string { return append(now, named...) })
}

func (d *dialect) removeFromGroups(ctx context.Context, c *api.Call, in membershipInput) (membershipAnswer, error) {
	return membershipAnswer{}, d.changeGroups(ctx, c.Actor, in.Body, func(now, named []string) []string {
		return slices.DeleteFunc(now, func(handle string) bool { return slices.Contains(named, handle) })
	})
}

// changeGroups writes the groups of a user that change makes of those it is in
// and of those that are named. Where somebody else has changed the user
// meanwhile, it asks again.
func (d *dialect) changeGroups(ctx context.Context, by iam.Actor, f membershipForm, change func(now, named []string) []string) error {
	named, err := d.groupHandles(ctx, by, f.GroupNames)
	if err != nil {
		return err
	}
	for {
		u, err := d.findUser(ctx, by, f.Username)
		if err != nil {
			return err
		}
		groups := change(handlesOf(u.Groups), named)
		_, err = d.Directory.UpdateUser(ctx, by, directory.UserKey{ID: u.ID}, directory.UserChange{Groups: &groups, Version: u.Version})
		if !iam.Is(err, iam.Conflict) {
			return inWords(err, userNames)
		}
	}
}

// handlesOf are the stable names of what is referred to.
func handlesOf[T ~string](refs []iam.Ref[T]) []string {
	all := make([]string, len(refs))
	for i, r := range refs {
		all[i] = r.Handle
	}
	return all
}
