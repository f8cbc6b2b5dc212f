package f5xc

import (
	"context"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// deleteUserForm names the user that is to go.
type deleteUserForm struct {
	Email     string `json:"email" rule:"message.required=true"`
	Namespace string `json:"namespace" rule:"string.const=system"`
}

// deletedUser tells what went with a user.
type deletedUser struct {
	DeleteOK bool          `json:"delete_ok"`
	Items    []deletedItem `json:"items"`
}

// deletedItem is one thing that is gone, unless ErrorMessage says why not.
type deletedItem struct {
	ErrorMessage string `json:"error_message"`
	ObjectName   string `json:"object_name"`
	ObjectType   string `json:"object_type"`
	ObjectUID    string `json:"object_uid"`
}

// Kinds of things that are no configuration objects.
const (
	kindUser  = "user"
	kindGroup = "user_group"
	kindToken = "api_credential" //nolint:gosec // the name of a kind
)

// maxDeletedTokens is how many tokens are told of; all of them end.
const maxDeletedTokens = 1000

// A user goes in one transaction with everything that is theirs, so that each
// item is gone or the whole call fails.
func (d *dialect) cascadeDeleteUser(ctx context.Context, c *api.Call, in struct {
	inNamespace
	Body deleteUserForm `body:"required"`
}) (deletedUser, error) {
	if err := inSystem("users", in.inNamespace.Namespace); err != nil {
		return deletedUser{}, err
	}
	u, err := d.findUser(ctx, c.Actor, strings.TrimSpace(in.Body.Email))
	if err != nil {
		return deletedUser{}, err
	}
	items, err := d.belongings(ctx, c.Actor, u)
	if err != nil {
		return deletedUser{}, err
	}
	if _, err := d.Directory.DeleteUser(ctx, c.Actor, directory.UserKey{ID: u.ID}); err != nil {
		return deletedUser{}, err
	}
	return deletedUser{DeleteOK: true, Items: items}, nil
}

// belongings are a user, the roles bound to it, and its tokens.
func (d *dialect) belongings(ctx context.Context, by iam.Actor, u iam.User) ([]deletedItem, error) {
	items := []deletedItem{{ObjectName: u.Username, ObjectType: kindUser, ObjectUID: string(u.ID)}}
	grants, err := d.Access.Grants(ctx, by, u.ID)
	if err != nil {
		return nil, err
	}
	for _, g := range grants {
		if g.Binding.User != "" {
			items = append(items, deletedItem{ObjectName: string(g.Binding.ID), ObjectType: kindNamespaceRole, ObjectUID: string(g.Binding.ID)})
		}
	}
	tokens, err := d.Authn.Tokens(ctx, by, u.ID, iam.Page{Limit: maxDeletedTokens})
	for _, t := range tokens.Items {
		items = append(items, deletedItem{ObjectName: t.Name, ObjectType: kindToken, ObjectUID: string(t.ID)})
	}
	return items, err
}
