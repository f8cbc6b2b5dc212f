package storagetest

import (
	"context"
	"fmt"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/notice"
	"github.com/gatehouse-id/gatehouse/internal/scim"
	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// population is what populate makes in a tenant.
type population struct {
	tenant       iam.Tenant
	apiGroup     iam.APIGroup
	freeAPIGroup iam.APIGroup
	role         iam.Role
	group        iam.Group
	user         iam.User
	binding      iam.Binding
	places       namespacePopulation
	objects      objectPopulation
	builtin      iam.APIGroup
	region       iam.Region
	emptyRegion  iam.Region
	zone         iam.Zone
	signIn       signInPopulation
	session      authn.NewSession
	federated    authn.NewSession
	token        authn.TokenRecord
	programs     programs
	event        iam.Event
	job          iam.Job
	mail         notice.Mail
	factors      factorPopulation
	signups      signupPopulation
	links        linkPopulation
	tickets      ticketPopulation
	federation   federationPopulation
	schema       scim.Extension
}

// populate gives the fixture's tenant at least one row in every table.
func (f *fixture) populate() *population {
	f.Helper()
	var w population
	w.tenant = f.tenant
	w.apiGroup = f.newAPIGroup("calls")
	w.freeAPIGroup = f.newAPIGroup("unused")
	w.role = f.newRole("operator", w.apiGroup.ID)
	w.group = f.newGroup("people")
	w.group.Attributes = map[string]string{scim.AttributeExternalID: "x"}
	f.ok(f.store.UpdateGroup(f.ctx(), f.tenant.ID, directory.GroupWrite{Group: w.group}))
	w.group.Version++
	kim := f.aUser("kim")
	kim.Attributes = map[string]string{scim.AttributeExternalID: "x", iam.AttributeSyncMode: iam.SyncModeSCIM}
	u, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: kim, PasswordHash: "hash",
		Groups: &[]iam.GroupID{w.group.ID}, Roles: &[]iam.RoleID{w.role.ID}})
	f.ok(err)
	w.user = u
	f.populateNotices(u)
	w.binding = f.newBinding(iam.Binding{Group: w.group.ID, Role: w.role.ID, Scope: "shared"})
	w.places = f.populateNamespaces(u, w.role)
	w.objects = f.populateObjects()
	builtin, err := f.store.EnsureAPIGroups(f.ctx(), f.tenant.ID, []iam.APIGroup{{ID: iam.APIGroupID(f.env.NewID()), Name: "gatehouse-all"}})
	f.ok(err)
	w.builtin = builtin[0]
	f.populateSettings(u)
	w.region = f.newRegion("kr-1")
	w.emptyRegion = f.newRegion("kr-2")
	w.zone = f.newZone("kr-1a", w.region)
	w.signIn = f.populateSignIn(u)
	w.session = w.signIn.session
	w.federated = f.populateFederated(u)
	w.token = f.newToken("token1", u)
	w.programs = f.newPrograms(u)
	w.event = f.event("user", "create")
	w.job = f.newJob("seoul")
	w.mail = f.newMail("kim@example.com")
	f.populateOwnSettings(u)
	w.factors = f.populateFactors(u)
	w.signups = f.populateSignups()
	w.links = f.populateLinks(w.group)
	w.tickets = f.populateTickets(u)
	w.federation = f.populateFederation(u)
	w.schema = f.populateSchemas()
	f.importAll(anImportMark)
	f.ok(f.store.InsertJob(f.ctx(), f.tenant.ID, iam.Job{ID: iam.JobID(f.env.NewID()), Status: iam.JobSuccessful, Payload: []byte("{}")}, w.event))
	f.ok(f.store.AddKey(f.ctx(), f.tenant.ID, aKey))
	return &w
}

// rowsOf answers all rows of a tenant as text, by table, in order.
func (f *fixture) rowsOf(t iam.TenantID) map[string][]string {
	f.Helper()
	rows := map[string][]string{}
	// The tables are asked for on the engine itself: what it asks is its own.
	f.ok(f.engine.Engine.Read(f.ctx(), t, func(ctx context.Context, tx storage.Tx) error {
		catalog, err := f.engine.Catalog(ctx, tx)
		if err != nil {
			return err
		}
		for _, table := range catalog.Tables {
			if !slices.ContainsFunc(table.Columns, func(c storage.Column) bool { return c.Name == "tenant_id" }) {
				continue
			}
			if rows[table.Name], err = tableRows(ctx, tx, table, t); err != nil {
				return err
			}
		}
		return nil
	}))
	return rows
}

func tableRows(ctx context.Context, tx storage.Tx, table storage.Table, t iam.TenantID) (texts []string, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT * FROM "+table.Name+" WHERE tenant_id = $1", string(t))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	cells, dest := make([]any, len(table.Columns)), make([]any, len(table.Columns))
	for i := range cells {
		dest[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		texts = append(texts, fmt.Sprint(cells...))
	}
	slices.Sort(texts)
	return texts, rows.Err()
}
