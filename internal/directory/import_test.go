package directory_test

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// oneByOne is a Store that cannot write several users together: lee is there
// already, and what choi is to be in is gone.
type oneByOne struct {
	directory.Store
	written []string
	mark    int64
}

func (s *oneByOne) ImportUsers(_ context.Context, _ iam.TenantID, w directory.ImportWrite) (left []int, err error) {
	gone := iam.ErrNotFound("group", "staff")
	if len(w.New) > 1 {
		return nil, gone
	}
	for i, u := range w.New {
		switch u.User.Username {
		case "lee":
			left = append(left, i)
		case "choi":
			return nil, gone
		default:
			s.written = append(s.written, u.User.Username)
		}
	}
	for _, u := range w.Old {
		s.written = append(s.written, u.User.Username+" again")
	}
	s.mark = max(s.mark, w.Mark.Position)
	return left, nil
}

func (s *oneByOne) User(_ context.Context, _ iam.TenantID, k directory.UserKey) (iam.User, error) {
	return iam.User{ID: "1", Username: k.Username, Version: 1, State: iam.UserEnabled}, nil
}

func (s *oneByOne) Resolve(context.Context, iam.TenantID, []string, []string) ([]iam.Ref[iam.GroupID], []iam.Ref[iam.RoleID], error) {
	return nil, nil, nil
}

// TestImportOneByOne: what cannot be written together is written one by one, so
// that one takes no other along.
func TestImportOneByOne(t *testing.T) {
	store := &oneByOne{}
	s := directory.New(store, nil, nil, nil, iam.Env{Now: time.Now, Rand: rand.Reader})
	by := iam.System("t", "test")
	users := make([]directory.Import, 4)
	for i, name := range []string{"kim", "choi", "lee", "park"} {
		users[i] = directory.Import{NewUser: directory.NewUser{Username: name}, Change: func(iam.User) (directory.UserChange, []string) {
			given := "Bruce"
			return directory.UserChange{GivenName: &given}, []string{"name.givenName"}
		}}
	}
	b, err := s.PrepareImport(t.Context(), by, users, false)
	if err != nil {
		t.Fatal(err)
	}
	var told []directory.Imported
	got, err := s.TakeImport(t.Context(), by, b, func(results []directory.Imported) directory.ImportMark {
		told = results
		return directory.ImportMark{Source: "x", Position: int64(len(results))}
	})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"kim", "park", "lee again"}, store.written); d != "" || store.mark != 4 || len(told) != 4 {
		t.Errorf("written %v, with the mark %d", store.written, store.mark)
	}
	if !got[0].Made || !iam.Is(got[1].Err, iam.NotFound) || got[1].Made || got[2].Made || len(got[2].Changes) != 1 || !got[3].Made {
		t.Errorf("%+v", got)
	}
}
