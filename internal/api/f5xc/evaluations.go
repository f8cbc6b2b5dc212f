package f5xc

import (
	"context"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/message"
)

func (d *dialect) evaluationOperations() []api.Operation {
	const tag = "Evaluations"
	return []api.Operation{
		api.Handle(api.Op{
			ID: "rule.validate", Methods: []string{http.MethodPost}, Paths: []string{"/api/config/namespaces/system/validate_rules"},
			Access: api.SignedIn(), Tag: tag, Summary: "Find out whether a value keeps rules",
			Description: "Rules are those of requests, by their words with or without the vendor's prefix. The value is a number for rules of numbers and enums, " +
				"a JSON array for those of lists, a JSON object for those of maps. One that is not known is a warning, and the value is not valid.",
			RequestExample: ruleQuestion{Namespace: iam.NamespaceSystem, Value: "shop-1",
				Rules: map[string]jsontext.Value{"string.max_len": jsontext.Value(`"64"`), "ves.io.schema.rules.string.ves_object_name": jsontext.Value(`"true"`)}},
			ResponseExample: ruleAnswer{Success: true, Results: []ruleResult{{"string.max_len is kept", severitySuccess},
				{"ves.io.schema.rules.string.ves_object_name is kept", severitySuccess}}},
		}, d.validateRules),
		api.Handle(api.Op{
			ID: "dynamic-data.list", Methods: []string{http.MethodPost}, Paths: []string{"/api/config/namespaces/{namespace}/dynamic-data"},
			Namespace: "namespace", Access: api.Requires(iam.NamespacesRead), Tag: tag, Summary: "Get the rows of a table in a form",
			Description: "What the field can have, of what the caller may read, as for suggest-values; or with defaults the one row that a new object begins with. " +
				"A row is a google.protobuf.Struct.",
			Errors: []iam.Kind{iam.NotFound}, RequestExample: dynamicForm{FieldPath: "spec.origin_pools", Namespace: "shop"},
			ResponseExample: dynamicAnswer{[]detail{rowOf(suggested("blue", "The first of two").row())}},
		}, d.dynamicData),
		api.Handle(api.Op{
			ID: "cloud-network.discover", Methods: []string{http.MethodPost}, Paths: []string{"/api/cloud-data/namespaces/system/cloud_user_accounts/discover_networks"},
			Access: api.Requires(iam.ObjectsRead), Tag: tag, Summary: "Look for the networks of an account at a cloud provider",
			Description: "The account is an object of the kind cloud_user_account, by its id or its name. Gatehouse has no way to the cloud, and finds nothing there.",
			Errors:      []iam.Kind{iam.NotFound}, RequestExample: discovery{"aws-seoul"}, ResponseExample: empty{},
		}, d.discoverNetworks),
	}
}

// Bounds of a question: the time that it takes goes with their product.
const (
	mostRules     = 64
	longestValue  = 16 << 10 // bytes
	longestBound  = 4 << 10
	longestRuleID = 256
)

type ruleQuestion struct {
	Namespace string                    `json:"namespace"`
	Rules     map[string]jsontext.Value `json:"validator_evaluation" doc:"The bound of each rule by its word; a text, or JSON."`
	Value     string                    `json:"value"`
}

// rules answers the rules as texts.
func (q ruleQuestion) rules() (map[string]string, error) {
	var c iam.Checker
	if len(q.Rules) == 0 {
		c.Add("validator_evaluation", iam.ReasonRequired, "Field validator_evaluation should not be empty in request.")
	}
	if len(q.Rules) > mostRules {
		c.Add("validator_evaluation", iam.ReasonLength, "Field validator_evaluation should have at most %d rules, got %d in request.", mostRules, len(q.Rules))
	}
	if len(q.Value) > longestValue {
		c.Add("value", iam.ReasonLength, "Field value should have at most %d bytes, got %d in request.", longestValue, len(q.Value))
	}
	texts := make(map[string]string, len(q.Rules))
	for word, bound := range q.Rules {
		if len(word) > longestRuleID || len(bound) > longestBound {
			c.Add("validator_evaluation", iam.ReasonLength, "Field validator_evaluation should have words of at most %d and bounds of at most %d bytes in request.",
				longestRuleID, longestBound)
			break
		}
		texts[word] = string(bound)
		if bound.Kind() == '"' {
			text, _ := jsontext.AppendUnquote(nil, bound)
			texts[word] = string(text)
		}
	}
	return texts, c.Err()
}

type ruleAnswer struct {
	Error   string       `json:"error" doc:"The first of the faults. Empty: there is none."`
	Success bool         `json:"success"`
	Results []ruleResult `json:"validation_results" doc:"One for each rule, by the words."`
}

type ruleResult struct {
	Message  string   `json:"message"`
	Severity severity `json:"severity"`
}

// severity is the vendor's word for how bad it is.
type severity string

const (
	severityError   severity = "ERROR"
	severityInfo    severity = "INFO"
	severityWarning severity = "WARNING"
	severitySuccess severity = "SUCCESS"
)

// Names implements message.Enum.
func (severity) Names() []string {
	return []string{string(severityError), string(severityInfo), string(severityWarning), string(severitySuccess)}
}

func (d *dialect) validateRules(_ context.Context, _ *api.Call, in struct {
	Body ruleQuestion `body:"required"`
}) (ruleAnswer, error) {
	if err := repeats("namespace", in.Body.Namespace, iam.NamespaceSystem); err != nil {
		return ruleAnswer{}, err
	}
	rules, err := in.Body.rules()
	if err != nil {
		return ruleAnswer{}, err
	}
	answer := ruleAnswer{Success: true, Results: []ruleResult{}}
	for _, v := range message.Evaluate(rules, in.Body.Value) {
		r := ruleResult{v.Rule + " is kept", severitySuccess}
		if v.Fault != "" {
			r = ruleResult{v.Fault, severityError}
			if !v.Known {
				r.Severity = severityWarning
			}
			if answer.Success {
				answer.Success, answer.Error = false, v.Fault
			}
		}
		answer.Results = append(answer.Results, r)
	}
	return answer, nil
}

type discovery struct {
	Account string `json:"cloud_user_account_id" rule:"message.required=true"`
}

// discoverNetworks answers the message without members that the vendor's
// document has.
func (d *dialect) discoverNetworks(ctx context.Context, c *api.Call, in struct {
	Body discovery `body:"required"`
}) (empty, error) {
	accounts, err := d.Objects.List(ctx, c.Actor, kindNamed("cloud_user_account"), iam.NamespaceSystem, "")
	if err != nil {
		return empty{}, err
	}
	for _, o := range accounts {
		if slices.Contains([]string{string(o.ID), o.Name}, in.Body.Account) {
			return empty{}, nil
		}
	}
	return empty{}, iam.E(iam.NotFound, "there is no such cloud user account")
}
