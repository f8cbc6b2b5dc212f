package scim

import (
	"maps"
	"slices"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TestKeptIsProvisioned: what a resource keeps among the attributes of a user is
// for provisioning clients alone to change, and nothing else of other ways in is.
func TestKeptIsProvisioned(t *testing.T) {
	names := slices.Concat(slices.Collect(maps.Values(attributes)), slices.Collect(maps.Values(encoded)), []string{keptEmails, keptPhones, "urn:acme:hr:badge"})
	for _, name := range names {
		if !iam.ProvisionedAttribute(name) {
			t.Errorf("%s is anybody's", name)
		}
	}
	for _, name := range []string{"uidNumber", "homeDirectory", "f5xc.idm_type", "f5xc.tos_version", "netapp.image", iam.AttributeOwner, "cloudforet.tags"} {
		if iam.ProvisionedAttribute(name) {
			t.Errorf("%s is for provisioning clients", name)
		}
	}
}
