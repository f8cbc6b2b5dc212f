package audit

// Purge is what Run does from time to time.
var Purge = (*Service).purge
