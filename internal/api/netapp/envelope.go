package netapp

import (
	"fmt"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// The vendor's literal messages, beside okay.
const (
	messageCreated  = "Okay. New resource created."
	messageAccepted = "Okay. Accepted for processing."
	messageSignedIn = "Authentication succeeeded." // with three e
)

// status opens every answer.
type status struct {
	UserMessage    string `json:"user_message" doc:"For people."`
	VerboseMessage string `json:"verbose_message" doc:"Always empty."`
	Code           int    `json:"code" doc:"The HTTP status."`
}

// okay is the status of an answer with n records.
func okay(n int) status {
	noun := "records"
	if n == 1 {
		noun = "record"
	}
	return status{UserMessage: fmt.Sprintf("Okay. Returned %d %s.", n, noun), Code: http.StatusOK}
}

// answer is the envelope of every answer with a body.
type answer[R any] struct {
	Status status `json:"status"`
	Result R      `json:"result"`
}

// HTTPStatus repeats what the envelope says.
func (a answer[R]) HTTPStatus() int { return a.Status.Code }

// The vendor has three kinds of result. Which call answers with which follows
// no rule; each handler has that of the vendor's example.
type (
	pageOf[T any] struct {
		ReturnedRecords int    `json:"returned_records" doc:"How many are here."`
		TotalRecords    int    `json:"total_records" doc:"How many match on all pages."`
		SortBy          string `json:"sort_by"`
		OrderBy         string `json:"order_by"`
		Offset          int    `json:"offset"`
		Limit           int    `json:"limit"`
		Records         []T    `json:"records"`
	}
	totalOf[T any] struct {
		TotalRecords int `json:"total_records"`
		Records      []T `json:"records"`
	}
	returnedOf[T any] struct {
		ReturnedRecords int `json:"returned_records"`
		Records         []T `json:"records"`
	}
)

// pageAnswer is a page of a list.
func pageAnswer[T, R any](l iam.List[T], p iam.Page, record func(T) R) answer[pageOf[R]] {
	return answer[pageOf[R]]{okay(len(l.Items)), pageOf[R]{
		ReturnedRecords: len(l.Items), TotalRecords: l.Total,
		SortBy: p.Sort, OrderBy: order(p.Desc), Offset: p.Offset, Limit: p.Limit,
		Records: records(l.Items, record),
	}}
}

// totalAnswer and returnedAnswer hold one record each.
func totalAnswer[R any](s status, record R) answer[totalOf[R]] {
	return answer[totalOf[R]]{s, totalOf[R]{1, []R{record}}}
}

func returnedAnswer[R any](s status, record R) answer[returnedOf[R]] {
	return answer[returnedOf[R]]{s, returnedOf[R]{1, []R{record}}}
}

func created() status { return status{UserMessage: messageCreated, Code: http.StatusCreated} }

func records[T, R any](items []T, record func(T) R) []R {
	all := make([]R, len(items))
	for i, item := range items {
		all[i] = record(item)
	}
	return all
}
