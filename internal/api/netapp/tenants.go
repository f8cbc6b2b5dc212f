package netapp

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

func (d *dialect) tenantOperations() []api.Operation {
	return []api.Operation{
		api.Handle(api.Op{
			ID: "tenant.list", Methods: []string{http.MethodGet}, Paths: at("tenants"), Access: api.Requires(iam.TenantsRead),
			Tag: "Tenants", Summary: "List the caller's tenant and all below it", Description: filterHelp, ResponseExample: tenantListExample,
		}, d.tenants),
		api.Handle(api.Op{
			ID: "tenant.get", Methods: []string{http.MethodGet}, Paths: at("tenants/{id}"), Access: api.Requires(iam.TenantsRead),
			Tag: "Tenants", Summary: "Get a tenant by id", Errors: []iam.Kind{iam.NotFound}, ResponseExample: tenantGetExample,
		}, d.tenantByID),
		api.Handle(api.Op{
			ID: "tenant.create", Methods: []string{http.MethodPost}, Paths: at("tenants"), Access: api.Requires(iam.TenantsCreate), Status: http.StatusCreated,
			Tag: "Tenants", Summary: "Create a tenant below the caller's", Description: jobHelp, Errors: []iam.Kind{iam.Exists},
			RequestExample: tenantBodyExample, ResponseExample: tenantCreateExample,
		}, d.createTenant),
		api.Handle(api.Op{
			ID: "tenant.update", Methods: []string{http.MethodPut}, Paths: at("tenants/{id}"), Access: api.Requires(iam.TenantsUpdate),
			Tag: "Tenants", Summary: "Change a tenant", Description: "The code may be repeated, not changed.",
			Errors: []iam.Kind{iam.NotFound, iam.Conflict}, RequestExample: tenantBodyExample, ResponseExample: tenantGetExample,
		}, d.updateTenant),
		api.Handle(api.Op{
			ID: "tenant.delete", Methods: []string{http.MethodDelete}, Paths: at("tenants/{id}"), Access: api.Requires(iam.TenantsDelete), Status: http.StatusNoContent,
			Tag: "Tenants", Summary: "Delete a tenant and all that it holds", Description: jobHelp,
			Errors: []iam.Kind{iam.NotFound, iam.Exists, iam.Precondition, iam.Conflict},
		}, d.deleteTenant),
	}
}

// enter answers the caller as who acts in the tenant that a request names: ""
// is their own. NotFound for a tenant that is neither theirs nor below it;
// Denied where they may not work in it.
func (d *dialect) enter(ctx context.Context, c *api.Call, id string) (iam.Actor, error) {
	if id == "" {
		return c.Actor, nil
	}
	t, err := d.Tenancy.Find(ctx, c.Actor, id)
	if err != nil {
		return iam.Actor{}, err
	}
	return d.Access.Enter(ctx, c.Actor, t, c.Op.Access.Permission())
}

// within takes the tenant that a request is about. The vendor's ids are found
// in whatever tenant; here one looks in one tenant at a time.
type within struct {
	TenantID string `query:"tenant_id" doc:"The tenant to look in: the caller's own, when missing, or one below it."`
}

type tenantRecord struct {
	ID            string    `json:"id"`
	Name          string    `json:"name"`
	AccountName   string    `json:"zuora_account_name"`
	AccountNumber string    `json:"zuora_account_number"`
	Description   string    `json:"description"`
	Code          string    `json:"code"`
	Usage         *struct{} `json:"usage" doc:"Always null: no storage is accounted for here."`
}

func tenantOf(t iam.Tenant) tenantRecord {
	return tenantRecord{ID: iam.Short(t.ID), Name: t.Name, AccountName: t.Attributes[attrAccountName],
		AccountNumber: t.Attributes[attrAccountNumber], Description: t.Description, Code: t.Code}
}

