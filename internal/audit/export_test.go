package audit

// Retire is what Run does from time to time.
var Retire = (*Service).retire
