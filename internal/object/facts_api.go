package object

import "slices"

// findAPI finds what a spec says of the API behind it.
func findAPI(t tree, f *Facts) {
	if t.any("enable_api_discovery", "single_lb_app.enable_discovery") {
		f.On |= APIDiscovery
	}
	if t.any("api_specification.api_definition", "api_definition", "api_definitions.api_definitions") {
		f.On |= APIDefinition
	}
	if t.any("api_specification.validation_all_spec_endpoints", "api_specification.validation_custom_list") {
		f.On |= APISchemaValidation
	}
	facts := APIFacts{Definition: t.reference("api_specification.api_definition")}
	if facts.Definition == nil {
		facts.Definition = t.reference("api_definition")
	}
	for _, path := range []string{"api_protection_rules.api_endpoint_rules", "api_rate_limit.api_endpoint_rules"} {
		for _, rule := range t.list(path) {
			facts.Named = append(facts.Named, endpoints(rule.texts("api_endpoint_method.methods"), rule.text("api_endpoint_path"))...)
		}
	}
	for _, rule := range t.list("api_specification.validation_custom_list.open_api_validation_rules") {
		facts.Named = append(facts.Named, endpoints(rule.texts("api_endpoint.methods"), rule.text("api_endpoint.path"))...)
	}
	for _, rule := range t.list("sensitive_data_disclosure_rules.sensitive_data_types_in_response") {
		facts.Sensitive = append(facts.Sensitive, endpoints(rule.texts("api_endpoint.methods"), rule.text("api_endpoint.path"))...)
	}
	if facts.Named = distinct(slices.Concat(facts.Named, facts.Sensitive)); facts.Definition != nil || facts.Named != nil {
		facts.Sensitive = distinct(facts.Sensitive)
		f.API = &facts
	}
}

func findDefinition(t tree, f *Facts) {
	listed := func(path string) (all []string) {
		for _, item := range t.list(path) {
			var methods []string
			if method := item.text("method"); method != "" {
				methods = []string{method}
			}
			all = append(all, endpoints(methods, item.text("path"))...)
		}
		return distinct(all)
	}
	f.API = &APIFacts{Included: listed("api_inventory_inclusion_list"), Excluded: listed("api_inventory_exclusion_list"),
		Other: listed("non_api_endpoints")}
}

// endpoints are those of a path: one for each method, or one for "ANY".
func endpoints(methods []string, path string) []string {
	if path == "" {
		return nil
	}
	if len(methods) == 0 {
		methods = []string{"ANY"}
	}
	all := make([]string, len(methods))
	for i, m := range methods {
		all[i] = m + " " + path
	}
	return all
}

func distinct(all []string) []string {
	slices.Sort(all)
	return slices.Compact(all)
}
