package storagetest

var factorLeaks = map[string]func(*leak){}
