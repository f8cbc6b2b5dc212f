package f5xc

import (
	"cmp"
	"context"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// scimGroups is a list of groups.
type scimGroups struct {
	Resources    []scimGroup `json:"Resources"`
	ItemsPerPage uint64      `json:"itemsPerPage,string"`
	Schemas      []string    `json:"schemas"`
	StartIndex   uint64      `json:"startIndex,string"`
	TotalResults uint64      `json:"totalResults,string"`
}

func (d *dialect) listSCIMGroups(ctx context.Context, c *api.Call, in scimListing) (scimGroups, error) {
	types, err := d.SCIM.TypeSet(ctx, c.Actor)
	if err != nil {
		return scimGroups{}, err
	}
	q := in.query()
	l, err := d.SCIM.List(ctx, c.Actor, types.Groups, q)
	if err != nil {
		return scimGroups{}, err
	}
	a := scimGroups{Resources: make([]scimGroup, len(l.Resources)), ItemsPerPage: uint64(len(l.Resources)), Schemas: []string{scim.URNListResponse},
		StartIndex: uint64(l.Start), TotalResults: uint64(l.Total)} //nolint:gosec // neither is below zero
	for i, r := range l.Resources {
		a.Resources[i] = d.scimGroup(r, q.Projection)
	}
	return a, nil
}

func (d *dialect) getSCIMGroup(ctx context.Context, c *api.Call, in struct {
	oneSCIM
	scimWanted
}) (scimGroup, error) {
	r, err := d.SCIM.Get(ctx, c.Actor, scim.Groups, in.ID, in.projection())
	if err != nil {
		return scimGroup{}, err
	}
	return d.scimGroup(r, in.projection()), nil
}

func (d *dialect) createSCIMGroup(ctx context.Context, c *api.Call, in struct {
	Body scimNewGroup `body:"required"`
}) (scimGroup, error) {
	doc, _ := in.Body.document()
	r, err := d.SCIM.Create(ctx, c.Actor, scim.Groups, doc)
	if err != nil {
		return scimGroup{}, err
	}
	return d.scimGroup(r, scim.Projection{}), nil
}

func (d *dialect) replaceSCIMGroup(ctx context.Context, c *api.Call, in struct {
	oneSCIM
	matchingSCIM
	Body scimGroupForm `body:"required"`
}) (scimGroup, error) {
	f := in.Body
	if err := repeats("id", f.ID, in.oneSCIM.ID); err != nil {
		return scimGroup{}, err
	}
	version, err := in.version()
	if err != nil {
		return scimGroup{}, err
	}
	f.DisplayName = cmp.Or(f.DisplayName, f.Name)
	doc, of := f.document()
	r, err := d.SCIM.Replace(ctx, c.Actor, scim.Groups, in.oneSCIM.ID, version, doc, of...)
	if err != nil {
		return scimGroup{}, err
	}
	if f.Members == nil {
		return d.scimGroup(r, withoutMembers), nil
	}
	return d.scimGroup(r, scim.Projection{}), nil
}

func (d *dialect) patchSCIMGroup(ctx context.Context, c *api.Call, in patchingSCIM) (scimGroup, error) {
	operations, version, err := in.read()
	if err != nil {
		return scimGroup{}, err
	}
	types, err := d.SCIM.TypeSet(ctx, c.Actor)
	if err != nil {
		return scimGroup{}, err
	}
	r, err := d.SCIM.Patch(ctx, c.Actor, types.Groups, in.Body.ID, version, operations)
	if err != nil {
		return scimGroup{}, err
	}
	return d.scimGroup(r, withoutMembers), nil
}

// withoutMembers leaves out who is in a group: a change does not look at all of
// them, of whom there may be a hundred thousand.
var withoutMembers = scim.Projection{Excluded: []string{"members"}}
