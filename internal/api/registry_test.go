package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/api"
)

func TestOperationsAreNumbered(t *testing.T) {
	z := openZoo(t)
	for i, op := range z.Operations() {
		if op.Endpoint != i || op.Dialect.Name != "zoo" || op.Op.ID == "" {
			t.Errorf("operation %d is %+v", i, op)
		}
	}
	if op := z.Operations()[0].Op; op.Access.Permission() != "animals.update" || op.Access.IsPublic() {
		t.Errorf("access of %s: %+v", op.ID, op.Access)
	}
}

// handle declares an operation with an input and nothing to do.
func handle[In any](op api.Op) api.Operation {
	return api.Handle(op, func(context.Context, *api.Call, In) (none, error) { return none{}, nil })
}

// Declarations that cannot work are refused at registration, by name.
func TestBadDeclarations(t *testing.T) {
	valid := func(change func(*api.Op)) api.Op {
		op := api.Op{ID: "x", Methods: []string{"GET"}, Paths: []string{"/zoo/x"}, Access: api.Public()}
		change(&op)
		return op
	}
	plain := valid(func(*api.Op) {})
	at := func(paths ...string) api.Op { return valid(func(op *api.Op) { op.Paths = paths }) }
	type withID struct {
		ID string `path:"id"`
	}
	tests := map[string]struct {
		declare func(z *zoo)
		says    string
	}{
		"no id":          {func(*zoo) { handle[none](valid(func(op *api.Op) { op.ID = "" })) }, "no ID"},
		"no method":      {func(*zoo) { handle[none](valid(func(op *api.Op) { op.Methods = nil })) }, "no method"},
		"no path":        {func(*zoo) { handle[none](at()) }, "no path"},
		"no access":      {func(*zoo) { handle[none](valid(func(op *api.Op) { op.Access = api.Access{} })) }, "access is not declared"},
		"no permission":  {func(*zoo) { handle[none](valid(func(op *api.Op) { op.Access = api.Requires("") })) }, "without a permission"},
		"lower case":     {func(*zoo) { handle[none](valid(func(op *api.Op) { op.Methods = []string{"get"} })) }, `"get"`},
		"HEAD":           {func(*zoo) { handle[none](valid(func(op *api.Op) { op.Methods = []string{"HEAD"} })) }, `"HEAD"`},
		"status":         {func(*zoo) { handle[none](valid(func(op *api.Op) { op.Status = 404 })) }, "404"},
		"example":        {func(*zoo) { handle[none](valid(func(op *api.Op) { op.RequestExample = 1 })) }, "without a body"},
		"relative path":  {func(*zoo) { handle[none](at("zoo/x")) }, "absolute"},
		"unclean path":   {func(*zoo) { handle[none](at("/zoo//x")) }, "clean"},
		"slash only":     {func(*zoo) { handle[none](at("/zoo/x/")) }, "without the trailing slash"},
		"rest of path":   {func(*zoo) { handle[none](at("/zoo/{x...}")) }, "whole segment"},
		"half a segment": {func(*zoo) { handle[none](at("/zoo/a{x}")) }, "whole segment"},
		"unused":         {func(*zoo) { handle[none](at("/zoo/{id}")) }, "nothing takes parameter {id}"},
		"missing":        {func(*zoo) { handle[withID](at("/zoo/{id}", "/zoo/x")) }, "path /zoo/x: no parameter {id}"},
		"no namespace":   {func(*zoo) { handle[none](valid(func(op *api.Op) { op.Namespace = "ns" })) }, "{ns}"},
		"not a struct":   {func(*zoo) { handle[int](plain) }, "not a struct"},
		"no tag":         {func(*zoo) { handle[struct{ A string }](plain) }, "field A"},
		"two tags": {func(*zoo) {
			handle[struct {
				A string `query:"a" header:"a"`
			}](plain)
		}, "field A"},
		"unexported": {func(*zoo) {
			handle[struct {
				a string `query:"a"`
			}](plain)
		}, "field a"},
		"type": {func(*zoo) {
			handle[struct {
				A []byte `header:"a"`
			}](plain)
		}, "field A"},
		"nested list": {func(*zoo) {
			handle[struct {
				A [][]string `query:"a"`
			}](plain)
		}, "field A"},
		"float": {func(*zoo) {
			handle[struct {
				A float64 `query:"a"`
			}](plain)
		}, "field A"},
		"body tag": {func(*zoo) {
			handle[struct {
				A none `body:"maybe"`
			}](plain)
		}, "field A"},
		"two bodies": {func(*zoo) {
			handle[struct {
				A none `body:"required"`
				B none `body:"required"`
			}](plain)
		}, "field B"},
		"in an embedded struct": {func(*zoo) {
			type Inner struct{ A string }
			handle[struct{ Inner }](plain)
		}, "field A"},
		"id twice":          {func(z *zoo) { z.Add(newZooOf(z), handle[none](plain), handle[none](at("/zoo/y"))) }, `two operations "x"`},
		"path twice":        {func(z *zoo) { z.Add(newZooOf(z), handle[none](at("/zoo/hours"))) }, "/zoo/hours"},
		"outside prefixes":  {func(z *zoo) { z.Add(newZooOf(z), handle[none](at("/other"))) }, "not below a prefix"},
		"same name":         {func(z *zoo) { d := newZoo(); d.Prefixes = []string{"/a/"}; z.Add(d) }, "share"},
		"same prefix":       {func(z *zoo) { d := newZoo(); d.Name = "b"; z.Add(d) }, "share"},
		"prefix form":       {func(z *zoo) { d := newZoo(); d.Prefixes = []string{"/a"}; z.Add(d) }, `"/a"`},
		"no prefix":         {func(z *zoo) { d := newZoo(); d.Prefixes = nil; z.Add(d) }, "no prefix"},
		"no title":          {func(z *zoo) { d := newZoo(); d.Title = ""; z.Add(d) }, "title"},
		"no authentication": {func(z *zoo) { d := newZoo(); d.Authenticate = nil; z.Add(d) }, "Authenticate"},
		"security":          {func(z *zoo) { d := newZoo(); d.Security = []api.Security{{Name: "s"}}; z.Add(d) }, "security"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			z := openZoo(t)
			defer func() {
				if p := fmt.Sprint(recover()); !strings.Contains(p, tt.says) {
					t.Errorf("panic %q does not say %q", p, tt.says)
				}
			}()
			tt.declare(z)
			t.Errorf("accepted")
		})
	}
}

func newZooOf(z *zoo) *api.Dialect { return z.Operations()[0].Dialect }

// The longer prefix decides whose envelope is used.
func TestPrefixWithinPrefix(t *testing.T) {
	z := openZoo(t)
	inner := newZoo()
	inner.Name, inner.Prefixes = "inner", []string{"/zoo/inner/"}
	z.Add(inner, handle[none](api.Op{ID: "x", Methods: []string{"GET"}, Paths: []string{"/zoo/inner/x"}, Access: api.Public()}))
	if last := z.Operations()[len(z.Operations())-1]; last.Dialect != inner {
		t.Errorf("dialect %s", last.Dialect.Name)
	}
	if w := z.do(t, "GET", "/zoo/inner/x", ""); w.Code != 200 {
		t.Errorf("status %d", w.Code)
	}
}
