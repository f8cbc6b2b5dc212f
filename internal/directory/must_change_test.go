package directory_test

import (
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/directory"
)

// Whether a new user has to choose a password at the next sign-in is for whoever
// makes it to say, also where there is no password yet.
func TestMustChangePassword(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){"": func(t *testing.T, w world) {
		for name, tt := range map[string]struct {
			in   directory.NewUser
			want bool
		}{
			"none":       {directory.NewUser{}, false},
			"nonemust":   {directory.NewUser{MustChangePassword: true}, true},
			"given":      {directory.NewUser{Password: "x"}, true},
			"givenkeep":  {directory.NewUser{Password: "x", KeepPassword: true}, false},
			"givenmust":  {directory.NewUser{Password: "x", MustChangePassword: true}, true},
			"chosen":     {directory.NewUser{Password: "a long enough phrase", OwnPassword: true}, false},
			"chosenmust": {directory.NewUser{Password: "a long enough phrase", OwnPassword: true, MustChangePassword: true}, true},
		} {
			tt.in.Username = name
			if u := w.user(t, w.create(t, tt.in).ID); u.MustChangePassword != tt.want {
				t.Errorf("%s: %v, want %v", name, u.MustChangePassword, tt.want)
			}
		}
	}})
}
