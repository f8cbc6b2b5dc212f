package console

import (
	"net/http"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// keysPage is what the page of tokens and keys shows.
type keysPage struct {
	Tokens     []tokenRow
	Lives      []life
	AccessKeys []iam.AccessKey
	MaxKeys    int
	MoreKeys   bool // another one may be made
}

// tokenRow is an API token in a list.
type tokenRow struct {
	iam.APIToken
	Expired bool
}

// life is how long a new token is good for.
type life struct {
	Value, Words string
	days         int // 0 is for ever
}

// lives are the choices, the first of which is proposed.
var lives = []struct {
	value string
	days  int // 0 is for ever
	words string
}{{"90", 90, "life.90"}, {"30", 30, "life.30"}, {"7", 7, "life.7"}, {"365", 365, "life.365"}, {"never", 0, "life.never"}}

// lives are those of the choices that the tenant allows, or else as long as it does.
func (v *visit) lives() []life {
	most := v.settings.Credentials.MaxTokenDays
	var allowed []life
	for _, l := range lives {
		if most == 0 || 0 < l.days && l.days <= most {
			allowed = append(allowed, life{l.value, v.words.say(l.words), l.days})
		}
	}
	if len(allowed) == 0 {
		allowed = []life{{"most", v.words.say("life.days", most), most}}
	}
	return allowed
}

// mostShown bounds the lists, in rows.
const mostShown = 200

func (v *visit) keys() error {
	w, err := v.keysView()
	if err != nil {
		return err
	}
	return v.open(w)
}

func (v *visit) keysView() (*view, error) {
	tokens, err := v.Authn.Tokens(v.r.Context(), v.by, v.by.User, iam.Page{Limit: mostShown})
	if err != nil {
		return nil, err
	}
	keys, err := v.Authn.AccessKeys(v.r.Context(), v.by, v.by.User, iam.Page{Limit: mostShown})
	if err != nil {
		return nil, err
	}
	d := keysPage{AccessKeys: keys.Items, MaxKeys: authn.MaxAccessKeys, MoreKeys: len(keys.Items) < authn.MaxAccessKeys}
	now := v.Env.Now()
	for _, t := range tokens.Items {
		d.Tokens = append(d.Tokens, tokenRow{t, !t.Expires.IsZero() && !now.Before(t.Expires)})
	}
	d.Lives = v.lives()
	w := v.view("keys", "keys.title")
	w.Data = d
	return w, nil
}

// keysDone leads back to the lists, or shows them with what is in the way.
func (v *visit) keysDone(err error, done string) error {
	if err == nil || iam.Is(err, iam.NotFound) { // NotFound: it is gone already
		return v.done("/account/keys", done)
	}
	w, errView := v.keysView()
	if errView != nil {
		return errView
	}
	w.Values = map[string]string{"name": v.posted("name")}
	return v.refuse(w, err, "name")
}

// secretPage is what the page of a new credential shows, the one time that it
// can be seen.
type secretPage struct{ Parts []secretPart }

type secretPart struct{ Label, Value string }

func (v *visit) showSecret(title string, parts ...secretPart) error {
	w := v.view("secret", title)
	w.Data = secretPage{parts}
	return v.show(http.StatusOK, w)
}

func (v *visit) createToken() error {
	in := authn.NewToken{User: v.by.User, Name: v.posted("name")}
	lives := v.lives()
	chosen := lives[0] // also for what is no choice: for ever has to be said
	for _, l := range lives {
		if l.Value == v.posted("expires") {
			chosen = l
		}
	}
	if chosen.days > 0 {
		in.Expires = v.Env.Time().Add(time.Duration(chosen.days) * 24 * time.Hour)
	}
	if in.Name == "" {
		var c iam.Checker
		c.Length("name", in.Name, 1, 64)
		return v.keysDone(c.Err(), "")
	}
	token, _, err := v.Authn.CreateToken(v.r.Context(), v.by, v.tenant.Code, in)
	if err != nil {
		return v.keysDone(err, "")
	}
	return v.showSecret("tokens.new", secretPart{v.words.say("tokens.one"), token})
}

func (v *visit) revokeToken() error {
	return v.keysDone(v.Authn.RevokeToken(v.r.Context(), v.by, iam.TokenID(v.r.PostFormValue("id"))), "token-revoked")
}

func (v *visit) createAccessKey() error {
	secret, k, err := v.Authn.CreateAccessKey(v.r.Context(), v.by, v.by.User, nil)
	if err != nil {
		return v.keysDone(err, "")
	}
	return v.showSecret("access-keys.new", secretPart{v.words.say("access-keys.id"), string(k.ID)},
		secretPart{v.words.say("access-keys.secret"), secret})
}

func (v *visit) setAccessKeyState() error {
	active := v.r.PostFormValue("active") == "yes"
	_, err := v.Authn.UpdateAccessKey(v.r.Context(), v.by, v.by.User, iam.AccessKeyID(v.r.PostFormValue("id")),
		authn.AccessKeyChange{Active: &active})
	return v.keysDone(err, "saved")
}

func (v *visit) deleteAccessKey() error {
	return v.keysDone(v.Authn.DeleteAccessKey(v.r.Context(), v.by, v.by.User, iam.AccessKeyID(v.r.PostFormValue("id"))), "key-deleted")
}
