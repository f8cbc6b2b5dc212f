package object_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

const (
	hunter = "string:///aHVudGVyMg=="
	prime  = "string:///cHJpbWFyeS1rZXk="
	second = "string:///c2Vjb25kLWtleQ=="
	mask   = "string:///KioqKioqKio="
)

// authentication is a spec with secrets; an empty one is left out.
func authentication(endpoint, client, prim, sec string) string {
	secret := func(member, url string) string {
		if url == "" {
			return ""
		}
		return `"` + member + `":{"clear_secret_info":{"provider":"p","url":"` + url + `"}},`
	}
	return `{"oidc_auth":{` + secret("client_secret", client) + `"oidc_client_id":"c","oidc_auth_params":{"auth_endpoint_url":"https://id.example.com/auth",
		"end_session_endpoint_url":"https://id.example.com/end","token_endpoint_url":"` + endpoint + `"}},
		"cookie_params":{"auth_hmac":{` + secret("prim_key", prim) + secret("sec_key", sec) +
		`"prim_key_expiry":"2030-01-01T00:00:00Z","sec_key_expiry":"2031-01-01T00:00:00Z"}}}`
}

const token = "https://id.example.com/token"

// kept are the secrets of the stored object "one", opened, by path.
func (w world) kept() map[string]string {
	w.t.Helper()
	r, err := w.Store.Object(w.t.Context(), w.tenant.ID, "authentication", "default", "one")
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range []string{hunter, prime, second, "hunter2", "aHVudGVyMg", mask} {
		if strings.Contains(string(r.Spec), s) {
			w.t.Errorf("stored in the clear: %s", r.Spec)
		}
	}
	var tree any
	if err := json.Unmarshal(r.Spec, &tree); err != nil {
		w.t.Fatal(err)
	}
	found := map[string]string{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		members, _ := v.(map[string]any)
		if info, ok := members["clear_secret_info"].(map[string]any); ok {
			text, sealed := strings.CutPrefix(info["url"].(string), "sealed:")
			raw, err := base64.StdEncoding.DecodeString(text)
			if !sealed || err != nil {
				w.t.Fatalf("%s is stored as %v", path, info)
			}
			open, err := w.Keys.Open(w.t.Context(), w.tenant.ID, raw, "object:"+string(r.ID)+":"+path)
			if err != nil {
				w.t.Fatal(err)
			}
			found[path] = string(open)
		}
		for name, v := range members {
			walk(path+"."+name, v)
		}
	}
	walk("spec", tree)
	return found
}

const (
	clientPath = "spec.oidc_auth.client_secret"
	primPath   = "spec.cookie_params.auth_hmac.prim_key"
	secPath    = "spec.cookie_params.auth_hmac.sec_key"
)

func (w world) wantKept(what, client, prim, sec string) {
	w.t.Helper()
	got := w.kept()
	for path, want := range map[string]string{clientPath: client, primPath: prim, secPath: sec} {
		if got[path] != want {
			w.t.Errorf("%s: %s is %q, want %q", what, path, got[path], want)
		}
	}
}

