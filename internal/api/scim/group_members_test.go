package scim_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

// TestGroupMembers: PATCH changes who is in a group by every form that there is,
// whether or not it has to look at the others.
func TestGroupMembers(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		b := bulker{s, s.NewTenant(t, "members")}
		done := b.bulk(t, 0, `POST /Users a {"userName":"ann"}`, `POST /Users b {"userName":"bob"}`, `POST /Users c {"userName":"cat"}`,
			`POST /Groups g {"displayName":"team","members":[{"value":"bulkId:a"},{"value":"bulkId:b"}]}`)
		if got := statuses(done); got != "201 201 201 201" {
			t.Fatal(got)
		}
		ann, bob, cat, team := done[0].id(), done[1].id(), done[2].id(), done[3].id()
		names := strings.NewReplacer("$ann", ann, "$bob", bob, "$cat", cat)
		patch := func(operation string, headers ...string) apptest.Answer {
			t.Helper()
			return b.Do(t, http.MethodPatch, "/scim/v2/Groups/"+team, b.as.Token,
				`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+names.Replace(operation)+"]}", headers...)
		}
		version := 1
		for _, tt := range []struct {
			operation string
			status    int
			want      string
			changes   int // 0: the version stays
		}{
			{`{"op":"Add","path":"members","value":[{"value":"$cat"}]}`, 204, "ann bob cat", 1},
			{`{"op":"add","path":"members","value":[{"value":"$cat"},{"value":"$ann"}]}`, 204, "ann bob cat", 0},
			{`{"op":"Remove","path":"members","value":[{"value":"$ann"}]}`, 204, "bob cat", 1},
			{`{"op":"remove","path":"members[value eq \"$ann\"]"}`, 204, "bob cat", 0},
			{`{"op":"remove","path":"members[display eq \"BOB\"]"}`, 204, "cat", 1},
			{`{"op":"add","value":{"members":[{"value":"$ann"}],"displayName":"Team"}}`, 204, "ann cat", 1},
			{`{"op":"replace","path":"members","value":[{"value":"$bob"},{"value":"$ann"}]}`, 204, "ann bob", 1},
			{`{"op":"replace","path":"members","value":[{"value":"$ann"},{"value":"$bob"}]}`, 204, "ann bob", 0},
			{`{"op":"add","path":"members","value":[{"value":"$cat"}]},{"op":"remove","path":"members[value eq \"$cat\"]"}`, 204, "ann bob", 0},
			{`{"op":"add","path":"members","value":[{"value":"` + team + `"}]}`, 400, "ann bob", 0},
			{`{"op":"add","path":"members","value":[{"value":"$cat","type":"Group"}]}`, 400, "ann bob", 0},
			{`{"op":"add","path":"members","value":[{"value":"$cat"}]},{"op":"remove","path":"displayName"}`, 400, "ann bob", 0},
			{`{"op":"remove","path":"members"}`, 204, "", 1},
		} {
			a := patch(tt.operation)
			version += tt.changes
			got := b.Do(t, http.MethodGet, "/scim/v2/Groups/"+team, b.as.Token, "").Header.Get("ETag")
			got, _, _ = strings.Cut(strings.Trim(got, `W/"`), "-")
			if members := b.members(t, team); a.Status != tt.status || members != tt.want || got != fmt.Sprint(version) {
				t.Errorf("%s: %d %s; %q in version %s, want %d with %q in %d", tt.operation, a.Status, a.Body, members, got, tt.status, tt.want, version)
			}
		}
		const join = `{"op":"add","path":"members","value":{"value":"$ann"}}`
		if a := patch(join, `If-Match: W/"1"`); a.Status != http.StatusPreconditionFailed {
			t.Errorf("at an older version: %d %s", a.Status, a.Body)
		}
		if a := patch(join, fmt.Sprintf(`If-Match: W/"%d"`, version)); a.Status != http.StatusNoContent {
			t.Errorf("at its version: %d %s", a.Status, a.Body)
		}

		// Those who add at once all succeed, without any of them asking again.
		var all sync.WaitGroup
		for i := range 12 {
			all.Go(func() {
				if a := patch([]string{join, strings.ReplaceAll(join, "ann", "bob"), strings.ReplaceAll(join, "ann", "cat")}[i%3]); a.Status != http.StatusNoContent {
					t.Errorf("at once: %d %s", a.Status, a.Body)
				}
			})
		}
		all.Wait()
		if got := b.members(t, team); got != "ann bob cat" {
			t.Errorf("members %s", got)
		}
	})
}
