package object_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

const configuration = "tenant_configurations"

// settings are those of the tenant, without what counts their changes.
func (w world) settings() iam.Settings {
	w.t.Helper()
	st, err := w.Tenancy.Settings(w.t.Context(), w.tenant.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	st.Version, st.Updated = 0, time.Time{}
	return st
}

func (w world) wantSettings(what string, change func(*iam.Settings)) {
	w.t.Helper()
	want := iam.DefaultSettings()
	change(&want)
	if diff := cmp.Diff(want, w.settings(), cmpopts.EquateEmpty()); diff != "" {
		w.t.Errorf("%s (-want +got)\n%s", what, diff)
	}
}

func TestConfigurationApplies(t *testing.T) {
	all := `{"password_policy":{"minimum_length":12,"digits":1,"lowercase_characters":2,"uppercase_characters":3,"special_characters":4,
		"not_recently_used":5,"not_username":true,"expire_password":90},"brute_force_detection_settings":{"max_login_failures":7},
		"user_session_expiration":{"absolute_timeout":{"hours":{"duration":10}},"idle_timeout":{"minutes":{"duration":30}}},
		"basic_configuration":{"display_name":"Acme-Corp"}}`
	withAll := func(st *iam.Settings) {
		p := &st.Password
		p.MinLength, p.MinDigits, p.MinLower, p.MinUpper, p.MinSymbols = 12, 1, 2, 3, 4
		p.History, p.NotUsername, p.MaxAge = 5, true, 90*24*time.Hour
		st.Lockout.FreeFailures = 7
		st.Session = iam.SessionPolicy{Absolute: 10 * time.Hour, Idle: 30 * time.Minute}
		st.Branding.DisplayName = "Acme-Corp"
	}
	each(t, func(w world) {
		ctx, k := w.t.Context(), kind(w.t, configuration)
		mine := w.settings() // what others decide stays
		mine.Language, mine.Branding.Accent, mine.Lockout.Window = "ko", "#112233", 2*time.Hour
		if _, err := w.Tenancy.UpdateSettings(ctx, w.by, mine); err != nil {
			w.t.Fatal(err)
		}
		others := func(st *iam.Settings) {
			st.Language, st.Branding.Accent, st.Lockout.Window = "ko", "#112233", 2*time.Hour
		}

		w.make(configuration, "", all)
		w.wantSettings("made", func(st *iam.Settings) { others(st); withAll(st) })
		steps := []struct {
			what, spec string
			change     func(*iam.Settings)
		}{
			{"the other spelling", `{"brute_force_detection":{"max_login_failures":9},"tenant_details":{"display_name":"Other"}}`, func(st *iam.Settings) {
				st.Lockout.FreeFailures, st.Branding.DisplayName = 9, "Other"
			}},
			{"both spellings", `{"brute_force_detection":{"max_login_failures":9},"brute_force_detection_settings":{"max_login_failures":9},
				"tenant_details":{"display_name":"Other"},"basic_configuration":{"display_name":"Other"}}`, func(st *iam.Settings) {
				st.Lockout.FreeFailures, st.Branding.DisplayName = 9, "Other"
			}},
			{"nothing", `{}`, func(*iam.Settings) {}},
			{"no failures", `{"brute_force_detection":{}}`, func(*iam.Settings) {}},
			{"short sessions", `{"user_session_expiration":{"absolute_timeout":{"minutes":{"duration":30}}}}`, func(st *iam.Settings) {
				st.Session = iam.SessionPolicy{Absolute: 30 * time.Minute, Idle: 30 * time.Minute}
			}},
			{"idle only", `{"user_session_expiration":{"idle_timeout":{"hours":{"duration":2}}}}`, func(st *iam.Settings) { st.Session.Idle = 2 * time.Hour }},
			{"idle for longer than sessions last by default", `{"user_session_expiration":{"idle_timeout":{"hours":{"duration":720}}}}`, func(st *iam.Settings) {
				st.Session = iam.SessionPolicy{Absolute: 720 * time.Hour, Idle: 720 * time.Hour}
			}},
			{"own name allowed", `{"password_policy":{"minimum_length":7}}`, func(st *iam.Settings) { st.Password.MinLength, st.Password.NotUsername = 7, false }},
			{"all", all, withAll},
		}
		for _, s := range steps {
			if _, err := w.replace(configuration, k.DefaultName, s.spec); err != nil {
				w.t.Fatalf("%s: %v", s.what, err)
			}
			w.wantSettings(s.what, func(st *iam.Settings) { others(st); s.change(st) })
		}
		w.changedElsewhere()
		m := named(k, k.DefaultName)
		m.Disabled = true
		if _, err := w.Objects.Replace(ctx, w.by, k, m, []byte(all), 0); err != nil {
			w.t.Fatal(err)
		}
		w.wantSettings("disabled", others)
		if o := w.get(configuration, k.DefaultName); !contains(string(o.View), `"minimum_length":12,`) {
			w.t.Errorf("disabled, it is shown as %s", o.View)
		}
		m.Disabled = false
		if _, err := w.Objects.Replace(ctx, w.by, k, m, []byte(all), 0); err != nil {
			w.t.Fatal(err)
		}
		w.wantSettings("enabled", func(st *iam.Settings) { others(st); withAll(st) })
		if err := w.delete(configuration, k.DefaultName, true); err != nil {
			w.t.Fatal(err)
		}
		w.wantSettings("deleted", others)
		for _, e := range w.events() {
			if e.Object == "settings" && e.ActorID != w.by.User {
				w.t.Errorf("settings changed by %q", e.ActorName)
			}
		}
	})
}

// changedElsewhere changes settings in another way than by the configuration,
// which then says so, and whose jobs leave it be.
func (w world) changedElsewhere() {
	w.t.Helper()
	ctx, name := w.t.Context(), kind(w.t, configuration).DefaultName
	before := w.get(configuration, name)
	st, err := w.Tenancy.Settings(ctx, w.tenant.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	was := st
	st.Password.MinLength, st.Password.MaxAge, st.Session.Idle, st.Branding.DisplayName = 9, 30*24*time.Hour, 45*time.Minute, "Renamed"
	st.Lockout.FreeFailures = 11
	if st, err = w.Tenancy.UpdateSettings(ctx, w.by, st); err != nil {
		w.t.Fatal(err)
	}
	want := `{"password_policy":{"minimum_length":9,"digits":1,"lowercase_characters":2,"uppercase_characters":3,"special_characters":4,
		"not_recently_used":5,"not_username":true,"expire_password":30},"brute_force_detection_settings":{"max_login_failures":11},
		"user_session_expiration":{"absolute_timeout":{"minutes":{"duration":600}},"idle_timeout":{"minutes":{"duration":45}}},
		"basic_configuration":{"display_name":"Renamed"}}`
	w.Clock.Advance(time.Minute) // the jobs of all changes before are due
	time.Sleep(600 * time.Millisecond)
	o := w.get(configuration, name)
	if !same(w.t, o.View, want) || !same(w.t, o.Spec, want) || o.Version != before.Version {
		w.t.Errorf("changed elsewhere, shown as %s", o.View)
	}
	was.Version = st.Version
	if _, err := w.Tenancy.UpdateSettings(ctx, w.by, was); err != nil {
		w.t.Fatal(err)
	}
	if o := w.get(configuration, name); !bytes.Equal(o.Spec, before.Spec) {
		w.t.Errorf("changed back, shown as %s", o.View)
	}
}

func TestOneConfiguration(t *testing.T) {
	each(t, func(w world) {
		k := kind(w.t, configuration)
		if k.Read != iam.SettingsRead || k.Create != iam.SettingsUpdate || k.Update != iam.SettingsUpdate || k.Delete != iam.SettingsUpdate {
			w.t.Errorf("rights %+v", k)
		}
		m := named(k, "")
		m.Namespace = iam.NamespaceDefault
		if _, err := w.Objects.Create(w.t.Context(), w.by, k, m, nil); !iam.Is(err, iam.NotFound) {
			w.t.Errorf("in another namespace: %v", err)
		}
		var made atomic.Int32
		var wg sync.WaitGroup
		for i := range 6 {
			wg.Go(func() {
				spec := fmt.Sprintf(`{"password_policy":{"minimum_length":%d,"not_username":true}}`, 20+i)
				_, err := w.Objects.Create(w.t.Context(), w.by, k, named(k, fmt.Sprintf("name-%d", i)), []byte(spec))
				switch {
				case err == nil:
					made.Add(1)
				case !iam.Is(err, iam.Precondition):
					w.t.Errorf("%v", err)
				}
			})
		}
		wg.Wait()
		list, err := w.Objects.List(w.t.Context(), w.by, k, "system", "")
		if err != nil || len(list) != int(made.Load()) || len(list) > 1 {
			w.t.Errorf("%d were made, there are %v, %v", made.Load(), names(list), err)
		}
		if len(list) == 0 {
			list = append(list, w.make(configuration, "", `{"password_policy":{"minimum_length":30,"not_username":true}}`))
		}
		if _, err := w.Objects.Create(w.t.Context(), w.by, k, named(k, "another"), nil); !iam.Is(err, iam.Precondition) {
			w.t.Errorf("a second one: %v", err)
		}
		if _, err := w.Objects.Create(w.t.Context(), w.by, k, named(k, list[0].Name), nil); !iam.Is(err, iam.Exists) {
			w.t.Errorf("the same again: %v", err)
		}
		if err := w.delete(configuration, list[0].Name, false); err != nil {
			w.t.Error(err)
		}
		w.wantSettings("deleted", func(*iam.Settings) {})
	})
}

// dying is a node that dies before it writes settings.
type dying struct{ object.Tenants }

func (dying) UpdateSettings(context.Context, iam.Actor, iam.Settings) (iam.Settings, error) {
	return iam.Settings{}, iam.E(iam.Unavailable, "gone")
}

// TestConfigurationAfterCrash: settings follow the object though the node that
// wrote it did not live to write them.
func TestConfigurationAfterCrash(t *testing.T) {
	each(t, func(w world) {
		ctx, k := w.t.Context(), kind(w.t, configuration)
		node := object.New(object.Deps{Store: w.Store, Keys: w.Keys, Tenants: dying{w.Tenancy}, Rights: w.Access, Queue: w.Jobs, Env: w.Env(), Log: slog.New(slog.DiscardHandler)})
		follows := func(what string, want int) {
			w.t.Helper()
			w.Clock.Advance(11 * time.Second)
			w.until(what, func() bool { return w.settings().Password.MinLength == want })
		}
		if _, err := node.Create(ctx, w.by, k, named(k, ""), []byte(`{"password_policy":{"minimum_length":20}}`)); err != nil {
			w.t.Fatal(err)
		}
		w.wantSettings("not applied yet", func(*iam.Settings) {})
		follows("made", 20)
		if _, err := node.Replace(ctx, w.by, k, named(k, k.DefaultName), []byte(`{"password_policy":{"minimum_length":21}}`), 0); err != nil {
			w.t.Fatal(err)
		}
		follows("replaced", 21)
		if err := node.Delete(ctx, w.by, k, "system", k.DefaultName, false); err != nil {
			w.t.Fatal(err)
		}
		follows("deleted", iam.DefaultSettings().Password.MinLength)
	})
}

// TestConfigurationsRace: whoever comes last, settings and object say the same.
func TestConfigurationsRace(t *testing.T) {
	each(t, func(w world) {
		w.make(configuration, "", `{}`)
		k := kind(w.t, configuration)
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				spec := fmt.Sprintf(`{"password_policy":{"minimum_length":%d}}`, 20+i)
				if _, err := w.replace(configuration, k.DefaultName, spec); err != nil && !iam.Is(err, iam.Conflict) {
					w.t.Error(err)
				}
			})
		}
		wg.Wait()
		w.Clock.Advance(11 * time.Second) // for those that gave up
		w.until("the same", func() bool {
			want := fmt.Sprintf(`"minimum_length":%d,`, w.settings().Password.MinLength)
			return contains(string(w.get(configuration, k.DefaultName).Spec), want)
		})
	})
}
