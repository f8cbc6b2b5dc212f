package f5xc

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/notice"
)

// settingsDirectory keeps what users set for themselves.
type settingsDirectory interface {
	Self(ctx context.Context, by iam.Actor) (iam.User, error)
	UpdateProfile(ctx context.Context, by iam.Actor, p directory.Profile) (iam.User, error)
	Picture(ctx context.Context, by iam.Actor, u iam.UserID) (iam.Image, error)
	SetPicture(ctx context.Context, by iam.Actor, content []byte) (iam.Image, error)
	OwnSettings(ctx context.Context, by iam.Actor) (directory.OwnSettings, error)
	SetView(ctx context.Context, by iam.Actor, v directory.View) error
	RequestAccess(ctx context.Context, by iam.Actor) error
}

// settingsAuthn keeps how they sign in.
type settingsAuthn interface {
	Sessions(ctx context.Context, by iam.Actor) ([]iam.Session, error)
	OwnFactors(ctx context.Context, by iam.Actor) (authn.OwnFactors, error)
	Self(ctx context.Context, by iam.Actor, from authn.Origin) (authn.Prover, error)
	RemoveFactors(ctx context.Context, p authn.Prover) error
	ResetFactors(ctx context.Context, by iam.Actor, u iam.UserID) error
}

func (d *dialect) userSettingsOperations() []api.Operation {
	const settings, tag = "/api/web/namespaces/system/user/settings", "Own settings"
	own := func(id, method, path, summary string, more ...iam.Kind) api.Op {
		return api.Op{ID: "user_settings." + id, Methods: []string{method}, Paths: []string{path}, Access: api.SignedIn(), Tag: tag, Summary: summary,
			Errors: append([]iam.Kind{iam.Denied}, more...), ResponseExample: empty{}}
	}
	get := own("get", http.MethodGet, settings, "Get what the caller has set")
	get.ResponseExample = exampleSettings
	set := own("set", http.MethodPut, settings, "Change what the caller has set", iam.Precondition)
	set.Description = "Members that are left out stay. enabled_notifications switches those off that it does not name. With otp_enabled the next " +
		"sign-in on pages sets up a second factor; without it all are removed, which takes a session whose second factor was proved lately. " +
		"All other members are ignored."
	set.RequestExample, set.MaxBody = exampleSettingsForm, maxImageBody
	image := own("image", http.MethodGet, settings+"/image", "Get the picture of the caller", iam.NotFound)
	image.ResponseExample = servedImage{ContentType: "image/png", Data: examplePNG}
	setImage := own("set-image", http.MethodPut, settings+"/image", "Set the picture of the caller")
	setImage.Description = "JPEG, PNG, GIF or WebP of at most 5 MiB, recognised by its content. It is cut to a square and encoded anew."
	setImage.RequestExample, setImage.MaxBody = imageForm{ContentType: "image/png", Image: examplePNG}, maxImageBody
	view := own("view", http.MethodGet, settings+"/view_preference", "Get how the caller wants the console to look")
	view.ResponseExample = exampleView
	setView := own("set-view", http.MethodPut, settings+"/view_preference", "Set how the caller wants the console to look")
	setView.RequestExample = exampleView.viewForm
	request := own("request-access", http.MethodPut, settings+"/request_initial_access", "Ask the administrators for rights", iam.RateLimited)
	request.Description, request.RequestExample = "They are told by mail, at most once a day.", empty{}
	sessions := own("sessions", http.MethodGet, "/api/web/namespaces/system/user/sessions", "List the sessions of the caller")
	sessions.ResponseExample = sessionList{[]userSession{{Address: "203.0.113.7", Seen: timeOf(exampleTime), Start: timeOf(exampleTime)}}}
	return append([]api.Operation{
		api.Handle(get, d.getUserSettings), api.Handle(set, d.setUserSettings),
		api.Handle(image, d.getUserImage), api.Handle(setImage, d.setUserImage),
		api.Handle(own("delete-image", http.MethodDelete, settings+"/image", "Remove the picture of the caller"), d.deleteUserImage),
		api.Handle(view, d.getView), api.Handle(setView, d.setView),
		api.Handle(request, d.requestAccess), api.Handle(sessions, d.listSessions),
	}, d.userStateOperations()...)
}

