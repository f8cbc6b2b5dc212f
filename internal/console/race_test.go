//go:build race

package console_test

func init() { slowdown = 10 }
