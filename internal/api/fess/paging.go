package fess

import "github.com/gatehouse-id/gatehouse/internal/iam"

// defaultSize is what the document says; the real server has 25.
const defaultSize = 20

const listing = "GET, PUT and POST do the same. The page may be asked for in the query or in a body."

// listInput is how clients ask for a page: readers of the document in the
// query, the real server's suite in a body, also of a GET. The body counts
// where both say something.
type listInput struct {
	Page int32    `query:"page" doc:"The first page is 1; 0 means the first page, too."`
	Size int32    `query:"size" doc:"How many there are on a page: 20 unless given, 10000 at most."`
	Body pageBody `body:"optional"`
}

type pageBody struct {
	Page *int32 `json:"page,omitzero" doc:"As the parameter in the query, which it overrides."`
	Size *int32 `json:"size,omitzero" doc:"As the parameter in the query, which it overrides."`
}

// page answers the part of a list that is asked for.
func (in listInput) page() iam.Page {
	number, size := in.Page, in.Size
	if in.Body.Page != nil {
		number = *in.Body.Page
	}
	if in.Body.Size != nil {
		size = *in.Body.Size
	}
	if size <= 0 {
		size = defaultSize
	}
	p := iam.Page{Limit: int(size), Total: true}
	p.Limit = p.Size()
	p.Offset = (max(int(number), 1) - 1) * p.Limit
	return p
}
