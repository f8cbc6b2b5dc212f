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

// offeredLife is a choice for that, before anybody is asked.
type offeredLife struct {
	value string
	days  int // 0 is for ever
	words string
}

// tokenLives are the choices, the first of which is proposed.
var tokenLives = []offeredLife{{"90", 90, "life.90"}, {"30", 30, "life.30"}, {"7", 7, "life.7"}, {"365", 365, "life.365"}, {"never", 0, "life.never"}}

// lives are those of the choices that the tenant allows, or else as long as it does.
func (v *visit) lives(offered []offeredLife) []life {
	most := v.settings.Credentials.MaxTokenDays
	var allowed []life
	for _, l := range offered {
		if most == 0 || 0 < l.days && l.days <= most {
			allowed = append(allowed, life{l.value, v.words.say(l.words), l.days})
		}
	}
	if len(allowed) == 0 {
		allowed = []life{{"most", v.words.say("life.days", most), most}}
	}
	return allowed
}

// chosenLife is the choice that was made: the first one also for what is none,
// since for ever has to be said.
func (v *visit) chosenLife(offered []offeredLife) life {
	lives := v.lives(offered)
	for _, l := range lives {
		if l.Value == v.posted("expires") {
			return l
		}
	}
	return lives[0]
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
	w := v.view("keys", "keys.title")
	w.Data = keysPage{Tokens: v.tokenRows(tokens.Items), Lives: v.lives(tokenLives), AccessKeys: keys.Items, MaxKeys: authn.MaxAccessKeys,
		MoreKeys: len(keys.Items) < authn.MaxAccessKeys}
	return w, nil
}

func (v *visit) tokenRows(tokens []iam.APIToken) []tokenRow {
	now := v.Env.Now()
	rows := make([]tokenRow, len(tokens))
	for i, t := range tokens {
		rows[i] = tokenRow{t, !t.Expires.IsZero() && !now.Before(t.Expires)}
	}
	return rows
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
// can be seen, and the path that leads on.
type secretPage struct {
	Parts []secretPart
	Back  string
}

type secretPart struct{ Label, Value string }

func (v *visit) showSecret(title, back string, parts ...secretPart) error {
	w := v.view("secret", title)
	w.Data = secretPage{parts, back}
	return v.show(http.StatusOK, w)
}

// tokenName is what a new token is to be called, which has to be said. Invalid.
func (v *visit) tokenName() (string, error) {
	name := v.posted("name")
	var c iam.Checker
	c.Length("name", name, 1, 64)
	return name, c.Err()
}

func (v *visit) createToken() error {
	name, err := v.tokenName()
	if err != nil {
		return v.keysDone(err, "")
	}
	in := authn.NewToken{User: v.by.User, Name: name}
	if days := v.chosenLife(tokenLives).days; days > 0 {
		in.Expires = v.Env.Time().Add(time.Duration(days) * 24 * time.Hour)
	}
	token, _, err := v.Authn.CreateToken(v.r.Context(), v.by, v.tenant.Code, in)
	if err != nil {
		return v.keysDone(err, "")
	}
	return v.showSecret("tokens.new", "/account/keys", secretPart{v.words.say("tokens.one"), token})
}

func (v *visit) revokeToken() error {
	return v.keysDone(v.Authn.RevokeToken(v.r.Context(), v.by, iam.TokenID(v.r.PostFormValue("id"))), "token-revoked")
}

func (v *visit) createAccessKey() error {
	secret, k, err := v.Authn.CreateAccessKey(v.r.Context(), v.by, v.by.User, nil)
	if err != nil {
		return v.keysDone(err, "")
	}
	return v.showSecret("access-keys.new", "/account/keys", secretPart{v.words.say("access-keys.id"), string(k.ID)},
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
