package app_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// f5Objects makes, as the administrator, a namespace and what can be in one,
// and a user, a group and a role beside them, all of a name. What nobody else
// may see is in each. It answers their ids.
func f5Objects(t *testing.T, s *apptest.Server, namespace, mark, secret string) (ids []string) {
	t.Helper()
	create := func(path string, body map[string]any) {
		a := s.Do(t, http.MethodPost, path, s.AdminToken, text(t, body))
		if a.Status != http.StatusOK {
			t.Fatalf("POST %s: %d %s", path, a.Status, a.Body)
		}
		var made struct {
			UID    string `json:"uid"`
			System struct {
				UID string `json:"uid"`
			} `json:"system_metadata"`
		}
		if err := json.Unmarshal([]byte(a.Body), &made); err != nil || made.UID+made.System.UID == "" {
			t.Fatalf("POST %s: %s, %v", path, a.Body, err)
		}
		ids = append(ids, made.UID+made.System.UID)
	}
	metadata := map[string]any{"name": mark, "description": secret}
	create("/api/web/namespaces", map[string]any{"metadata": map[string]any{"name": namespace, "description": secret}, "spec": map[string]any{}})
	create("/api/web/namespaces/"+namespace+"/contacts", map[string]any{"metadata": metadata, "spec": map[string]any{"city": secret}})
	create("/api/config/namespaces/"+namespace+"/user_identifications",
		map[string]any{"metadata": metadata, "spec": map[string]any{"rules": []any{map[string]any{"cookie_name": secret}}}})
	create("/api/config/namespaces/"+namespace+"/service_policys", map[string]any{"metadata": metadata, "spec": map[string]any{"rule": secret}})
	create("/api/web/custom/namespaces/system/roles", map[string]any{"metadata": metadata, "namespace": "system",
		"api_groups": []string{"gatehouse-objects-read"}, "spec": map[string]any{}})
	create("/api/web/custom/namespaces/system/user_groups", map[string]any{"name": mark + "-group", "description": secret})
	create("/api/web/custom/namespaces/system/user_roles", map[string]any{"email": mark + "@example.com", "name": mark + "@example.com",
		"first_name": secret, "last_name": "Lee", "namespace": "system", "type": "SERVICE", // nobody whom a mail would reach later
		"namespace_roles": []any{map[string]any{"namespace": namespace, "role": "ves-io-developer-role"}}})
	return ids
}

