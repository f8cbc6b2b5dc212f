package netapp

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// The consumer's table of the vendor puts regions and zones below /auth, its
// sections do not.
func (d *dialect) regionOperations() []api.Operation {
	all, one := at("regions", "auth/regions"), at("regions/{name}", "auth/regions/{name}")
	return []api.Operation{
		api.Handle(api.Op{
			ID: "region.list", Methods: []string{http.MethodGet}, Paths: all, Access: api.Requires(iam.RegionsRead),
			Tag: "Regions", Summary: "List regions", Description: filterHelp, ResponseExample: regionListExample,
		}, d.regions),
		api.Handle(api.Op{
			ID: "region.get", Methods: []string{http.MethodGet}, Paths: one, Access: api.Requires(iam.RegionsRead),
			Tag: "Regions", Summary: "Get a region by name", Errors: []iam.Kind{iam.NotFound}, ResponseExample: regionGetExample,
		}, d.region),
		api.Handle(api.Op{
			ID: "region.create", Methods: []string{http.MethodPost}, Paths: all, Access: api.Requires(iam.RegionsCreate), Status: http.StatusCreated,
			Tag: "Regions", Summary: "Create a region", Description: jobHelp, Errors: []iam.Kind{iam.Exists},
			RequestExample: regionBodyExample, ResponseExample: regionCreateExample,
		}, d.createRegion),
		api.Handle(api.Op{
			ID: "region.update", Methods: []string{http.MethodPut}, Paths: one, Access: api.Requires(iam.RegionsUpdate),
			Tag: "Regions", Summary: "Change name or description of a region", Errors: []iam.Kind{iam.NotFound, iam.Exists, iam.Conflict},
			RequestExample: regionBodyExample, ResponseExample: regionUpdateExample,
		}, d.updateRegion),
		api.Handle(api.Op{
			ID: "region.delete", Methods: []string{http.MethodDelete}, Paths: one, Access: api.Requires(iam.RegionsDelete), Status: http.StatusNoContent,
			Tag: "Regions", Summary: "Delete a region without zones", Description: jobHelp,
			Errors: []iam.Kind{iam.NotFound, iam.Exists, iam.Precondition},
		}, d.deleteRegion),
	}
}

type regionRecord struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Zones       []string `json:"zones" doc:"Names."`
}

func regionOf(r iam.Region) regionRecord {
	return regionRecord{ID: iam.Short(r.ID), Name: r.Name, Description: r.Description, Zones: r.Zones}
}

// newRegion is what a creation answers: the vendor's own record of the
// database, by the look of it, with the zero time of Go.
type newRegion struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Description string    `json:"Description"`
	UserID      string    `json:"user_id"`
	Created     string    `json:"created" doc:"Always 0001-01-01T00:00:00Z, as the vendor has it."`
	Tags        *struct{} `json:"tags" doc:"Always null, as the vendor has it."`
}

const zeroTime = "0001-01-01T00:00:00Z"

func newRegionOf(r iam.Region) newRegion {
	return newRegion{ID: iam.Short(r.ID), Name: r.Name, Description: r.Description, UserID: iam.Short(r.CreatedBy), Created: zeroTime}
}

var regionList = list{limit: iam.DefaultPage, sorts: []string{"created", "name"}, unfiltered: []string{"id", "zones"}}

func (d *dialect) regions(ctx context.Context, c *api.Call, in struct {
	paging
	Name        iam.Pattern `query:"name"`
	Description iam.Pattern `query:"description"`
}) (answer[pageOf[regionRecord]], error) {
	p, err := regionList.page(c, in.paging)
	if err != nil {
		return answer[pageOf[regionRecord]]{}, err
	}
	found, err := d.Tenancy.Regions(ctx, c.Actor, tenancy.PlaceFilter{Name: in.Name, Description: in.Description}, p)
	return pageAnswer(found, p, regionOf), err
}

// named takes the region or zone that the path names.
type named struct {
	Name string `path:"name"`
}

// The vendor's example of one region answers returned_records, unlike its
// example of one job.
func (d *dialect) region(ctx context.Context, c *api.Call, in named) (answer[returnedOf[regionRecord]], error) {
	r, err := d.Tenancy.Region(ctx, c.Actor, in.Name)
	return returnedAnswer(okay(1), regionOf(r)), err
}

type placeBody struct {
	Name        *string `json:"name,omitzero"`
	Description *string `json:"description,omitzero"`
}

func (d *dialect) createRegion(ctx context.Context, c *api.Call, in struct {
	preferring
	Body placeBody `body:"required"`
}) (outcome[totalOf[newRegion]], error) {
	r, j, err := d.Tenancy.RequestRegion(ctx, c.Actor, deref(in.Body.Name), deref(in.Body.Description))
	if err != nil {
		return outcome[totalOf[newRegion]]{}, err
	}
	return finish(ctx, d, c, j, in.preferring, totalAnswer(created(), newRegionOf(r)))
}

func (d *dialect) updateRegion(ctx context.Context, c *api.Call, in struct {
	named
	Body placeBody `body:"required"`
}) (answer[totalOf[regionRecord]], error) {
	r, err := d.Tenancy.UpdateRegion(ctx, c.Actor, in.Name, in.Body.Name, in.Body.Description)
	return totalAnswer(okay(1), regionOf(r)), err
}

func (d *dialect) deleteRegion(ctx context.Context, c *api.Call, in struct {
	named
	preferring
}) (deletion, error) {
	j, err := d.Tenancy.RequestRegionDeletion(ctx, c.Actor, in.Name)
	if err != nil {
		return deletion{}, err
	}
	return finish(ctx, d, c, j, in.preferring, nothing)
}
