package storagetest

var namespaceLeaks = map[string]func(*leak){}
