package iam

// Page asks for a part of a list.
//
// After is a position: the sort key and the id of the last row seen (keyset
// paging), which costs the same on any page. Offset skips rows, for dialects
// whose clients count; it is what it is. Both may be given. Limit is at most
// MaxPage; 0 means DefaultPage.
type Page struct {
	After  Cursor
	Offset int
	Limit  int
	// Sort names a column of the list in the core's words; empty is the
	// list's own order. Desc turns the order round.
	Sort string
	Desc bool
	// Total asks for the number of all matches too, which costs a count.
	Total bool
}

// Cursor is a position in a list: what the order compares, then the id.
type Cursor struct{ Key, ID string }

// Limits of a page, in rows.
const (
	DefaultPage = 100
	MaxPage     = 10_000
)

// Size is Limit after its default and its bound.
func (p Page) Size() int {
	switch {
	case p.Limit <= 0:
		return DefaultPage
	case p.Limit > MaxPage:
		return MaxPage
	default:
		return p.Limit
	}
}

// List is a part of a list. Total is the number of all matches, when the Page
// asked for it. Next is the position behind the last item; it is empty at the
// end.
type List[T any] struct {
	Items []T
	Total int
	Next  Cursor
}

// Each calls visit with every item of a list, page by page of the size of p, from
// where that begins. It ends with the first error, of either.
func Each[T any](p Page, list func(Page) (List[T], error), visit func(T) error) error {
	for {
		l, err := list(p)
		if err != nil {
			return err
		}
		for _, item := range l.Items {
			if err := visit(item); err != nil {
				return err
			}
		}
		if l.Next == (Cursor{}) {
			return nil
		}
		p.After = l.Next
	}
}
