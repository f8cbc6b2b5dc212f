package f5xc

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/support"
)

// subscriptions asks for add-ons.
type subscriptions interface {
	Subscribe(ctx context.Context, by iam.Actor, addon string) error
	Unsubscribe(ctx context.Context, by iam.Actor, addon string) error
}

// The right is that to open a ticket: those to delegations are what the tenant
// may not have before it has subscribed.
func (d *dialect) subscriptionOperations() []api.Operation {
	const path, tag = "/api/web/namespaces/system/tenant_management/delegated_access/", "Delegated access"
	return []api.Operation{
		api.Handle(api.Op{
			ID: "delegated-access.subscribe", Methods: []string{http.MethodPost}, Paths: []string{path + "subscribe"},
			Access: api.Requires(iam.TicketsCreate), Tag: tag, Summary: "Ask for delegated access",
			Description:    "Opens a ticket, once, for who sets the plan of the tenant. Nothing is done where the plan has it.",
			RequestExample: empty{}, ResponseExample: empty{},
		}, func(ctx context.Context, c *api.Call, _ struct {
			Body empty `body:"optional"`
		}) (empty, error) {
			return empty{}, d.Support.Subscribe(ctx, c.Actor, support.DelegatedAccess)
		}),
		api.Handle(api.Op{
			ID: "delegated-access.unsubscribe", Methods: []string{http.MethodPost}, Paths: []string{path + "unsubscribe"},
			Access: api.Requires(iam.TicketsCreate), Tag: tag, Summary: "Ask for the end of delegated access",
			Description:    "Opens a ticket, once, for who sets the plan of the tenant. Nothing is done where the plan does not have it.",
			RequestExample: empty{}, ResponseExample: empty{},
		}, func(ctx context.Context, c *api.Call, _ struct {
			Body empty `body:"optional"`
		}) (empty, error) {
			return empty{}, d.Support.Unsubscribe(ctx, c.Actor, support.DelegatedAccess)
		}),
	}
}
