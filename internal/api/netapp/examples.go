package netapp

import (
	"net/http"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// What the document shows of each operation. The people and places in it are
// invented.
var (
	exampleTenant = iam.Tenant{ID: "01932f6d-8a00-7000-8000-5c0de5c0de01", Parent: "01932f6d-8a00-7000-8000-5c0de5c0de00",
		Code: "hanbit", Name: "Hanbit", Description: "Hanbit's own people",
		Attributes: map[string]string{attrAccountName: "Hanbit Inc", attrAccountNumber: "A00000042"}}
	exampleParent = iam.Tenant{ID: "01932f6d-8a00-7000-8000-5c0de5c0de00", Code: "default", Name: "Default"}
	exampleUser   = iam.User{ID: "01932f6d-8a00-7000-8000-5c0de5c0de02", Username: "jiwoo", GivenName: "Jiwoo", FamilyName: "Kim",
		DisplayName: "Kim Jiwoo", Email: "jiwoo@example.com",
		Roles: []iam.Ref[iam.RoleID]{{Name: "admin", Handle: "admin"}}}
	exampleRegion = iam.Region{ID: "01932f6d-8a00-7000-8000-5c0de5c0de03", Name: "kr-central", Description: "Seoul and around",
		Zones: []string{"kr-central-a"}, CreatedBy: exampleUser.ID}
	exampleZone = iam.Zone{ID: "01932f6d-8a00-7000-8000-5c0de5c0de04", Name: "kr-central-a", Description: "The first hall", Region: "kr-central"}
	exampleJob  = iam.Job{ID: "01932f6d-8a00-7000-8000-5c0de5c0de05", Action: "create", ObjectType: "regions", ObjectID: string(exampleRegion.ID),
		ObjectName: exampleRegion.Name, Summary: "Create request is successfully submitted", Status: iam.JobSuccessful,
		Detail: "Creation of region 'kr-central' completed successfully.", User: exampleUser.ID,
		Created: time.UnixMilli(1731628800000), Updated: time.UnixMilli(1731628800042),
		Tasks: []iam.JobTask{{ID: "01932f6d-8a00-7000-8000-5c0de5c0de06", Action: "create", Resource: "region", Status: iam.JobSuccessful,
			Detail: "Worker completed task successfully.", Payload: map[string]string{"name": exampleRegion.Name}}}}
)

var (
	signInExample    = signInBody{Username: "jiwoo", Password: "correct horse battery"}
	passwordExample  = passwordBody{Username: "jiwoo", OldPassword: "correct horse battery", NewPassword: "staple of a river"}               //nolint:gosec // invented
	exampleSession   = session{User: shortUser(exampleUser, exampleTenant), Token: "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VybmFtZSI6…"} //nolint:gosec // a start without an end
	signedInExample  = totalAnswer(status{UserMessage: messageSignedIn, Code: http.StatusOK}, exampleSession)
	refreshedExample = totalAnswer(okay(1), exampleSession)

	examplePage = iam.Page{Limit: iam.DefaultPage, Sort: "created", Desc: true}

	regionBodyExample   = placeBody{Name: &exampleRegion.Name, Description: &exampleRegion.Description}
	regionListExample   = pageAnswer(only(exampleRegion), examplePage, regionOf)
	regionGetExample    = returnedAnswer(okay(1), regionOf(exampleRegion))
	regionCreateExample = totalAnswer(created(), newRegionOf(exampleRegion))
	regionUpdateExample = totalAnswer(okay(1), regionOf(exampleRegion))

	zoneBodyExample   = zoneBody{Name: &exampleZone.Name, Description: &exampleZone.Description, RegionName: exampleZone.Region}
	zoneListExample   = pageAnswer(only(exampleZone), examplePage, zoneOf)
	zoneGetExample    = returnedAnswer(okay(1), zoneOf(exampleZone))
	zoneCreateExample = totalAnswer(created(), zoneOf(exampleZone))
	zoneUpdateExample = totalAnswer(okay(1), zoneOf(exampleZone))

	jobListExample = pageAnswer(only(exampleJob), examplePage, jobOf)
	jobGetExample  = totalAnswer(okay(1), jobOf(exampleJob))

	userBodyExample = userBody{Username: &exampleUser.Username, FirstName: &exampleUser.GivenName, LastName: &exampleUser.FamilyName,
		Email: &exampleUser.Email, Tenancies: &[]tenancyInput{{TenantID: iam.Short(exampleTenant.ID), RoleName: "admin"}}, Provider: providerLocal}
	userGetExample    = totalAnswer(okay(1), shortUser(exampleUser, exampleTenant))
	userCreateExample = returnedAnswer(created(), newUserOf(exampleUser, exampleTenant))

	tenantBodyExample   = tenantBody{Name: &exampleTenant.Name, Code: &exampleTenant.Code, Description: &exampleTenant.Description}
	tenantListExample   = pageAnswer(only(exampleTenant), examplePage, tenantOf)
	tenantGetExample    = returnedAnswer(okay(1), tenantOf(exampleTenant))
	tenantCreateExample = returnedAnswer(created(), tenantOf(exampleTenant))

	exampleSubtenant       = subtenantOf(exampleTenant, exampleParent)
	subtenantBodyExample   = subtenantBody{Name: &exampleTenant.Name, Code: &exampleTenant.Code, TenantID: iam.Short(exampleParent.ID)}
	subtenantListExample   = pageAnswer(only(exampleTenant), examplePage, func(iam.Tenant) subtenantRecord { return exampleSubtenant })
	subtenantGetExample    = returnedAnswer(okay(1), exampleSubtenant)
	subtenantCreateExample = returnedAnswer(created(), exampleSubtenant)
)

func only[T any](item T) iam.List[T] { return iam.List[T]{Items: []T{item}, Total: 1} }
