// Package notice owns what Gatehouse tells people by mail: the templates, in
// which language and look a message is written, that it arrives, and who wants
// which of those that one may do without.
//
//	iam.Message ──Send──▶ wanted ──▶ written, sealed ──▶ row and job, one transaction
//	                                                        │ queued
//	                     no mail server ──▶ kept ◀──────────┼──▶ sent      its text is forgotten
//	                                                        └──▶ failed    refused, expired, or given up
//	                                     tried again ◀──────┘
//
// It must not know why a message is sent, nor who may do what. What a request
// says of itself has no part in a mail: links are made of the public URL.
package notice
