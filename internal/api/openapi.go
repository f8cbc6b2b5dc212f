package api

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// documents are the OpenAPI documents that were asked for, by dialect's name;
// the one of all dialects is under "".
type documents struct {
	mu    sync.Mutex
	built map[string]document
}

type document struct {
	text []byte
	err  error
}

// OpenAPI answers the OpenAPI 3.0.3 document of a dialect. Operations stand
// under their canonical path, with their other spellings in the extension
// x-gatehouse-aliases and their permission in x-gatehouse-permission. It is
// built and validated once, when all operations have been added.
func (g *Registry) OpenAPI(dialect string) ([]byte, error) {
	for _, d := range g.dialects {
		if d.Name == dialect {
			return g.document(dialect, func() ([]byte, error) {
				b := newBuilder(&openapi3.Info{Title: d.Title, Description: d.Description, Version: d.Version})
				b.add(g, d, "")
				return b.finish()
			})
		}
	}
	return nil, iam.ErrNotFound("dialect", dialect)
}

// OpenAPIAll answers one document of all dialects, whose names are the
// prefixes of operations, schemas and tags.
func (g *Registry) OpenAPIAll() ([]byte, error) {
	return g.document("", func() ([]byte, error) {
		b := newBuilder(&openapi3.Info{Title: "Gatehouse", Version: "1", Description: "Every operation of every dialect."})
		for _, d := range g.dialects {
			b.add(g, d, d.Name+".")
		}
		return b.finish()
	})
}

func (g *Registry) document(name string, build func() ([]byte, error)) ([]byte, error) {
	g.documents.mu.Lock()
	defer g.documents.mu.Unlock()
	doc, ok := g.documents.built[name]
	if !ok {
		doc.text, doc.err = build()
		if g.documents.built == nil {
			g.documents.built = map[string]document{}
		}
		g.documents.built[name] = doc
	}
	return doc.text, doc.err
}

// builder makes one document.
type builder struct {
	doc    *openapi3.T
	prefix string // of the dialect that is being added
	types  *schemas
	err    error // the first
}

func newBuilder(info *openapi3.Info) *builder {
	return &builder{doc: &openapi3.T{
		OpenAPI:    "3.0.3",
		Info:       info,
		Paths:      openapi3.NewPaths(),
		Components: &openapi3.Components{Schemas: openapi3.Schemas{}, SecuritySchemes: openapi3.SecuritySchemes{}},
		Servers: openapi3.Servers{
			{URL: "/", Description: "the tenant of the host name or the credential"},
			{URL: "/t/{tenant}", Description: "a tenant by its code", Variables: openapi3.ServerVariables{
				"tenant": {Default: iam.DefaultTenant},
			}},
		},
	}}
}

func (b *builder) finish() ([]byte, error) {
	if err := cmp.Or(b.err, b.doc.Validate(context.Background())); err != nil {
		return nil, fmt.Errorf("OpenAPI document of %s: %w", b.doc.Info.Title, err)
	}
	return b.doc.MarshalJSON()
}

// add adds a dialect with all its operations.
func (b *builder) add(g *Registry, d *Dialect, prefix string) {
	b.prefix, b.types = prefix, newSchemas(b.doc.Components.Schemas, prefix)
	security := openapi3.SecurityRequirements{}
	for _, s := range d.Security {
		b.doc.Components.SecuritySchemes[prefix+s.Name] = &openapi3.SecuritySchemeRef{Value: s.scheme()}
		security = append(security, openapi3.SecurityRequirement{prefix + s.Name: {}})
	}
	for _, e := range g.endpoints {
		if e.Dialect != d {
			continue
		}
		b.tag(e.Op.Tag)
		for i, method := range e.Op.Methods {
			id := prefix + e.Op.ID
			if i > 0 { // ids are unique in a document
				id += "." + strings.ToLower(method)
			}
			b.doc.AddOperation(e.Op.Paths[0], method, b.operation(e, method, id, security))
		}
	}
}

// tag lists a tag when it is first used.
func (b *builder) tag(name string) {
	if name != "" && b.doc.Tags.Get(b.prefix+name) == nil {
		b.doc.Tags = append(b.doc.Tags, &openapi3.Tag{Name: b.prefix + name})
	}
}

func (s Security) scheme() *openapi3.SecurityScheme {
	if s.Header != "" {
		return &openapi3.SecurityScheme{Type: "apiKey", In: "header", Name: s.Header, Description: s.Description}
	}
	return &openapi3.SecurityScheme{Type: "http", Scheme: s.Scheme, BearerFormat: s.Format, Description: s.Description}
}

func (b *builder) operation(e *endpoint, method, id string, security openapi3.SecurityRequirements) *openapi3.Operation {
	op := e.Op
	doc := &openapi3.Operation{
		OperationID: id,
		Summary:     op.Summary,
		Description: op.Description,
		Extensions:  map[string]any{},
		Parameters:  b.parameters(e),
		Responses:   b.responses(e, method),
	}
	if op.Tag != "" {
		doc.Tags = []string{b.prefix + op.Tag}
	}
	if op.Access.IsPublic() {
		doc.Security = &openapi3.SecurityRequirements{}
	} else {
		doc.Security = &security
	}
	if p := op.Access.Permission(); p != "" {
		doc.Extensions["x-gatehouse-permission"] = p
	}
	if len(op.Paths) > 1 {
		doc.Extensions["x-gatehouse-aliases"] = op.Paths[1:]
	}
	if body := e.operation.binding.body; body != nil {
		media := openapi3.NewMediaType().WithSchemaRef(b.types.of(body.typ))
		media.Example = b.generic(op.RequestExample)
		doc.RequestBody = &openapi3.RequestBodyRef{Value: openapi3.NewRequestBody().WithRequired(body.required).
			WithContent(openapi3.Content{"application/json": media})}
	}
	return doc
}

// parameters documents those that are bound, and the namespace of the path
// where it only serves the authorization.
func (b *builder) parameters(e *endpoint) openapi3.Parameters {
	var list openapi3.Parameters
	namespace := e.Op.Namespace
	for _, f := range e.operation.binding.fields {
		if f.in == inPath && f.name == namespace {
			namespace = ""
		}
		schema := b.types.of(f.typ)
		schema.Value.Nullable = false // a parameter is absent, never null
		list = append(list, &openapi3.ParameterRef{Value: &openapi3.Parameter{
			Name: f.name, In: f.in, Description: f.doc, Required: f.in == inPath, Schema: schema,
		}})
	}
	if namespace != "" {
		list = append(list, &openapi3.ParameterRef{Value: openapi3.NewPathParameter(namespace).
			WithDescription("The namespace.").WithSchema(openapi3.NewStringSchema())})
	}
	return list
}
