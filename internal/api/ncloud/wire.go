package ncloud

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// result is the vendor's ProcessResult, with what some operations add. A call
// that could not do what it was asked for may be answered 200, and says so here.
type result struct {
	Success           bool   `json:"success"`
	ID                string `json:"id,omitzero" doc:"Of what was made, changed or named."`
	Name              string `json:"name,omitzero" doc:"What was done."`
	GeneratedPassword string `json:"generatedPassword,omitzero" doc:"Shown this once."`
	Message           string `json:"message,omitzero" doc:"Why it failed."`
}

var done = result{Success: true}

// flag is a boolean of a request, which clients of the vendor also send as
// text.
type flag bool

var errNoFlag = errors.New("neither true nor false")

// UnmarshalJSON takes true and "true".
func (f *flag) UnmarshalJSON(b []byte) error {
	switch strings.Trim(string(b), `"`) {
	case "true":
		*f = true
	case "false":
		*f = false
	default:
		return errNoFlag
	}
	return nil
}

// DocumentedAs shows it as what it is in answers.
func (flag) DocumentedAs() any { return false }

// integer is one of a request, which clients of the vendor also send as text.
type integer int

// UnmarshalJSON takes 90 and "90".
func (n *integer) UnmarshalJSON(b []byte) error {
	i, err := strconv.ParseInt(strings.Trim(string(b), `"`), 10, 32)
	*n = integer(i)
	return err
}

// DocumentedAs shows it as what it is in answers.
func (integer) DocumentedAs() any { return 0 }

// stamp is the form of times: UTC, whole seconds.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// stampOrNull is null for the zero time.
func stampOrNull(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := stamp(t)
	return &s
}

// nrn names an object, in the form nrn:PUB:IAM::<account number>:<kind>/<id>.
func nrn(t iam.TenantID, kind, id string) string {
	return "nrn:PUB:IAM::" + strconv.FormatInt(accountNumber(t), 10) + ":" + kind + "/" + id
}

// accountNumber is the number of the main account, made of the tenant's id.
func accountNumber(t iam.TenantID) int64 {
	if !iam.ValidID(string(t)) {
		return 0
	}
	n, _ := strconv.ParseInt(string(t[24:]), 16, 64) // a valid id ends in 12 hexadecimal digits
	return n
}

// paging is how lists are asked for.
type paging struct {
	Page *int32 `query:"page" doc:"From 0, which is the default."`
	Size *int32 `query:"size" doc:"Items of a page: 10 unless given, at most 10000."`
}

const defaultSize = 10

// read answers the page that is asked for, whose Limit and Offset are set.
func (p paging) read() (iam.Page, error) {
	number, size := 0, defaultSize
	var check iam.Checker
	if p.Page != nil {
		if number = int(*p.Page); number < 0 {
			check.Add("page", iam.ReasonFormat, "page must not be negative")
		}
	}
	if p.Size != nil {
		if size = int(*p.Size); size < 1 {
			check.Add("size", iam.ReasonFormat, "size must be 1 or more")
		}
	}
	size = min(size, iam.MaxPage)
	return iam.Page{Limit: size, Offset: number * size, Total: true}, check.Err()
}

// page is a page of a list, with the members in the order of the document.
type page[T any] struct {
	HasNext     bool `json:"hasNext"`
	HasPrevious bool `json:"hasPrevious"`
	IsFirst     bool `json:"isFirst"`
	IsLast      bool `json:"isLast"`
	Items       []T  `json:"items"`
	Page        int  `json:"page" doc:"From 0."`
	TotalItems  int  `json:"totalItems"`
	TotalPages  int  `json:"totalPages"`
}

// pageOf is the page p of a list with so many items in all.
func pageOf[T, R any](items []T, total int, p iam.Page, show func(T) R) page[R] {
	number, pages := p.Offset/p.Limit, (total+p.Limit-1)/p.Limit
	shown := make([]R, len(items))
	for i, item := range items {
		shown[i] = show(item)
	}
	return page[R]{HasNext: number+1 < pages, HasPrevious: number > 0, IsFirst: number == 0, IsLast: number+1 >= pages,
		Items: shown, Page: number, TotalItems: total, TotalPages: pages}
}

// cut answers the items of a page out of a whole list.
func cut[T any](all []T, p iam.Page) []T {
	from := min(p.Offset, len(all))
	return all[from:min(from+p.Limit, len(all))]
}

// contains is how names are searched: without regard to case.
func contains(s, word string) bool { return strings.Contains(iam.Fold(s), iam.Fold(word)) }

// maxList is how many ids one request may name.
const maxList = 500

// checkList checks a list of ids in a request.
func checkList(member string, ids []string) error {
	var check iam.Checker
	switch {
	case len(ids) == 0:
		check.Add(member, iam.ReasonRequired, "%s is required", member)
	case len(ids) > maxList:
		check.Add(member, iam.ReasonLength, "%s must have at most %d items", member, maxList)
	}
	return check.Err()
}