func text(t *testing.T, value any) string {
	t.Helper()
	out, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// ownTarget fills a path with a namespace of the caller's own, a kind, and the id of
// another's object in all other places.
func ownTarget(path, namespace, id string) string {
	return parameter.ReplaceAllString(strings.NewReplacer("{namespace}", namespace, "{kind}", "service_policys").Replace(path), id)
}

// f5Bodies are requests of the F5 dialect that speak of the objects of others:
// of another tenant, in another namespace, by name and by id. One names them as
// what the request is about, others only deep inside. A GET has no body.
func f5Bodies(method string, tenant iam.Tenant, namespace, id string) []string {
	if method == http.MethodGet {
		return []string{""}
	}
	ref := map[string]any{"kind": "service_policy", "tenant": tenant.Code, "namespace": namespace, "name": id, "uid": id}
	view := map[string]any{"tenant": string(tenant.ID), "namespace": namespace, "name": id}
	deep := map[string]any{
		"email": id + "@example.com", "first_name": "Mine", "last_name": "Mine", "type": "USER",
		"username": id, "usernames": []string{id, id + "@example.com"}, "group_names": []string{id, id + "-group"},
		"namespace_roles": []any{map[string]any{"namespace": namespace, "role": "ves-io-admin-role"},
			map[string]any{"namespace": id, "role": id}},
		"namespaces_role": map[string]any{"namespaces": []string{namespace, id}, "role": id},
		"api_groups":      []string{"gatehouse-all"},
		"object_uid":      id,
		"alert_policies":  []any{view}, "network_policies": []any{view}, "service_policies": []any{view}, "fast_acls": []any{view},
		"field_path": "spec.ref", "match_value": "", "allow_advertise_on_public": "Enable",
		"item_lists":               []any{map[string]any{"list_id": id, "items": []any{map[string]any{"method": "GET", "path": "/api/web/namespaces/" + id}}}},
		"batch_namespace_api_list": []any{map[string]any{"namespace": id}},
		"spec": map[string]any{"ref": ref, "refs": []any{ref}, "rules": []any{map[string]any{"client_ip": map[string]any{}}},
			"jwks_uri": "https://127.0.0.1/" + id, "city": id,
			"tenant_id": tenant.Code, "groups": []any{map[string]any{"group": view, "managed_tenant_groups": []string{id, id + "-group"}}},
			"allowed_groups": []any{view}, "tenant_owner_group": view, "domain": "mine-" + strings.ToLower(id[len(id)-8:]),
			"group_assignments":    []any{map[string]any{"group": view, "child_tenant_groups": []string{id}}},
			"child_tenant_manager": view, "tenant_profile": view,
			"ct_groups":  []any{map[string]any{"name": "mine", "namespace_roles": []any{map[string]any{"namespace": id, "role": id}}}},
			"relates_to": []any{ref, map[string]any{"kind": "tenant", "tenant": string(tenant.ID)}}, "subject": id, "type": "TYPE_PROBLEM"},
		"ct_list_to_target_ctm": map[string]any{"child_tenant_manager": id, "child_tenants": []string{id, tenant.Code}},
		"access_config":         map[string]any{"read_write_ns": map[string]any{"namespaces": []string{id}}},
		"tp_id":                 id, "comment": id, "priority": "PRIORITY_HIGH", "reason": "REASON_UNKNOWN",
		"tos_version": "1", "tos_accepted": "true", "tos_accepted_at": "1789000000",
		"fail_if_referred": false,
		"schemas":          []string{"urn:ietf:params:scim:schemas:core:2.0:User"}, "userName": id, "externalId": id, "displayName": id,
		"roles": []string{"admin"}, "members": []any{map[string]any{"value": id}},
		"Operations": []any{map[string]any{"op": "add", "value": map[string]any{"members": []any{map[string]any{"value": id}}, "roles": []string{"admin"}}}},
	}
	about := maps.Clone(deep)
	maps.Copy(about, map[string]any{"id": id, "name": id, "namespace": namespace, "tenant": tenant.Code, "uid": id,
		"metadata":        map[string]any{"name": id, "namespace": namespace, "tenant": tenant.Code, "uid": id},
		"system_metadata": map[string]any{"tenant": tenant.Code, "uid": id, "namespace": []any{ref}}})
	mine := maps.Clone(deep)
	maps.Copy(mine, map[string]any{"name": "mine", "metadata": map[string]any{"name": "mine"}, "username": []string{id, id + "@example.com"}, "namespace": "system",
		"namespace_name_identifier": map[string]any{"object_namespace": namespace, "object_name": id}})
	delete(mine, "object_uid") // of which there is one or the other
	var bodies []string
	for _, body := range []map[string]any{deep, about, mine} {
		out, err := json.Marshal(body)
		if err != nil {
			panic(err) // maps of strings
		}
		bodies = append(bodies, string(out))
	}
	return bodies
}

// Somebody who may do everything, in one namespace, calls every operation of
// the F5 dialect there, with the names of another namespace, of the tenant's
// people and of roles in the body; and with the other namespace, and that of
// the people, in the path. Nothing but that one namespace changes, and what is
// in the other is not answered. So it is with a user of the tenant, and with one
// of another tenant that manages it.
func TestNamespacesAreApart(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		const mark, secret, roles = "of-the-other-namespace", "only-the-other-sees-this", `[{"namespace":"ours","role":"ves-io-admin-role"}]`
		ids := f5Objects(t, s, "theirs", mark, secret)
		demand(t, s, s.AdminToken, "POST", "/api/web/namespaces", `{"metadata":{"name":"ours"}}`)
		demand(t, s, s.AdminToken, "POST", "/api/web/custom/namespaces/system/user_roles", `{"email":"neighbour@example.com",
			"first_name":"N","last_name":"N","namespace":"system","type":"SERVICE","namespace_roles":`+roles+`}`)
		agency := s.NewTenant(t, "agency")
		t.Run("a neighbour", func(t *testing.T) {
			namespaceApart(t, s, memberOf(t, s, "neighbour@example.com"), "", ids, mark, secret)
		})
		t.Run("a guest", func(t *testing.T) {
			guest := agent(t, s, agency, administrator(s), "guest", roles)
			home := rows(t, s, agency.Tenant.ID)
			namespaceApart(t, s, guest, "/managed_tenant/"+s.Tenant.Code, ids, mark, secret)
			if diff := cmp.Diff(home, rows(t, s, agency.Tenant.ID)); diff != "" {
				t.Errorf("a guest changed something at home from where they are (-before +after):\n%s", diff)
			}
		})
	})
}

