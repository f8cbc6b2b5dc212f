package netapp

import (
	"slices"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func refs(handles ...string) []iam.Ref[iam.RoleID] {
	var all []iam.Ref[iam.RoleID]
	for _, h := range handles {
		all = append(all, iam.Ref[iam.RoleID]{Handle: h, Name: h})
	}
	return all
}

func TestRoleOf(t *testing.T) {
	tests := []struct {
		roles []iam.Ref[iam.RoleID]
		want  string
	}{
		{nil, "user"},
		{refs("user", "root", "admin"), "root"},
		{refs("admin", "partner"), "admin"},
		{refs("read", "partner"), "partner"},
		{refs("user", "read"), "read"},
		{refs("guest", "auditor", "user"), "user"},
		{refs("zoo", "auditor"), "auditor"},
		{[]iam.Ref[iam.RoleID]{{Handle: "admin", Name: "Administrators"}}, "Administrators"},
		// A role that is only called like one of the vendor's ranks as any other.
		{[]iam.Ref[iam.RoleID]{{Handle: "x", Name: "root"}, {Handle: "user", Name: "user"}}, "user"},
	}
	for _, tt := range tests {
		if got := highest(tt.roles); got != tt.want {
			t.Errorf("highest(%v) = %q, want %q", tt.roles, got, tt.want)
		}
	}
}

func TestRoleOfDoesNotDependOnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		handles := rapid.SliceOfNDistinct(rapid.SampledFrom(append(slices.Clone(ranked), "guest", "auditor", "zoo")), 1, 8, rapid.ID[string]).Draw(t, "handles")
		one := highest(refs(handles...))
		two := highest(refs(rapid.Permutation(handles).Draw(t, "order")...))
		if one != two || !slices.Contains(handles, one) {
			t.Errorf("%q and %q of %q", one, two, handles)
		}
	})
}

func TestStamp(t *testing.T) {
	if got := stamp(time.Date(2020, 6, 3, 13, 52, 28, 0, time.FixedZone("KST", 9*3600))); got != "2020-06-03T04:52:28.000Z" {
		t.Errorf("stamp = %s", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		at := time.UnixMicro(rapid.Int64Range(0, 4e15).Draw(t, "at"))
		back, err := time.Parse(time.RFC3339, stamp(at))
		if err != nil || !back.Equal(at.Truncate(time.Millisecond)) || len(stamp(at)) != len("2020-06-03T04:52:28.478Z") {
			t.Errorf("stamp(%v) = %s (%v)", at, stamp(at), err)
		}
	})
}

func TestJobState(t *testing.T) {
	for s, want := range map[iam.JobStatus]string{
		iam.JobPending: "WARNING", iam.JobRunning: "WARNING", iam.JobSuccessful: "NORMAL", iam.JobFailed: "ERROR"} {
		got := jobOf(iam.Job{Status: s, Tasks: []iam.JobTask{{Status: s}}})
		if got.State != want || got.Status != string(s) || got.Tasks[0].Status != string(s) {
			t.Errorf("%s: %+v", s, got)
		}
		final := got.State == "NORMAL" || got.State == "ERROR"
		if final != s.Done() {
			t.Errorf("%s is final: %v", s, s.Done())
		}
	}
}

