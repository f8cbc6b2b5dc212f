package fess

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func (d *dialect) roles() []api.Operation {
	e := &entries{dialect: d, shelf: roleShelf{d.Access}, kind: "role", update: iam.RolesUpdate}
	return e.operations(iam.RolesRead, iam.RolesCreate, iam.RolesDelete)
}

// roleShelf has the roles of package access as entries. What a role allows is
// not told in Fess: one that is made here allows nothing until another dialect
// gives it rules.
type roleShelf struct{ roles Access }

func roleEntry(r iam.Role, err error) (entry, error) {
	return entry{r.Handle, r.Name, r.Description, r.Attributes, r.Version}, err
}

func (s roleShelf) byHandle(ctx context.Context, by iam.Actor, handle string) (entry, error) {
	return roleEntry(s.roles.Role(ctx, by, access.RoleKey{Handle: handle}))
}

func (s roleShelf) byName(ctx context.Context, by iam.Actor, name string) (entry, error) {
	return roleEntry(s.roles.Role(ctx, by, access.RoleKey{Name: name}))
}

func (s roleShelf) page(ctx context.Context, by iam.Actor, p iam.Page) ([]entry, int, error) {
	found, err := s.roles.Roles(ctx, by, p)
	page := make([]entry, len(found.Items))
	for i, r := range found.Items {
		page[i], _ = roleEntry(r, nil)
	}
	return page, found.Total, err
}

func (s roleShelf) create(ctx context.Context, by iam.Actor, name, description string, attributes map[string]string) (entry, error) {
	return roleEntry(s.roles.CreateRole(ctx, by, access.NewRole{Name: name, Description: description, Attributes: attributes}))
}

func (s roleShelf) change(ctx context.Context, by iam.Actor, handle string, ch entryChange) error {
	_, err := s.roles.UpdateRole(ctx, by, access.RoleKey{Handle: handle}, access.RoleChange{
		Name: ch.name, Description: ch.description, Attributes: ch.attributes, Version: ch.version})
	return err
}

func (s roleShelf) remove(ctx context.Context, by iam.Actor, handle string) error {
	_, err := s.roles.DeleteRole(ctx, by, access.RoleKey{Handle: handle})
	return err
}
