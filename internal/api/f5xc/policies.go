package f5xc

import (
	"context"
	"fmt"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

func (d *dialect) policyOperations() []api.Operation {
	path := func(activity string) []string { return []string{"/api/config/namespaces/{namespace}/" + activity} }
	op := func(id, method, activity, summary string) api.Op {
		op := api.Op{ID: id, Methods: []string{method}, Paths: path(activity), Namespace: "namespace", Access: api.Requires(iam.ObjectsRead),
			Tag: "Active policies", Summary: summary, Errors: []iam.Kind{iam.NotFound}}
		if method == http.MethodPost {
			op.Access = api.Requires(iam.ObjectsUpdate)
			op.Errors = append(op.Errors, iam.Precondition)
			op.Description = "They replace those that have been. One without a namespace is in this one, or else in shared."
		}
		return op
	}
	with := func(op api.Op, request, response any) api.Op {
		op.RequestExample, op.ResponseExample = request, response
		return op
	}
	const alert, network, service, acls = "active_alert_policies", "active_network_policies", "active_service_policies", "fast_acls_for_internet_vips"
	asked, told := []viewRef{{Name: "example"}}, []viewRef{{Name: "example", Namespace: "shop", Tenant: "default"}}
	return []api.Operation{
		api.Handle(with(op("alert-policy.active", http.MethodGet, alert, "Get the active alert policies, with their state"), nil,
			activeAlertPolicies{told, []policyStatus{{told[0], []string{}, statusActive}}}), d.activeAlertPolicies),
		api.Handle(with(op("alert-policy.activate", http.MethodPost, alert, "Set the active alert policies"),
			alertPolicies{asked, ""}, nil), d.setAlertPolicies),
		api.Handle(with(op("network-policy.active", http.MethodGet, network, "Get the active network policies"), nil,
			activeNetworkPolicies{told}), d.activeNetworkPolicies),
		api.Handle(with(op("network-policy.activate", http.MethodPost, network, "Set the active network policies"),
			networkPolicies{asked, ""}, nil), d.setNetworkPolicies),
		api.Handle(with(op("service-policy.active", http.MethodGet, service, "Get the active service policies"), nil,
			activeServicePolicies{told}), d.activeServicePolicies),
		api.Handle(with(op("service-policy.activate", http.MethodPost, service, "Set the active service policies"),
			servicePolicies{asked, ""}, nil), d.setServicePolicies),
		api.Handle(with(op("fast-acl.active", http.MethodGet, acls, "Get the fast ACLs of addresses on the internet"), nil,
			activeFastACLs{told}), d.activeFastACLs),
		api.Handle(with(op("fast-acl.activate", http.MethodPost, acls, "Set the fast ACLs of addresses on the internet"),
			fastACLs{asked, ""}, nil), d.setFastACLs),
	}
}

// The four lists are the same but for a name and a limit.
type (
	alertPolicies struct {
		Policies  []viewRef `json:"alert_policies" rule:"repeated.max_items=32"`
		Namespace string    `json:"namespace"`
	}
	networkPolicies struct {
		Policies  []viewRef `json:"network_policies" rule:"repeated.max_items=32"`
		Namespace string    `json:"namespace"`
	}
	servicePolicies struct {
		Policies  []viewRef `json:"service_policies" rule:"repeated.max_items=32"`
		Namespace string    `json:"namespace"`
	}
	fastACLs struct {
		ACLs      []viewRef `json:"fast_acls" rule:"repeated.max_items=128"`
		Namespace string    `json:"namespace"`
	}
	activeAlertPolicies struct {
		Policies []viewRef      `json:"alert_policies"`
		Status   []policyStatus `json:"alert_policies_status"`
	}
	activeNetworkPolicies struct {
		Policies []viewRef `json:"network_policies"`
	}
	activeServicePolicies struct {
		Policies []viewRef `json:"service_policies"`
	}
	activeFastACLs struct {
		ACLs []viewRef `json:"fast_acls"`
	}
)

// policyStatus tells whether an alert policy does anything.
type policyStatus struct {
	Policy viewRef  `json:"policy"`
	Reason []string `json:"reason" doc:"Empty for one that is Active."`
	Status string   `json:"status" doc:"Active or Inactive."`
}

const (
	statusActive   = "Active"
	statusInactive = "Inactive"
)

// active answers what is active in a namespace.
func (d *dialect) active(ctx context.Context, by iam.Actor, a object.Activity, namespace string) ([]viewRef, []object.ActiveObject, error) {
	found, err := d.Objects.Active(ctx, by, a, namespace)
	if err != nil {
		return nil, nil, err
	}
	t, err := d.Tenancy.Tenant(ctx, by)
	refs := make([]viewRef, len(found))
	for i, o := range found {
		refs[i] = viewRef{Name: o.Name, Namespace: o.Namespace, Tenant: t.Code}
	}
	return refs, found, err
}

// activate sets it. member is what the body calls the list.
func (d *dialect) activate(ctx context.Context, by iam.Actor, a object.Activity, at inNamespace, namespace, member string, refs []viewRef) (empty, error) {
	if err := repeats("namespace", namespace, at.Namespace); err != nil {
		return empty{}, err
	}
	t, err := d.Tenancy.Tenant(ctx, by)
	if err != nil {
		return empty{}, err
	}
	targets := make([]object.Target, len(refs))
	for i, r := range refs {
		if r.Tenant != "" && r.Tenant != t.Code {
			return empty{}, notAs(fmt.Sprintf("%s[%d].tenant", member, i), "that of the caller", r.Tenant)
		}
		targets[i] = object.Target{Namespace: r.Namespace, Name: r.Name}
	}
	return empty{}, d.Objects.SetActive(ctx, by, a, at.Namespace, targets)
}

func (d *dialect) activeAlertPolicies(ctx context.Context, c *api.Call, in inNamespace) (activeAlertPolicies, error) {
	refs, found, err := d.active(ctx, c.Actor, object.AlertPolicies, in.Namespace)
	a := activeAlertPolicies{refs, make([]policyStatus, len(refs))}
	for i, o := range found {
		a.Status[i] = policyStatus{refs[i], []string{}, statusActive}
		switch {
		case o.Missing:
			a.Status[i].Reason, a.Status[i].Status = []string{"the alert policy has been deleted"}, statusInactive
		case o.Disabled:
			a.Status[i].Reason, a.Status[i].Status = []string{"the alert policy is disabled"}, statusInactive
		}
	}
	return a, err
}

func (d *dialect) setAlertPolicies(ctx context.Context, c *api.Call, in struct {
	inNamespace
	Body alertPolicies `body:"required"`
}) (empty, error) {
	return d.activate(ctx, c.Actor, object.AlertPolicies, in.inNamespace, in.Body.Namespace, "alert_policies", in.Body.Policies)
}

func (d *dialect) activeNetworkPolicies(ctx context.Context, c *api.Call, in inNamespace) (activeNetworkPolicies, error) {
	refs, _, err := d.active(ctx, c.Actor, object.NetworkPolicies, in.Namespace)
	return activeNetworkPolicies{refs}, err
}

func (d *dialect) setNetworkPolicies(ctx context.Context, c *api.Call, in struct {
	inNamespace
	Body networkPolicies `body:"required"`
}) (empty, error) {
	return d.activate(ctx, c.Actor, object.NetworkPolicies, in.inNamespace, in.Body.Namespace, "network_policies", in.Body.Policies)
}

func (d *dialect) activeServicePolicies(ctx context.Context, c *api.Call, in inNamespace) (activeServicePolicies, error) {
	refs, _, err := d.active(ctx, c.Actor, object.ServicePolicies, in.Namespace)
	return activeServicePolicies{refs}, err
}

func (d *dialect) setServicePolicies(ctx context.Context, c *api.Call, in struct {
	inNamespace
	Body servicePolicies `body:"required"`
}) (empty, error) {
	return d.activate(ctx, c.Actor, object.ServicePolicies, in.inNamespace, in.Body.Namespace, "service_policies", in.Body.Policies)
}

func (d *dialect) activeFastACLs(ctx context.Context, c *api.Call, in inNamespace) (activeFastACLs, error) {
	refs, _, err := d.active(ctx, c.Actor, object.FastACLs, in.Namespace)
	return activeFastACLs{refs}, err
}

func (d *dialect) setFastACLs(ctx context.Context, c *api.Call, in struct {
	inNamespace
	Body fastACLs `body:"required"`
}) (empty, error) {
	return d.activate(ctx, c.Actor, object.FastACLs, in.inNamespace, in.Body.Namespace, "fast_acls", in.Body.ACLs)
}
