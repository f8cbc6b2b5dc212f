// Package notice owns what Gatehouse tells people by mail: the templates, in
// which language and look a message is written, and that it arrives.
//
// It must not know why a message is sent, nor who may do what.
package notice
