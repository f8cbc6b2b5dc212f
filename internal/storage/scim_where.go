package storage

import (
	"context"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// A condition becomes SQL in one of two forms. As a test it is about the row u,
// which is looked at anyway. As a set it is a SELECT of the ids of all of whom it
// is true, if an index knows them: then no other row is looked at, also where
// several such conditions are joined by "or", of which PostgreSQL as tests would
// look at every row.

// clause is SQL with a '?' for each of its arguments. Nothing that came from
// outside is in the text.
type clause struct {
	sql  string
	args []any
}

const (
	everybody = "1 = 1"
	nobody    = "1 = 0"
)

func (c clause) is(constant string) bool { return c.sql == constant }

// both joins what must all hold.
func both(some ...clause) clause { return joined(some, " AND ", everybody, nobody) }

// joined joins clauses by a word, but for those that are idle, unless one decides it all.
func joined(some []clause, word, idle, decides string) clause {
	var texts []string
	var args []any
	for _, c := range some {
		switch {
		case c.is(decides):
			return c
		case !c.is(idle):
			texts, args = append(texts, c.sql), append(args, c.args...)
		}
	}
	if len(texts) == 0 {
		return clause{sql: idle}
	}
	return clause{strings.Join(texts, word), args}
}

// logic is the SQL of a condition that is made of others, out of theirs.
func logic(c scim.Condition, part func(scim.Condition) clause) clause {
	each := func(some []scim.Condition) (all []clause) {
		for _, one := range some {
			all = append(all, part(one))
		}
		return all
	}
	switch c := c.(type) {
	case scim.Constant:
		if c {
			return clause{sql: everybody}
		}
		return clause{sql: nobody}
	case scim.All:
		return both(each(c)...)
	case scim.Any:
		return anyOf(each(c))
	case scim.Neither:
		return negated(part(c.Condition))
	}
	panic("storage: unknown condition") // there are no others
}

func anyOf(some []clause) clause {
	c := joined(some, " OR ", nobody, everybody)
	if len(some) > 1 && !c.is(nobody) && !c.is(everybody) {
		c.sql = "(" + c.sql + ")"
	}
	return c
}

func negated(c clause) clause {
	switch {
	case c.is(everybody):
		return clause{sql: nobody}
	case c.is(nobody):
		return clause{sql: everybody}
	}
	return clause{"NOT (" + c.sql + ")", c.args}
}

// existsBeside is exists of what most rows pass: PostgreSQL is kept from looking
// for those first, by an OFFSET that skips nothing.
func existsBeside(from string, test clause) clause {
	c := exists(from, test)
	if !c.is(nobody) {
		c.sql = strings.TrimSuffix(c.sql, ")") + " LIMIT 1 OFFSET 0)"
	}
	return c
}

// finder makes the SQL of conditions on the objects of a tenant.
type finder struct {
	*searched
	tenant iam.TenantID
	// walk says that a set may be of nearly everybody: to walk along the list
	// until a page is full is less work than to gather it.
	walk bool
}

// matches is true of those rows u of the tenant of which the condition is.
func (f finder) matches(c scim.Condition) clause {
	return both(clause{"u.tenant_id = ?", []any{f.tenant}}, f.test(c))
}

// test is true of the row u where the condition is.
func (f finder) test(c scim.Condition) clause {
	switch c := c.(type) {
	case scim.Any:
		if set, ok := f.set(c); ok {
			return f.in(set)
		}
	case scim.Has:
		at, ok := f.columns[c.Path]
		switch {
		case !ok:
			return f.testValue(c.Path, c)
		case !f.walk && at.kind == timeColumn && at.indexed(c.Op): // which the planner would not see
			return f.in(f.rows(at.test(c)))
		}
		return at.test(c)
	case scim.Element:
		return f.testValue(c.Path, c.Where)
	}
	return logic(c, f.test)
}

func (f finder) in(set clause) clause {
	if set.is(nobody) {
		return set
	}
	return clause{"u." + f.id + " IN (" + set.sql + ")", set.args}
}

// set selects the ids of the objects of which the condition is true, ok false
// where no index knows.
func (f finder) set(c scim.Condition) (set clause, ok bool) {
	switch c := c.(type) {
	case scim.Any:
		var sets []clause
		for _, one := range c {
			set, ok := f.set(one)
			if !ok {
				return clause{}, false
			}
			sets = append(sets, set)
		}
		return union(sets), true
	case scim.All:
		for _, one := range c {
			if _, ok := f.set(one); ok {
				return f.rows(f.test(c)), true
			}
		}
	case scim.Has:
		if at, ok := f.columns[c.Path]; ok {
			return f.rows(at.test(c)), at.indexed(c.Op) && !f.walk
		}
		return f.setOfValue(c.Path, c)
	case scim.Element:
		return f.setOfValue(c.Path, c.Where)
	}
	return clause{}, false
}

// union joins sets, of which nobody is one too.
func union(sets []clause) clause { return joined(sets, " UNION ALL ", nobody, "") }

// exists is true where there is a row, which from begins to ask for, that passes
// a test.
func exists(from string, test clause) clause {
	if test.is(nobody) {
		return test
	}
	return clause{"EXISTS (SELECT 1 FROM " + both(clause{sql: from}, test).sql + ")", test.args}
}

// narrow reports whether a condition is true of few, as some index knows.
func (f finder) narrow(ctx context.Context, x *call, c scim.Condition) (bool, error) {
	switch c := c.(type) {
	case scim.All:
		for _, one := range c {
			if is, err := f.narrow(ctx, x, one); is || err != nil {
				return is, err
			}
		}
		return false, nil
	case scim.Any:
		for _, one := range c {
			if is, err := f.narrow(ctx, x, one); !is || err != nil {
				return false, err
			}
		}
		return true, nil
	}
	set, ok := f.set(c)
	if !ok || set.is(nobody) {
		return ok, nil
	}
	n, err := scanOne[int](x.row(ctx, numbered("SELECT COUNT(*) FROM (SELECT 1 FROM ("+set.sql+") s LIMIT ?) n", 1), append(set.args, few)...))
	return n < few, err
}

// few is how many are gathered rather than met on the way.
const few = 1000

// rows selects the ids of the rows that pass a test.
func (f finder) rows(test clause) clause {
	return both(clause{"SELECT u." + f.id + " FROM " + f.table + " u WHERE u.tenant_id = ?", []any{f.tenant}}, test)
}

// testValue and setOfValue are test and set of a condition on one value of an
// attribute of several, or of one that is no column: Has, or that of an Element.
func (f finder) testValue(path string, where scim.Condition) clause {
	if set, ok := f.setOfValue(path, where); ok {
		return f.in(set)
	}
	r, related := f.relatedAt(path)
	var all []clause
	if related {
		all = append(all, r.test(f, where))
	}
	if !related || r.rows {
		exists := exists
		if f.walk && startsSomehow(where) {
			exists = existsBeside
		}
		all = append(all, exists(f.values+" v WHERE v.tenant_id = u.tenant_id AND v."+f.id+" = u."+f.id, f.value(path, where)))
	}
	return anyOf(all)
}

func (f finder) setOfValue(path string, where scim.Condition) (set clause, ok bool) {
	if f.walk || !startsSomehow(where) {
		return clause{}, false
	}
	r, related := f.relatedAt(path)
	var sets []clause
	if related {
		sets = append(sets, r.set(f, where))
	}
	if !related || r.rows {
		of := clause{"SELECT v." + f.id + " FROM " + f.values + " v WHERE v.tenant_id = ?", []any{f.tenant}}
		sets = append(sets, both(of, f.value(path, where)))
	}
	return union(sets), true
}

// startsSomehow reports whether it is known with what such a value begins, so
// that an index has them together.
func startsSomehow(where scim.Condition) bool {
	if all, ok := where.(scim.All); ok {
		return slices.ContainsFunc(all, startsSomehow)
	}
	h, ok := where.(scim.Has)
	return ok && (h.Op == scim.Equal || h.Op == scim.StartsWith)
}

// weight is how much a comparison says of a value: the kinds of them are few.
func weight(h scim.Has) int {
	kind := strings.HasSuffix(h.Path, ".type") || strings.HasSuffix(h.Path, ".primary")
	switch {
	case h.Op == scim.Equal && !kind:
		return 4
	case h.Op == scim.StartsWith && !kind:
		return 3
	case h.Op == scim.Equal || h.Op == scim.StartsWith:
		return 2
	}
	return 1
}

// value is true of rows v, one of each value that makes the condition true.
func (f finder) value(path string, where scim.Condition) clause {
	if h, ok := where.(scim.Has); ok {
		return valueIs("v", h)
	}
	// One comparison finds the value, what else must hold is looked up beside it.
	terms, ok := where.(scim.All)
	if !ok {
		terms = scim.All{where}
	}
	best, most := -1, 0
	for i, one := range terms {
		if h, ok := one.(scim.Has); ok && weight(h) > most {
			best, most = i, weight(h)
		}
	}
	found := clause{"v.path >= ? AND v.path < ?", []any{path + ".", path + "/"}}
	if best >= 0 {
		found = valueIs("v", terms[best].(scim.Has))
		terms = slices.Delete(slices.Clone(terms), best, best+1)
	}
	return both(found, f.beside(terms))
}

// beside is true of rows v where a condition is of the value that they are of.
func (f finder) beside(c scim.Condition) clause {
	h, ok := c.(scim.Has)
	if !ok {
		return logic(c, f.beside)
	}
	return exists(f.values+" o WHERE o.tenant_id = v.tenant_id AND o."+f.id+" = v."+f.id+" AND o.place = v.place", valueIs("o", h))
}

// relatedAt answers where the values of an attribute are that are in no rows of
// their own, ok false of all others.
func (f finder) relatedAt(path string) (r related, ok bool) {
	name, _, _ := strings.Cut(path, ".")
	r, ok = f.related[name]
	return r, ok
}

// leaf is the SQL of a condition on one of the values.
func (r related) leaf(c scim.Condition) clause {
	h, ok := c.(scim.Has)
	if !ok {
		return logic(c, r.leaf)
	}
	if at, ok := r.columns[h.Path]; ok {
		return at.test(h)
	}
	return clause{sql: nobody}
}

// is is true of the rows of values that make a condition true.
func (r related) is(where scim.Condition) clause {
	of := r.leaf(where)
	if r.where != "" {
		of = both(clause{sql: r.where}, of)
	}
	return of
}

func (r related) test(f finder, where scim.Condition) clause {
	is := r.is(where)
	switch {
	case is.is(nobody):
		return is
	case r.from == "":
		is.sql = "(" + is.sql + ")"
		return is
	}
	return exists(r.from+" WHERE "+r.tenant+" = u.tenant_id AND "+r.owner+" = u."+f.id, is)
}

func (r related) set(f finder, where scim.Condition) clause {
	is := r.is(where)
	if r.from == "" {
		return f.rows(is)
	}
	return both(clause{"SELECT " + r.owner + " FROM " + r.from + " WHERE " + r.tenant + " = ?", []any{f.tenant}}, is)
}
