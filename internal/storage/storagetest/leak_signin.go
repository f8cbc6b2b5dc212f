package storagetest

var signInLeaks = map[string]func(*leak){}