// userSettings is what the caller has set, and how it stands with what follows.
type userSettings struct {
	Image         []byte         `json:"image"`
	InitialAccess initialAccess  `json:"initial_access"`
	MayAsk        bool           `json:"is_next_request_allowed"`
	Notifications []notification `json:"notifications" doc:"Those that are switched on."`
	OTPEnabled    bool           `json:"otp_enabled"`
	OTPStatus     otpStatus      `json:"otp_status" doc:"OTP_PROCESSING where the next sign-in sets up a second factor."`
}

// initialAccess is when the caller asked for rights.
type initialAccess struct {
	Mailed    bool       `json:"email_sent"`
	Last      *timestamp `json:"last_requesting_time,omitzero"`
	Requested bool       `json:"requested"`
}

var exampleSettings = userSettings{InitialAccess: initialAccess{Mailed: true, Last: timeOf(exampleTime), Requested: true}, MayAsk: true,
	Notifications: []notification{{Code: "password-changed", Description: "The password of your account was changed.", Enabled: true,
		Label: "Password changed"}}, OTPEnabled: true, OTPStatus: otpEnabled}

func (d *dialect) getUserSettings(ctx context.Context, c *api.Call, _ struct{}) (userSettings, error) {
	by := c.Actor
	own, err := d.Directory.OwnSettings(ctx, by)
	if err != nil {
		return userSettings{}, err
	}
	s := userSettings{
		InitialAccess: initialAccess{Mailed: own.Access.Mailed, Last: timeOf(own.Access.At), Requested: !own.Access.At.IsZero()},
		MayAsk:        !d.Env.Time().Before(own.Access.Again()), Notifications: []notification{},
	}
	image, err := d.Directory.Picture(ctx, by, by.User)
	if err != nil && !iam.Is(err, iam.NotFound) {
		return userSettings{}, err
	}
	s.Image = image.Content
	preferences, err := d.Notice.Preferences(ctx, by, notice.FamilyUser, "")
	if err != nil {
		return userSettings{}, err
	}
	for _, p := range preferences {
		if p.Enabled {
			s.Notifications = append(s.Notifications, notificationOf(p))
		}
	}
	f, err := d.Authn.OwnFactors(ctx, by)
	if err != nil {
		return userSettings{}, err
	}
	s.OTPEnabled, s.OTPStatus = otpOf(f)
	return s, nil
}

// otpOf tells of second factors: a wish for one, or the demand, is under way
// until it is set up.
func otpOf(f authn.OwnFactors) (bool, otpStatus) {
	switch {
	case f.Active:
		return true, otpEnabled
	case f.Wanted || f.Required:
		return true, otpProcessing
	}
	return false, otpDisabled
}

// userSettingsForm has all that callers may set of themselves this way.
type userSettingsForm struct {
	Notifications []string `json:"enabled_notifications,omitzero"`
	FirstName     *string  `json:"first_name,omitzero"`
	Image         []byte   `json:"image,omitzero"`
	LastName      *string  `json:"last_name,omitzero"`
	OTP           *bool    `json:"otp_enabled,omitzero"`
}

var exampleSettingsForm = userSettingsForm{Notifications: []string{"password-changed", "key-created"}, FirstName: new(exampleSelf.FirstName)}

// setUserSettings does first what is refused most easily: it is four changes,
// and what comes before a refusal has been done.
func (d *dialect) setUserSettings(ctx context.Context, c *api.Call, in struct {
	Body userSettingsForm `body:"required"`
}) (empty, error) {
	by, f := c.Actor, in.Body
	if _, err := d.Directory.Self(ctx, by); err != nil {
		return empty{}, err
	}
	if f.OTP != nil {
		if err := d.switchOTP(ctx, c, *f.OTP); err != nil {
			return empty{}, err
		}
	}
	if f.Notifications != nil {
		if err := d.enableOnly(ctx, by, f.Notifications); err != nil {
			return empty{}, inWords(err, map[string]string{"code": "enabled_notifications"})
		}
	}
	if len(f.Image) > 0 {
		if _, err := d.Directory.SetPicture(ctx, by, f.Image); err != nil {
			return empty{}, err
		}
	}
	if f.FirstName == nil && f.LastName == nil {
		return empty{}, nil
	}
	_, err := d.Directory.UpdateProfile(ctx, by, directory.Profile{GivenName: f.FirstName, FamilyName: f.LastName})
	return empty{}, inWords(err, userNames)
}

