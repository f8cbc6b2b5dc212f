package api

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"

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
// built once, when all operations have been added.
func (g *Registry) OpenAPI(dialect string) ([]byte, error) {
	for _, d := range g.dialects {
		if d.Name == dialect {
			return g.document(dialect, func() ([]byte, error) {
				b := newBuilder(info{Title: d.Title, Description: d.Description, Version: d.Version})
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
		b := newBuilder(info{Title: "Gatehouse", Version: "1", Description: "Every operation of every dialect."})
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
	doc    openAPI
	prefix string // of the dialect that is being added
	types  *schemas
	err    error // the first
}

func newBuilder(about info) *builder {
	return &builder{doc: openAPI{
		OpenAPI:    "3.0.3",
		Info:       about,
		Paths:      map[string]pathItem{},
		Components: componentsObject{Schemas: map[string]*schema{}, SecuritySchemes: map[string]securityScheme{}},
		Servers: []serverObject{
			{URL: "/", Description: "the tenant of the host name or the credential"},
			{URL: "/t/{tenant}", Description: "a tenant by its code", Variables: map[string]serverVariable{
				"tenant": {Default: iam.DefaultTenant},
			}},
		},
	}}
}

func (b *builder) finish() ([]byte, error) {
	text, err := json.Marshal(b.doc, json.Deterministic(true))
	if b.err != nil {
		err = b.err
	}
	if err != nil {
		return nil, fmt.Errorf("OpenAPI document of %s: %w", b.doc.Info.Title, err)
	}
	return text, nil
}

// add adds a dialect with all its operations.
func (b *builder) add(g *Registry, d *Dialect, prefix string) {
	b.prefix, b.types = prefix, newSchemas(b.doc.Components.Schemas, prefix)
	security := []securityRequirement{}
	for _, s := range d.Security {
		b.doc.Components.SecuritySchemes[prefix+s.Name] = s.scheme()
		security = append(security, securityRequirement{prefix + s.Name: {}})
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
			path := e.Op.Paths[0]
			if b.doc.Paths[path] == nil {
				b.doc.Paths[path] = pathItem{}
			}
			b.doc.Paths[path][strings.ToLower(method)] = b.operation(e, method, id, security)
		}
	}
}

// tag lists a tag when it is first used.
func (b *builder) tag(name string) {
	if t := (tag{b.prefix + name}); name != "" && !slices.Contains(b.doc.Tags, t) {
		b.doc.Tags = append(b.doc.Tags, t)
	}
}

func (s Security) scheme() securityScheme {
	if s.Header != "" {
		return securityScheme{Type: "apiKey", In: "header", Name: s.Header, Description: s.Description}
	}
	return securityScheme{Type: "http", Scheme: s.Scheme, BearerFormat: s.Format, Description: s.Description}
}

func (b *builder) operation(e *endpoint, method, id string, security []securityRequirement) *operationObject {
	op := e.Op
	doc := &operationObject{
		OperationID: id,
		Summary:     op.Summary,
		Description: op.Description,
		Parameters:  b.parameters(e),
		Responses:   b.responses(e, method),
		Security:    security,
		Permission:  string(op.Access.Permission()),
		Aliases:     op.Paths[1:],
	}
	if op.Tag != "" {
		doc.Tags = []string{b.prefix + op.Tag}
	}
	if op.Access.IsPublic() {
		doc.Security = nil
	}
	if body := e.operation.binding.body; body != nil {
		doc.RequestBody = &requestBody{Required: body.required, Content: e.Dialect.content(
			mediaType{Schema: b.types.of(body.typ), Example: b.written(op.RequestExample)})}
	}
	return doc
}

// parameters documents those that are bound, and the namespace of the path
// where it only serves the authorization.
func (b *builder) parameters(e *endpoint) []parameter {
	var list []parameter
	namespace := e.Op.Namespace
	for _, f := range e.operation.binding.fields {
		if f.in == inPath && f.name == namespace {
			namespace = ""
		}
		of := b.types.of(f.typ)
		of.Nullable = false // a parameter is absent, never null
		list = append(list, parameter{Name: f.name, In: f.in, Description: f.doc, Required: f.in == inPath, Schema: of})
	}
	if namespace != "" {
		list = append(list, parameter{Name: namespace, In: inPath, Description: "The namespace.", Required: true, Schema: &schema{Type: "string"}})
	}
	return list
}
