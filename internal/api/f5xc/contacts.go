package f5xc

import (
	"context"
	"net/http"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/geo"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

func (d *dialect) contactOperations() []api.Operation {
	return []api.Operation{api.Handle(api.Op{
		ID: "signup.validate-contact", Methods: []string{http.MethodPost}, Paths: []string{"/no_auth/validate_contact"}, Access: api.Public(),
		Tag: "Sign-up", Summary: "Find out whether a contact has a country and a postal code of that country",
		Description:     "The country is its code of two or of three letters. Where the form of a country's postal codes is not known, or it has none, any is taken.",
		RequestExample:  contactQuestion{Spec: object.Contact{Country: "KR", ZipCode: "06236"}},
		ResponseExample: contactVerdict{Err: contactOK, Valid: true, Faults: []contactFault{}},
	}, d.validateContact)}
}

// contactQuestion is a contact as an object of the kind has it.
type contactQuestion struct {
	Name      string         `json:"name"`
	Namespace string         `json:"namespace"`
	Spec      object.Contact `json:"spec"`
}

type contactVerdict struct {
	Err    string         `json:"err"`
	Valid  bool           `json:"is_valid"`
	Faults []contactFault `json:"validation_errors"`
}

type contactFault struct {
	Field   string `json:"error_field"`
	Message string `json:"error_message"`
}

const contactOK = "ECONTACT_VALIDATE_OK"

// validateContact tells all that is wrong, and under err the first of it.
func (d *dialect) validateContact(_ context.Context, _ *api.Call, in struct {
	Body contactQuestion `body:"required"`
}) (contactVerdict, error) {
	v := contactVerdict{Err: contactOK, Valid: true, Faults: []contactFault{}}
	wrong := func(code, field, message string) {
		if v.Valid {
			v.Err, v.Valid = code, false
		}
		v.Faults = append(v.Faults, contactFault{field, message})
	}
	of := in.Body.Spec
	country, known := geo.Country(of.Country)
	switch {
	case strings.TrimSpace(of.Country) == "":
		wrong("ECONTACT_EMPTY_COUNTRY", "country", "Field spec.country should not be empty.")
	case !known:
		wrong("ECONTACT_UNKNOWN_COUNTRY", "country", "Field spec.country should be the code of a country (ISO 3166-1).")
	}
	switch {
	case strings.TrimSpace(of.ZipCode) == "":
		wrong("ECONTACT_EMPTY_ZIP_CODE", "zip_code", "Field spec.zip_code should not be empty.")
	case known && !geo.PostalCode(country, of.ZipCode):
		wrong("ECONTACT_INVALID_ZIP", "zip_code", "Field spec.zip_code should be a postal code as "+country+" has them.")
	}
	return v, nil
}
