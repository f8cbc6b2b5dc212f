package scim

import (
	"context"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// listNotes are on every operation that lists.
const listNotes = "filter takes the whole grammar of the standard. Pages are asked for by startIndex and count, or, at the same cost for " +
	"each however many there are, by cursor (RFC 9865): an empty one for the first page, then nextCursor or previousCursor of the answer. " +
	"With a cursor the answer has totalResults only where there is no filter."

// listing are the parameters of a list (RFC 7644 section 3.4.2).
type listing struct {
	wanted
	Filter    *string `query:"filter" doc:"What is to be true of a resource, such as userName eq \"hana.lee\"."`
	SortBy    string  `query:"sortBy" doc:"The attribute to sort by; userName or displayName where it is absent."`
	SortOrder string  `query:"sortOrder" doc:"ascending, or descending."`
	Start     *int    `query:"startIndex" doc:"The number of the first resource that is wanted, from 1."`
	Count     *int    `query:"count" doc:"How many are wanted: 100 where it is absent, 1000 at most."`
	Cursor    *string `query:"cursor" doc:"The page that is wanted; empty is the first."`
}

// searchRequest says the same in a body (RFC 7644 section 3.4.3).
type searchRequest struct {
	Schemas    []string `json:"schemas,case:ignore"`
	Attributes []string `json:"attributes,case:ignore,omitzero"`
	Excluded   []string `json:"excludedAttributes,case:ignore,omitzero"`
	Filter     *string  `json:"filter,case:ignore,omitzero"`
	SortBy     string   `json:"sortBy,case:ignore,omitzero"`
	SortOrder  string   `json:"sortOrder,case:ignore,omitzero"`
	Start      *int     `json:"startIndex,case:ignore,omitzero"`
	Count      *int     `json:"count,case:ignore,omitzero"`
	Cursor     *string  `json:"cursor,case:ignore,omitzero"`
}

func (s searchRequest) listing() (listing, error) {
	return listing{wanted: wanted{s.Attributes, s.Excluded}, Filter: s.Filter, SortBy: s.SortBy, SortOrder: s.SortOrder,
		Start: s.Start, Count: s.Count, Cursor: s.Cursor}, checkSchemas(s.Schemas, urnSearch)
}

// query answers it in the words of the use case. Its projection is what is
// wanted, which only show leaves out. Invalid.
func (l listing) query() (scim.Query, error) {
	p, err := l.projection()
	if err != nil {
		return scim.Query{}, err
	}
	q := scim.Query{SortBy: l.SortBy, Start: 1, Count: scim.DefaultCount, Cursor: l.Cursor, Projection: p}
	if l.Start != nil {
		q.Start = max(*l.Start, 1)
	}
	if l.Count != nil {
		q.Count = max(*l.Count, 0)
	}
	var c iam.Checker
	if l.Filter != nil {
		if q.Filter = *l.Filter; strings.TrimSpace(q.Filter) == "" {
			c.Add("filter", scim.ReasonFilter, "filter must have at least one expression") // RFC 7644 section 3.4.2.2
		}
	}
	switch strings.ToLower(l.SortOrder) {
	case "", "ascending":
	case "descending":
		q.Descending = q.SortBy != "" // an order of nothing is none
	default:
		c.Add("sortOrder", scim.ReasonValue, "sortOrder must be ascending or descending")
	}
	if q.Cursor != nil && q.Count == 0 {
		c.Add("count", scim.ReasonCount, "count must be at least 1 beside a cursor") // RFC 9865 section 2
	}
	return q, c.Err()
}

// listAnswer is a part of a list (RFC 7644 section 3.4.2, RFC 9865 section 2).
type listAnswer[S any] struct {
	Schemas      []string      `json:"schemas"`
	TotalResults *int          `json:"totalResults,omitzero" doc:"How many there are on all pages; absent where, by cursor, nobody has counted."`
	ItemsPerPage int           `json:"itemsPerPage"`
	StartIndex   *int          `json:"startIndex,omitzero" doc:"Absent by cursor."`
	Next         string        `json:"nextCursor,omitzero" doc:"The cursor of the next page; absent at the end."`
	Previous     string        `json:"previousCursor,omitzero" doc:"The cursor of the page before; absent at the beginning."`
	Resources    []resource[S] `json:"Resources"`
}

// listOf is a part of a list without its resources.
func listOf[S any](l scim.List, q scim.Query) listAnswer[S] {
	a := listAnswer[S]{Schemas: []string{scim.URNListResponse}, ItemsPerPage: len(l.Resources), Next: l.Next, Previous: l.Previous,
		Resources: make([]resource[S], len(l.Resources))}
	if l.Total >= 0 {
		a.TotalResults = &l.Total
	}
	if q.Cursor == nil {
		a.StartIndex = &l.Start
	}
	return a
}

func (h resources[S]) list(ctx context.Context, c *api.Call, in listing) (listAnswer[S], error) {
	q, err := in.query()
	if err != nil {
		return listAnswer[S]{}, err
	}
	types, err := h.SCIM.TypeSet(ctx, c.Actor)
	if err != nil {
		return listAnswer[S]{}, err
	}
	t, p := h.of(types), q.Projection
	q.Projection = needed(t, p)
	l, err := h.SCIM.List(ctx, c.Actor, t, q)
	if err != nil {
		return listAnswer[S]{}, err
	}
	a := listOf[S](l, q)
	for i, r := range l.Resources {
		a.Resources[i] = resource[S](h.show(ctx, t, r, p))
	}
	return a, nil
}

func (h resources[S]) search(ctx context.Context, c *api.Call, in struct {
	Body searchRequest `body:"required"`
}) (listAnswer[S], error) {
	l, err := in.Body.listing()
	if err != nil {
		return listAnswer[S]{}, err
	}
	return h.list(ctx, c, l)
}
