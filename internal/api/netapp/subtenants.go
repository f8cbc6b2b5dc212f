package netapp

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// A subtenant is a tenant below the caller's, seen from above: the same tenant
// as in tenants, with its parent in the record.
func (d *dialect) subtenantOperations() []api.Operation {
	return []api.Operation{
		api.Handle(api.Op{
			ID: "subtenant.list", Methods: []string{http.MethodGet}, Paths: at("subtenants"), Access: api.Requires(iam.TenantsRead),
			Tag: "Subtenants", Summary: "List the tenants below the caller's, or below another of them", Description: filterHelp,
			Errors: []iam.Kind{iam.NotFound}, ResponseExample: subtenantListExample,
		}, d.subtenants),
		api.Handle(api.Op{
			ID: "subtenant.get", Methods: []string{http.MethodGet}, Paths: at("subtenants/{id}"), Access: api.Requires(iam.TenantsRead),
			Tag: "Subtenants", Summary: "Get a subtenant by id", Errors: []iam.Kind{iam.NotFound}, ResponseExample: subtenantGetExample,
		}, d.subtenant),
		api.Handle(api.Op{
			ID: "subtenant.create", Methods: []string{http.MethodPost}, Paths: at("subtenants"), Access: api.Requires(iam.TenantsCreate), Status: http.StatusCreated,
			Tag: "Subtenants", Summary: "Create a tenant below the one that tenant_id names", Description: jobHelp, Errors: []iam.Kind{iam.Exists},
			RequestExample: subtenantBodyExample, ResponseExample: subtenantCreateExample,
		}, d.createSubtenant),
		api.Handle(api.Op{
			ID: "subtenant.update", Methods: []string{http.MethodPut}, Paths: at("subtenants/{id}"), Access: api.Requires(iam.TenantsUpdate),
			Tag: "Subtenants", Summary: "Change name or description of a subtenant", Description: "Code and tenant_id may be repeated, not changed.",
			Errors: []iam.Kind{iam.NotFound, iam.Conflict}, RequestExample: subtenantBodyExample, ResponseExample: subtenantGetExample,
		}, d.updateSubtenant),
		api.Handle(api.Op{
			ID: "subtenant.delete", Methods: []string{http.MethodDelete}, Paths: at("subtenants/{id}"), Access: api.Requires(iam.TenantsDelete), Status: http.StatusNoContent,
			Tag: "Subtenants", Summary: "Delete a subtenant and all that it holds", Description: jobHelp,
			Errors: []iam.Kind{iam.NotFound, iam.Exists, iam.Precondition, iam.Conflict},
		}, d.deleteSubtenant),
	}
}

type subtenantRecord struct {
	ID          string `json:"id"`
	Description string `json:"description"`
	Name        string `json:"name"`
	Code        string `json:"code"`
	TenantID    string `json:"tenant_id" doc:"The tenant right above."`
	Tenant      string `json:"tenant" doc:"Its name."`
}

func subtenantOf(t, parent iam.Tenant) subtenantRecord {
	return subtenantRecord{ID: iam.Short(t.ID), Description: t.Description, Name: t.Name, Code: t.Code,
		TenantID: iam.Short(t.Parent), Tenant: parent.Name}
}

var subtenantList = list{limit: iam.DefaultPage, sorts: tenantList.sorts, unfiltered: []string{"id", "description", "tenant"}}

func (d *dialect) subtenants(ctx context.Context, c *api.Call, in struct {
	paging
	TenantID string      `query:"tenant_id" doc:"Only tenants below this one; the caller's own when missing."`
	Name     iam.Pattern `query:"name"`
	Code     iam.Pattern `query:"code"`
}) (answer[pageOf[subtenantRecord]], error) {
	p, err := subtenantList.page(c, in.paging)
	if err != nil {
		return answer[pageOf[subtenantRecord]]{}, err
	}
	found, err := d.Tenancy.Subtenants(ctx, c.Actor, in.TenantID, tenancy.TenantFilter{Name: in.Name, Code: in.Code}, p)
	if err != nil {
		return answer[pageOf[subtenantRecord]]{}, err
	}
	parents, err := d.parents(ctx, c.Actor, found.Items)
	return pageAnswer(found, p, func(t iam.Tenant) subtenantRecord { return subtenantOf(t, parents[t.Parent]) }), err
}

