// Package api is the operation kit: every operation of every dialect is
// registered once, as data, and from that registry come the routes, the
// OpenAPI document, the authorization check, and the lists and tests that walk
// every operation.
//
// It owns the way of a request from its path to its answer. It must not know
// any dialect, any rule of the directory, or storage: a dialect brings its
// types, its envelope and how its callers authenticate; the rest is here.
//
//	request ── path: clean? below /t/<tenant>/ or                      │
//	           /managed_tenant/<tenant>/? known? method known? ────────┤
//	  Dialect.Authenticate    unless the operation is Public           │
//	  Registry.Reach          below /managed_tenant/<tenant>/          │
//	  Authorizer.Authorize    where the operation needs a permission   │ error
//	  bind                    path, query, header, JSON body           │
//	  handler                 func(ctx, *Call, In) (Out, error)        │
//	  encode                  in full, before the status is written ───┤
//	                                                                   ▼
//	                                           Dialect.Fail ── encode
//
// A dialect writes one Op and one function for each operation:
//
//	api.Handle(api.Op{
//		ID: "user.get", Methods: []string{"GET"}, Paths: []string{"/v1/users/{id}"},
//		Access: api.Requires("users.read"), Errors: []iam.Kind{iam.NotFound},
//	}, func(ctx context.Context, c *api.Call, in getUser) (userBody, error) { ... })
//
// and adds them with Registry.Add, which panics on a declaration that cannot
// work, so that a mistake shows at the first start and not at the first call.
package api
