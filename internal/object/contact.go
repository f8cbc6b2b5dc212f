package object

// Contact is how somebody is reached by post and telephone: the spec of its kind.
type Contact struct {
	ContactType ContactType `json:"contact_type"`
	Address1    string      `json:"address1"`
	Address2    string      `json:"address2"`
	City        string      `json:"city"`
	County      string      `json:"county"`
	State       string      `json:"state"`
	StateCode   string      `json:"state_code"`
	Country     string      `json:"country"`
	ZipCode     string      `json:"zip_code"`
	PhoneNumber string      `json:"phone_number"`
}

// ContactType is what a contact is for.
type ContactType string

// Names implements message.Enum.
func (ContactType) Names() []string { return []string{"MAILING", "BILLING", "PAYMENT"} }

// MarshalText writes a type that nobody has given as what it means.
func (c ContactType) MarshalText() ([]byte, error) {
	if c == "" {
		c = "MAILING"
	}
	return []byte(c), nil
}

var _ = register(Kind{Name: "contact", Group: groupWeb, Title: "Contact"}, hooks[*Contact]{})
