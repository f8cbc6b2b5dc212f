package netapp

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// The vendor's Korean page writes /auth/zone where the English one has
// /auth/zones.
func (d *dialect) zoneOperations() []api.Operation {
	all, one := at("zones", "auth/zones", "auth/zone"), at("zones/{name}", "auth/zones/{name}", "auth/zone/{name}")
	return []api.Operation{
		api.Handle(api.Op{
			ID: "zone.list", Methods: []string{http.MethodGet}, Paths: all, Access: api.Requires(iam.ZonesRead),
			Tag: "Zones", Summary: "List zones", Description: filterHelp, ResponseExample: zoneListExample,
		}, d.zones),
		api.Handle(api.Op{
			ID: "zone.get", Methods: []string{http.MethodGet}, Paths: one, Access: api.Requires(iam.ZonesRead),
			Tag: "Zones", Summary: "Get a zone by name", Errors: []iam.Kind{iam.NotFound}, ResponseExample: zoneGetExample,
		}, d.zone),
		api.Handle(api.Op{
			ID: "zone.create", Methods: []string{http.MethodPost}, Paths: all, Access: api.Requires(iam.ZonesCreate), Status: http.StatusCreated,
			Tag: "Zones", Summary: "Create a zone in a region", Description: jobHelp, Errors: []iam.Kind{iam.NotFound, iam.Exists},
			RequestExample: zoneBodyExample, ResponseExample: zoneCreateExample,
		}, d.createZone),
		api.Handle(api.Op{
			ID: "zone.update", Methods: []string{http.MethodPut}, Paths: one, Access: api.Requires(iam.ZonesUpdate),
			Tag: "Zones", Summary: "Change name or description of a zone", Errors: []iam.Kind{iam.NotFound, iam.Exists, iam.Conflict},
			RequestExample: zoneBodyExample, ResponseExample: zoneUpdateExample,
		}, d.updateZone),
		api.Handle(api.Op{
			ID: "zone.delete", Methods: []string{http.MethodDelete}, Paths: one, Access: api.Requires(iam.ZonesDelete), Status: http.StatusNoContent,
			Tag: "Zones", Summary: "Delete a zone", Description: jobHelp, Errors: []iam.Kind{iam.NotFound, iam.Exists},
		}, d.deleteZone),
	}
}

type zoneRecord struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Region      string `json:"region" doc:"The region's name."`
}

func zoneOf(z iam.Zone) zoneRecord {
	return zoneRecord{ID: iam.Short(z.ID), Name: z.Name, Description: z.Description, Region: z.Region}
}

var zoneList = list{limit: iam.DefaultPage, sorts: []string{"created", "name"}, unfiltered: []string{"id"}}

func (d *dialect) zones(ctx context.Context, c *api.Call, in struct {
	paging
	Name        iam.Pattern `query:"name"`
	Description iam.Pattern `query:"description"`
	Region      string      `query:"region" doc:"The exact name of a region."`
	RegionName  string      `query:"region_name" doc:"The same as region; the vendor does not say how it is spelled."`
}) (answer[pageOf[zoneRecord]], error) {
	p, err := zoneList.page(c, in.paging)
	if err != nil {
		return answer[pageOf[zoneRecord]]{}, err
	}
	if in.Region == "" {
		in.Region = in.RegionName
	}
	found, err := d.Tenancy.Zones(ctx, c.Actor, tenancy.PlaceFilter{Name: in.Name, Description: in.Description, Region: in.Region}, p)
	return pageAnswer(found, p, zoneOf), err
}

func (d *dialect) zone(ctx context.Context, c *api.Call, in named) (answer[returnedOf[zoneRecord]], error) {
	z, err := d.Tenancy.Zone(ctx, c.Actor, in.Name)
	return returnedAnswer(okay(1), zoneOf(z)), err
}

// zoneBody says region_name, as the vendor's requests do; its answers say
// region, which is taken too.
type zoneBody struct {
	Name        *string `json:"name,omitzero"`
	Description *string `json:"description,omitzero"`
	RegionName  string  `json:"region_name,omitzero"`
	Region      string  `json:"region,omitzero" doc:"Taken where region_name is missing."`
}

func (b zoneBody) region() string {
	if b.RegionName != "" {
		return b.RegionName
	}
	return b.Region
}

var zoneNames = map[string]string{"region": "region_name"}

func (d *dialect) createZone(ctx context.Context, c *api.Call, in struct {
	preferring
	Body zoneBody `body:"required"`
}) (outcome[totalOf[zoneRecord]], error) {
	z, j, err := d.Tenancy.RequestZone(ctx, c.Actor, deref(in.Body.Name), deref(in.Body.Description), in.Body.region())
	if err != nil {
		return outcome[totalOf[zoneRecord]]{}, inWords(err, zoneNames)
	}
	return finish(ctx, d, c, j, in.preferring, totalAnswer(created(), zoneOf(z)))
}

func (d *dialect) updateZone(ctx context.Context, c *api.Call, in struct {
	named
	Body zoneBody `body:"required"`
}) (answer[totalOf[zoneRecord]], error) {
	if to := in.Body.region(); to != "" {
		switch z, err := d.Tenancy.Zone(ctx, c.Actor, in.Name); {
		case err != nil:
			return answer[totalOf[zoneRecord]]{}, err
		case z.Region != to:
			var check iam.Checker
			check.Add("region_name", iam.ReasonFormat, "region_name cannot be changed: a zone stays in its region")
			return answer[totalOf[zoneRecord]]{}, check.Err()
		}
	}
	z, err := d.Tenancy.UpdateZone(ctx, c.Actor, in.Name, in.Body.Name, in.Body.Description)
	return totalAnswer(okay(1), zoneOf(z)), err
}

func (d *dialect) deleteZone(ctx context.Context, c *api.Call, in struct {
	named
	preferring
}) (deletion, error) {
	j, err := d.Tenancy.RequestZoneDeletion(ctx, c.Actor, in.Name)
	if err != nil {
		return deletion{}, err
	}
	return finish(ctx, d, c, j, in.preferring, nothing)
}
