package storagetest

var settingsLeaks = map[string]func(*leak){}
