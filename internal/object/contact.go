package object

// contactSpec is how somebody is reached by post and telephone.
type contactSpec struct {
	ContactType contactType `json:"contact_type"`
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

// contactType is what a contact is for.
type contactType string

// Names implements message.Enum.
func (contactType) Names() []string { return []string{"MAILING", "BILLING", "PAYMENT"} }

// MarshalText writes a type that nobody has given as what it means.
func (c contactType) MarshalText() ([]byte, error) {
	if c == "" {
		c = "MAILING"
	}
	return []byte(c), nil
}

var _ = register(Kind{Name: "contact", Group: groupWeb, Title: "Contact"}, hooks[*contactSpec]{})
