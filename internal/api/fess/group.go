package fess

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func (d *dialect) groups() []api.Operation {
	e := &entries{dialect: d, shelf: groupShelf{d.Directory}, kind: "group", longs: []string{"gidNumber"}, update: iam.GroupsUpdate}
	return e.operations(iam.GroupsRead, iam.GroupsCreate, iam.GroupsDelete)
}

// groupShelf has the groups of the directory as entries.
type groupShelf struct{ groups Directory }

func groupEntry(g iam.Group, err error) (entry, error) {
	return entry{g.Handle, g.Name, g.Description, g.Attributes, g.Version}, err
}

func (s groupShelf) byHandle(ctx context.Context, by iam.Actor, handle string) (entry, error) {
	return groupEntry(s.groups.Group(ctx, by, directory.GroupKey{Handle: handle}))
}

func (s groupShelf) byName(ctx context.Context, by iam.Actor, name string) (entry, error) {
	return groupEntry(s.groups.Group(ctx, by, directory.GroupKey{Name: name}))
}

func (s groupShelf) page(ctx context.Context, by iam.Actor, p iam.Page) ([]entry, int, error) {
	found, err := s.groups.Groups(ctx, by, p)
	page := make([]entry, len(found.Items))
	for i, g := range found.Items {
		page[i], _ = groupEntry(g, nil)
	}
	return page, found.Total, err
}

func (s groupShelf) create(ctx context.Context, by iam.Actor, name, description string, attributes map[string]string) (entry, error) {
	return groupEntry(s.groups.CreateGroup(ctx, by, directory.NewGroup{Name: name, Description: description, Attributes: attributes}))
}

func (s groupShelf) change(ctx context.Context, by iam.Actor, handle string, ch entryChange) error {
	_, err := s.groups.UpdateGroup(ctx, by, directory.GroupKey{Handle: handle}, directory.GroupChange{
		Name: ch.name, Description: ch.description, Attributes: ch.attributes, Version: ch.version})
	return err
}

func (s groupShelf) remove(ctx context.Context, by iam.Actor, handle string) error {
	_, err := s.groups.DeleteGroup(ctx, by, directory.GroupKey{Handle: handle})
	return err
}
