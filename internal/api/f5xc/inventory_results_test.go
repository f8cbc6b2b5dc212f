package f5xc

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/object"
)

// TestHTTPResult: a load balancer with everything has every member that the
// document tells of, and no other.
func TestHTTPResult(t *testing.T) {
	item := &object.Item{Named: object.Named{Namespace: "shop", Name: "front"}, Facts: object.Facts{On: ^object.Features(0),
		Domains: []string{"shop.example.com"}, Algorithm: "round_robin", Advertised: "advertise_custom", Security: "high_security", Ports: "443",
		Addresses: "192.0.2.1", Idle: 1, IdleClient: 2, Mode: "blocking", Firewall: &object.Named{Namespace: "shared", Name: "shield"},
		Certificate: &object.Certificate{State: "CertificateValid", Expires: time.Unix(1, 0)}}}
	text, err := json.Marshal(httpResultOf(item, "acme", httpFeaturesOf()))
	if err != nil {
		t.Fatal(err)
	}
	members := map[string]any{}
	if err := json.Unmarshal(text, &members); err != nil {
		t.Fatal(err)
	}
	shown := reflect.TypeFor[httpResultShown]()
	for i := range shown.NumField() {
		name, _, _ := strings.Cut(shown.Field(i).Tag.Get("json"), ",")
		if members[name] == nil {
			t.Errorf("%s is missing", name)
		}
		delete(members, name)
	}
	if len(members) > 0 {
		t.Errorf("the document does not tell of %v", members)
	}
	item.On = 0
	if text, err = json.Marshal(httpResultOf(item, "acme", httpFeaturesOf())); err != nil || strings.Contains(string(text), "{}") {
		t.Errorf("%s, %v", text, err)
	}
}