func TestSecrets(t *testing.T) {
	each(t, func(w world) {
		made := w.make("authentications", "one", authentication(token, hunter, prime, second))
		w.wantKept("made", hunter, prime, second)
		if strings.Count(string(made.View), mask) != 3 {
			w.t.Errorf("shown as %s", made.View)
		}

		steps := []struct {
			what, spec         string
			client, prim, sec  string
			refusedOn, refused string
		}{
			{"masked", authentication(token, mask, mask, mask), hunter, prime, second, "", ""},
			{"left out", authentication(token, "", "", ""), hunter, prime, second, "", ""},
			{"one anew", authentication(token, mask, "string:///bmV3", ""), hunter, "string:///bmV3", second, "", ""},
			{"endpoint moved, masked", authentication("https://evil.example.com/token", mask, mask, mask), "", "", "", clientPath, ""},
			{"endpoint moved, left out", authentication("https://evil.example.com/token", "", prime, second), "", "", "", clientPath, ""},
			{"endpoint moved, one masked", authentication("https://evil.example.com/token", hunter, prime, mask), "", "", "", secPath, ""},
			{"endpoint moved by a letter", authentication(token+"/", mask, prime, second), "", "", "", clientPath, ""},
			{"endpoint moved, all given", authentication("https://two.example.com/token", "string:///dHdv", prime, second), "string:///dHdv", prime, second, "", ""},
			{"blindfold instead", strings.Replace(authentication("https://two.example.com/token", "x", mask, mask),
				`"clear_secret_info":{"provider":"p","url":"x"}`, `"blindfold_secret_info":{"location":"string:///YmxpbmQ="}`, 1), "", prime, second, "", ""},
			{"masked, with none kept", authentication("https://two.example.com/token", mask, mask, mask), "", "", "", clientPath, ""},
			{"all gone", `{}`, "", "", "", "", ""},
			{"masked after all are gone", authentication(token, mask, "", ""), "", "", "", clientPath, ""},
		}
		before := [3]string{hunter, prime, second}
		for _, s := range steps {
			got, err := w.replace("authentications", "one", s.spec)
			if s.refusedOn != "" {
				refused(w.t, err, s.refusedOn)
				if err != nil && strings.Contains(err.Error(), "string:///") {
					w.t.Errorf("%s: told with the secret: %v", s.what, err)
				}
				w.wantKept(s.what, before[0], before[1], before[2])
				continue
			}
			if err != nil {
				w.t.Fatalf("%s: %v", s.what, err)
			}
			before = [3]string{s.client, s.prim, s.sec}
			w.wantKept(s.what, s.client, s.prim, s.sec)
			w.noSecret(s.what, got)
		}
		k := kind(w.t, "authentications")
		_, err := w.Objects.Create(w.t.Context(), w.by, k, named(k, "two"), []byte(authentication(token, mask, "", "")))
		refused(w.t, err, clientPath)
	})
}

// noSecret looks for secrets, sealed or in the clear, in what leaves the server.
func (w world) noSecret(where string, v any) {
	w.t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		w.t.Fatal(err)
	}
	if o, ok := v.(object.Object); ok {
		text = []byte(string(text) + string(o.Spec) + string(o.View) + string(o.Record.Spec))
	}
	for _, s := range []string{"aHVudGVyMg", "hunter2", "cHJpbWFyeS1rZXk", "c2Vjb25kLWtleQ", "sealed:"} {
		for _, form := range []string{s, base64.StdEncoding.EncodeToString([]byte(s))} {
			if strings.Contains(string(text), form) {
				w.t.Errorf("%s has a secret: %s", where, text)
			}
		}
	}
}

func TestSecretsNowhere(t *testing.T) {
	each(t, func(w world) {
		k := kind(w.t, "authentications")
		w.noSecret("create", w.make("authentications", "one", authentication(token, hunter, prime, second)))
		w.noSecret("get", w.get("authentications", "one"))
		list, err := w.Objects.List(w.t.Context(), w.by, k, "default", "")
		if err != nil || len(list) != 1 {
			w.t.Fatalf("%v, %v", list, err)
		}
		w.noSecret("list", list[0])
		next, err := w.replace("authentications", "one", authentication(token, mask, "", ""))
		if err != nil {
			w.t.Fatal(err)
		}
		w.noSecret("replace", next)
		_, err = w.replace("authentications", "one", strings.Replace(authentication(token, hunter, prime, second), `"p"`, "1", 1))
		if !iam.Is(err, iam.Invalid) || strings.Contains(err.Error(), "aHVudGVyMg") {
			w.t.Errorf("a bad spec: %v", err)
		}
		_, err = w.replace("authentications", "one", strings.Replace(authentication(token, hunter, prime, second), hunter, hunter+strings.Repeat("A", 131072), 1))
		if !iam.Is(err, iam.Invalid) || strings.Contains(err.Error(), "aHVudGVyMg") {
			w.t.Errorf("a secret that is too long: %.300v", err)
		}
		if err := w.delete("authentications", "one", true); err != nil {
			w.t.Fatal(err)
		}
		w.noSecret("the trail", w.events())
		w.noSecret("the log", w.Log.String())
	})
}

// TestSealedText: what passes for a sealed secret is one more secret to seal.
func TestSealedText(t *testing.T) {
	each(t, func(w world) {
		w.make("authentications", "one", authentication(token, "sealed:AAAA", "", ""))
		w.wantKept("made", "sealed:AAAA", "", "")
		if o := w.get("authentications", "one"); strings.Contains(string(o.View), "sealed:") {
			w.t.Errorf("shown as %s", o.View)
		}
	})
}
