package ncloud

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// attrPermissions holds the permissions of a policy as they were written.
const attrPermissions = "ncloud.permissions"

// permission is a statement of a policy.
//
// Products are of two kinds. Those of Gatehouse are what its own rights are
// about, such as "users" or "*", the vendor's SubAccount, and paths of
// operations: they become rules of the core, and are taken only where the core
// can keep them to the letter. All others, such as "Server", are kept and
// shown, for whoever asks the directory about them, and allow nothing here.
type permission struct {
	Effect    string         `json:"effect" doc:"Allow; Deny for products of others."`
	Targets   []target       `json:"targets"`
	Condition jsontext.Value `json:"condition,omitzero"`
}

type target struct {
	Product      string   `json:"product" doc:"What it is about: users, groups, roles, … of Gatehouse, * for all of these, SubAccount, or a product of the vendor."`
	Actions      []string `json:"actions" doc:"*, View*, Change*, or the name of an action."`
	ResourceNRNs []string `json:"resourceNrns" doc:"* for all, which is the only one for products of Gatehouse."`
}

// Bounds of a policy.
const (
	maxPolicyName      = 30        // characters
	maxDescription     = 300       // bytes
	maxPermissions     = 100       // and as many targets, actions and resources in each
	maxPermissionsText = 60 * 1024 // bytes of all, as JSON
)

// The vendor's product that is what this dialect is about.
const productSubAccount = "SubAccount"

// own are products of Gatehouse: names in lower case, "*", paths and SubAccount.
var own = regexp.MustCompile(`^(\*|[a-z].*|/.*|` + productSubAccount + `)$`)

// policyDocument is a policy's permissions, checked.
type policyDocument struct {
	permissions []permission
	rules       []iam.Rule // those of Gatehouse
	foreign     []string   // products that allow nothing here
	text        string     // all, as JSON
}

// readPermissions checks permissions. Every broken rule is named.
func readPermissions(permissions []permission) (policyDocument, error) {
	doc := policyDocument{permissions: permissions}
	var check iam.Checker
	counted(&check, "permissions", len(permissions))
	for i, p := range permissions {
		doc.add(&check, fmt.Sprintf("permissions.%d", i), p)
	}
	text, err := json.Marshal(permissions)
	if err != nil {
		return doc, iam.E(iam.Invalid, "permissions cannot be read").Because(iam.ReasonFormat)
	}
	if doc.text = string(text); len(doc.text) > maxPermissionsText {
		check.Add("permissions", iam.ReasonLength, "permissions must have at most %d bytes, as JSON", maxPermissionsText)
	}
	return doc, check.Err()
}

func counted(check *iam.Checker, path string, n int) {
	switch {
	case n == 0:
		check.Add(path, iam.ReasonRequired, "%s is required", path)
	case n > maxPermissions:
		check.Add(path, iam.ReasonLength, "%s must have at most %d items", path, maxPermissions)
	}
}

// add checks one permission, and adds its rules.
func (doc *policyDocument) add(check *iam.Checker, path string, p permission) {
	if p.Effect != "Allow" && p.Effect != "Deny" {
		check.Add(path+".effect", iam.ReasonFormat, "%s.effect must be Allow or Deny", path)
	}
	counted(check, path+".targets", len(p.Targets))
	for i, t := range p.Targets {
		at := fmt.Sprintf("%s.targets.%d", path, i)
		check.Length(at+".product", t.Product, 1, 256)
		counted(check, at+".actions", len(t.Actions))
		counted(check, at+".resourceNrns", len(t.ResourceNRNs))
		for _, text := range slices.Concat([]string{t.Product}, t.Actions, t.ResourceNRNs) {
			if text == "" || !iam.Printable(text) {
				check.Add(at, iam.ReasonFormat, "%s must not contain empty texts or invisible characters", at)
				break
			}
		}
		if !own.MatchString(t.Product) {
			doc.foreign = append(doc.foreign, t.Product)
			continue
		}
		if p.Effect == "Deny" || conditional(p) || !slices.Equal(t.ResourceNRNs, []string{"*"}) {
			check.Add(at, iam.ReasonFormat, "%s: rights of Gatehouse can be allowed for all resources (\"*\") without a condition, and not otherwise", at)
			continue
		}
		for _, action := range t.Actions {
			rules := rulesOf(t.Product, action)
			if rules == nil {
				check.Add(at+".actions", iam.ReasonFormat, "%s.actions: %q is no action of %s", at, iam.Cut(action, 64), iam.Cut(t.Product, 64))
			}
			doc.rules = append(doc.rules, rules...)
		}
	}
}

func conditional(p permission) bool { return len(p.Condition) > 0 && p.Condition.Kind() != 'n' }

var verb = regexp.MustCompile(`^[a-z][a-z.-]*$`)

// rulesOf answers the rules for an action of a product of Gatehouse, none where
// there is no such action.
func rulesOf(product, action string) []iam.Rule {
	if strings.HasPrefix(product, "/") {
		if action == "*" {
			return []iam.Rule{{Path: product}}
		}
		return []iam.Rule{{Path: product, Methods: []string{action}}}
	}
	products, verbs := []string{product}, []string{action}
	if product == productSubAccount {
		products = []string{"users", "groups", "roles"}
	}
	switch {
	case action == "*" && product == "*":
		return []iam.Rule{{Permission: "*"}}
	case action == "*":
	case action == "View*":
		verbs = []string{"read"}
	case action == "Change*":
		verbs = []string{"create", "update", "delete"}
		if slices.Contains(products, "users") || product == "*" {
			verbs = append(verbs, "password")
		}
	case product == productSubAccount || !verb.MatchString(action):
		return nil
	}
	var rules []iam.Rule
	for _, p := range products {
		for _, v := range verbs {
			rules = append(rules, iam.Rule{Permission: p + "." + v})
		}
	}
	return rules
}

// permissionsOf shows what a policy allows: as it was written, as long as the
// rules still are those of what was written, else out of the rules.
func permissionsOf(r iam.Role, groups []iam.APIGroup) []permission {
	var rules []iam.Rule
	for _, g := range groups {
		rules = append(rules, g.Rules...)
	}
	var written []permission
	if text := r.Attributes[attrPermissions]; text != "" && json.Unmarshal([]byte(text), &written) == nil {
		if doc, err := readPermissions(written); err == nil && sameRules(doc.rules, rules) {
			return written
		}
	}
	var targets []target
	for _, rule := range rules {
		product, actions := rule.Path, rule.Methods
		if rule.Path == "" {
			var action string
			if product, action, _ = strings.Cut(rule.Permission, "."); action == "" {
				action = "*"
			}
			actions = []string{action}
		} else if len(actions) == 0 {
			actions = []string{"*"}
		}
		if i := slices.IndexFunc(targets, func(t target) bool { return t.Product == product }); i >= 0 {
			targets[i].Actions = append(targets[i].Actions, actions...)
			continue
		}
		targets = append(targets, target{product, slices.Clone(actions), []string{"*"}})
	}
	if len(targets) == 0 {
		return []permission{}
	}
	return []permission{{Effect: "Allow", Targets: targets}}
}

func sameRules(a, b []iam.Rule) bool {
	return slices.EqualFunc(a, b, func(x, y iam.Rule) bool {
		return x.Permission == y.Permission && x.Path == y.Path && slices.Equal(x.Methods, y.Methods)
	})
}
