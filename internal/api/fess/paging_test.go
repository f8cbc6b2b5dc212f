package fess

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestPage(t *testing.T) {
	number := func(n int32) *int32 { return &n }
	tests := map[string]struct {
		in            listInput
		offset, limit int
	}{
		"nothing said":             {listInput{}, 0, 20},
		"page 0 is the first":      {listInput{Page: 0, Size: 5}, 0, 5},
		"page 1 is the first":      {listInput{Page: 1, Size: 5}, 0, 5},
		"page 3":                   {listInput{Page: 3, Size: 5}, 10, 5},
		"negative":                 {listInput{Page: -3, Size: -5}, 0, 20},
		"the body counts":          {listInput{Page: 3, Size: 5, Body: pageBody{Page: number(2), Size: number(7)}}, 7, 7},
		"a body with size only":    {listInput{Page: 3, Body: pageBody{Size: number(7)}}, 14, 7},
		"more than there may be":   {listInput{Page: 2, Size: 20_000}, iam.MaxPage, iam.MaxPage},
		"the largest there can be": {listInput{Page: math.MaxInt32, Size: math.MaxInt32}, (math.MaxInt32 - 1) * iam.MaxPage, iam.MaxPage},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(iam.Page{Offset: tt.offset, Limit: tt.limit, Total: true}, tt.in.page()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
