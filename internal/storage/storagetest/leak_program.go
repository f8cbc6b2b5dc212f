package storagetest

var programLeaks = map[string]func(*leak){}