// namespaceApart calls every operation as somebody with all rights in the
// namespace "ours".
func namespaceApart(t *testing.T, s *apptest.Server, neighbour apptest.Member, prefix string, ids []string, mark, secret string) {
	t.Helper()
	if a := s.Do(t, "GET", prefix+"/api/web/namespaces/ours/contacts", neighbour.Token, ""); a.Status != http.StatusOK {
		t.Fatalf("in their own namespace: %d %s", a.Status, a.Body)
	}
	before := rowsBut(t, s, "ours", neighbour.User)
	changed := 0
	each(s, func(op api.Registered, method, path string) {
		if op.Dialect.Name != "f5xc" || op.Op.Access.IsPublic() {
			return
		}
		for _, id := range append(slices.Clone(ids), mark) {
			for _, namespace := range []string{"ours", "theirs", iam.NamespaceSystem} {
				// Where the namespace is what the path is about, it is so there.
				target := ownTarget(path, namespace, id)
				if op.Op.Namespace != "" {
					target = ownTarget(strings.ReplaceAll(path, "{"+op.Op.Namespace+"}", namespace), namespace, id)
				}
				ours := strings.Contains(target, "/ours")
				if ours && strings.HasSuffix(path, "/cascade_delete") {
					continue // it would go, as it may
				}
				for _, body := range f5Bodies(method, s.Tenant, "theirs", id) {
					a := s.Do(t, method, prefix+target, neighbour.Token, body)
					switch {
					case strings.Contains(a.Body, secret) || a.Status >= 500:
						t.Errorf("%s %s %s answers %d %s", method, target, body, a.Status, a.Body)
					case a.Status == http.StatusOK && !ours && op.Op.Access.Permission() != "":
						t.Errorf("%s %s %s is let through: %s", method, target, body, a.Body)
					case a.Status == http.StatusOK && method != http.MethodGet:
						changed++
					}
				}
			}
		}
	})
	if changed == 0 {
		t.Error("nothing that was asked for was done, not even in their own namespace")
	}
	if diff := cmp.Diff(before, rowsBut(t, s, "ours", neighbour.User)); diff != "" {
		t.Errorf("something else has changed (-before +after):\n%s", diff)
	}
}

// memberOf answers a user of the default tenant with a token.
func memberOf(t *testing.T, s *apptest.Server, username string) apptest.Member {
	t.Helper()
	u, err := s.Directory.User(t.Context(), s.Operator(), directory.UserKey{Username: username})
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := s.Authn.CreateToken(t.Context(), s.Operator(), s.Tenant.Code, authn.NewToken{User: u.ID})
	if err != nil {
		t.Fatal(err)
	}
	return apptest.Member{Tenant: s.Tenant, User: u, Token: token}
}

// rowsBut answers the rows of the default tenant, but for those of a namespace
// and its objects, for what is about one user alone, and for the books that are
// kept of all that happens.
func rowsBut(t *testing.T, s *apptest.Server, namespace string, user iam.User) map[string][]string {
	t.Helper()
	all := rows(t, s, s.Tenant.ID)
	for _, books := range []string{"audit_events", "row_counts", "tenant_epochs", "jobs"} {
		delete(all, books)
	}
	var inside []string // ids of the namespace and of what is in it
	for _, row := range all["namespaces"] {
		if slices.Contains(strings.Split(row, "|"), namespace) {
			inside = append(inside, strings.Split(row, "|")[1])
		}
	}
	for _, row := range all["objects"] {
		if slices.ContainsFunc(inside, func(id string) bool { return strings.Contains(row, id) }) {
			inside = append(inside, strings.Split(row, "|")[1])
		}
	}
	for table, found := range all {
		all[table] = slices.DeleteFunc(found, func(row string) bool {
			switch table {
			case "namespaces", "objects", "object_refs":
				return slices.Contains(inside, strings.Split(row, "|")[1])
			case "users", "mails", "challenges", "user_settings", "notice_preferences":
				// That one asks for rights, others are told.
				return strings.Contains(row, string(user.ID)) || strings.Contains(row, user.Email) || strings.Contains(row, "|"+string(iam.MessageAccessRequested)+"|")
			}
			return false
		})
		if len(all[table]) == 0 {
			delete(all, table)
		}
	}
	return all
}
