package f5xc

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// tenantImages are the pictures of a tenant. Package tenancy satisfies it.
type tenantImages interface {
	Logo(ctx context.Context, t iam.TenantID) (iam.Image, error)
	Favicon(ctx context.Context, t iam.TenantID) (iam.Image, error)
	Image(ctx context.Context, t iam.TenantID) (iam.Image, error)
	SetImage(ctx context.Context, by iam.Actor, content []byte) error
}

func (d *dialect) imageOperations() []api.Operation {
	const path, static = "/api/web/namespaces/system/tenant/settings/tenant/", "/api/web/static/namespaces/system/tenant/settings/tenant/"
	change := func(verb, method, summary string) api.Op {
		return api.Op{ID: "tenant.image." + verb, Methods: []string{method}, Paths: []string{path + "image"},
			Access: api.Requires(iam.SettingsUpdate), Tag: tagSettings, Summary: summary, ResponseExample: empty{}}
	}
	set := change("set", http.MethodPut, "Set the image of the tenant")
	set.Description = "A JPEG, PNG, GIF or WebP of at most 5 MiB. What is kept is made anew of what it shows, and fits into 512 × 512 pixels. " +
		"What content_type says is not looked at."
	set.MaxBody, set.RequestExample = maxImageBody, imageForm{ContentType: "image/png", Image: examplePNG}
	return []api.Operation{
		d.showImage("logo.get", path+"logo", "Get the logo of the tenant", keepAsking, Tenancy.Logo),
		d.showImage("favicon.get", path+"favicon", "Get the favicon of the tenant", keepAsking, Tenancy.Favicon),
		d.showImage("favicon.static", static+"favicon", "Get the favicon of the tenant, for pages", keepAWhile, Tenancy.Favicon),
		d.showImage("image.get", path+"image", "Get the image of the tenant", keepAsking, Tenancy.Image),
		d.showImage("image.static", static+"image", "Get the image of the tenant, for pages", keepAWhile, Tenancy.Image),
		api.Handle(set, func(ctx context.Context, c *api.Call, in struct {
			Body imageForm `body:"required"`
		}) (empty, error) {
			content, err := in.Body.content()
			if err != nil {
				return empty{}, err
			}
			return empty{}, d.Tenancy.SetImage(ctx, c.Actor, content)
		}),
		api.Handle(change("delete", http.MethodDelete, "Remove the image of the tenant"), func(ctx context.Context, c *api.Call, _ struct{}) (empty, error) {
			return empty{}, d.Tenancy.SetImage(ctx, c.Actor, nil)
		}),
	}
}

// showImage is the operation that answers one of the images of the tenant.
func (d *dialect) showImage(id, path, summary, keep string, get func(t Tenancy, ctx context.Context, id iam.TenantID) (iam.Image, error)) api.Operation {
	return api.Handle(api.Op{ID: "tenant." + id, Methods: []string{http.MethodGet}, Paths: []string{path}, Access: api.SignedIn(),
		Tag: tagSettings, Summary: summary, Errors: []iam.Kind{iam.NotFound},
		Description: "The image itself, with an entity tag; 304 for who has it already. Who accepts application/json and not anything (*/*) " +
			"gets it as this document says.",
		ResponseExample: exampleImage,
	}, func(ctx context.Context, c *api.Call, in wantedImage) (servedImage, error) {
		i, err := get(d.Tenancy, ctx, c.Actor.Tenant)
		return serveImage(i, keep, in), err
	})
}
