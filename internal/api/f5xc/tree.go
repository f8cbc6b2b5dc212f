package f5xc

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// treeObjects keeps the tenants below the caller's own, as objects.
type treeObjects interface {
	ChildrenOf(ctx context.Context, by iam.Actor, manager string) ([]object.Object, error)
	MigrateChildren(ctx context.Context, by iam.Actor, from, to string, names []string) (object.Migration, error)
}

func (d *dialect) treeOperations() []api.Operation {
	const partners, tag = "/api/web/namespaces/system/partner-management/", "Child tenants"
	target := childrenToManager{Manager: "apac", Children: []string{"hanbit", "gaon"}}
	moved := migrated{Manager: "apac", Errors: []listError{{errorNotFound, `child tenant "gaon" not found`}}, Begun: 1, Total: 2}
	return []api.Operation{
		api.Handle(api.Op{
			ID: "child_tenant.list-by-user", Methods: []string{http.MethodGet}, Paths: []string{partners + "child_tenants"}, Access: api.SignedIn(),
			Tag: tag, Summary: "List the child tenants that the caller reaches",
			Description: "Those whose manager assigns a group of the caller's. Next is the id that page_start takes for the next page.",
			Errors:      []iam.Kind{iam.Denied}, ResponseExample: accessPage{[]accessInfo{exampleChildAccess}, "", 1, 1},
		}, d.childrenByUser),
		api.Handle(api.Op{
			ID: "child_tenant.list-by-manager", Methods: []string{http.MethodGet}, Paths: []string{partners + "child_tenant_managers/{name}/child_tenants"},
			Access: api.Requires(iam.DelegationsRead), Tag: tag, Summary: "List the child tenants that have a manager", Errors: []iam.Kind{iam.NotFound},
			ResponseExample: listing{Fields: []string{}}.list([]shown{objectExamples["child_tenant"].shown()}),
		}, d.childrenOfManager),
		api.Handle(api.Op{
			ID: "child_tenant.migrate", Methods: []string{http.MethodPost}, Paths: []string{partners + "child_tenants/migrate"},
			Access: api.Requires(iam.DelegationsUpdate), Tag: tag, Summary: "Let child tenants come to another manager",
			Description: "For who holds every right in the whole tenant. A job sees to those that are active; errors say why the others stay.",
			Errors:      []iam.Kind{iam.Denied}, RequestExample: migrationForm{&target}, ResponseExample: moved,
		}, d.migrate),
		api.Handle(api.Op{
			ID: "child_tenant.migrate-from", Methods: []string{http.MethodPost},
			Paths:  []string{partners + "child_tenant_managers/{name}/child_tenants/migrate"},
			Access: api.Requires(iam.DelegationsUpdate), Tag: tag, Summary: "Let child tenants of a manager come to another one",
			Description: "For who holds every right in the whole tenant. A job sees to those that are active; errors say why the others stay.",
			Errors:      []iam.Kind{iam.Denied, iam.NotFound}, RequestExample: migrationFromForm{&target, "emea"}, ResponseExample: moved,
		}, d.migrateFrom),
	}
}

var exampleChildAccess = accessInfo{Groups: exampleAccess.Groups, Link: exampleTenantLink, Name: "hanbit", Tickets: ticketsOf(iam.LinkChild, 1),
	Status: tenantActive}

func (d *dialect) childrenByUser(ctx context.Context, c *api.Call, in struct {
	keyset
	Name    string `query:"name" doc:"That of one child tenant."`
	Manager string `query:"ctm" doc:"The name of a child tenant manager: those that have it."`
}) (accessPage, error) {
	return d.accessPage(ctx, c.Actor, tenancy.RelatedFilter{Kind: iam.LinkChild, Member: c.Actor.User, Name: in.Name, Manager: in.Manager,
		From: in.Start, Limit: int(in.Limit)})
}

// managerName is the manager that the path names.
type managerName struct {
	Name string `path:"name" doc:"The name of a child tenant manager."`
}

func (d *dialect) childrenOfManager(ctx context.Context, c *api.Call, in managerName) (listAnswer, error) {
	found, err := d.Objects.ChildrenOf(ctx, c.Actor, in.Name)
	if err != nil {
		return listAnswer{}, err
	}
	k, err := object.KindOf("web", "child_tenants")
	if err != nil {
		return listAnswer{}, err
	}
	l := listing{Fields: []string{}, Status: []string{}} // all there is to tell
	return d.showObjects(ctx, c.Actor, k, found, l)
}

// childrenToManager are children, and the manager to which they are to come.
type childrenToManager struct {
	Manager  string   `json:"child_tenant_manager" rule:"message.required=true"`
	Children []string `json:"child_tenants" rule:"message.required=true;repeated.items.string.not_empty=true;repeated.min_items=1;repeated.unique=true"`
}

type migrationForm struct {
	To *childrenToManager `json:"ct_list_to_target_ctm,omitzero" oneof:"migratechildtenantsreqchoice"`
}

type migrationFromForm struct {
	To   *childrenToManager `json:"ct_list_to_target_ctm,omitzero" oneof:"migratectmchildtenantsreqchoice"`
	Name string             `json:"name" rule:"message.required=true"`
}

// migrated is what came of asking.
type migrated struct {
	Manager string      `json:"child_tenant_manager"`
	Errors  []listError `json:"errors"`
	Begun   int32       `json:"migrate_initiated_for_ct_count"`
	Total   int32       `json:"total_ct_count"`
}

func (d *dialect) migrate(ctx context.Context, c *api.Call, in struct {
	Body migrationForm `body:"required"`
}) (migrated, error) {
	return d.migrateChildren(ctx, c.Actor, "", in.Body.To)
}

func (d *dialect) migrateFrom(ctx context.Context, c *api.Call, in struct {
	managerName
	Body migrationFromForm `body:"required"`
}) (migrated, error) {
	if err := repeats("name", in.Body.Name, in.Name); err != nil {
		return migrated{}, err
	}
	return d.migrateChildren(ctx, c.Actor, in.Name, in.Body.To)
}

// Codes of what is wrong with one child.
const (
	errorNotFound = "ENOTFOUND"
	errorInvalid  = "EBADINPUT"
)

func (d *dialect) migrateChildren(ctx context.Context, by iam.Actor, from string, to *childrenToManager) (migrated, error) {
	if to == nil {
		return migrated{}, iam.E(iam.Invalid, "Field ct_list_to_target_ctm should be not nil, got nil in request.").Because(iam.ReasonRequired)
	}
	m, err := d.Objects.MigrateChildren(ctx, by, from, to.Manager, to.Children)
	if err != nil {
		return migrated{}, err
	}
	a := migrated{Manager: to.Manager, Errors: make([]listError, len(m.Faults)), Begun: int32(m.Begun), Total: int32(len(to.Children))} //nolint:gosec // as many as fit into a body
	for i, f := range m.Faults {
		a.Errors[i] = listError{errorInvalid, f.Err.Message}
		if f.Err.Kind == iam.NotFound {
			a.Errors[i].Code = errorNotFound
		}
	}
	return a, nil
}
