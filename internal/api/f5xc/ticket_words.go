package f5xc

import (
	"slices"
	"strings"
)

// ticketPriority is how much a ticket matters.
type ticketPriority string

// Names implements message.Enum.
func (ticketPriority) Names() []string {
	return []string{"PRIORITY_UNKNOWN", "PRIORITY_NORMAL", "PRIORITY_HIGH", "PRIORITY_URGENT"}
}

// ticketStatus is where a ticket is in its life.
type ticketStatus string

// Names implements message.Enum.
func (ticketStatus) Names() []string {
	return []string{"STATUS_UNKNOWN", "STATUS_NEW", "STATUS_OPEN", "STATUS_PENDING", "STATUS_ONHOLD", "STATUS_SOLVED", "STATUS_CLOSED",
		"STATUS_FAILED"}
}

// ticketType is what kind of ticket one is.
type ticketType string

// Names implements message.Enum.
func (ticketType) Names() []string {
	return []string{"TYPE_UNKNOWN", "TYPE_PROBLEM", "TYPE_TASK", "TYPE_QUESTION", "TYPE_INCIDENT", "TYPE_TECHNICAL_SUPPORT",
		"TYPE_ACCOUNT_SUPPORT", "TYPE_INCIDENT_SUPPORT"}
}

// ticketService is the service that a ticket is about.
type ticketService string

// Names implements message.Enum.
func (ticketService) Names() []string {
	return []string{"SS_UNKNOWN", "SS_ACCOUNT_PROTECTION", "SS_ADMINISTRATION", "SS_APPLICATION_TRAFFIC_INSIGHT", "SS_AUDIT_LOGS_AND_ALERTS",
		"SS_AUTHENTICATION_INTELLIGENCE", "SS_BILLING", "SS_CLIENT_SIDE_DEFENSE", "SS_CLOUD_AND_EDGE_SITES", "SS_DDOS_AND_TRANSIT_SERVICES",
		"SS_DISTRIBUTED_APPS", "SS_DNS_MANAGEMENT", "SS_LOAD_BALANCERS", "SS_SHARED_CONFIGURATION", "SS_WEB_APP_AND_API_PROTECTION", "SS_OTHER",
		"SS_BOT_DEFENSE", "SS_CDN", "SS_OBSERVABILITY", "SS_DELEGATED_ACCESS", "SS_MULTI_CLOUD_NETWORK_CONNECT", "SS_MULTI_CLOUD_APP_CONNECT",
		"SS_BIG_IP_APM", "SS_DATA_INTELLIGENCE", "SS_NGINX_ONE", "SS_WEB_APP_SCANNING", "SS_ROUTED_DDOS", "SS_MOBILE_APP_SHIELD"}
}

// ticketTopic is what a ticket is about.
type ticketTopic string

// Names implements message.Enum.
func (ticketTopic) Names() []string {
	return []string{"TOPIC_UNKNOWN", "ACCOUNT_SUPPORT_TOPIC_ACCESS_REQUEST", "ACCOUNT_SUPPORT_TOPIC_ACCOUNT", "ACCOUNT_SUPPORT_TOPIC_BILLING",
		"ACCOUNT_SUPPORT_TOPIC_BILLING_PLAN_CHANGE", "ACCOUNT_SUPPORT_TOPIC_PUBLIC_IP", "ACCOUNT_SUPPORT_TOPIC_QUOTA_INCREASE",
		"ACCOUNT_SUPPORT_TOPIC_RMA", "ACCOUNT_SUPPORT_TOPIC_TAX_EXEMPT_VERIFICATION", "ACCOUNT_SUPPORT_TOPIC_OTHERS",
		"TECHNICAL_SUPPORT_TOPIC_CONFIGURATION_CHANGES", "TECHNICAL_SUPPORT_TOPIC_ERROR_MESSAGE", "TECHNICAL_SUPPORT_TOPIC_NEW_CONFIGURATION",
		"TECHNICAL_SUPPORT_TOPIC_PRODUCT_QUESTION", "TECHNICAL_SUPPORT_TOPIC_TROUBLESHOOTING", "TECHNICAL_SUPPORT_TOPIC_OTHERS",
		"INCIDENT_SUPPORT_TOPIC_LATENCY", "INCIDENT_SUPPORT_TOPIC_PERFORMANCE_DEGRADATION", "INCIDENT_SUPPORT_TOPIC_PARTIAL_OUTAGE",
		"INCIDENT_SUPPORT_TOPIC_COMPLETE_OUTAGE", "INCIDENT_SUPPORT_TOPIC_OTHERS", "TASK_TOPIC_PLAN_TRANSITION", "PROBLEM_TOPIC_SUPPORT_ALERT",
		"QUESTION_TOPIC_INFRASTRUCTURE", "TECHNICAL_SUPPORT_TOPIC_DELEGATED_DOMAIN_MIGRATION"}
}

// What the names of the enumerations begin with, where they have that in common.
const (
	priorityPrefix = "PRIORITY_"
	statusPrefix   = "STATUS_"
	typePrefix     = "TYPE_"
	servicePrefix  = "SS_"
)

// word is the core's word for a name of an enumeration: "SS_DELEGATED_ACCESS"
// is "delegated-access", and the first name, which says nothing, is empty.
func word(names []string, prefix, name string) string {
	if name == names[0] {
		return ""
	}
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(name, prefix)), "_", "-")
}

// nameOf is the name for a word of the core, the first where there is none.
func nameOf(names []string, prefix, word string) string {
	name := prefix + strings.ReplaceAll(strings.ToUpper(word), "-", "_")
	if word == "" || !slices.Contains(names, name) {
		return names[0]
	}
	return name
}