// parents answers the tenants right above others, each looked up once.
func (d *dialect) parents(ctx context.Context, by iam.Actor, below []iam.Tenant) (map[iam.TenantID]iam.Tenant, error) {
	known := map[iam.TenantID]iam.Tenant{}
	for _, t := range below {
		if _, ok := known[t.Parent]; ok {
			continue
		}
		parent, err := d.Tenancy.Find(ctx, by, string(t.Parent))
		if err != nil && !iam.Is(err, iam.NotFound) { // NotFound: deleted since
			return nil, err
		}
		known[t.Parent] = parent
	}
	return known, nil
}

// below answers a tenant below the caller's. NotFound for their own too.
func (d *dialect) below(ctx context.Context, by iam.Actor, id string) (iam.Tenant, error) {
	t, err := d.Tenancy.Find(ctx, by, id)
	if err == nil && t.ID == by.Tenant {
		err = iam.ErrNotFound("subtenant", id)
	}
	return t, err
}

func (d *dialect) subtenantAnswer(ctx context.Context, by iam.Actor, s status, t iam.Tenant) (answer[returnedOf[subtenantRecord]], error) {
	parents, err := d.parents(ctx, by, []iam.Tenant{t})
	return returnedAnswer(s, subtenantOf(t, parents[t.Parent])), err
}

func (d *dialect) subtenant(ctx context.Context, c *api.Call, in identified) (answer[returnedOf[subtenantRecord]], error) {
	t, err := d.below(ctx, c.Actor, in.ID)
	if err != nil {
		return answer[returnedOf[subtenantRecord]]{}, err
	}
	return d.subtenantAnswer(ctx, c.Actor, okay(1), t)
}

type subtenantBody struct {
	Name        *string `json:"name,omitzero"`
	Code        *string `json:"code,omitzero"`
	TenantID    string  `json:"tenant_id,omitzero" doc:"The tenant right above; the caller's own when missing."`
	Description *string `json:"description,omitzero"`
}

func (b subtenantBody) tenant() tenantBody {
	return tenantBody{Name: b.Name, Code: b.Code, Description: b.Description}
}

func (d *dialect) createSubtenant(ctx context.Context, c *api.Call, in struct {
	preferring
	Body subtenantBody `body:"required"`
}) (outcome[returnedOf[subtenantRecord]], error) {
	wanted, err := in.Body.tenant().newTenant()
	if err != nil {
		return outcome[returnedOf[subtenantRecord]]{}, err
	}
	wanted.Parent = in.Body.TenantID
	t, j, err := d.Tenancy.RequestTenant(ctx, c.Actor, wanted)
	if err != nil {
		return outcome[returnedOf[subtenantRecord]]{}, inWords(err, tenantNames)
	}
	done, err := d.subtenantAnswer(ctx, c.Actor, created(), t)
	if err != nil {
		return outcome[returnedOf[subtenantRecord]]{}, err
	}
	return finish(ctx, d, c, j, in.preferring, done)
}

func (d *dialect) updateSubtenant(ctx context.Context, c *api.Call, in struct {
	identified
	Body subtenantBody `body:"required"`
}) (answer[returnedOf[subtenantRecord]], error) {
	t, err := d.below(ctx, c.Actor, in.ID)
	if err != nil {
		return answer[returnedOf[subtenantRecord]]{}, err
	}
	if to := in.Body.TenantID; to != "" && to != iam.Short(t.Parent) {
		var check iam.Checker
		check.Add("tenant_id", iam.ReasonFormat, "tenant_id cannot be changed: a subtenant stays below its tenant")
		return answer[returnedOf[subtenantRecord]]{}, check.Err()
	}
	if t, err = d.Tenancy.UpdateTenant(ctx, c.Actor, string(t.ID), in.Body.tenant().change()); err != nil {
		return answer[returnedOf[subtenantRecord]]{}, inWords(err, tenantNames)
	}
	return d.subtenantAnswer(ctx, c.Actor, okay(1), t)
}

func (d *dialect) deleteSubtenant(ctx context.Context, c *api.Call, in struct {
	identified
	preferring
}) (deletion, error) {
	if _, err := d.below(ctx, c.Actor, in.ID); err != nil {
		return deletion{}, err
	}
	j, err := d.Tenancy.RequestTenantDeletion(ctx, c.Actor, in.ID)
	if err != nil {
		return deletion{}, err
	}
	return finish(ctx, d, c, j, in.preferring, nothing)
}
