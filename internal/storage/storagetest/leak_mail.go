package storagetest

var mailLeaks = map[string]func(*leak){}
