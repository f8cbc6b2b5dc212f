package app

import (
	"context"
	"log/slog"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// people is object.People out of the use cases that it takes.
type people struct {
	directory *directory.Service
	authn     *authn.Service
	log       *slog.Logger
}

// MakeGroup implements object.People.
func (p people) MakeGroup(ctx context.Context, by iam.Actor, name string, roles []iam.RoleIn) error {
	g := directory.NewGroup{Name: name}
	for _, r := range roles {
		g.Bindings = append(g.Bindings, directory.ScopedRole{Role: r.Role.Handle, Scope: r.Scope})
	}
	_, err := p.directory.CreateGroup(ctx, by, g)
	if iam.Is(err, iam.Exists) {
		return nil
	}
	return err
}

// InviteOwner implements object.People. The username is the address. Where no
// link can be sent, as without a public URL or into a tenant that is made
// disabled, the owner is there all the same, and is invited later like anybody.
func (p people) InviteOwner(ctx context.Context, by iam.Actor, o iam.NewOwner) error {
	name := strings.ToLower(o.Email)
	u, err := p.directory.CreateUser(ctx, by, directory.NewUser{Username: name, Email: name, GivenName: o.GivenName, FamilyName: o.FamilyName,
		Roles: []string{access.RoleAdmin}, Attributes: map[string]string{iam.AttributeOwner: "true"}})
	if iam.Is(err, iam.Exists) {
		u, err = p.directory.User(ctx, by, directory.UserKey{Username: name})
	}
	if err != nil {
		return err
	}
	err = p.authn.Invite(ctx, by, u.ID)
	if iam.Is(err, iam.Precondition) {
		p.log.WarnContext(ctx, "the owner of a new tenant is not invited", "tenant", by.Tenant, "user", u.ID, "error", err)
		return nil
	}
	return err
}