// What a job carries for its runner is not for clients.
func TestJobKeepsItsPayload(t *testing.T) {
	j := exampleJob
	j.Payload = []byte(`{"By":{"Address":"192.0.2.7"}}`)
	text, err := json.Marshal(jobOf(j))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"01932f6d8a005c0de5c0de05","action":"create","job_summary":"Create request is successfully submitted",` +
		`"created":"2024-11-15T00:00:00.000Z","updated":"2024-11-15T00:00:00.042Z","object_id":"01932f6d8a005c0de5c0de03",` +
		`"object_type":"regions","object_name":"kr-central","status":"successful",` +
		`"status_detail":"Creation of region 'kr-central' completed successfully.","last_error":"","user_id":"01932f6d8a005c0de5c0de02",` +
		`"job_tasks":[{"id":"01932f6d8a005c0de5c0de06","job_id":"01932f6d8a005c0de5c0de05","action":"create","driver":"gatehouse",` +
		`"object_id":"01932f6d8a005c0de5c0de03","object_type":"regions","resource_type":"region","status":"successful",` +
		`"status_detail":"Worker completed task successfully.","last_error":"","user_id":"01932f6d8a005c0de5c0de02",` +
		`"request_payload":{"name":"kr-central"}}],"state":"NORMAL"}`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("job (-want +got):\n%s", diff)
	}
}

func TestUserRecords(t *testing.T) {
	const start = `{"id":"01932f6d8a005c0de5c0de02","username":"jiwoo","firstName":"Jiwoo","lastName":"Kim","displayName":"Kim Jiwoo",` +
		`"email":"jiwoo@example.com","tenancies":[{"id":"01932f6d8a005c0de5c0de01","name":"Hanbit","code":"hanbit","`
	known := exampleUser
	known.Phone = "+82 2 555 0100"
	known.Attributes = map[string]string{attrImage: "https://example.com/j.png", attrMemberOf: "CN=Staff", "surname": "Kim"}
	partly := exampleUser
	partly.Attributes = map[string]string{attrProviderEmail: "j@ad.example.com"}
	tests := map[string]struct {
		record any
		want   string
	}{
		"short":        {shortUser(known, exampleTenant), start + `role":"admin"}]}`},
		"new":          {newUserOf(known, exampleTenant), start + `role_name":"admin"}]}`},
		"nothing more": {fullUser(exampleUser, exampleTenant), start + `role":"admin"}]}`},
		"full": {fullUser(known, exampleTenant), start + `role":"admin"}],"phone":"+82 2 555 0100","profileImageURL":"https://example.com/j.png",` +
			`"tenant_id":"01932f6d8a005c0de5c0de01","provider":"local","provider_data":{"member_of":"CN=Staff"}}`},
		"partly": {fullUser(partly, exampleTenant), start + `role":"admin"}],` +
			`"tenant_id":"01932f6d8a005c0de5c0de01","provider":"local","provider_data":{"email":"j@ad.example.com"}}`},
	}
	for name, tt := range tests {
		text, err := json.Marshal(tt.record)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, string(text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestPlaceAndTenantRecords(t *testing.T) {
	tests := map[string]struct {
		record any
		want   string
	}{
		"region":           {regionOf(exampleRegion), `{"id":"01932f6d8a005c0de5c0de03","name":"kr-central","description":"Seoul and around","zones":["kr-central-a"]}`},
		"region, no zones": {regionOf(iam.Region{Name: "x"}), `{"id":"","name":"x","description":"","zones":[]}`},
		"new region": {newRegionOf(exampleRegion), `{"id":"01932f6d8a005c0de5c0de03","name":"kr-central","Description":"Seoul and around",` +
			`"user_id":"01932f6d8a005c0de5c0de02","created":"0001-01-01T00:00:00Z","tags":null}`},
		"zone": {zoneOf(exampleZone), `{"id":"01932f6d8a005c0de5c0de04","name":"kr-central-a","description":"The first hall","region":"kr-central"}`},
		"tenant": {tenantOf(exampleTenant), `{"id":"01932f6d8a005c0de5c0de01","name":"Hanbit","zuora_account_name":"Hanbit Inc",` +
			`"zuora_account_number":"A00000042","description":"Hanbit's own people","code":"hanbit","usage":null}`},
		"subtenant": {subtenantOf(exampleTenant, exampleParent), `{"id":"01932f6d8a005c0de5c0de01","description":"Hanbit's own people","name":"Hanbit",` +
			`"code":"hanbit","tenant_id":"01932f6d8a005c0de5c0de00","tenant":"Default"}`},
	}
	for name, tt := range tests {
		text, err := json.Marshal(tt.record)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, string(text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
