package console

import "github.com/gatehouse-id/gatehouse/internal/notice"

// notificationsPage is what the page of notifications shows.
type notificationsPage struct{ User, Admin []notice.Preference }

func (v *visit) notifications() error {
	all, err := v.Notices.Preferences(v.r.Context(), v.by, "", v.words.tag)
	if err != nil {
		return err
	}
	var d notificationsPage
	for _, p := range all {
		if p.Family == notice.FamilyAdmin {
			d.Admin = append(d.Admin, p)
		} else {
			d.User = append(d.User, p)
		}
	}
	w := v.view("notifications", "notifications.title")
	w.Data = d
	return v.open(w)
}

// saveNotifications keeps which of the boxes are ticked: browsers send those only.
func (v *visit) saveNotifications() error {
	all, err := v.Notices.Preferences(v.r.Context(), v.by, "", v.words.tag)
	if err != nil {
		return err
	}
	want := map[string]bool{}
	for _, p := range all {
		want[p.Code] = v.r.PostForm.Has("notice:" + p.Code)
	}
	if err := v.Notices.SetPreferences(v.r.Context(), v.by, "", want); err != nil {
		return err
	}
	return v.done("/account/notifications", "saved")
}
