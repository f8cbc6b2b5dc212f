package notice

// Purge retires old mails at once.
var Purge = (*Service).purge
