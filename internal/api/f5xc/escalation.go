package f5xc

import (
	"bytes"
	"cmp"
	"context"
	"embed"
	"text/template"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/support"
)

//go:embed escalation/*.txt
var escalationTexts embed.FS

// escalationPages tell how tickets are escalated, a page a language.
var escalationPages = template.Must(template.ParseFS(escalationTexts, "escalation/*.txt"))

const escalationType = "text/plain; charset=utf-8"

// escalationFacts are what the pages speak of.
type escalationFacts struct {
	Tenant    string
	Address   string // for questions; empty for none
	Runner    string // the name of the tenant above; empty for none
	Escalates bool
}

// escalationDoc answers what holds in the tenant, and not more: it is made of
// the rules and facts that escalating goes by.
func (d *dialect) escalationDoc(ctx context.Context, c *api.Call, in struct {
	Accept string `header:"Accept"`
}) (download, error) {
	t, err := d.Tenancy.Tenant(ctx, c.Actor)
	if err != nil {
		return download{}, err
	}
	facts := escalationFacts{Tenant: t.Name, Escalates: support.Escalates(t.Plan)}
	if facts.Address, err = d.Tenancy.SupportAddress(ctx, c.Actor); err != nil {
		return download{}, err
	}
	if t.Parent != "" {
		above, err := d.Tenancy.Tenant(ctx, iam.Actor{Tenant: t.Parent})
		if err != nil {
			return download{}, err
		}
		facts.Runner = above.Name
	}
	reader, err := d.Directory.User(ctx, athome(c.Actor), directory.UserKey{ID: c.Actor.User})
	if err != nil {
		return download{}, err
	}
	st, err := d.Tenancy.Settings(ctx, t.ID)
	if err != nil {
		return download{}, err
	}
	text, err := escalationText(cmp.Or(reader.Language, st.Language), facts)
	return download{ContentType: escalationType, Data: text, filename: "escalation.txt", asJSON: asJSON(in.Accept)}, err
}

// escalationText is the page in a language, in English where there is none.
func escalationText(language string, facts escalationFacts) ([]byte, error) {
	page := escalationPages.Lookup(language + ".txt")
	if page == nil {
		page = escalationPages.Lookup("en.txt")
	}
	var text bytes.Buffer
	err := page.Execute(&text, facts)
	return text.Bytes(), err
}
