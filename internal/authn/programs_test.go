package authn_test

import (
	"net/netip"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/notice"
)

// setRules restricts Ann.
func (w world) setRules(t *testing.T, rules iam.UserRules) {
	t.Helper()
	w.update(t, directory.UserChange{Rules: &rules})
}

// setNetworks restricts the whole tenant.
func (w world) setNetworks(t *testing.T, networks ...netip.Prefix) {
	t.Helper()
	operator := iam.System(w.tenant.ID, "test")
	settings, err := w.Tenancy.Settings(t.Context(), w.tenant.ID)
	if err != nil {
		t.Fatal(err)
	}
	settings.Networks = networks
	if _, err := w.Tenancy.UpdateSettings(t.Context(), operator, settings); err != nil {
		t.Fatal(err)
	}
}

// mailsTo answers the texts of the mails of a kind to an address.
func (w world) mailsTo(t *testing.T, to string, kind iam.MessageKind) []string {
	t.Helper()
	operator := iam.System(w.tenant.ID, "test")
	l, err := w.Notice.Mails(t.Context(), operator, notice.Filter{}, iam.Page{})
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, m := range l.Items {
		if m.To != to || m.Kind != kind {
			continue
		}
		_, written, err := w.Notice.Read(t.Context(), operator, m.ID)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, written.Text)
	}
	return texts
}
