package f5xc

import (
	"cmp"
	"context"
	"net/http"
	"strconv"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// terms are a tenant's terms of service.
type terms struct {
	Text    string `json:"text"`
	Version string `json:"version"`
}

// acceptForm says which terms the caller has accepted, and when.
type acceptForm struct {
	Namespace string `json:"namespace" rule:"string.const=system"`
	Accepted  string `json:"tos_accepted" doc:"The version, where tos_version does not have it."`
	At        int64  `json:"tos_accepted_at,string" doc:"Seconds since 1970; 0 is now."`
	Version   string `json:"tos_version"`
}

func (d *dialect) termsOperations() []api.Operation {
	const namespace = "/api/web/custom/namespaces/{namespace}/"
	return []api.Operation{
		api.Handle(api.Op{
			ID: "terms.get", Methods: []string{http.MethodGet}, Paths: []string{namespace + "tos"}, Access: api.SignedIn(), Namespace: "namespace",
			Tag: "Users", Summary: "Get the terms of service", Description: "Both members are empty where the tenant has none.", Errors: []iam.Kind{iam.NotFound},
			ResponseExample: terms{"Be kind to one another.", "2024-10"},
		}, d.getTerms),
		api.Handle(api.Op{
			ID: "terms.accept", Methods: []string{http.MethodPost}, Paths: []string{namespace + "accept_tos"}, Access: api.SignedIn(), Namespace: "namespace",
			Tag: "Users", Summary: "Accept the terms of service, for oneself", Errors: []iam.Kind{iam.NotFound, iam.Denied},
			RequestExample:  acceptForm{Namespace: iam.NamespaceSystem, Version: "2024-10", At: 1730419200},
			ResponseExample: empty{},
		}, d.acceptTerms),
	}
}

func (d *dialect) getTerms(ctx context.Context, c *api.Call, in inNamespace) (terms, error) {
	if err := inSystem("terms of service", in.Namespace); err != nil {
		return terms{}, err
	}
	s, err := d.Tenancy.Settings(ctx, c.Actor.Tenant)
	return terms{s.Terms.Text, s.Terms.Version}, err
}

// latest is the last second that RFC 3339 can write: of the year 9999.
const latest = 253402300799

func (d *dialect) acceptTerms(ctx context.Context, c *api.Call, in struct {
	inNamespace
	Body acceptForm `body:"required"`
}) (empty, error) {
	if err := inSystem("terms of service", in.inNamespace.Namespace); err != nil {
		return empty{}, err
	}
	version := cmp.Or(in.Body.Version, in.Body.Accepted)
	if version == "" {
		return empty{}, notAs("tos_version", "the version that is accepted", "")
	}
	if in.Body.At < 0 || in.Body.At > latest {
		return empty{}, notAs("tos_accepted_at", "a number of seconds since 1970", strconv.FormatInt(in.Body.At, 10))
	}
	at := strconv.FormatInt(cmp.Or(in.Body.At, d.Env.Time().Unix()), 10)
	_, err := d.Directory.AcceptTerms(ctx, c.Actor, version,
		map[string]*string{attrTOSVersion: &version, attrTOSAccepted: &version, attrTOSAt: &at})
	return empty{}, inWords(err, map[string]string{"version": "tos_version", "attributes." + attrTOSVersion: "tos_version",
		"attributes." + attrTOSAccepted: "tos_version"})
}
