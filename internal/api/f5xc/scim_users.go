package f5xc

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// scimUsers is a list of users.
type scimUsers struct {
	Resources    []scimUser `json:"Resources"`
	ItemsPerPage uint64     `json:"itemsPerPage,string"`
	Schemas      []string   `json:"schemas"`
	StartIndex   uint64     `json:"startIndex,string"`
	TotalResults uint64     `json:"totalResults,string"`
}

func (d *dialect) listSCIMUsers(ctx context.Context, c *api.Call, in scimListing) (scimUsers, error) {
	types, err := d.SCIM.TypeSet(ctx, c.Actor)
	if err != nil {
		return scimUsers{}, err
	}
	q := in.query()
	l, err := d.SCIM.List(ctx, c.Actor, types.Users, q)
	if err != nil {
		return scimUsers{}, err
	}
	a := scimUsers{Resources: make([]scimUser, len(l.Resources)), ItemsPerPage: uint64(len(l.Resources)), Schemas: []string{scim.URNListResponse},
		StartIndex: uint64(l.Start), TotalResults: uint64(l.Total)} //nolint:gosec // neither is below zero
	for i, r := range l.Resources {
		a.Resources[i] = d.scimUser(r, q.Projection)
	}
	return a, nil
}

func (d *dialect) getSCIMUser(ctx context.Context, c *api.Call, in struct {
	oneSCIM
	scimWanted
}) (scimUser, error) {
	r, err := d.SCIM.Get(ctx, c.Actor, scim.Users, in.ID, in.projection())
	if err != nil {
		return scimUser{}, err
	}
	return d.scimUser(r, in.projection()), nil
}

func (d *dialect) createSCIMUser(ctx context.Context, c *api.Call, in struct {
	Body scimNewUser `body:"required"`
}) (scimUser, error) {
	doc, _ := in.Body.document()
	doc["userName"], doc["externalId"] = in.Body.UserName, in.Body.ExternalID
	return d.scimUserAfter(d.SCIM.Create(ctx, c.Actor, scim.Users, doc))
}

func (d *dialect) replaceSCIMUser(ctx context.Context, c *api.Call, in struct {
	oneSCIM
	matchingSCIM
	Body scimUserForm `body:"required"`
}) (scimUser, error) {
	f := in.Body
	if err := repeats("id", f.ID, in.oneSCIM.ID); err != nil {
		return scimUser{}, err
	}
	version, err := in.version()
	if err != nil {
		return scimUser{}, err
	}
	doc, of := f.document()
	doc["userName"], doc["externalId"], doc["nickName"] = f.UserName, f.ExternalID, f.NickName
	return d.scimUserAfter(d.SCIM.Replace(ctx, c.Actor, scim.Users, f.ID, version, doc, of...))
}

// patchingSCIM is a change of the resource that the path names.
type patchingSCIM struct {
	oneSCIM
	matchingSCIM
	Body scimPatch `body:"required"`
}

// read answers the operations, and the version that they are for.
func (p patchingSCIM) read() ([]scim.Operation, int64, error) {
	if err := repeats("id", p.Body.ID, p.oneSCIM.ID); err != nil {
		return nil, 0, err
	}
	version, err := p.version()
	if err != nil {
		return nil, 0, err
	}
	operations, err := p.Body.operations()
	return operations, version, err
}

func (d *dialect) patchSCIMUser(ctx context.Context, c *api.Call, in patchingSCIM) (scimUser, error) {
	operations, version, err := in.read()
	if err != nil {
		return scimUser{}, err
	}
	types, err := d.SCIM.TypeSet(ctx, c.Actor)
	if err != nil {
		return scimUser{}, err
	}
	return d.scimUserAfter(d.SCIM.Patch(ctx, c.Actor, types.Users, in.Body.ID, version, operations))
}

// scimUserAfter shows a user after a change.
func (d *dialect) scimUserAfter(r scim.Resource, err error) (scimUser, error) {
	if err != nil {
		return scimUser{}, err
	}
	return d.scimUser(r, scim.Projection{}), nil
}
