package authn

// What Run does from time to time, for tests that do not want to wait for it.
var (
	FlushUsage = (*Service).flushUsage
	Purge      = (*Service).purge
	Retire     = (*Service).retire
)

// PlaceText is placeText.
var PlaceText = placeText

// Kinds of jobs.
const (
	JobNewPlace = jobNewPlace
	JobExpiring = jobExpiring
)

// PasswordBurst is passwordBurst.
const PasswordBurst = passwordBurst
