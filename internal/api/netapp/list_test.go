package netapp

import (
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestPage(t *testing.T) {
	l := list{limit: 100, sorts: []string{"created", "name"}, unfiltered: []string{"id", "zones"}}
	tests := map[string]struct {
		query string
		in    paging
		want  iam.Page
		wrong []string // fields
	}{
		"defaults":        {"", paging{}, iam.Page{Limit: 100, Sort: "created", Desc: true, Total: true}, nil},
		"all given":       {"", paging{5, 7, "name", "asc"}, iam.Page{Offset: 5, Limit: 7, Sort: "name", Total: true}, nil},
		"descending":      {"", paging{OrderBy: "desc"}, iam.Page{Limit: 100, Sort: "created", Desc: true, Total: true}, nil},
		"the most":        {"", paging{Limit: iam.MaxPage}, iam.Page{Limit: iam.MaxPage, Sort: "created", Desc: true, Total: true}, nil},
		"too many":        {"", paging{Limit: iam.MaxPage + 1}, iam.Page{}, []string{"limit"}},
		"all wrong":       {"id=1&zones=&foo=2", paging{-1, -1, "color", "up"}, iam.Page{}, []string{"offset", "limit", "sort_by", "order_by", "id", "zones"}},
		"unknown ignored": {"foo=1", paging{}, iam.Page{Limit: 100, Sort: "created", Desc: true, Total: true}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := &api.Call{Request: &http.Request{URL: &url.URL{RawQuery: tt.query}}}
			got, err := l.page(c, tt.in)
			var wrong []string
			if e, ok := errors.AsType[*iam.Error](err); ok {
				for _, f := range e.Fields {
					wrong = append(wrong, f.Path)
				}
			} else if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("page (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.wrong, wrong); diff != "" {
				t.Errorf("wrong fields (-want +got):\n%s", diff)
			}
		})
	}
}
