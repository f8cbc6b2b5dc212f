package scim

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// me has the handlers of the user who calls (RFC 7644 section 3.11). The headers
// Location and Content-Location say where that is for anybody.
type me struct{ resources[user] }

func (d *dialect) meOperations() []api.Operation {
	h := me{resources[user]{d, userKind}}
	op := func(verb, method, summary string, access api.Access, errors ...iam.Kind) api.Op {
		return api.Op{ID: "me." + verb, Methods: []string{method}, Paths: at("/Me"), Access: access, Tag: "me", Summary: summary,
			Errors: append(errors, iam.NotFound), ResponseExample: exampleUser}
	}
	const notes = "Who may change users may change all of it; others may change their names, telephone numbers, language, locale and time zone."
	replace := op("replace", http.MethodPut, "Write yourself anew", api.SignedIn(), iam.Denied, iam.Exists, iam.Conflict)
	replace.Description, replace.RequestExample = notes, exampleNewUser
	patch := op("patch", http.MethodPatch, "Change yourself", api.SignedIn(), iam.Denied, iam.Exists, iam.Conflict)
	patch.Description, patch.RequestExample = notes, exampleUserPatch
	remove := op("delete", http.MethodDelete, "Delete yourself", api.Requires(iam.UsersDelete), iam.Conflict, iam.Precondition)
	remove.ResponseExample = nil
	return []api.Operation{
		api.Handle(op("get", http.MethodGet, "Get yourself", api.SignedIn()), h.get),
		api.Handle(replace, h.replace),
		api.Handle(patch, h.patch),
		api.Handle(remove, h.delete),
	}
}

// self answers the id of the user who calls. NotFound: they are of another tenant.
func self(c *api.Call) (string, error) {
	if c.Actor.Home != c.Actor.Tenant || c.Actor.User == "" {
		return "", iam.E(iam.NotFound, "%s is not a user of this tenant", c.Actor.Username)
	}
	return string(c.Actor.User), nil
}

func (h me) get(ctx context.Context, c *api.Call, in struct {
	wanted
	conditions
}) (answer[user], error) {
	id, err := self(c)
	if err != nil {
		return answer[user]{}, err
	}
	return h.read(ctx, c, id, in.wanted, in.conditions)
}

func (h me) replace(ctx context.Context, c *api.Call, in struct {
	wanted
	conditions
	Body document[user] `body:"required"`
}) (answer[user], error) {
	return h.change(ctx, c, in.wanted, in.conditions, scim.Named(in.Body), func(s *scim.Service, t *scim.ResourceType, id string, version int64) (scim.Resource, error) {
		if err := in.Body.check(t); err != nil {
			return nil, err
		}
		return s.Replace(ctx, c.Actor, t, id, version, in.Body)
	})
}

func (h me) patch(ctx context.Context, c *api.Call, in struct {
	wanted
	conditions
	Body patchRequest `body:"required"`
}) (answer[user], error) {
	operations, err := in.Body.operations()
	if err != nil {
		return answer[user]{}, err
	}
	return h.change(ctx, c, in.wanted, in.conditions, scim.NamedBy(operations), func(s *scim.Service, t *scim.ResourceType, id string, version int64) (scim.Resource, error) {
		return s.Patch(ctx, c.Actor, t, id, version, operations)
	})
}

// change changes the caller, by the service that lets them change what they may.
func (h me) change(ctx context.Context, c *api.Call, w wanted, of conditions, written []string,
	change func(s *scim.Service, t *scim.ResourceType, id string, version int64) (scim.Resource, error)) (answer[user], error) {
	id, err := self(c)
	if err != nil {
		return answer[user]{}, err
	}
	may, err := h.Access.May(ctx, c.Actor, h.rights.update)
	if err != nil {
		return answer[user]{}, err
	}
	service := h.SCIM
	if !may {
		service = service.Self()
	}
	return h.write(ctx, c, id, w, of, written, http.StatusOK, func(t *scim.ResourceType, _ scim.Projection, version int64) (scim.Resource, error) {
		return change(service, t, id, version)
	})
}

func (h me) delete(ctx context.Context, c *api.Call, in conditions) (api.NoContent, error) {
	id, err := self(c)
	if err != nil {
		return api.NoContent{}, err
	}
	return api.NoContent{}, h.remove(ctx, c, id, in)
}
