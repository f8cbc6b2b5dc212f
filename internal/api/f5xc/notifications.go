package f5xc

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/notice"
)

// Notice keeps which notices people want. Package notice satisfies it.
type Notice interface {
	Preferences(ctx context.Context, by iam.Actor, f notice.Family, language string) ([]notice.Preference, error)
	SetPreferences(ctx context.Context, by iam.Actor, f notice.Family, want map[string]bool) error
	Unset(ctx context.Context, by iam.Actor, f notice.Family, code string) error
}

// notification is a kind of notice, as the caller has it.
type notification struct {
	Code        string `json:"code"`
	Description string `json:"description"`
	Enabled     bool   `json:"enabled"`
	Label       string `json:"label"`
}

func notificationOf(p notice.Preference) notification {
	return notification{Code: p.Code, Description: p.Description, Enabled: p.Enabled, Label: p.Label}
}

// notificationList is the catalogue, of a family or of both.
type notificationList struct {
	Notifications []notification `json:"notifications"`
}

// preferencesForm says of some notices whether the caller wants them.
type preferencesForm struct {
	Preferences map[string]bool `json:"ntfn_preferences_map" doc:"Codes that are not named stay as they are."`
}

// unsetForm names the notice that the caller wants no more.
type unsetForm struct {
	Code string `json:"ntfn_to_unset"`
}

func (d *dialect) notificationOperations() []api.Operation {
	var ops []api.Operation
	for _, f := range []struct {
		path, what string
		family     notice.Family
		example    notification
	}{
		{"notifications", "about their own account", notice.FamilyUser,
			notification{"key-expiring", "An API token or a certificate of yours expires in a few days.", true, "Key about to expire"}},
		{"admin_notifications", "for administrators", notice.FamilyAdmin,
			notification{"provider-changed", "A provider that signs in people of the tenant was added, changed or deleted.", true, "Identity providers"}},
		{"combined_notifications", "of both kinds", "",
			notification{"key-created", "An API token, an access key or a certificate was issued for your account.", false, "New key"}},
	} {
		op := func(verb, method, path, summary string) api.Op {
			return api.Op{ID: f.path + "." + verb, Methods: []string{method}, Paths: []string{"/api/web/namespaces/system/user/" + f.path + path},
				Access: api.SignedIn(), Tag: "Own settings", Summary: summary, Errors: []iam.Kind{iam.Denied}, ResponseExample: empty{}}
		}
		get := op("get", http.MethodGet, "", "List the notifications "+f.what+", and which the caller wants")
		get.Description = "In the caller's language, else the tenant's. All are on until they are switched off."
		get.ResponseExample = notificationList{[]notification{f.example}}
		set := op("set", http.MethodPut, "", "Say which notifications "+f.what+" the caller wants")
		set.Description = "Of what guards the account a last mail says that it was switched off."
		set.RequestExample = preferencesForm{map[string]bool{f.example.Code: false}}
		ops = append(ops,
			api.Handle(get, func(ctx context.Context, c *api.Call, _ struct{}) (notificationList, error) {
				return d.notifications(ctx, c.Actor, f.family)
			}),
			api.Handle(set, func(ctx context.Context, c *api.Call, in struct {
				Body preferencesForm `body:"required"`
			}) (empty, error) {
				err := d.Notice.SetPreferences(ctx, c.Actor, f.family, in.Body.Preferences)
				return empty{}, inWords(err, map[string]string{"code": "ntfn_preferences_map"})
			}))
		if f.family == "" {
			continue
		}
		unset := op("unset", http.MethodPut, "/unset", "Switch one notification "+f.what+" off")
		unset.RequestExample = unsetForm{f.example.Code}
		ops = append(ops, api.Handle(unset, func(ctx context.Context, c *api.Call, in struct {
			Body unsetForm `body:"required"`
		}) (empty, error) {
			err := d.Notice.Unset(ctx, c.Actor, f.family, in.Body.Code)
			return empty{}, inWords(err, map[string]string{"code": "ntfn_to_unset"})
		}))
	}
	return ops
}

func (d *dialect) notifications(ctx context.Context, by iam.Actor, f notice.Family) (notificationList, error) {
	preferences, err := d.Notice.Preferences(ctx, by, f, "")
	l := notificationList{make([]notification, len(preferences))}
	for i, p := range preferences {
		l.Notifications[i] = notificationOf(p)
	}
	return l, err
}
