package fess_test

import (
	"encoding/base64"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

// fessctl is how the official command line calls: it creates with a crud_mode,
// updates by sending back all that it read with its changes over it, and reads
// errors from the body, whatever the status.
type fessctl struct {
	client
	path string
}

func (f fessctl) create(t *testing.T, name string, more object) string {
	t.Helper()
	body := object{"crud_mode": 1, "name": name}
	for member, value := range more {
		body[member] = value
	}
	return f.ok(t, "POST", f.path+"/setting", body).Response.ID
}

func (f fessctl) get(t *testing.T, id string) object {
	t.Helper()
	return f.ok(t, "GET", f.path+"/setting/"+id, nil).Response.Setting
}

func (f fessctl) update(t *testing.T, id string, changes object) {
	t.Helper()
	setting := f.get(t, id)
	setting["crud_mode"], setting["updated_by"], setting["updated_time"] = 2, "admin", 1_760_000_000_000
	for member, value := range changes {
		setting[member] = value
	}
	f.ok(t, "PUT", f.path+"/setting", setting)
}

func (f fessctl) listed(t *testing.T, id string) object {
	t.Helper()
	list := f.ok(t, "GET", f.path+"/settings?page=1&size=100", nil).Response.Settings
	i := slices.IndexFunc(list, func(s object) bool { return s["id"] == id })
	if i < 0 {
		t.Fatalf("%s is not listed", id)
	}
	return list[i]
}

func (f fessctl) delete(t *testing.T, id string) {
	t.Helper()
	f.ok(t, "DELETE", f.path+"/setting/"+id, nil)
	if r := f.call(t, "GET", f.path+"/setting/"+id, nil); r.Response.Status == 0 {
		t.Errorf("still there: %s", r.Body)
	}
}

// byName is the id that "fessctl user getbyname" computes.
func byName(name string) string { return base64.URLEncoding.EncodeToString([]byte(name)) }

// What the tests of fessctl do, and expect.
func TestFessctl(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		t.Run("user", func(t *testing.T) {
			f := fessctl{admin(s), "/api/admin/user"}
			id := f.create(t, "user-1f2e3d4c", object{"password": "InitialPass123", "confirm_password": "InitialPass123"})
			got := f.get(t, id)
			if got["id"] != id || got["name"] != "user-1f2e3d4c" || id != byName("user-1f2e3d4c") {
				t.Errorf("got %v for %s", got, id)
			}
			want := object{"attributes": object{}, "roles": []any{}, "groups": []any{}, "version_no": 1.0}
			if diff := cmp.Diff(want, only(got, want)); diff != "" {
				t.Errorf("a new user (-want +got):\n%s", diff)
			}
			f.update(t, id, object{"password": "NewPass456", "confirm_password": "NewPass456",
				"attributes": object{"key1": "val1"}, "roles": []string{"roleA"}, "groups": []string{"groupA"}})
			want = object{"attributes": object{"key1": "val1"}, "roles": []any{"roleA"}, "groups": []any{"groupA"}, "version_no": 2.0}
			for _, got := range []object{f.get(t, id), f.listed(t, id)} {
				if diff := cmp.Diff(want, only(got, want)); diff != "" {
					t.Errorf("after the update (-want +got):\n%s", diff)
				}
			}
			// An attribute that is also a flat member of what was read.
			f.update(t, id, object{"attributes": object{"mail": "a@example.com", "title": "Dr"}})
			want = object{"attributes": object{"key1": "val1", "mail": "a@example.com", "title": "Dr"}, "mail": "a@example.com", "title": "Dr"}
			if got := f.get(t, id); cmp.Diff(want, only(got, want)) != "" {
				t.Errorf("after the second update (-want +got):\n%s", cmp.Diff(want, only(got, want)))
			}
			f.delete(t, id)
		})
		for _, kind := range []string{"group", "role"} {
			t.Run(kind, func(t *testing.T) {
				f := fessctl{admin(s), "/api/admin/" + kind}
				id := f.create(t, kind+"-5a6b7c8d", nil)
				got := f.get(t, id)
				want := object{"id": byName(kind + "-5a6b7c8d"), "name": kind + "-5a6b7c8d", "attributes": object{}, "version_no": 1.0, "versionNo": 1.0}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("a new %s (-want +got):\n%s", kind, diff)
				}
				f.update(t, id, object{"attributes": object{"key1": "val1"}})
				for _, got := range []object{f.get(t, id), f.listed(t, id)} {
					if diff := cmp.Diff(object{"key1": "val1"}, got["attributes"]); diff != "" {
						t.Errorf("attributes (-want +got):\n%s", diff)
					}
				}
				f.delete(t, id)
			})
		}
		t.Run("ping", func(t *testing.T) {
			for _, path := range []string{"/api/v1/health", "/api/v2/health"} {
				if r := s.Do(t, "GET", path, "", ""); r.Status != http.StatusOK {
					t.Errorf("%s: %d %s", path, r.Status, r.Body)
				}
			}
		})
	})
}

// only answers the members of got that want has.
func only(got, want object) object {
	some := object{}
	for member := range want {
		if value, ok := got[member]; ok {
			some[member] = value
		}
	}
	return some
}