// switchOTP lets the caller ask to be asked for a second factor, or not any more.
func (d *dialect) switchOTP(ctx context.Context, c *api.Call, on bool) error {
	by := c.Actor
	f, err := d.Authn.OwnFactors(ctx, by)
	switch {
	case err != nil:
		return err
	case on && f.Active:
		return nil
	case !on && f.Required:
		return iam.E(iam.Precondition, "a second factor is required of %s", by.Username)
	case !on && f.Active:
		p, err := d.Authn.Self(ctx, by, authn.Origin{Dialect: name, Address: by.Address, Client: by.Client, RequestID: by.RequestID})
		if err != nil {
			return err
		}
		return d.Authn.RemoveFactors(ctx, p)
	}
	_, err = d.Directory.UpdateProfile(ctx, by, directory.Profile{WantFactor: &on})
	return err
}

// enableOnly switches notifications about the caller's account on, and all others
// off.
func (d *dialect) enableOnly(ctx context.Context, by iam.Actor, codes []string) error {
	all, err := d.Notice.Preferences(ctx, by, notice.FamilyUser, "")
	if err != nil {
		return err
	}
	want := make(map[string]bool, len(all))
	for _, p := range all {
		want[p.Code] = false
	}
	for _, code := range codes {
		want[code] = true
	}
	return d.Notice.SetPreferences(ctx, by, notice.FamilyUser, want)
}

// viewForm is how a console is to look.
type viewForm struct {
	Advanced   bool     `json:"advanced_view"`
	Personas   personas `json:"persona_preferences"`
	AutoExpand bool     `json:"wizard_advanced_auto_expand"`
}

type personas struct {
	Billing   bool `json:"billing"`
	DevOps    bool `json:"dev_ops"`
	Developer bool `json:"developer"`
	Master    bool `json:"master"`
	NetOps    bool `json:"net_ops"`
	SecOps    bool `json:"sec_ops"`
}

type viewAnswer struct {
	viewForm
	Initialized bool `json:"initialized" doc:"Whether the caller has ever set it."`
}

var exampleView = viewAnswer{viewForm{Advanced: true, Personas: personas{DevOps: true}}, true}

func (d *dialect) getView(ctx context.Context, c *api.Call, _ struct{}) (viewAnswer, error) {
	own, err := d.Directory.OwnSettings(ctx, c.Actor)
	v := own.View
	return viewAnswer{viewForm{v.Advanced, personas(v.Personas), v.AutoExpand}, own.Viewed}, err
}

func (d *dialect) setView(ctx context.Context, c *api.Call, in struct {
	Body viewForm `body:"required"`
}) (empty, error) {
	v := in.Body
	return empty{}, d.Directory.SetView(ctx, c.Actor, directory.View{Advanced: v.Advanced, AutoExpand: v.AutoExpand,
		Personas: directory.Personas(v.Personas)})
}

func (d *dialect) requestAccess(ctx context.Context, c *api.Call, _ struct {
	Body empty `body:"optional"`
}) (empty, error) {
	return empty{}, d.Directory.RequestAccess(ctx, c.Actor)
}

type sessionList struct {
	Sessions []userSession `json:"user_sessions"`
}

type userSession struct {
	Address string     `json:"ip_address"`
	Seen    *timestamp `json:"last_access,omitzero"`
	Start   *timestamp `json:"start,omitzero"`
}

// listSessions answers those that the caller is signed in with.
func (d *dialect) listSessions(ctx context.Context, c *api.Call, _ struct{}) (sessionList, error) {
	if _, err := d.Directory.Self(ctx, c.Actor); err != nil {
		return sessionList{}, err
	}
	found, err := d.Authn.Sessions(ctx, c.Actor)
	list := sessionList{[]userSession{}}
	for _, s := range found {
		if len(s.Pending) == 0 {
			list.Sessions = append(list.Sessions, userSession{Address: s.Address, Seen: timeOf(s.LastSeen), Start: timeOf(s.SignedIn)})
		}
	}
	return list, err
}
