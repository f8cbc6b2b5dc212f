package console

import (
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// profilePage is what the first page of the account shows beside the user.
type profilePage struct {
	HasPicture bool
	Tenant     string
	Reached    []reachedRow
}

func (v *visit) profile() error {
	w, err := v.profileView()
	if err != nil {
		return err
	}
	return v.open(w)
}

func (v *visit) profileView() (*view, error) {
	_, err := v.Directory.Picture(v.r.Context(), v.by, v.by.User)
	if err != nil && !iam.Is(err, iam.NotFound) {
		return nil, err
	}
	d := profilePage{HasPicture: err == nil}
	if d.Reached, err = v.reached(); err != nil {
		return nil, err
	}
	w := v.view("profile", "profile.title")
	d.Tenant = w.Brand()
	w.Data = d
	w.Values = map[string]string{"given_name": v.user.GivenName, "family_name": v.user.FamilyName,
		"display_name": v.user.DisplayName, "phone": v.user.Phone}
	return w, nil
}

func (v *visit) saveProfile() error {
	given, family, display, phone := v.posted("given_name"), v.posted("family_name"), v.posted("display_name"), v.posted("phone")
	_, err := v.Directory.UpdateProfile(v.r.Context(), v.by, directory.Profile{
		GivenName: &given, FamilyName: &family, DisplayName: &display, Phone: &phone})
	if err == nil {
		return v.done("/account", "saved")
	}
	w, errView := v.profileView()
	if errView != nil {
		return errView
	}
	w.Values = map[string]string{"given_name": given, "family_name": family, "display_name": display, "phone": phone}
	return v.refuse(w, err, "given_name", "family_name", "display_name", "phone")
}
