package netapp

import (
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Orders of a list.
const (
	ascending  = "asc"
	descending = "desc"
)

func order(desc bool) string {
	if desc {
		return descending
	}
	return ascending
}

// paging is what every list takes. The vendor documents neither defaults nor
// bounds; its samples are sorted by "created", "desc".
type paging struct {
	Offset  int    `query:"offset" doc:"Records to skip, 0 by default."`
	Limit   int    `query:"limit" doc:"Records to return, at most 10000. Without it, or 0: 100, of users 10000."`
	SortBy  string `query:"sort_by" doc:"Attribute to sort by, \"created\" by default."`
	OrderBy string `query:"order_by" doc:"\"asc\" or \"desc\", the default."`
}

const filterHelp = "Attributes that are parameters here filter: without regard to case, " +
	"with * for any text and | between alternatives."

// list says what one list can do.
type list struct {
	limit int // by default
	sorts []string
	// unfiltered are attributes of the record that cannot be filtered by.
	// Asking for it is refused: a client that meant one record must not take
	// all of them for it.
	unfiltered []string
}

// page checks what is asked of a list.
func (l list) page(c *api.Call, p paging) (iam.Page, error) {
	var check iam.Checker
	if p.Offset < 0 {
		check.Add("offset", iam.ReasonFormat, "offset must not be negative")
	}
	if p.Limit < 0 || p.Limit > iam.MaxPage {
		check.Add("limit", iam.ReasonFormat, "limit must be between 0 and %d", iam.MaxPage)
	}
	if p.SortBy == "" {
		p.SortBy = "created"
	}
	if !slices.Contains(l.sorts, p.SortBy) {
		check.Add("sort_by", iam.ReasonFormat, "sort_by must be one of %s", strings.Join(l.sorts, ", "))
	}
	if p.OrderBy != "" && p.OrderBy != ascending && p.OrderBy != descending {
		check.Add("order_by", iam.ReasonFormat, "order_by must be asc or desc")
	}
	if c.Request.URL.RawQuery != "" {
		asked := c.Request.URL.Query()
		for _, name := range l.unfiltered {
			if asked.Has(name) {
				check.Add(name, iam.ReasonFormat, "%s cannot be filtered by here", name)
			}
		}
	}
	if p.Limit == 0 {
		p.Limit = l.limit
	}
	return iam.Page{Offset: p.Offset, Limit: p.Limit, Sort: p.SortBy, Desc: p.OrderBy != ascending, Total: true}, check.Err()
}
