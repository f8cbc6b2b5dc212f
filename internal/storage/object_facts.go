package storage

import (
	"bytes"
	"context"
	"strconv"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

// A row costs more than what is in it, so the objects of a kind and a namespace
// are the lines of one: a name, a blank, and the facts, which the index has, or
// the spec of those without. Names have no blanks, and JSON without white space
// has no line breaks.
const (
	factLines = `string_agg(o.name || ' ' || o.facts, '
')`
	specLines = `string_agg(o.name || ' ' || o.spec, '
')`
)

// perKind asks for something of the objects of some kinds in a namespace, in all
// where it is empty: kind, name of the namespace, and that.
func perKind(t iam.TenantID, something string, kinds []string, namespace, where string) (query string, args []any) {
	args = []any{t}
	marks := make([]string, len(kinds))
	for i, kind := range kinds {
		args = append(args, kind)
		marks[i] = "$" + strconv.Itoa(len(args))
	}
	where = " AND o.kind IN (" + strings.Join(marks, ", ") + ")" + where
	if namespace != "" {
		args = append(args, namespace)
		where += " AND o.namespace_id = (SELECT namespace_id FROM namespaces WHERE tenant_id = $1 AND name = $" + strconv.Itoa(len(args)) + ")"
	}
	return `SELECT found.kind, n.name, found.something FROM (SELECT o.kind, o.namespace_id, ` + something + ` AS something
		FROM objects o WHERE o.tenant_id = $1` + where + ` GROUP BY o.kind, o.namespace_id) AS found
		JOIN namespaces n ON n.tenant_id = $1 AND n.namespace_id = found.namespace_id`, args
}

// ObjectFacts implements object.Store.
func (s *Store) ObjectFacts(ctx context.Context, t iam.TenantID, kinds []string, namespace string) (facts []object.FactsOf, err error) {
	defer s.wrap(&err, "ObjectFacts(%s, %q, %q)", t, kinds, namespace)
	query, args := perKind(t, factLines, kinds, namespace, "")
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		lines, err := all(ctx, x, scanLines, query, args...)
		if err != nil {
			return err
		}
		specs := false
		for _, l := range lines {
			l.each(func(o object.FactsOf, text []byte) {
				if o.Facts = text; len(text) == 0 {
					specs = true
				} else {
					facts = append(facts, o)
				}
			})
		}
		if !specs {
			return nil
		}
		query, args := perKind(t, specLines, kinds, namespace, " AND o.facts = ''")
		lines, err = all(ctx, x, scanLines, query, args...)
		for _, l := range lines {
			l.each(func(o object.FactsOf, text []byte) {
				o.Spec = text
				facts = append(facts, o)
			})
		}
		return err
	})
	return facts, err
}

// lines are the objects of a kind in a namespace.
type lines struct {
	kind, namespace string
	text            []byte
}

func scanLines(row scanner) (l lines, err error) {
	err = row.Scan(&l.kind, &l.namespace, &l.text)
	return l, err
}

// each calls visit with each object, and what stands behind its name.
func (l lines) each(visit func(o object.FactsOf, text []byte)) {
	for line := range bytes.SplitSeq(l.text, []byte("\n")) {
		name, text, _ := bytes.Cut(line, []byte(" "))
		visit(object.FactsOf{Kind: l.kind, Namespace: l.namespace, Name: string(name)}, text)
	}
}

// CountObjects implements object.Store.
func (s *Store) CountObjects(ctx context.Context, t iam.TenantID, kinds []string, namespace string) (counts []object.Count, err error) {
	defer s.wrap(&err, "CountObjects(%s, %q, %q)", t, kinds, namespace)
	query, args := perKind(t, "COUNT(*)", kinds, namespace, "")
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		counts, err = all(ctx, x, scanCount, query, args...)
		return err
	})
	return counts, err
}

func scanCount(row scanner) (c object.Count, err error) {
	err = row.Scan(&c.Kind, &c.Namespace, &c.N)
	return c, err
}
