package f5xc

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func (d *dialect) supportAccessOperations() []api.Operation {
	paths := []string{"/api/web/namespaces/system/allowed_tenants/support-tenant/access"}
	const tag = "Managed tenants"
	return []api.Operation{
		api.Handle(api.Op{
			ID: "support_access.get", Methods: []string{http.MethodGet}, Paths: paths, Access: api.Requires(iam.DelegationsRead),
			Tag: tag, Summary: "Show what the support tenant may do here", Description: "None of the three kinds of access is there where it may do nothing.",
			ResponseExample: exampleSupportAccess,
		}, d.supportAccess),
		api.Handle(api.Op{
			ID: "support_access.replace", Methods: []string{http.MethodPost}, Paths: paths, Access: api.Requires(iam.DelegationsUpdate),
			Tag: tag, Summary: "Say what the support tenant may do here",
			Description: "The caller has to hold what they give: what the role ves-io-monitor-role allows for read_only, everything for the others, in the " +
				"whole tenant or in the namespaces. Without any of the three the support tenant may do nothing.",
			RequestExample: exampleSupportAccess, ResponseExample: exampleSupportAccess,
		}, d.setSupportAccess),
	}
}

// supportForm is what the support tenant may do, in requests and answers.
type supportForm struct {
	Access *supportConfig `json:"access_config,omitzero"`
}

type supportConfig struct {
	Disable    bool               `json:"disable" doc:"For the time being."`
	ReadOnly   *empty             `json:"read_only,omitzero" oneof:"access_type_choice"`
	ReadWrite  *empty             `json:"read_write_all,omitzero" oneof:"access_type_choice"`
	Namespaces *supportNamespaces `json:"read_write_ns,omitzero" oneof:"access_type_choice"`
}

type supportNamespaces struct {
	Names []string `json:"namespaces" rule:"message.required=true;repeated.items.string.max_len=256;repeated.items.string.min_len=1;repeated.items.string.ves_object_name=true;repeated.max_items=32;repeated.unique=true"`
}

// core reads a form.
func (f supportConfig) core() iam.SupportAccess {
	a := iam.SupportAccess{Disabled: f.Disable}
	switch {
	case f.ReadOnly != nil:
		a.Mode = iam.SupportRead
	case f.ReadWrite != nil:
		a.Mode = iam.SupportWrite
	case f.Namespaces != nil:
		a.Mode, a.Namespaces = iam.SupportNamespaces, f.Namespaces.Names
	}
	return a
}

// supportFormOf shows what the support tenant may do.
func supportFormOf(a iam.SupportAccess) supportForm {
	f := &supportConfig{Disable: a.Disabled}
	switch a.Mode {
	case iam.SupportNone:
	case iam.SupportRead:
		f.ReadOnly = &empty{}
	case iam.SupportWrite:
		f.ReadWrite = &empty{}
	case iam.SupportNamespaces:
		f.Namespaces = &supportNamespaces{a.Namespaces}
	}
	return supportForm{f}
}

func (d *dialect) supportAccess(ctx context.Context, c *api.Call, _ struct{}) (supportForm, error) {
	a, err := d.Tenancy.SupportAccess(ctx, c.Actor)
	return supportFormOf(a), err
}

func (d *dialect) setSupportAccess(ctx context.Context, c *api.Call, in struct {
	Body supportForm `body:"required"`
}) (supportForm, error) {
	if in.Body.Access == nil { // rather than take the access away
		var check iam.Checker
		check.Add("access_config", iam.ReasonRequired, "access_config is required")
		return supportForm{}, inWords(check.Err(), nil)
	}
	a, err := d.Tenancy.SetSupportAccess(ctx, c.Actor, in.Body.Access.core())
	return supportFormOf(a), inWords(err, map[string]string{"namespaces": "access_config.read_write_ns.namespaces"})
}

// exampleSupportAccess is what the support tenant may do, for the document.
var exampleSupportAccess = supportFormOf(iam.SupportAccess{Mode: iam.SupportNamespaces, Namespaces: []string{"shop"}})
