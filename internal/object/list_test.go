package object_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

// BenchmarkList reads 500 objects with their specs.
func BenchmarkList(b *testing.B) {
	s := apptest.SQLite(b)
	by := iam.System(s.Tenant.ID, "test")
	for plural, spec := range map[string]string{
		"contacts":              `{"city":"Seoul"}`,
		"authentications":       authentication(token, hunter, prime, second),
		"authorization_servers": `{"jwks_uri":"http://127.0.0.1:1/jwks"}`,
		"http_loadbalancers":    `{"domains":["example.com"],"origin_pools":[{"name":"a"},{"name":"b"}],"note":"` + strings.Repeat("x", 1000) + `"}`,
	} {
		var k *object.Kind
		for _, group := range []string{"web", "config"} {
			if found, err := object.KindOf(group, plural); err == nil {
				k = found
			}
		}
		for i := range 500 {
			m := object.Metadata{Namespace: iam.NamespaceDefault, Name: fmt.Sprintf("n%d", i), Labels: map[string]string{"app": "web"}, Disabled: true}
			if _, err := s.Objects.Create(b.Context(), by, k, m, []byte(spec)); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(plural, func(b *testing.B) {
			for b.Loop() {
				if list, err := s.Objects.List(b.Context(), by, k, iam.NamespaceDefault, "app=web"); err != nil || len(list) != 500 {
					b.Fatalf("%d objects, %v", len(list), err)
				}
			}
		})
	}
}
