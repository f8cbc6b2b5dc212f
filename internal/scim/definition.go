package scim

// definitionType is what a Schema resource has (RFC 7643 section 7).
var definitionType = &ResourceType{Name: "Schema", Endpoint: "/Schemas", Description: "Sets of attributes", Schema: &Schema{
	ID: urnSchema, Name: "Schema", Description: "Set of attributes", Attributes: []Attribute{
		{Name: "name", Description: "The name of the schema"},
		{Name: "description", Description: "What it is for"},
		{Name: "attributes", Type: Complex, Multi: true, Required: true, Description: "Its attributes",
			Sub: append(attributeDefinition(), Attribute{Name: "subAttributes", Type: Complex, Multi: true,
				Description: "The attributes of a complex one", Sub: attributeDefinition()})},
	}}}

// attributeDefinition is what a definition says of any attribute.
func attributeDefinition() []Attribute {
	return []Attribute{
		{Name: "name", Required: true, Description: "Its name"},
		{Name: "type", Description: "The type of its values",
			Canonical: []string{string(String), string(Boolean), string(Decimal), string(Integer), string(DateTime), string(Reference), string(Binary), string(Complex)}},
		{Name: "multiValued", Type: Boolean, Description: "Whether it has several values"},
		{Name: "description", Description: "What it is for"},
		{Name: "required", Type: Boolean, Description: "Whether it has to have a value"},
		{Name: "canonicalValues", Multi: true, CaseExact: true, Description: "The values that are usual"},
		{Name: "caseExact", Type: Boolean, Description: "Whether case counts"},
		{Name: "mutability", Description: "Who may write it",
			Canonical: []string{string(ReadOnly), string(ReadWrite), string(Immutable), string(WriteOnly)}},
		{Name: "returned", Description: "When it is answered",
			Canonical: []string{string(ReturnedAlways), string(ReturnedNever), string(ReturnedDefault), string(ReturnedRequest)}},
		{Name: "uniqueness", Description: "Whether its value is of one resource alone", Canonical: []string{"none", "server", "global"}},
		{Name: "referenceTypes", Multi: true, CaseExact: true, Description: "The types of what a reference leads to"},
	}
}

// ReadSchema answers the schema that a Schema resource defines (RFC 7643 section
// 7). What it has no word for is ignored. Invalid, of ReasonValue: a member is
// not of its type.
func ReadSchema(document map[string]any) (Schema, error) {
	id, ok := document[attrID].(string)
	if !ok || id == "" {
		return Schema{}, broken(ReasonValue, "id", "must be the URN of the schema")
	}
	r, err := definitionType.Read(document)
	if err != nil {
		return Schema{}, err
	}
	if err := definitionType.check(r); err != nil {
		return Schema{}, err
	}
	return Schema{ID: id, Name: r.Text("name"), Description: r.Text("description"), Attributes: defined(r["attributes"])}, nil
}

// defined reads attributes that definitionType has read.
func defined(v any) []Attribute {
	list, _ := v.([]any)
	all := make([]Attribute, len(list))
	for i, e := range list {
		m, _ := e.(map[string]any)
		d := Resource(m)
		all[i] = Attribute{Name: d.Text("name"), Description: d.Text("description"), Type: Type(d.Text("type")), Multi: m["multiValued"] == true,
			Required: m["required"] == true, CaseExact: m["caseExact"] == true, Mutability: Mutability(d.Text("mutability")),
			Returned: Returned(d.Text("returned")), Uniqueness: d.Text("uniqueness"), Canonical: listed(m["canonicalValues"]),
			References: listed(m["referenceTypes"]), Sub: defined(m["subAttributes"])}
	}
	return all
}

// listed are the texts of a list.
func listed(v any) (all []string) {
	list, _ := v.([]any)
	for _, e := range list {
		if s, ok := e.(string); ok {
			all = append(all, s)
		}
	}
	return all
}