var tenantList = list{limit: iam.DefaultPage, sorts: []string{"created", "name", "code"}, unfiltered: []string{
	"id", "description", "zuora_account_name", "zuora_account_number", "usage"}}

func (d *dialect) tenants(ctx context.Context, c *api.Call, in struct {
	paging
	Name iam.Pattern `query:"name"`
	Code iam.Pattern `query:"code"`
}) (answer[pageOf[tenantRecord]], error) {
	p, err := tenantList.page(c, in.paging)
	if err != nil {
		return answer[pageOf[tenantRecord]]{}, err
	}
	found, err := d.Tenancy.Tenants(ctx, c.Actor, tenancy.TenantFilter{Name: in.Name, Code: in.Code}, p)
	return pageAnswer(found, p, tenantOf), err
}

func (d *dialect) tenantByID(ctx context.Context, c *api.Call, in identified) (answer[returnedOf[tenantRecord]], error) {
	t, err := d.Tenancy.Find(ctx, c.Actor, in.ID)
	return returnedAnswer(okay(1), tenantOf(t)), err
}

type tenantBody struct {
	Name          *string `json:"name,omitzero"`
	Code          *string `json:"code,omitzero"`
	AccountName   *string `json:"zuora_account_name,omitzero"`
	AccountNumber *string `json:"zuora_account_number,omitzero"`
	Description   *string `json:"description,omitzero"`
}

var tenantNames = map[string]string{
	"attributes." + attrAccountName: "zuora_account_name", "attributes." + attrAccountNumber: "zuora_account_number", "parent": "tenant_id"}

func (b tenantBody) attributes() map[string]string {
	m := map[string]string{}
	if b.AccountName != nil {
		m[attrAccountName] = *b.AccountName
	}
	if b.AccountNumber != nil {
		m[attrAccountNumber] = *b.AccountNumber
	}
	return m
}

// newTenant is the tenant to be made. The vendor wants a name where the core
// would take the code for it.
func (b tenantBody) newTenant() (tenancy.NewTenant, error) {
	var check iam.Checker
	required(&check, "name", deref(b.Name))
	required(&check, "code", deref(b.Code))
	return tenancy.NewTenant{Code: deref(b.Code), Name: deref(b.Name), Description: deref(b.Description), Attributes: b.attributes()}, check.Err()
}

func (b tenantBody) change() tenancy.TenantChange {
	return tenancy.TenantChange{Name: b.Name, Description: b.Description, Code: b.Code, Attributes: b.attributes()}
}

func (d *dialect) createTenant(ctx context.Context, c *api.Call, in struct {
	preferring
	Body tenantBody `body:"required"`
}) (outcome[returnedOf[tenantRecord]], error) {
	wanted, err := in.Body.newTenant()
	if err != nil {
		return outcome[returnedOf[tenantRecord]]{}, err
	}
	t, j, err := d.Tenancy.RequestTenant(ctx, c.Actor, wanted)
	if err != nil {
		return outcome[returnedOf[tenantRecord]]{}, inWords(err, tenantNames)
	}
	return finish(ctx, d, c, j, in.preferring, returnedAnswer(created(), tenantOf(t)))
}

func (d *dialect) updateTenant(ctx context.Context, c *api.Call, in struct {
	identified
	Body tenantBody `body:"required"`
}) (answer[returnedOf[tenantRecord]], error) {
	t, err := d.Tenancy.UpdateTenant(ctx, c.Actor, in.ID, in.Body.change())
	return returnedAnswer(okay(1), tenantOf(t)), inWords(err, tenantNames)
}

func (d *dialect) deleteTenant(ctx context.Context, c *api.Call, in struct {
	identified
	preferring
}) (deletion, error) {
	j, err := d.Tenancy.RequestTenantDeletion(ctx, c.Actor, in.ID)
	if err != nil {
		return deletion{}, err
	}
	return finish(ctx, d, c, j, in.preferring, nothing)
}
